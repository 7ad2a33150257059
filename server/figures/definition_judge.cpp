#include "figures/definition_judge.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "centre/folder_reader.h"
#include "centre/line_reader.h"
#include "indicators/definition_check.h"

namespace nhip::server {
namespace {

using indicators::DefinitionFault;
using indicators::PeriodDates;
using indicators::UnitVersion;

// What a load refuses of units. Anything else that check_units finds is untidy, and a table from an
// older system may be untidy.
constexpr std::array<std::string_view, 4> kRefused = {"unit_hole", "unknown_successor",
                                                      "successor_cycle", "parent_cycle"};

template <typename Row>
struct Line {
  SourceLine at;
  Row row;
};

class Judge {
 public:
  Judge(Centre& centre, DefinitionTables known, std::int64_t now)
      : centre_(centre), known_(std::move(known)), now_(now) {}

  Status line(const SourceLine& at, const nlohmann::json& object) {
    const Result<ReadLine> read = read_line(centre_, at, object, now_);
    if (!read.ok()) return {};  // the load says so itself
    const Type& type = *centre_.schema().type(read->version.type);
    if (type.name == "org_unit") {
      if (auto unit = indicators::read_unit(type, read->version.cells))
        units_.push_back({at, *unit});
    } else if (type.name == "period") {
      if (auto period = indicators::read_period(type, read->version.cells)) {
        periods_.push_back({at, *period});
      }
    } else if (type.name == "form") {
      return form(at, type, read->version);
    }
    return {};
  }

  JudgedLines finish() {
    while (refuse_units()) {
    }
    for (const Line<PeriodDates>& line : periods_) period(line);
    return std::move(judged_);
  }

 private:
  void refuse(const SourceLine& at, const std::string& code, const std::string& message) {
    judged_.refused.push_back({at.file, at.line, code, message});
  }

  // A published version never changes, or what was answered on it would mean something else.
  Status form(const SourceLine& at, const Type& type, const LoadedVersion& version) {
    NHIP_TRY_ASSIGN(const auto live, centre_.store().row(type.number, version.id));
    if (live && !core::is_deleted(live->row.cells) && live->row.cells != version.cells) {
      refuse(at, "form_published",
             "this version was published with other content; give the form a new version");
    }
    return {};
  }

  // Takes the units that are at fault out of the file, all their lines; true when there were any.
  // Without them others may have lost their successor, so it is asked again.
  bool refuse_units() {
    std::vector<UnitVersion> all;
    std::set<std::pair<std::string, std::int64_t>> named;
    for (const auto& line : units_) {
      all.push_back(line.row);
      named.insert({line.row.unit_id, line.row.version});
    }
    for (const UnitVersion& each : known_.units) {
      if (!named.contains({each.unit_id, each.version})) all.push_back(each);
    }
    const auto definitions = union_definitions();
    if (!definitions.ok()) return false;
    std::set<std::string> at_fault;
    std::set<std::uint64_t> told;
    for (const DefinitionFault& fault : indicators::check_units(**definitions, all)) {
      if (std::find(kRefused.begin(), kRefused.end(), fault.code) == kRefused.end()) continue;
      const std::string& unit = all[fault.row].unit_id;
      const auto line = fault.row < units_.size()
                            ? units_.begin() + static_cast<std::ptrdiff_t>(fault.row)
                            : std::find_if(units_.begin(), units_.end(), [&](const auto& each) {
                                return each.row.unit_id == unit;
                              });
      if (line == units_.end()) continue;  // what is known already is not this file's fault
      refuse(line->at, fault.code, fault.message);
      told.insert(line->at.line);
      at_fault.insert(unit);
    }
    for (const auto& line : units_) {
      if (!at_fault.contains(line.row.unit_id) || told.contains(line.at.line)) continue;
      refuse(line.at, "unit_at_fault",
             line.row.unit_id + ": another line of this unit is refused, so this one is too");
    }
    std::erase_if(units_, [&](const auto& each) { return at_fault.contains(each.row.unit_id); });
    return !at_fault.empty();
  }

  void period(const Line<PeriodDates>& line) {
    const PeriodDates& row = line.row;
    if (row.end < row.start) {
      return refuse(line.at, "period_ends_first", row.code + ": end lies before start");
    }
    const auto known = std::find_if(known_.periods.begin(), known_.periods.end(),
                                    [&](const PeriodDates& each) { return each.code == row.code; });
    if (known != known_.periods.end() && known->lock_at) return locked_period(line, *known);
    for (const PeriodDates& other : known_.periods) {
      if (other.code == row.code || other.kind != row.kind) continue;
      if (other.start <= row.end && row.start <= other.end) {
        return refuse(line.at, "period_overlap", row.code + " shares days with " + other.code);
      }
    }
    // The next lines of the file are judged beside this one.
    if (known == known_.periods.end()) known_.periods.push_back(row);
  }

  void locked_period(const Line<PeriodDates>& line, const PeriodDates& known) {
    PeriodDates wanted = line.row;
    if (!wanted.lock_at) {
      wanted.lock_at = known.lock_at;
      if (wanted == known) {
        judged_.kept.push_back({line.at.file, line.at.line, "stays_locked",
                                known.code + ": the line has no lock_at; the period stays locked"});
        return;
      }
    }
    if (wanted == known) return;
    refuse(
        line.at, "period_locked",
        known.code + " is locked; its dates do not change, and its figures only by a restatement");
  }

  Centre& centre_;
  DefinitionTables known_;
  std::int64_t now_;
  std::vector<Line<UnitVersion>> units_;
  std::vector<Line<PeriodDates>> periods_;
  JudgedLines judged_;
};

}  // namespace

Result<JudgedLines> judge_definitions(Centre& centre, const std::string& folder, std::int64_t now) {
  NHIP_TRY_ASSIGN(DefinitionTables known, read_tables(centre.store(), centre.schema()));
  Judge judge(centre, std::move(known), now);
  FolderVisitor visitor;
  visitor.each = [&](const SourceLine& at, const nlohmann::json& object) {
    return judge.line(at, object);
  };
  visitor.broken = [](const LoadProblem&) {};  // the load says so itself
  NHIP_TRY(read_definition_files(folder, visitor));
  return judge.finish();
}

Result<LoadReport> load_judged(
    Centre& centre, const std::string& folder, std::int64_t now,
    const std::function<void(const std::string& file, std::uint64_t lines)>& progress) {
  NHIP_TRY_ASSIGN(const JudgedLines judged, judge_definitions(centre, folder, now));
  return load_folder(centre, folder, now, progress, judged);
}

}  // namespace nhip::server
