#include "figures/definition_file.h"

#include <nlohmann/json.hpp>

#include <set>

#include "centre/folder_reader.h"
#include "centre/line_reader.h"
#include "figures/definition_judge.h"
#include "figures/one_file_folder.h"
#include "indicators/definition_check.h"

namespace nhip::server {
namespace {

using indicators::DefinitionFault;

// The rows of the file, with the lines they stand on.
struct Rows {
  std::vector<indicators::UnitVersion> units;
  std::vector<indicators::PeriodDates> periods;
  std::vector<std::uint64_t> lines;
  std::string file;
};

Status read_rows(Centre& centre, const std::string& folder, std::int64_t now, Rows& rows,
                 LoadReport& report) {
  FolderVisitor visitor;
  visitor.each = [&](const SourceLine& at, const nlohmann::json& object) -> Status {
    ++report.lines;
    rows.file = at.file;
    const Result<ReadLine> read = read_line(centre, at, object, now);
    if (!read.ok()) {
      report.problems.push_back({at.file, at.line, read.status().name(), read.status().message()});
      return {};
    }
    const Type& type = *centre.schema().type(read->version.type);
    if (type.name == "org_unit") {
      rows.units.push_back(*indicators::read_unit(type, read->version.cells));
      rows.lines.push_back(at.line);
    } else if (const auto period = indicators::read_period(type, read->version.cells)) {
      rows.periods.push_back(*period);
      rows.lines.push_back(at.line);
    } else {
      report.problems.push_back(
          {at.file, at.line, "missing_field", "a period needs code, start and end"});
    }
    return {};
  };
  visitor.broken = [&](const LoadProblem& problem) {
    ++report.lines;
    report.problems.push_back(problem);
  };
  return read_folder(folder, visitor);
}

// Units and periods that the file does not name stay as they are, so it is judged beside them.
std::vector<DefinitionFault> judge(FigureBook& book, DefinitionKind kind, const Rows& rows) {
  if (kind == DefinitionKind::kPeriods) {
    std::vector<indicators::PeriodDates> all = rows.periods;
    std::set<std::string> named;
    for (const auto& each : rows.periods) named.insert(each.code);
    for (const auto& each : book.ledger().periods()) {
      if (!named.contains(each.code)) all.insert(all.begin(), each);
    }
    const std::size_t known = all.size() - rows.periods.size();
    std::vector<DefinitionFault> faults;
    for (DefinitionFault& fault : indicators::check_periods(all)) {
      if (fault.row < known) continue;
      fault.row -= known;
      faults.push_back(std::move(fault));
    }
    return faults;
  }
  std::vector<indicators::UnitVersion> all = rows.units;
  std::set<std::pair<std::string, std::int64_t>> named;
  for (const auto& each : rows.units) named.insert({each.unit_id, each.version});
  for (const auto& each : book.ledger().unit_rows()) {
    if (!named.contains({each.unit_id, each.version})) all.push_back(each);
  }
  return indicators::check_units(book.ledger().definitions(), all);
}

}  // namespace

Result<LoadReport> load_definitions(FigureBook& book, DefinitionKind kind, const std::string& path,
                                    bool dry_run, std::int64_t now) {
  OneFileFolder folder;
  NHIP_TRY(folder.copy(path, kind == DefinitionKind::kUnits ? "org_units.csv" : "periods.json"));
  Rows rows;
  LoadReport report;
  NHIP_TRY(read_rows(book.centre(), folder.path(), now, rows, report));
  for (const DefinitionFault& fault : judge(book, kind, rows)) {
    // A fault of a row that is known already is told at the file's end.
    const std::uint64_t line = fault.row < rows.lines.size() ? rows.lines[fault.row] : 0;
    report.problems.push_back({rows.file, line, fault.code, fault.message});
  }
  report.refused = report.problems.size();
  if (!report.problems.empty() || dry_run) return report;
  NHIP_TRY_ASSIGN(LoadReport loaded, load_judged(book.centre(), folder.path(), now, {}));
  book.forget();
  return loaded;
}

}  // namespace nhip::server
