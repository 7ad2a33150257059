#include "figures/figure_book.h"

#include <map>
#include <utility>

#include "centre/history.h"
#include "nhip_embedded/union_indicators.h"

namespace nhip::server {
namespace {

using indicators::Definitions;
using indicators::FactReader;
using indicators::Facts;
using indicators::Ledger;
using indicators::Record;

bool is_definition(const Type& type) {
  return type.name == "org_unit" || type.name == "period" || type.name == "form";
}

}  // namespace

Result<const Definitions*> union_definitions() {
  static const Result<Definitions> definitions = Definitions::parse(embedded::union_indicators());
  if (!definitions.ok()) return definitions.status();
  return &*definitions;
}

Result<DefinitionTables> read_tables(ServerStore& store, const Schema& schema) {
  DefinitionTables tables;
  const auto each = [&](const char* name, const auto& take) -> Status {
    const Type* type = schema.type(name);
    if (type == nullptr) return {};
    return store.each_row(type->number, [&](const StoredRow& row) {
      take(*type, row.row.cells);
      return true;
    });
  };
  NHIP_TRY(each("org_unit", [&](const Type& type, const core::Cells& cells) {
    if (auto unit = indicators::read_unit(type, cells)) tables.units.push_back(*std::move(unit));
  }));
  NHIP_TRY(each("period", [&](const Type& type, const core::Cells& cells) {
    if (auto period = indicators::read_period(type, cells)) {
      tables.periods.push_back(*std::move(period));
    }
  }));
  NHIP_TRY(each("form", [&](const Type& type, const core::Cells& cells) {
    indicators::read_form(type, cells, tables.forms);
  }));
  return tables;
}

FigureBook::FigureBook(Centre& centre) : centre_(centre) {}
FigureBook::~FigureBook() = default;

void FigureBook::forget() {
  reading_.reset();
  ++forgotten_;
}

Status FigureBook::refresh(const Unlocked& unlocked) {
  if (!reading_ && unlocked) NHIP_TRY(read_unlocked(unlocked));
  if (!reading_) {
    NHIP_TRY_ASSIGN(std::unique_ptr<Reading> read, read_all(centre_.store()));
    reading_ = std::move(read);
  }
  NHIP_TRY_ASSIGN(const std::uint64_t newest, centre_.store().last_commit());
  return newest > reading_->commit ? follow(newest) : Status();
}

// Whoever else asks meanwhile waits for the same reading. A load in between makes it worthless, so
// after a second one everything is read with the lock held.
Status FigureBook::read_unlocked(const Unlocked& unlocked) {
  for (int attempt = 0; attempt < 2 && !reading_; ++attempt) {
    Result<std::unique_ptr<StoreSnapshot>> snapshot = centre_.store().snapshot();
    if (!snapshot.ok()) return {};  // a store without snapshots is small
    const std::uint64_t begun = forgotten_;
    Status status;
    unlocked([&] {
      const std::lock_guard lock(reading_mutex_);
      if (fresh_ && fresh_of_ == begun) return;
      auto read = read_all((*snapshot)->store());
      status = read.ok() ? Status() : read.status();
      if (!read.ok()) return;
      fresh_ = std::move(*read);
      fresh_of_ = begun;
    });
    NHIP_TRY(std::move(status));
    const std::lock_guard lock(reading_mutex_);
    if (!reading_ && fresh_ && fresh_of_ == forgotten_) reading_ = std::move(fresh_);
    fresh_.reset();
  }
  return {};
}

Result<std::unique_ptr<FigureBook::Reading>> FigureBook::read_all(ServerStore& store) const {
  NHIP_TRY_ASSIGN(const Definitions* definitions, union_definitions());
  auto into = std::make_unique<Reading>();
  NHIP_TRY_ASSIGN(into->commit, store.last_commit());
  into->ledger = std::make_unique<Ledger>(*definitions, into->names);
  into->reader =
      std::make_unique<FactReader>(centre_.schema(), *definitions, into->names, into->forms);
  NHIP_TRY(read_definitions(store, centre_.schema(), *into));
  for (const Type& type : centre_.schema().types()) {
    // What a unit sees of a sector's activity is a copy; the activity itself is here.
    if (!type.spread_from.empty() || !into->reader->reads(type)) continue;
    NHIP_TRY(read_type(store, type, *into));
  }
  for (const indicators::PeriodDates& period : into->ledger->periods()) {
    into->ledger->figures(period.code, indicators::ViewKind::kOfficial);
    into->ledger->figures(period.code, indicators::ViewKind::kCurrent);
  }
  return into;
}

Status FigureBook::read_type(ServerStore& store, const Type& type, Reading& into) const {
  std::map<Id, std::vector<PastVersion>> past;
  NHIP_TRY(store.each_past(type.number, [&](const Id& id, const PastVersion& version) {
    past[id].push_back(version);
    return true;
  }));
  return store.each_row(type.number, [&](const StoredRow& row) {
    const auto found = past.find(row.id);
    put(type, row, found == past.end() ? std::vector<PastVersion>{} : std::move(found->second),
        into);
    return true;
  });
}

Status FigureBook::read_definitions(ServerStore& store, const Schema& schema, Reading& into) {
  NHIP_TRY_ASSIGN(DefinitionTables tables, read_tables(store, schema));
  into.forms = std::move(tables.forms);
  into.ledger->set_units(std::move(tables.units));
  into.ledger->set_periods(std::move(tables.periods));
  return {};
}

Status FigureBook::follow(std::uint64_t upto) {
  ServerStore& store = centre_.store();
  std::vector<ScopeCommit> shares;
  NHIP_TRY(store.each_commit(reading_->commit, [&](const ScopeCommit& share) {
    if (share.commit <= upto) shares.push_back(share);
    return share.commit <= upto;
  }));
  std::set<Key> changed;
  for (const ScopeCommit& share : shares) {
    NHIP_TRY(
        store.each_in_scope(share.scope, share.first - 1, share.last, [&](const StoredRow& row) {
          changed.insert({row.type, row.id});
          return true;
        }));
  }
  bool definitions = false, forms = false;
  for (const Key& key : changed) {
    const Type* type = centre_.schema().type(key.first);
    if (type == nullptr || !type->spread_from.empty()) continue;
    definitions = definitions || is_definition(*type);
    forms = forms || type->name == "form";
  }
  if (definitions) NHIP_TRY(read_definitions(store, centre_.schema(), *reading_));
  const Type* responses = centre_.schema().type("survey_response");
  // Responses were judged by the forms as they were.
  if (forms && responses != nullptr) NHIP_TRY(read_type(store, *responses, *reading_));
  for (const Key& key : changed) NHIP_TRY(read_record(key));
  reading_->commit = upto;
  return {};
}

Status FigureBook::read_record(const Key& key) {
  const Type* type = centre_.schema().type(key.first);
  if (type == nullptr || !type->spread_from.empty() || !reading_->reader->reads(*type)) return {};
  NHIP_TRY_ASSIGN(const auto row, centre_.store().row(key.first, key.second));
  if (!row) return {};
  NHIP_TRY_ASSIGN(std::vector<PastVersion> past, centre_.store().past(key.first, key.second));
  put(*type, *row, std::move(past), *reading_);
  return {};
}

void FigureBook::put(const Type& type, const StoredRow& live, std::vector<PastVersion> past,
                     Reading& into) {
  Record record;
  record.type = type.number;
  record.id = live.id;
  for (const TimedState& state : timeline(live, std::move(past))) {
    std::optional<Facts> facts = into.reader->read(type, live.id, state.cells);
    if (!facts) return;
    facts->rev = state.info.rev;
    facts->received_at = state.info.received_at;
    facts->updated_at = state.info.updated_at;
    record.versions.push_back(*std::move(facts));
  }
  into.ledger->put(std::move(record));
}

}  // namespace nhip::server
