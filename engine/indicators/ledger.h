// Ledger: all records as facts, and every period's figures over them, kept up to date.
//
// A period is looked at up to twice: as of its lock (official) and as of now (current). For each of
// these views and each unit a UnitPart is kept. A record that comes, changes or goes marks the
// parts it touches in the views it may concern; asking for a view computes the marked parts anew
// and sums. So the work of an update grows with what changed, and there is no second way of
// computing that could differ from the first. Confined.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "indicators/figures.h"
#include "indicators/lineage.h"
#include "indicators/unit_part.h"

namespace nhip::indicators {

enum class ViewKind { kOfficial, kCurrent };

class Ledger {
 public:
  // Both outlive the ledger.
  Ledger(const Definitions& definitions, Names& names);
  ~Ledger();
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  // Replace the whole table. Nothing happens when it is the same in any order.
  void set_units(std::vector<UnitVersion> units);
  void set_periods(std::vector<PeriodDates> periods);
  // All known versions of a record, in any order, repeated or not; replaces what was known of it.
  void put(Record record);

  const std::vector<PeriodDates>& periods() const { return periods_; }  // by code
  const std::vector<UnitVersion>& unit_rows() const { return unit_rows_; }
  const PeriodDates* period(std::string_view code) const;
  // Null for a period that is not known, and for the official view of one that is not locked.
  const Figures* figures(std::string_view code, ViewKind kind);
  // A view that is not kept: a past instant, a proposed lock.
  std::optional<Figures> figures_as_of(std::string_view code, Instant as_of);
  // Of days that are no period of their own, such as a quarter; as of now. Reports and plans belong
  // to periods, so there are none in it.
  Figures figures_between(const PeriodDates& days);

  const Definitions& definitions() const { return definitions_; }
  Names& names() const { return names_; }
  const Words& words() const { return words_; }
  const Lineage& lineage() const { return *lineage_; }
  std::size_t size() const { return records_.size(); }
  // Records that touch any of these units, each once, by (type, id). Acks touch the unit that gave
  // them.
  std::vector<const Record*> records_of(const std::vector<NameId>& units) const;
  void each_record(const std::function<void(const Record&)>& each) const;
  PartContext context(const PeriodDates& period, Instant as_of) const;

 private:
  struct View {
    PeriodDates period;
    NameId period_name = 0;
    ViewKind kind = ViewKind::kCurrent;
    Instant as_of = kForEver;
    std::vector<UnitPart> parts;
    std::vector<char> marked;        // per unit
    std::vector<std::size_t> to_do;  // the marked ones
    bool all_marked = true;
    bool summed = false;
    std::vector<NameId> owners, base;
    Figures figures;
  };
  struct IdHash {
    std::size_t operator()(const Id& id) const noexcept;
  };
  using RecordKey = std::pair<std::uint16_t, Id>;
  struct KeyHash {
    std::size_t operator()(const RecordKey& key) const noexcept;
  };
  using Place = std::size_t;  // in records_

  std::size_t unit_index(NameId unit);
  void index(Place place, const Record& record, bool add);
  void mark(const Record& record);
  void mark(View& view, NameId unit);
  void mark_ack(const Facts& facts);
  void mark_everything();
  void compute(View& view);
  void place_units(View& view) const;
  std::unique_ptr<View> make_view(const PeriodDates& period, ViewKind kind, Instant as_of);
  std::vector<NameId> with_predecessors(NameId unit) const;

  const Definitions& definitions_;
  Names& names_;
  Words words_;
  std::vector<UnitVersion> unit_rows_;
  std::unique_ptr<Lineage> lineage_;
  std::vector<PeriodDates> periods_;
  std::map<std::pair<std::string, ViewKind>, std::unique_ptr<View>, std::less<>> views_;

  std::deque<Record> records_;
  std::unordered_map<RecordKey, Place, KeyHash> places_;
  std::vector<NameId> units_;  // every unit that anything names
  std::unordered_map<NameId, std::size_t> unit_numbers_;
  std::vector<std::vector<Place>> touching_;  // per unit
  std::unordered_map<NameId, std::vector<Place>> acks_of_unit_;
  std::unordered_map<Id, Place, IdHash> documents_;
  std::unordered_map<Id, std::unordered_map<NameId, std::vector<Place>>, IdHash> acks_;
};

}  // namespace nhip::indicators
