// The checks, one by one. Values are written once in a run (facts.h, is_telling), so "where is the
// value of this write" is a look-up.
#include "sim/oracle/judge.h"

#include <algorithm>
#include <ctime>
#include <set>
#include <unordered_map>

namespace nhip::sim::oracle {

using nlohmann::json;

namespace {

std::string name_of(const std::string& type, const std::string& id) { return type + " " + id; }

json as_shown(const std::string& type, json record, bool by_old_program) {
  record.erase("_meta");
  if (!by_old_program || type != "card") return record;
  for (const std::string& field : facts_of(type).later) record.erase(field);
  return record;
}

json all_as_shown(const std::string& type, const json& list, bool by_old_program) {
  if (!by_old_program || type != "card") return list;
  json all = json::array();
  for (const json& record : list) all.push_back(as_shown(type, record, true));
  return all;
}

std::string difference(const json& shown, const json& expected) {
  for (std::size_t i = 0; i < std::max(shown.size(), expected.size()); ++i) {
    const json a = i < shown.size() ? shown[i] : json();
    const json b = i < expected.size() ? expected[i] : json();
    if (a != b) return ":\n    device " + a.dump() + "\n    centre " + b.dump();
  }
  return "";
}

// "2026-03-10T05:00:00Z", as the centre shows times.
std::string iso_of(std::int64_t unix_ms) {
  const std::time_t seconds = static_cast<std::time_t>(unix_ms / 1000);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[32];
  const std::size_t size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return std::string(text, size);
}

// A centre of the first version knows the later fields by their numbers alone.
std::string field_of(const json& row) {
  const std::string field = row.value("field", "");
  return field == "field 14" ? "origin" : field;
}

// The rest are conflict records and the table of units.
bool is_judged(const std::string& type) { return type != "nhip_conflict" && type != "org_unit"; }

class Judge {
 public:
  Judge(const Ledger& ledger, const FinalView& view) : ledger_(ledger), view_(view) {
    index_centre();
    index_conflicts();
    index_refused();
    index_gone_devices();
    for (const Write& write : ledger_.writes()) {
      overwriters_[name_of(write.type, write.record) + " " + write.cell].push_back(&write);
    }
  }

  std::vector<Finding> run() {
    check_values();
    check_records();
    check_groups();
    check_ladders();
    check_conflicts();
    check_times();
    check_devices();
    return std::move(findings_);
  }

 private:
  void index_centre() {
    for (const auto& [type, list] : view_.centre) {
      if (!is_judged(type)) continue;
      for (const json& record : list) {
        const std::string id = record.value("id", "");
        current_[name_of(type, id)] = cells_of(facts_of(type), record);
      }
    }
  }

  void index_conflicts() {
    const auto found = view_.centre.find("nhip_conflict");
    if (found == view_.centre.end()) return;
    for (const json& row : found->second) {
      const TypeFacts* type = facts_of(row.value("record_type", 0));
      if (type == nullptr) continue;
      const std::string record = name_of(type->name, row.value("record_id", ""));
      const std::string field = field_of(row);
      const json loser = row.contains("loser") ? row["loser"].value("value", json()) : json();
      losers_.insert(place_of(record, field, loser));
      if (field == "deleted") contested_.insert(record);
      if (!row.value("resolution", json()).is_null()) settled_.insert(record + " " + field);
    }
  }

  void index_refused() {
    for (const json& entry : view_.inbox) {
      if (entry.value("code", "") == "recovered_unproven") continue;  // taken, with a remark
      for (const json& operation : entry.value("operations", json::array())) {
        const std::string record = name_of(operation.value("type", ""), operation.value("id", ""));
        for (const json& change : operation.value("changes", json::array())) {
          if (change.value("field", "") == "deleted" && change.value("value", json()) == json(true))
            refused_deletes_.insert(record + " " + entry.value("device_id", ""));
          refused_.insert(
              place_of(record, change.value("field", ""), change.value("value", json())));
        }
        refused_records_.insert(record);
      }
    }
    for (const DeviceView& device : view_.devices) {
      for (const json& entry : device.tray) {
        const std::string type = entry.value("type", "");
        const std::string record = name_of(type, entry.value("record_id", ""));
        for (const auto& [cell, value] : cells_of(facts_of(type), entry.value("record", json())))
          refused_.insert(place_of(record, cell, value));
        refused_records_.insert(record);
      }
    }
  }

