#include "indicators/ledger.h"

#include <algorithm>
#include <cstring>
#include <set>
#include <tuple>

#include "indicators/roll_up.h"

namespace nhip::indicators {
namespace {

void remove_place(std::vector<std::size_t>& places, std::size_t place) {
  const auto found = std::find(places.begin(), places.end(), place);
  if (found == places.end()) return;
  *found = places.back();
  places.pop_back();
}

bool unit_order(const UnitVersion& a, const UnitVersion& b) {
  return std::tie(a.unit_id, a.version, a.from, a.to) <
         std::tie(b.unit_id, b.version, b.from, b.to);
}

std::vector<NameId> units_of(const Record& record) {
  std::vector<NameId> units;
  for (const Facts& version : record.versions) {
    const std::vector<NameId> more = touched_units(version);
    units.insert(units.end(), more.begin(), more.end());
  }
  std::sort(units.begin(), units.end());
  units.erase(std::unique(units.begin(), units.end()), units.end());
  return units;
}

bool is_ack(const Record& record) {
  return !record.versions.empty() && std::holds_alternative<Ack>(record.versions.front().body);
}

}  // namespace

std::size_t Ledger::IdHash::operator()(const Id& id) const noexcept {
  std::uint64_t low = 0, high = 0;
  std::memcpy(&low, id.bytes.data(), sizeof low);
  std::memcpy(&high, id.bytes.data() + sizeof low, sizeof high);
  return static_cast<std::size_t>(low ^ (high * 0x9E3779B97F4A7C15ULL));
}
std::size_t Ledger::KeyHash::operator()(const RecordKey& key) const noexcept {
  return IdHash{}(key.second) ^ key.first;
}

Ledger::Ledger(const Definitions& definitions, Names& names)
    : definitions_(definitions),
      names_(names),
      words_(definitions, names),
      lineage_(std::make_unique<Lineage>(definitions, names, std::vector<UnitVersion>{})) {}
Ledger::~Ledger() = default;

void Ledger::set_units(std::vector<UnitVersion> units) {
  std::sort(units.begin(), units.end(), unit_order);
  if (units == unit_rows_) return;
  unit_rows_ = std::move(units);
  lineage_ = std::make_unique<Lineage>(definitions_, names_, unit_rows_);
  for (const NameId unit : lineage_->all()) unit_index(unit);
  mark_everything();
}

void Ledger::set_periods(std::vector<PeriodDates> periods) {
  std::sort(periods.begin(), periods.end(),
            [](const auto& a, const auto& b) { return a.code < b.code; });
  if (periods == periods_) return;
  periods_ = std::move(periods);
  decltype(views_) kept;
  const auto keep = [&](const PeriodDates& period, ViewKind kind, Instant as_of) {
    std::unique_ptr<View>& view = views_[{period.code, kind}];
    const bool same = view && view->period == period && view->as_of == as_of;
    kept[{period.code, kind}] = same ? std::move(view) : make_view(period, kind, as_of);
  };
  for (const PeriodDates& period : periods_) {
    keep(period, ViewKind::kCurrent, kForEver);
    if (period.lock_at) keep(period, ViewKind::kOfficial, *period.lock_at);
  }
  views_ = std::move(kept);
}

std::unique_ptr<Ledger::View> Ledger::make_view(const PeriodDates& period, ViewKind kind,
                                                Instant as_of) {
  auto view = std::make_unique<View>();
  view->period = period;
  view->period_name = names_.of(period.code);
  view->kind = kind;
  view->as_of = as_of;
  return view;
}

std::size_t Ledger::unit_index(NameId unit) {
  const auto [it, is_new] = unit_numbers_.try_emplace(unit, units_.size());
  if (!is_new) return it->second;
  units_.push_back(unit);
  touching_.emplace_back();
  return it->second;
}

void Ledger::mark_everything() {
  for (auto& [key, view] : views_) {
    view->all_marked = true;
    view->summed = false;
  }
}

void Ledger::index(Place place, const Record& record, bool add) {
  const auto change = [&](std::vector<Place>& places) {
    if (add) {
      places.push_back(place);
    } else {
      remove_place(places, place);
    }
  };
  if (!is_ack(record)) {
    for (const NameId unit : units_of(record)) change(touching_[unit_index(unit)]);
    const bool is_document = std::holds_alternative<Document>(record.versions.front().body);
    if (is_document) documents_[record.id] = place;
    return;
  }
  std::set<std::pair<Id, NameId>> pairs;
  std::set<NameId> units;
  for (const Facts& version : record.versions) {
    pairs.insert({std::get<Ack>(version.body).document, version.unit});
    units.insert(version.unit);
  }
  for (const auto& [document, unit] : pairs) change(acks_[document][unit]);
  for (const NameId unit : units) change(acks_of_unit_[unit]);
}

void Ledger::put(Record record) {
  auto& versions = record.versions;
  std::stable_sort(versions.begin(), versions.end(), [](const Facts& a, const Facts& b) {
    return std::tie(a.rev, a.received_at) < std::tie(b.rev, b.received_at);
  });
  if (versions.empty()) return;
  const auto [it, is_new] = places_.try_emplace({record.type, record.id}, records_.size());
  if (is_new) {
    records_.push_back(std::move(record));
  } else {
    mark(records_[it->second]);
    index(it->second, records_[it->second], false);
    records_[it->second] = std::move(record);
  }
  index(it->second, records_[it->second], true);
  mark(records_[it->second]);
}

void Ledger::mark(View& view, NameId unit) {
  view.summed = false;
  if (view.all_marked) return;
  const std::size_t number = unit_index(unit);
  if (view.marked.size() < units_.size()) view.marked.resize(units_.size(), 0);
  if (view.marked[number]) return;
  view.marked[number] = 1;
  view.to_do.push_back(number);
}

void Ledger::mark(const Record& record) {
  const auto is_at_rest = [](const auto& each) { return each.second->all_marked; };
  if (std::all_of(views_.begin(), views_.end(), is_at_rest)) return;
  const std::vector<NameId> units = is_ack(record) ? std::vector<NameId>{} : units_of(record);
  for (const Facts& version : record.versions) {
    if (is_ack(record)) {
      mark_ack(version);
      continue;
    }
    for (auto& [key, view] : views_) {
      if (version.received_at > view->as_of ||
          !may_concern(version, view->period, view->period_name, words_)) {
        continue;
      }
      for (const NameId unit : units) mark(*view, unit);
    }
  }
}

// An ack counts where its document does, for its unit and for those whose successor that is.
void Ledger::mark_ack(const Facts& facts) {
  const Id& document = std::get<Ack>(facts.body).document;
  const auto found = documents_.find(document);
  if (found == documents_.end()) return;
  for (const Facts& version : records_[found->second].versions) {
    for (auto& [key, view] : views_) {
      if (facts.received_at > view->as_of ||
          !may_concern(version, view->period, view->period_name, words_)) {
        continue;
      }
      for (const NameId unit : with_predecessors(facts.unit)) mark(*view, unit);
    }
  }
}

std::vector<NameId> Ledger::with_predecessors(NameId unit) const {
  std::vector<NameId> units{unit};
  for (std::size_t i = 0; i < units.size(); ++i) {
    for (const Lineage::Predecessor& each : lineage_->predecessors(units[i])) {
      if (std::find(units.begin(), units.end(), each.unit) == units.end()) {
        units.push_back(each.unit);
      }
    }
  }
  return units;
}

PartContext Ledger::context(const PeriodDates& period, Instant as_of) const {
  const auto each_ack = [this](const Id& document, NameId unit,
                               const std::function<void(const Record&)>& each) {
    const auto of_document = acks_.find(document);
    if (of_document == acks_.end()) return;
    const auto of_unit = of_document->second.find(unit);
    if (of_unit == of_document->second.end()) return;
    for (const Place place : of_unit->second) each(records_[place]);
  };
  return {definitions_, words_, *lineage_, period, names_.of(period.code), as_of, each_ack};
}

void Ledger::place_units(View& view) const {
  view.owners.clear();
  for (const NameId unit : units_) view.owners.push_back(lineage_->owner(unit, view.period.end));
  view.base = lineage_->base(view.period.end);
}

void Ledger::compute(View& view) {
  const PartContext with = context(view.period, view.as_of);
  bool changed = view.all_marked || view.parts.size() != units_.size();
  if (view.all_marked) {
    view.parts.assign(units_.size(), UnitPart{});
    view.to_do.clear();
    for (std::size_t i = 0; i < units_.size(); ++i) view.to_do.push_back(i);
  }
  view.parts.resize(units_.size());
  std::vector<const Record*> records;
  for (const std::size_t number : view.to_do) {
    records.clear();
    for (const Place place : touching_[number]) records.push_back(&records_[place]);
    UnitPart part = compute_part(units_[number], records, with);
    changed = changed || part != view.parts[number];
    view.parts[number] = std::move(part);
  }
  view.to_do.clear();
  view.marked.assign(units_.size(), 0);
  if (view.all_marked || view.owners.size() != units_.size()) place_units(view);
  view.all_marked = false;
  view.summed = true;
  if (!changed) return;
  view.figures = roll_up({definitions_, words_, names_, *lineage_, view.period, view.as_of, units_,
                          view.parts, view.owners, view.base});
}

const PeriodDates* Ledger::period(std::string_view code) const {
  const auto found = std::find_if(periods_.begin(), periods_.end(),
                                  [&](const PeriodDates& each) { return each.code == code; });
  return found == periods_.end() ? nullptr : &*found;
}

const Figures* Ledger::figures(std::string_view code, ViewKind kind) {
  const auto found = views_.find(std::pair<std::string, ViewKind>(std::string(code), kind));
  if (found == views_.end()) return nullptr;
  View& view = *found->second;
  if (!view.summed) compute(view);
  return &view.figures;
}

std::optional<Figures> Ledger::figures_as_of(std::string_view code, Instant as_of) {
  const PeriodDates* dates = period(code);
  if (dates == nullptr) return std::nullopt;
  const std::unique_ptr<View> view = make_view(*dates, ViewKind::kOfficial, as_of);
  compute(*view);
  return std::move(view->figures);
}

Figures Ledger::figures_between(const PeriodDates& days) {
  const std::unique_ptr<View> view = make_view(days, ViewKind::kCurrent, kForEver);
  compute(*view);
  return std::move(view->figures);
}

std::vector<const Record*> Ledger::records_of(const std::vector<NameId>& units) const {
  std::set<Place> places;
  for (const NameId unit : units) {
    if (const auto number = unit_numbers_.find(unit); number != unit_numbers_.end()) {
      places.insert(touching_[number->second].begin(), touching_[number->second].end());
    }
    if (const auto acks = acks_of_unit_.find(unit); acks != acks_of_unit_.end()) {
      places.insert(acks->second.begin(), acks->second.end());
    }
  }
  std::vector<const Record*> records;
  for (const Place place : places) records.push_back(&records_[place]);
  std::sort(records.begin(), records.end(), [](const Record* a, const Record* b) {
    return std::tie(a->type, a->id) < std::tie(b->type, b->id);
  });
  return records;
}

void Ledger::each_record(const std::function<void(const Record&)>& each) const {
  for (const Record& record : records_) each(record);
}

}  // namespace nhip::indicators
