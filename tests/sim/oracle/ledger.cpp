#include "sim/oracle/ledger.h"

#include <algorithm>

namespace nhip::sim::oracle {

using nlohmann::json;

std::string place_of(const std::string& record, const std::string& cell, const json& value) {
  return record + " " + cell + "=" + value.dump();
}

std::string tuple_of(const std::string& group, const std::vector<std::string>& members,
                     const Cells& cells) {
  std::string text = group;
  bool any = false;
  for (const std::string& member : members) {
    const auto found = cells.find(member);
    any = any || found != cells.end();
    text += "|" + (found == cells.end() ? std::string("null") : found->second.dump());
  }
  return any ? text : std::string();
}

std::set<std::string> words_in(const Write& write) {
  std::set<std::string> words;
  const std::string text = write.cell + " " + write.after.dump();
  for (std::size_t at = text.find('@'); at != std::string::npos; at = text.find('@', at + 1)) {
    std::size_t end = text.find('#', at);
    if (end == std::string::npos) break;
    for (++end; end < text.size() && text[end] >= '0' && text[end] <= '9';) ++end;
    words.insert(text.substr(at, end - at));
  }
  return words;
}

std::size_t Ledger::add_member(Member member) {
  members_.push_back(std::move(member));
  return members_.size() - 1;
}

void Ledger::note(std::size_t device, const std::string& type, const std::string& id,
                  const json& before, const json& after, std::int64_t wall_ms) {
  if (before == after) return;
  const TypeFacts& facts = facts_of(type);
  const Cells was = cells_of(facts, before);
  const Cells is = cells_of(facts, after);
  const std::size_t number = next_++;
  const auto [at, is_new] = records_.try_emplace(RecordName{type, id});
  RecordLine& line = at->second;
  if (is_new) line.made_at = number;
  if (is_new) line.made_ms = wall_ms;
  if (is_new && after.is_object()) line.unit = after.value(facts.unit_field, "");
  if (after.is_null()) {
    line.deletions.push_back(deletions_.size());
    const bool blind = device != kOffice && members_[device].old;
    deletions_.push_back({number, device, type, id, was, false, false, wall_ms, blind});
    return;
  }
  const bool again = before.is_null() && !is_new;
  if (again) line.made_again_at = number;
  const auto add = [&](const std::string& cell, const json& old_value, const json& new_value) {
    // Bringing a record back is one change; what it held before is not written anew by it.
    if (again && was_written(line, cell, new_value)) return;
    line.writes.push_back(writes_.size());
    writes_.push_back(
        {number, device, type, id, cell, old_value, new_value, wall_ms, false, false});
  };
  for (const auto& [cell, value] : is) {
    const auto old_value = was.find(cell);
    if (old_value == was.end()) {
      add(cell, nullptr, value);
    } else if (old_value->second != value) {
      add(cell, old_value->second, value);
    }
  }
  for (const auto& [cell, value] : was) {
    if (is.count(cell) == 0) add(cell, value, nullptr);
  }
  for (const auto& [group, members] : facts.groups) {
    const std::string tuple = tuple_of(group, members, is);
    if (!tuple.empty()) line.tuples.insert(tuple);
  }
}

bool Ledger::was_written(const RecordLine& line, const std::string& cell, const json& value) const {
  for (const std::size_t at : line.writes) {
    if (writes_[at].cell == cell && writes_[at].after == value) return true;
  }
  return false;
}

std::set<std::string> Ledger::readable(const std::string& unit) const {
  std::set<std::string> units{unit};
  for (bool grew = true; grew;) {
    grew = false;
    for (const auto& [from, to] : absorbed_)
      grew = (units.count(to) > 0 && units.insert(from).second) || grew;
  }
  return units;
}

bool Ledger::wrote_last(std::size_t device, const RecordName& name) const {
  const auto line = records_.find(name);
  if (line == records_.end() || line->second.writes.empty()) return false;
  std::size_t deleted = 0;
  for (const std::size_t at : line->second.deletions) {
    if (deletions_[at].device == device) deleted = deletions_[at].number;
  }
  return std::any_of(line->second.writes.begin(), line->second.writes.end(),
                     [&](std::size_t at) {
                       return writes_[at].device == device && writes_[at].number > deleted;
                     }) ||
         line->second.made_again_at > deleted;
}

bool Ledger::deleted_before(const RecordName& name, std::int64_t wall_ms) const {
  const auto line = records_.find(name);
  if (line == records_.end()) return false;
  return std::any_of(line->second.deletions.begin(), line->second.deletions.end(),
                     [&](std::size_t at) { return deletions_[at].wall_ms <= wall_ms; });
}

bool Ledger::ever_touched(std::size_t device, const RecordName& name) const {
  const auto line = records_.find(name);
  if (line == records_.end()) return false;
  const auto by = [&](const auto& each) { return each.device == device; };
  return std::any_of(line->second.writes.begin(), line->second.writes.end(),
                     [&](std::size_t at) { return by(writes_[at]); }) ||
         std::any_of(line->second.deletions.begin(), line->second.deletions.end(),
                     [&](std::size_t at) { return by(deletions_[at]); });
}

void Ledger::note_discarded(const std::string& type, const std::string& id, const Cells& cells) {
  for (const auto& [cell, value] : cells) discarded_.insert(place_of(type + " " + id, cell, value));
}

bool Ledger::was_discarded(const Write& write) const {
  return discarded_.count(place_of(write.type + " " + write.record, write.cell, write.after)) > 0;
}

void Ledger::note_tool(std::size_t from) {
  for (Write& write : writes_) write.by_tool = write.by_tool || write.number >= from;
  for (Deletion& each : deletions_) each.by_tool = each.by_tool || each.number >= from;
}

void Ledger::note_overwritten(std::size_t device, std::size_t from) {
  for (Write& write : writes_) {
    if (write.device == device && write.number >= from) write.lost_with_disk = true;
  }
  for (Deletion& deletion : deletions_) {
    if (deletion.device == device && deletion.number >= from) deletion.lost_with_disk = true;
  }
}

void Ledger::note_out_of_reach(const std::set<std::string>& places,
                               const std::set<std::string>& there) {
  for (Write& write : writes_) {
    const std::string record = write.type + " " + write.record;
    if (places.count(place_of(record, write.cell, write.after)) == 0) write.lost_with_disk = true;
  }
  for (Deletion& deletion : deletions_) {
    if (there.count(deletion.type + " " + deletion.record) > 0) deletion.lost_with_disk = true;
  }
}

}  // namespace nhip::sim::oracle
