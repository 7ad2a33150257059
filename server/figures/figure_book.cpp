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
using indicators::Names;
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

FigureBook::FigureBook(Centre& centre) : centre_(centre) {}
FigureBook::~FigureBook() = default;

Status FigureBook::refresh() {
  NHIP_TRY_ASSIGN(const std::uint64_t newest, centre_.store().last_commit());
  if (!ledger_) {
    NHIP_TRY(read_all());
  } else if (newest > commit_) {
    NHIP_TRY(follow(newest));
  }
  commit_ = newest;
  return {};
}

Status FigureBook::read_all() {
  NHIP_TRY_ASSIGN(const Definitions* definitions, union_definitions());
  names_ = std::make_unique<Names>();
  forms_.clear();
  auto ledger = std::make_unique<Ledger>(*definitions, *names_);
  reader_ = std::make_unique<FactReader>(centre_.schema(), *definitions, *names_, forms_);
  ledger_ = std::move(ledger);
  Status status = read_definitions();
  for (const Type& type : centre_.schema().types()) {
    // What a unit sees of a sector's activity is a copy; the activity itself is here.
    if (!status.ok() || !type.spread_from.empty() || !reader_->reads(type)) continue;
    status = read_type(type);
  }
  if (!status.ok()) ledger_.reset();
  return status;
}

Status FigureBook::read_type(const Type& type) {
  std::map<Id, std::vector<PastVersion>> past;
  NHIP_TRY(centre_.store().each_past(type.number, [&](const Id& id, const PastVersion& version) {
    past[id].push_back(version);
    return true;
  }));
  return centre_.store().each_row(type.number, [&](const StoredRow& row) {
    const auto found = past.find(row.id);
    put(type, row, found == past.end() ? std::vector<PastVersion>{} : std::move(found->second));
    return true;
  });
}

Status FigureBook::read_definitions() {
  const Schema& schema = centre_.schema();
  std::vector<indicators::UnitVersion> units;
  std::vector<indicators::PeriodDates> periods;
  indicators::FormKeys forms;
  const auto each = [&](const char* name, const auto& take) -> Status {
    const Type* type = schema.type(name);
    if (type == nullptr) return {};
    return centre_.store().each_row(type->number, [&](const StoredRow& row) {
      take(*type, row.row.cells);
      return true;
    });
  };
  NHIP_TRY(each("org_unit", [&](const Type& type, const core::Cells& cells) {
    if (auto unit = indicators::read_unit(type, cells)) units.push_back(*std::move(unit));
  }));
  NHIP_TRY(each("period", [&](const Type& type, const core::Cells& cells) {
    if (auto period = indicators::read_period(type, cells)) periods.push_back(*std::move(period));
  }));
  NHIP_TRY(each("form", [&](const Type& type, const core::Cells& cells) {
    indicators::read_form(type, cells, forms);
  }));
  forms_ = std::move(forms);
  ledger_->set_units(std::move(units));
  ledger_->set_periods(std::move(periods));
  return {};
}

Status FigureBook::follow(std::uint64_t upto) {
  std::vector<ScopeCommit> shares;
  NHIP_TRY(centre_.store().each_commit(commit_, [&](const ScopeCommit& share) {
    if (share.commit <= upto) shares.push_back(share);
    return share.commit <= upto;
  }));
  std::set<Key> changed;
  for (const ScopeCommit& share : shares) {
    NHIP_TRY(centre_.store().each_in_scope(share.scope, share.first - 1, share.last,
                                           [&](const StoredRow& row) {
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
  if (definitions) NHIP_TRY(read_definitions());
  if (forms) NHIP_TRY(read_responses_again());
  for (const Key& key : changed) NHIP_TRY(read_record(key));
  return {};
}

Status FigureBook::read_record(const Key& key) {
  const Type* type = centre_.schema().type(key.first);
  if (type == nullptr || !type->spread_from.empty() || !reader_->reads(*type)) return {};
  NHIP_TRY_ASSIGN(const auto row, centre_.store().row(key.first, key.second));
  if (!row) return {};
  NHIP_TRY_ASSIGN(std::vector<PastVersion> past, centre_.store().past(key.first, key.second));
  put(*type, *row, std::move(past));
  return {};
}

// Responses were judged by the forms as they were.
Status FigureBook::read_responses_again() {
  const Type* type = centre_.schema().type("survey_response");
  return type == nullptr ? Status() : read_type(*type);
}

void FigureBook::put(const Type& type, const StoredRow& live, std::vector<PastVersion> past) {
  Record record;
  record.type = type.number;
  record.id = live.id;
  for (const TimedState& state : timeline(live, std::move(past))) {
    std::optional<Facts> facts = reader_->read(type, live.id, state.cells);
    if (!facts) return;
    facts->rev = state.info.rev;
    facts->received_at = state.info.received_at;
    facts->updated_at = state.info.updated_at;
    record.versions.push_back(*std::move(facts));
  }
  ledger_->put(std::move(record));
}

}  // namespace nhip::server
