// What people enter: single records, transactions, deletes, settlements, other tools' SQL. Values
// are never written twice, so that a value tells which write it came from.
#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

#include "sim/run.h"

namespace nhip::sim {

using nlohmann::json;
using oracle::RecordName;

namespace {

// Refusals that an honest program may get for what the script asks.
bool is_expected(const std::string& name, bool old_program) {
  // What it keeps for a later one it does not let edit.
  if (old_program && (name == "unknown_type" || name == "unknown_field")) return true;
  static const std::set<std::string> kNames = {"office_only", "needs_lead",      "not_found",
                                               "not_deleted", "already_settled", "not_in_tray",
                                               "key_changed", "read_only_type"};
  return kNames.count(name) > 0;
}

std::string hex_of(const std::string& id) {
  std::string hex;
  for (const char c : id) {
    if (c != '-') hex += c;
  }
  return "x'" + hex + "'";
}

json list_of(const json& record, const char* field) {
  return record.is_object() && record.contains(field) ? record[field] : json::array();
}

}  // namespace

std::string Run::fresh_text(const DeviceNode& device) {
  return "@" + device.unit + "#" + std::to_string(++words_);
}

std::string Run::fresh_id(Chance& chance) {
  std::uint8_t bytes[16];
  chance.fill(bytes, sizeof bytes);
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0F) | 0x70);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);
  std::string text;
  for (std::size_t i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    constexpr char kDigits[] = "0123456789abcdef";
    text += kDigits[bytes[i] >> 4];
    text += kDigits[bytes[i] & 15];
  }
  return text;
}

json Run::fresh_record(const DeviceNode& device, const std::string& type, Chance& chance) {
  json record;
  if (type == "notice") {
    record["text"] = "@all#" + std::to_string(++words_);
    if (chance.permille(500)) record["visits"] = ++words_;
    return record;
  }
  if (type == "rate") {
    record["code"] = "R" + std::to_string(chance.below(4));
    record["amount"] = ++words_;
    return record;
  }
  record["unit"] = device.unit;
  record["title"] = fresh_text(device);
  if (chance.permille(400)) record["size"] = {{"a", ++words_}, {"b", ++words_}};
  if (chance.permille(400)) record["tags"] = {fresh_text(device), fresh_text(device)};
  if (chance.permille(300)) record["stage"] = "idea";
  if (chance.permille(300)) record["answers"] = {{"k1", fresh_text(device)}};
  if (chance.permille(200)) record["price"] = ++words_;
  if (chance.permille(200))
    record["lines"] = {{{"name", fresh_text(device)}, {"amount", "1"}, {"count", ++words_}}};
  if (chance.permille(200)) record["verdict"] = "asked";
  return record;
}

// A change of one or two fields, as a person at a form makes it.
json Run::fresh_change(const DeviceNode& device, const std::string& type, const json& record,
                       Chance& chance) {
  json change;
  if (type == "notice") {
    if (chance.permille(500)) return {{"text", "@all#" + std::to_string(++words_)}};
    return {{"visits", ++words_}};
  }
  if (type == "rate") {
    if (chance.permille(500)) return {{"label", "@all#" + std::to_string(++words_)}};
    return {{"amount", ++words_}};
  }
  switch (chance.below(13)) {
    case 0: change["title"] = fresh_text(device); break;
    case 1: change["note"] = fresh_text(device); break;
    case 2: change["size"] = {{"a", ++words_}}; break;
    case 3: change["size"] = {{"b", ++words_}}; break;
    case 4: change["price"] = ++words_; break;
    case 5: change["first_by"] = fresh_text(device); break;
    case 6: {
      json tags = list_of(record, "tags");
      if (!tags.empty() && chance.permille(400)) tags.erase(chance.below(tags.size()));
      if (tags.size() < 6) tags.push_back(fresh_text(device));
      change["tags"] = tags;
      break;
    }
    case 7: {
      json lines = list_of(record, "lines");
      if (!lines.empty() && chance.permille(600)) {
        lines[chance.below(lines.size())]["count"] = ++words_;
      } else {
        lines.push_back({{"name", fresh_text(device)}, {"amount", "1"}, {"count", ++words_}});
      }
      if (lines.size() > 3) lines.erase(chance.below(lines.size()));
      change["lines"] = lines;
      break;
    }
    case 8:
      change["answers"] = {{"k" + std::to_string(chance.below(3)), fresh_text(device)}};
      break;
    case 9: change["scores"] = {{"s" + std::to_string(chance.below(2)), ++words_}}; break;
    case 10: {
      constexpr const char* kStages[] = {"idea", "tried", "dropped", "loved"};
      change["stage"] = kStages[chance.below(4)];
      break;
    }
    case 11: {
      constexpr const char* kVerdicts[] = {"asked", "withdrawn", "granted", "refused"};
      change["verdict"] = kVerdicts[chance.below(device.role == "office" ? 4 : 3)];
      break;
    }
    default:
      change["title"] = fresh_text(device);
      change["answers"] = {{"k1", fresh_text(device)}};
      break;
  }
  return change;
}