  // A revoked device keeps what it has; what it never sent stands there alone.
  void index_gone_devices() {
    for (const DeviceView& device : view_.devices) {
      if (!ledger_.members()[device.device].gone) continue;
      for (const auto& [type, list] : device.records) {
        if (!is_judged(type)) continue;
        for (const json& record : list)
          kept_[device.device][name_of(type, record.value("id", ""))] =
              cells_of(facts_of(type), record);
      }
    }
  }

  static bool holds(const Cells& cells, const std::string& cell, const json& value) {
    const auto found = cells.find(cell);
    return found == cells.end() ? value.is_null() : found->second == value;
  }

  const Cells* current(const std::string& record) const {
    const auto found = current_.find(record);
    return found == current_.end() ? nullptr : &found->second;
  }

  bool is_refused(const Write& write) const {
    return refused_.count(place_of(name_of(write.type, write.record), write.cell, write.after)) > 0;
  }

  bool is_kept_on_gone_device(const Write& write) const {
    const auto device = kept_.find(write.device);
    if (device == kept_.end()) return false;
    const auto record = device->second.find(name_of(write.type, write.record));
    // It deleted the record itself: it saw what was there.
    if (record == device->second.end()) return true;
    return holds(record->second, write.cell, write.after) || waits(write);
  }

  // Its value lost against another one on the device already; the device still has it to send.
  bool waits(const Write& write) const {
    for (const DeviceView& device : view_.devices) {
      const auto record = device.waiting.find(name_of(write.type, write.record));
      if (device.device != write.device || record == device.waiting.end()) continue;
      for (const json& fields : record->second) {
        if (fields.contains(write.cell) && fields[write.cell] == write.after) return true;
      }
    }
    return false;
  }

  // The value took part: it is current, lost visibly, or whoever replaced it had seen it.
  bool took_part(const Write& write) {
    const auto known = took_part_.find(&write);
    if (known != took_part_.end()) return known->second;
    took_part_[&write] = false;
    return took_part_[&write] = find_out(write);
  }

  bool find_out(const Write& write) {
    const std::string record = name_of(write.type, write.record);
    const Cells* now = current(record);
    if (now != nullptr && holds(*now, write.cell, write.after)) return true;
    if (losers_.count(place_of(record, write.cell, write.after)) > 0) return true;
    if (is_kept_on_gone_device(write)) return true;
    for (const Write* later : overwriters_[record + " " + write.cell]) {
      if (later->number <= write.number || later->before != write.after) continue;
      // Empty values look alike, so of a removal only a refusal can be told.
      if (later->after.is_null() ? !is_refused(*later) : took_part(*later)) return true;
    }
    return deleted_knowingly(record, write, now != nullptr);
  }

  // Whoever deleted the record saw the value; when the record is there again, somebody made it anew
  // after that.
  bool deleted_knowingly(const std::string& record, const Write& write, bool is_there) const {
    const auto line = ledger_.records().find({write.type, write.record});
    if (line == ledger_.records().end()) return false;
    for (const std::size_t at : line->second.deletions) {
      const Deletion& deletion = ledger_.deletions()[at];
      const bool one_step = write.by_tool && deletion.by_tool && write.device == deletion.device;
      const std::string who = ledger_.members()[deletion.device].device_id;
      const bool refused = refused_deletes_.count(record + " " + who) > 0;
      if (refused && !one_step) continue;
      if (is_there && !one_step && line->second.made_again_at < deletion.number) continue;
      if (deletion.number < write.number) continue;
      // What it kept without showing it went with the rest.
      if (deletion.blind && is_later(facts_of(write.type), write.cell)) return true;
      if (holds(deletion.shown, write.cell, write.after)) return true;
    }
    return false;
  }

  void check_values() {
    for (const Write& write : ledger_.writes()) {
      const TypeFacts& type = facts_of(write.type);
      if (write.after.is_null() || !is_telling(type, write.cell) || write.lost_with_disk) continue;
      if (took_part(write) || is_refused(write) || ledger_.was_discarded(write)) continue;
      report("value_lost", write);
    }
    for (const Write& write : ledger_.writes()) check_resurrection(write);
  }

