// Ledger: what people did and were told, in the order in which it happened. Every acknowledged
// change is a line: who, which record, which cell, what it showed before and after. From these
// lines alone the judge knows what must be there in the end.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sim/oracle/facts.h"

namespace nhip::sim::oracle {

using RecordName = std::pair<std::string, std::string>;  // type, id

// The office at the centre itself, where a line says who wrote.
inline constexpr std::size_t kOffice = SIZE_MAX;

struct Write {
  std::size_t number = 0;
  std::size_t device = 0;
  std::string type, record, cell;
  nlohmann::json before, after;  // null: nothing
  std::int64_t wall_ms = 0;
  bool lost_with_disk = false;  // it stood only in files that a person overwrote
  bool by_tool = false;  // another program's SQL: what it did between two seals counts as one
};

struct Deletion {
  std::size_t number = 0;
  std::size_t device = 0;
  std::string type, record;
  Cells shown;  // what the one who deleted it saw
  bool lost_with_disk = false;
  bool by_tool = false;
  std::int64_t wall_ms = 0;
  bool blind = false;  // by a program of the first version, which does not show later fields
};

struct Member {
  std::string unit, role, device_id;
  bool gone = false;      // revoked: it keeps what it has and syncs no more
  bool put_back = false;  // copied or rolled back at some time
  bool old = false;       // runs a program of the first version
};

struct RecordLine {
  std::size_t made_at = 0;
  std::int64_t made_ms = 0;
  std::string unit;  // it was made for
  std::vector<std::size_t> writes, deletions;
  std::size_t made_again_at = 0;  // the last time, by hand, after a delete
  std::set<std::string> tuples;   // "group=values" as some writer saw it after a write of its own
};

class Ledger {
 public:
  std::size_t add_member(Member member);
  Member& member(std::size_t device) { return members_[device]; }
  const std::vector<Member>& members() const { return members_; }

  // One acknowledged change of one record; null is "not there".
  void note(std::size_t device, const std::string& type, const std::string& id,
            const nlohmann::json& before, const nlohmann::json& after, std::int64_t wall_ms);
  // Rights: the devices of `to` read what `from` has, and what that one reads.
  void note_absorbed(const std::string& from, const std::string& to) { absorbed_[from] = to; }
  void note_withdrawn(const std::string& from) { absorbed_.erase(from); }
  std::set<std::string> readable(const std::string& unit) const;
  // A card that was loaded again for another unit.
  void note_moved(const std::string& id) { moved_.insert(id); }
  bool was_moved(const std::string& id) const { return moved_.count(id) > 0; }
  void note_collected(const RecordName& name) { collected_.insert(name); }
  bool was_collected(const RecordName& name) const { return collected_.count(name) > 0; }
  // Whether the device's own change is the last but deletes of others: it may still show it.
  bool wrote_last(std::size_t device, const RecordName& name) const;
  bool deleted_before(const RecordName& name, std::int64_t wall_ms) const;
  bool ever_touched(std::size_t device, const RecordName& name) const;
  // What was noted from line `from` on was another program's SQL.
  void note_tool(std::size_t from);
  // Records that one transaction made together.
  void note_pair(const RecordName& one, const RecordName& other) { pairs_.push_back({one, other}); }
  // A person gave these up: an entry of the tray.
  void note_discarded(const std::string& type, const std::string& id, const Cells& cells);
  // The device's files were overwritten by older ones: what it wrote since line `from` and had not
  // sent is gone.
  void note_overwritten(std::size_t device, std::size_t from);
  // After a restore and a copy put back in one life of a fleet, what stands nowhere any more is
  // nobody's to find. `places` is everything that stands somewhere, `there` the records.
  void note_out_of_reach(const std::set<std::string>& places, const std::set<std::string>& there);
  void note_restore() { ++restores_; }
  void note_roll_back() { ++roll_backs_; }
  std::size_t roll_backs() const { return roll_backs_; }

  std::size_t lines() const { return next_; }
  const std::vector<Write>& writes() const { return writes_; }
  const std::vector<Deletion>& deletions() const { return deletions_; }
  const std::map<RecordName, RecordLine>& records() const { return records_; }
  const std::vector<std::pair<RecordName, RecordName>>& pairs() const { return pairs_; }
  std::size_t restores() const { return restores_; }
  bool was_discarded(const Write& write) const;
  bool member_gone(std::size_t device) const { return device != kOffice && members_[device].gone; }

 private:
  bool was_written(const RecordLine& line, const std::string& cell,
                   const nlohmann::json& value) const;

  std::vector<Member> members_;
  std::vector<Write> writes_;
  std::vector<Deletion> deletions_;
  std::map<RecordName, RecordLine> records_;
  std::vector<std::pair<RecordName, RecordName>> pairs_;
  std::set<std::string> discarded_, moved_;
  std::set<RecordName> collected_;
  std::map<std::string, std::string> absorbed_;
  std::size_t next_ = 1;
  std::size_t restores_ = 0, roll_backs_ = 0;
};

// The words (Run::fresh_text) that the write says.
std::set<std::string> words_in(const Write& write);
// One cell with one value, as text.
std::string place_of(const std::string& record, const std::string& cell,
                     const nlohmann::json& value);
// The values of a group as text; empty when none of its members has one.
std::string tuple_of(const std::string& group, const std::vector<std::string>& members,
                     const Cells& cells);

}  // namespace nhip::sim::oracle