Run::Snapshot Run::snapshot(DeviceNode& device, const std::vector<RecordName>& names) {
  Snapshot found;
  for (const RecordName& name : names) found[name] = device.get(name.first, name.second);
  if (!names.empty()) return found;
  for (const oracle::TypeFacts& type : oracle::all_types()) {
    for (const json& record : device.list(type.name))
      found[{type.name, record.value("id", "")}] = record;
  }
  return found;
}

void Run::note_changes(DeviceNode& device, const Snapshot& before, const Snapshot& after) {
  const json nothing;
  const auto at = [&](const Snapshot& snapshot, const RecordName& name) -> const json& {
    const auto found = snapshot.find(name);
    return found == snapshot.end() ? nothing : found->second;
  };
  Snapshot all = before;
  all.insert(after.begin(), after.end());
  for (const auto& [name, ignored] : all) {
    if (at(before, name) == at(after, name)) continue;
    ++outcome_.writes;
    if (keep_log_) {
      outcome_.log.push_back("    line " + std::to_string(ledger_.lines()) + ": " + name.first +
                             "\n      was " + at(before, name).dump() + "\n      is  " +
                             at(after, name).dump());
    }
    ledger_.note(device.number, name.first, name.second, at(before, name), at(after, name),
                 times_.true_ms);
  }
}

// Returns whether it took effect.
bool Run::attempt(DeviceNode& device, Chance& chance, const std::vector<RecordName>& names,
                  const std::function<Status()>& act) {
  const bool may_fail = !nested_;
  const bool kill = may_fail && draws(Fault::kDeviceKilled, chance);
  const bool full = may_fail && !kill && draws(Fault::kDiskFull, chance);
  const Snapshot before = snapshot(device, names);
  if (kill) device.disk.arm(Disk::Trouble::kKill, chance.between(0, 24));
  if (full) device.disk.arm(Disk::Trouble::kFull, chance.between(0, 10));
  const Status done = act();
  const bool came = device.disk.disarm();
  if (kill && came) {
    outcome_.faults.note(Fault::kDeviceKilled);
    start_again(device);
  }
  if (!outcome_.findings.empty()) return false;
  const Snapshot after = snapshot(device, names);
  if (came && full) outcome_.faults.note(Fault::kDiskFull);
  log("  " + (done.ok() ? std::string("done") : done.name()) + (came ? " under trouble" : ""));
  if (!done.ok() && !(kill && came) && before != after)
    find("failed_write_took_effect", done.name() + ": " + done.message());
  if (!done.ok() && !came && !is_expected(done.name(), device.is_old()))
    find("write_refused", done.name() + ": " + done.message());
  note_changes(device, before, after);
  return done.ok() || before != after;
}