  // A value that somebody replaced who had seen it is not current again, unless it was written
  // again.
  void check_resurrection(const Write& later) {
    const TypeFacts& type = facts_of(later.type);
    if (later.before.is_null() || !is_telling(type, later.cell) || later.lost_with_disk) return;
    if (is_group_member(type, later.cell)) return;  // carried along by other members
    if (is_refused(later) || ledger_.member_gone(later.device)) return;
    const std::string record = name_of(later.type, later.record);
    // It lost, or what came after it did, visibly; the other value stands.
    for (const Write* other : overwriters_[record + " " + later.cell]) {
      if (other->number >= later.number &&
          losers_.count(place_of(record, later.cell, other->after)) > 0)
        return;
    }
    if (later.by_tool && deleted_knowingly(record, later, true)) return;
    const Cells* now = current(record);
    if (now == nullptr || !holds(*now, later.cell, later.before)) return;
    for (const Write* other : overwriters_[record + " " + later.cell]) {
      // Written again, or brought back with its record after the one who replaced it looked.
      if (other->number > later.number && other->after == later.before) return;
    }
    std::size_t times = 0;
    for (const Write* other : overwriters_[record + " " + later.cell])
      times += other->after == later.before;
    if (times > 1) return;
    report("value_resurrected", later);
  }

  void check_records() {
    for (const auto& [name, line] : ledger_.records()) {
      const std::string record = name_of(name.first, name.second);
      const Cells* now = current(record);
      if (now == nullptr && line.deletions.empty() && !is_excused(record, line))
        findings_.push_back({"record_lost", record + " was made and never deleted"});
      if (now != nullptr && !line.deletions.empty()) check_revival(record, line);
    }
    for (const auto& [record, cells] : current_) {
      const std::size_t blank = record.find(' ');
      if (ledger_.records().count({record.substr(0, blank), record.substr(blank + 1)}) == 0)
        findings_.push_back({"record_from_nowhere", record});
    }
  }

  bool is_excused(const std::string& record, const RecordLine& line) const {
    if (refused_records_.count(record) > 0) return true;
    for (const auto& [device, records] : kept_) {
      if (records.count(record) > 0) return true;
    }
    return std::all_of(line.writes.begin(), line.writes.end(), [&](std::size_t at) {
      const Write& write = ledger_.writes()[at];
      return write.lost_with_disk || ledger_.was_discarded(write);
    });
  }

  // A deleted record is back only by hand, or because an edit that had not seen the delete
  // contradicts it, which is listed.
  void check_revival(const std::string& record, const RecordLine& line) {
    if (line.made_again_at > 0 || contested_.count(record) > 0) return;
    if (refused_records_.count(record) > 0) return;
    for (const std::size_t at : line.deletions) {
      const Deletion& deletion = ledger_.deletions()[at];
      if (deletion.lost_with_disk || ledger_.member_gone(deletion.device)) continue;
      findings_.push_back({"record_resurrected",
                           record + " was deleted by device " + std::to_string(deletion.device)});
      return;
    }
  }

  // Nothing was received before somebody wrote it, whatever a device's receipt says.
  void check_times() {
    for (const auto& [type, list] : view_.centre) {
      if (!is_judged(type)) continue;
      for (const json& record : list) {
        const auto line = ledger_.records().find({type, record.value("id", "")});
        if (line == ledger_.records().end() || line->second.made_ms == 0) continue;
        const std::string received = record["_meta"].value("received_at", "");
        if (received >= iso_of(line->second.made_ms)) continue;
        findings_.push_back({"received_before_written", line->first.second + " at " + received});
      }
    }
  }

  void check_groups() {
    for (const auto& [name, line] : ledger_.records()) {
      const Cells* now = current(name_of(name.first, name.second));
      if (now == nullptr) continue;
      for (const auto& [group, members] : facts_of(name.first).groups) {
        const std::string tuple = tuple_of(group, members, *now);
        if (tuple.empty() || line.tuples.count(tuple) > 0) continue;
        findings_.push_back({"group_torn", name_of(name.first, name.second) + " shows " + tuple +
                                               ", which nobody ever entered together"});
      }
    }
  }

  // A ladder goes back only by a step that had seen the further rung.
  void check_ladders() {
    for (const auto& [name, line] : ledger_.records()) {
      const std::string record = name_of(name.first, name.second);
      const Cells* now = current(record);
      if (now == nullptr) continue;
      for (const auto& [cell, ranks] : facts_of(name.first).ladders) {
        const auto value = now->find(cell);
        if (value == now->end() || ranks.count(value->second.get<std::string>()) == 0) continue;
        check_ladder(record, line, cell, ranks, ranks.at(value->second.get<std::string>()));
      }
    }
  }