std::string Run::pick(DeviceNode& device, Chance& chance, std::string& type) {
  const std::size_t draw = chance.below(10);
  type = draw < 7 ? "card" : draw < 9 ? "notice" : device.role == "office" ? "rate" : "card";
  // Few records get most edits, or concurrent edits would be rare.
  constexpr std::size_t kFew = 4;
  json all = device.list(type, kFew);
  if (!all.is_array() || all.empty()) return {};
  if (!chance.permille(700) && all.size() == kFew) all = device.list(type);
  return all[chance.below(all.size())].value("id", "");
}

void Run::create(DeviceNode& device, Chance& chance) {
  if (visit(device, chance)) return;
  const std::size_t draw = chance.below(10);
  const std::string type = draw < 7                              ? "card"
                           : draw < 9 || device.role != "office" ? "notice"
                                                                 : "rate";
  json record = fresh_record(device, type, chance);
  add_later_fields(device, type, nullptr, record);
  if (type == "rate") {
    // Its id comes from its key, so only a list of everything shows what became of it.
    attempt(device, chance, {}, [&] { return device.replica().put(type, record.dump()).status(); });
    return;
  }
  record["id"] = fresh_id(chance);
  attempt(device, chance, {{type, record["id"]}},
          [&] { return device.replica().put(type, record.dump()).status(); });
}

void Run::edit(DeviceNode& device, Chance& chance) {
  if (visit(device, chance)) return;
  std::string type;
  const std::string id = pick(device, chance, type);
  if (id.empty()) return create(device, chance);
  const json record = device.get(type, id);
  json change = fresh_change(device, type, record, chance);
  add_later_fields(device, type, record, change);
  const json asked = change;
  change["id"] = id;
  const bool done = attempt(device, chance, {{type, id}},
                            [&] { return device.replica().put(type, change.dump()).status(); });
  if (!done || !outcome_.findings.empty()) return;
  const json shown = device.get(type, id);
  for (const auto& item : asked.items()) {
    if (!item.value().is_primitive() || shown.value(item.key(), json()) == item.value()) continue;
    find("write_not_shown", type + " " + id + " " + item.key());
  }
}

void Run::pair(DeviceNode& device, Chance& chance) {
  json one = fresh_record(device, "card", chance);
  json other = fresh_record(device, chance.permille(300) ? "notice" : "card", chance);
  const std::string type = other.contains("text") ? "notice" : "card";
  one["id"] = fresh_id(chance);
  other["id"] = fresh_id(chance);
  const std::vector<RecordName> names = {{"card", one["id"]}, {type, other["id"]}};
  attempt(device, chance, names, [&] {
    return device.replica().write([&](Transaction& transaction) -> Status {
      NHIP_TRY(transaction.put("card", one.dump()).status());
      return transaction.put(type, other.dump()).status();
    });
  });
  if (!outcome_.findings.empty()) return;
  const bool first = !device.get("card", names[0].second).is_null();
  const bool second = !device.get(type, names[1].second).is_null();
  if (first != second) find("transaction_torn", "after a kill only one of two records is there");
  // Over two scopes a transaction is whole at the centre only.
  if (first && type == "card") ledger_.note_pair(names[0], names[1]);
}

void Run::remove(DeviceNode& device, Chance& chance) {
  std::string type;
  const std::string id = pick(device, chance, type);
  if (id.empty()) return;
  attempt(device, chance, {{type, id}},
          [&] { return device.replica().remove(type, *Id::parse(id)); });
}

void Run::undelete(DeviceNode& device, Chance& chance) {
  std::vector<std::pair<std::string, std::string>> gone;
  for (const oracle::Deletion& deletion : ledger_.deletions()) {
    const bool own = devices_[deletion.device]->unit == device.unit;
    if (own && device.get(deletion.type, deletion.record).is_null())
      gone.emplace_back(deletion.type, deletion.record);
  }
  if (gone.empty()) return;
  const auto& [type, id] = gone[chance.below(gone.size())];
  attempt(device, chance, {{type, id}},
          [&] { return device.replica().undelete(type, *Id::parse(id)); });
}