  void check_ladder(const std::string& record, const RecordLine& line, const std::string& cell,
                    const std::map<std::string, int>& ranks, int rank) {
    int highest = -1;
    bool stepped_back = false;
    for (const std::size_t at : line.writes) {
      const Write& write = ledger_.writes()[at];
      if (write.cell != cell || !write.after.is_string()) continue;
      if (refused_records_.count(record) > 0 || ledger_.member_gone(write.device)) return;
      const int to = ranks.at(write.after.get<std::string>());
      const int from = write.before.is_string() ? ranks.at(write.before.get<std::string>()) : -1;
      // What may be lost need not be: it excuses a step, and asks for none.
      stepped_back = stepped_back || from > to;
      if (!write.lost_with_disk) highest = std::max(highest, to);
    }
    if (highest > rank && !stepped_back)
      findings_.push_back({"ladder_fell", record + " " + cell + " fell without anybody's step"});
  }

  void check_conflicts() {
    const auto found = view_.centre.find("nhip_conflict");
    if (found == view_.centre.end()) return;
    std::map<std::string, std::size_t> listed;
    for (const json& row : found->second) {
      const TypeFacts* type = facts_of(row.value("record_type", 0));
      if (type == nullptr) continue;
      const std::string record = name_of(type->name, row.value("record_id", ""));
      check_sides(record, row);
      const std::string field = field_of(row);
      const json loser = row["loser"].value("value", json());
      if (field == "deleted" || loser.is_null() || is_group_member(*type, field) ||
          !is_telling(*type, field))
        continue;
      const std::string place = place_of(record, field, loser);
      std::size_t written = 0;
      for (const Write* write : overwriters_[record + " " + field])
        written += write->after == loser;
      if (++listed[place] > std::max<std::size_t>(written, 1) && !anybody_put_back())
        findings_.push_back({"conflict_doubled", place + " is listed more than once"});
      if (written == 0) findings_.push_back({"conflict_from_nowhere", place});
    }
  }

  void check_sides(const std::string& record, const json& row) {
    const std::string winner = row["winner"].value("by", "");
    const std::string loser = row["loser"].value("by", "");
    if (winner != loser || winner.empty() || winner == "centre") return;
    // The second of two settlements is listed against what stands, which may be the settler's own.
    if (settled_.count(record + " " + field_of(row)) > 0) return;
    // After a second restore a device's word of the first life comes back without what followed it
    // in the second, which was lost as well. It cannot be told from a word of the device's copy, so
    // it is listed: one conflict too many, where silence could bury a value.
    if (ledger_.restores() > 1) return;
    for (const Member& member : ledger_.members()) {
      if (member.device_id == winner && member.put_back) return;
    }
    findings_.push_back({"self_conflict", winner + " conflicts with itself over " +
                                              row.value("record_id", "") + " " + field_of(row)});
  }

  bool anybody_put_back() const {
    return ledger_.restores() > 0 ||
           std::any_of(ledger_.members().begin(), ledger_.members().end(),
                       [](const Member& member) { return member.put_back; });
  }

  void check_devices() {
    for (const DeviceView& device : view_.devices) {
      for (Finding& finding : judge_scopes(ledger_, device))
        findings_.push_back(std::move(finding));
      const Member& member = ledger_.members()[device.device];
      if (member.gone) continue;
      if (device.pending > 0)
        findings_.push_back({"queue_stuck", "device " + std::to_string(device.device) + " has " +
                                                std::to_string(device.pending) + " unsent"});
      for (const json& entry : device.tray) {
        if (entry.value("code", "").empty() || entry.value("message", "").empty())
          findings_.push_back({"tray_unnamed", entry.dump()});
      }
      for (Finding& finding : judge_equal(ledger_, view_.centre, device))
        findings_.push_back(std::move(finding));
      check_purges(device.device, member);
    }
  }

  // Who held a feed that was withdrawn said that it is gone.
  void check_purges(std::size_t device, const Member& member) {
    const auto due = view_.purges_due.find(device);
    if (due == view_.purges_due.end() || ledger_.restores() > 0 || member.put_back) return;
    const auto said = view_.purges.find(member.device_id);
    for (const std::string& unit : due->second) {
      if (said != view_.purges.end() && said->second.count("unit/" + unit) > 0) continue;
      findings_.push_back({"purge_untold", "device " + std::to_string(device) +
                                               " never said that " + "it removed " + unit});
    }
  }

  void report(const char* check, const Write& write) {
    findings_.push_back({check, name_of(write.type, write.record) + " " + write.cell + "=" +
                                    write.after.dump() + " over " + write.before.dump() +
                                    ", line " + std::to_string(write.number) + ", device " +
                                    std::to_string(write.device)});
  }

  const Ledger& ledger_;
  const FinalView& view_;
  std::vector<Finding> findings_;
  std::map<std::string, Cells> current_;
  std::set<std::string> losers_, contested_, settled_, refused_, refused_deletes_, refused_records_;
  std::map<std::size_t, std::map<std::string, Cells>> kept_;
  std::map<std::string, std::vector<const Write*>> overwriters_;
  std::map<const Write*, bool> took_part_;
};

}  // namespace

std::vector<Finding> judge_equal(const Ledger& ledger, const std::map<std::string, json>& centre,
                                 const DeviceView& view, bool old_centre) {
  std::vector<Finding> findings;
  const Member& member = ledger.members()[view.device];
  const std::set<std::string> units = ledger.readable(member.unit);
  for (const auto& [type, list] : centre) {
    const bool old = member.old || old_centre;
    if (old && type == "visit") continue;
    json expected = json::array();
    for (const json& record : list) {
      const auto reader = reader_of_scope(record["_meta"].value("scope", ""));
      const bool mine = member.role == "office" || !reader || units.count(*reader) > 0;
      if (mine) expected.push_back(as_shown(type, record, old));
    }
    const auto shown = view.records.find(type);
    if (shown != view.records.end() && all_as_shown(type, shown->second, old) == expected) continue;
    if (expected.empty() && shown != view.records.end() && shown->second.is_null()) continue;
    findings.push_back({"not_equal", "device " + std::to_string(view.device) + " and the " +
                                         "centre differ in " + type +
                                         difference(shown->second, expected)});
  }
  return findings;
}

std::vector<Finding> judge(const Ledger& ledger, const FinalView& view) {
  return Judge(ledger, view).run();
}

std::vector<Finding> judge_scopes(const Ledger& ledger, const DeviceView& view) {
  std::vector<Finding> findings;
  const Member& member = ledger.members()[view.device];
  if (member.role == "office") return findings;
  const std::set<std::string> units = ledger.readable(member.unit);
  for (const auto& [type, list] : view.records) {
    if (type == "org_unit") continue;
    for (const json& record : list) {
      const auto reader = type == "nhip_conflict" ? reader_of_scope(record.value("scope", ""))
                                                  : reader_of(facts_of(type), record);
      if (!reader || units.count(*reader) > 0) continue;
      // What the device wrote itself for another unit waits for the centre's word; a copy of its
      // files has that, too.
      const auto line = ledger.records().find({type, record.value("id", "")});
      const auto is_mine = [&](std::size_t at) {
        return ledger.members()[ledger.writes()[at].device].device_id == member.device_id;
      };
      const bool own = line != ledger.records().end() && !line->second.writes.empty() &&
                       is_mine(line->second.writes.front());
      if (own && (view.pending > 0 || member.gone)) continue;
      findings.push_back({"scope_crossed", "device " + std::to_string(view.device) + " of " +
                                               member.unit + " holds " + record.dump()});
    }
  }
  return findings;
}

std::vector<Finding> judge_pairs(const Ledger& ledger, const DeviceView& view) {
  std::vector<Finding> findings;
  std::set<RecordName> shown;
  for (const auto& [type, list] : view.records) {
    for (const json& record : list) shown.insert({type, record.value("id", "")});
  }
  for (const auto& [one, other] : ledger.pairs()) {
    if (shown.count(one) == shown.count(other)) continue;
    const auto untouched = [&](const RecordName& name) {
      const auto line = ledger.records().find(name);
      return line == ledger.records().end() ||
             (line->second.deletions.empty() && line->second.made_again_at == 0);
    };
    if (!untouched(one) || !untouched(other)) continue;
    findings.push_back({"transaction_torn", "device " + std::to_string(view.device) +
                                                " shows one of " + one.second + " and " +
                                                other.second});
  }
  return findings;
}

}  // namespace nhip::sim::oracle