void Run::settle(DeviceNode& device, Chance& chance) {
  const auto open = device.replica().conflicts();
  if (!open.ok() || open->empty()) return;
  const Conflict& conflict = (*open)[chance.below(open->size())];
  const std::size_t way = chance.below(3);
  static const std::set<std::string> kTexts = {"title", "note", "first_by"};
  static const std::set<std::string> kNumbers = {"price", "size.a", "size.b", "visits", "amount"};
  attempt(device, chance, {}, [&]() -> Status {
    if (way == 2 && kTexts.count(conflict.field) > 0)
      return device.replica().resolve_value(conflict.id, json(fresh_text(device)).dump());
    if (way == 2 && kNumbers.count(conflict.field) > 0)
      return device.replica().resolve_value(conflict.id, std::to_string(++words_));
    return device.replica().resolve_keep(conflict.id, way == 0);
  });
}

void Run::tray(DeviceNode& device, Chance& chance) {
  const json before = device.tray();
  if (before.empty()) return;
  const json& entry = before[chance.below(before.size())];
  const Id id = *Id::parse(entry.value("id", ""));
  if (chance.permille(600)) {
    attempt(device, chance, {}, [&] { return device.replica().retry(id); });
    return;
  }
  const Status done = device.replica().discard(id);
  log("  " + (done.ok() ? std::string("gave up") : done.name()));
  const json after = device.tray();
  for (const json& each : before) {
    if (std::find(after.begin(), after.end(), each) != after.end()) continue;
    const std::string type = each.value("type", "");
    ledger_.note_discarded(type, each.value("record_id", ""),
                           oracle::cells_of(oracle::facts_of(type), each.value("record", json())));
  }
}

// A record for another unit, or with the id of another unit's record: both must end in the tray.
void Run::foreign_id(DeviceNode& device, Chance& chance) {
  outcome_.faults.note(Fault::kForeignId);
  json record = fresh_record(device, "card", chance);
  record["id"] = fresh_id(chance);
  const DeviceNode& other = *devices_[chance.below(devices_.size())];
  // One id in two units and a restore that forgets the first: no oracle can say whose it is.
  if (script_.restores || chance.permille(500)) {
    record["unit"] = other.unit;
  } else {
    for (const auto& [name, line] : ledger_.records()) {
      if (name.first == "card" && chance.permille(100) &&
          device.get("card", name.second).is_null() && line.deletions.empty()) {
        record["id"] = name.second;
        break;
      }
    }
  }
  const std::string id = record["id"];
  attempt(device, chance, {{"card", id}},
          [&] { return device.replica().put("card", record.dump()).status(); });
}

void Run::plain_sql(DeviceNode& device, Chance& chance) {
  outcome_.faults.note(Fault::kPlainSql);
  const json all = device.list("card");
  std::string id = all.empty() ? "" : all[chance.below(all.size())].value("id", "");
  std::string sql;
  const std::size_t way = id.empty() ? 0 : chance.below(5);
  if (way == 0) {
    id = fresh_id(chance);
    sql = "INSERT INTO card(id,unit,title) VALUES(" + hex_of(id) + ",'" + device.unit + "','" +
          fresh_text(device) + "')";
  } else if (way == 1) {
    sql = "DELETE FROM card WHERE id=" + hex_of(id);
  } else if (way == 2) {
    sql = "UPDATE card SET price=" + std::to_string(++words_) + ", note='" + fresh_text(device) +
          "' WHERE id=" + hex_of(id);
  } else if (way == 3) {
    sql = "INSERT INTO card_tags(parent,value) SELECT rid,'" + fresh_text(device) +
          "' FROM card WHERE id=" + hex_of(id);
  } else {
    sql = "UPDATE card SET title='" + fresh_text(device) + "' WHERE id=" + hex_of(id);
  }
  const RecordName name{"card", id};
  const Snapshot before = snapshot(device, {name});
  const Status done = device.plain_sql(sql);
  if (!done.ok()) return find("plain_sql_failed", sql + ": " + done.message());
  const std::size_t from = ledger_.lines();
  note_changes(device, before, snapshot(device, {name}));
  ledger_.note_tool(from);
}

}  // namespace nhip::sim
