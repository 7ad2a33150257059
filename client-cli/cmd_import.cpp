// nhip import: many records from a file, each line its own transaction.
//
// A bad line is named with file, line and reason and does not stop the others. What stops the
// import is a fault that every later line would meet too: a full disk, a replica in use.
#include <cctype>
#include <functional>
#include <map>

#include "command.h"
#include "csv_reader.h"
#include "json_input.h"
#include "record_csv.h"
#include "replica_access.h"
#include "screen_format.h"

namespace nhip::cli {
namespace {

constexpr std::uint64_t kProgressEvery = 50;

bool is_fault_of_line(Code code) {
  switch (code) {
    case Code::kMalformed:
    case Code::kInvalid:
    case Code::kNotFound:
    case Code::kConflict:
    case Code::kForbidden:
    case Code::kLimit: return true;
    default: return false;
  }
}

class Import {
 public:
  Import(Replica& replica, const Type& type, std::string file, Output& output)
      : replica_(replica), type_(type), file_(std::move(file)), output_(output) {}

  // One line: `record` makes the object, which is then stored. An error ends the import.
  Status take(std::uint64_t line, const std::function<Result<Json>()>& record) {
    ++lines_;
    if (lines_ % kProgressEvery == 0) {
      output_.progress(output_.say(Message::kImportProgress, {grouped(lines_)}));
    }
    const Status stored = store(line, record);
    if (stored.ok()) {
      ++stored_;
      return stored;
    }
    if (!is_fault_of_line(stored.code())) {
      stopped_at_ = line;
      return stored;
    }
    refused_.push_back({line, stored});
    return {};
  }

  void print_report() const {
    Json report = {
        {"file", file_}, {"lines", lines_}, {"stored", stored_}, {"refused", Json::array()}};
    for (const Refusal& refusal : refused_) {
      const ErrorText text = describe(output_.language(), refusal.status);
      report["refused"].push_back({{"file", file_},
                                   {"line", refusal.line},
                                   {"code", refusal.status.name()},
                                   {"message", text.message}});
    }
    report["unknown_fields"] = Json::array();
    for (const auto& [name, count] : unknown_) {
      report["unknown_fields"].push_back({{"field", name}, {"lines", count}});
    }
    report["warnings"] = Json::array();
    for (const Broken& each : broken_) {
      report["warnings"].push_back({{"file", file_},
                                    {"line", each.line},
                                    {"rule", each.finding.rule},
                                    {"field", each.finding.field},
                                    {"message", each.finding.message}});
    }
    report["by_rule"] = broken_rules_;
    report["not_checked"] = not_checked_;
    if (stopped_at_ > 0) report["stopped_at"] = stopped_at_;
    output_.print(report, [this](const Json&) { return summary(); });
  }

  bool some_refused() const { return !refused_.empty(); }

 private:
  struct Refusal {
    std::uint64_t line = 0;
    Status status;
  };

  // A line that was stored and breaks a rule.
  struct Broken {
    std::uint64_t line = 0;
    RuleFinding finding;
  };

  Status store(std::uint64_t line, const std::function<Result<Json>()>& make) {
    NHIP_TRY_ASSIGN(Json record, make());
    record.erase("_meta");
    NHIP_TRY_ASSIGN(const Id id, replica_.put(type_.name, dump(record)));
    NHIP_TRY_ASSIGN(const auto findings, replica_.findings(type_.name, id));
    for (const RuleFinding& finding : findings) {
      if (!finding.checked) {
        ++not_checked_[finding.rule];
        continue;
      }
      broken_.push_back({line, finding});
      ++broken_rules_[finding.rule];
    }
    for (const std::string& name : unknown_fields(type_, record)) {
      if (unknown_[name]++ == 0 && !output_.json()) {
        output_.warning(file_ + ":" + std::to_string(line) + ": " +
                        output_.say(Message::kUnknownField, {name}));
      }
    }
    return {};
  }

  std::string summary() const {
    std::string text;
    for (const Refusal& refusal : refused_) {
      text += output_.say(Message::kImportRefusedLine,
                          {file_, std::to_string(refusal.line),
                           describe(output_.language(), refusal.status).message}) +
              "\n";
    }
    if (stopped_at_ > 0) {
      text += output_.say(Message::kImportStopped, {std::to_string(stopped_at_)}) + "\n";
    }
    std::string rules;
    for (const auto& [rule, count] : broken_rules_) {
      rules += (rules.empty() ? "" : ", ") + rule + " ×" + grouped(count);
    }
    if (!rules.empty()) text += output_.say(Message::kImportBrokenRules, {rules}) + "\n";
    return text + output_.say(Message::kImportSummary,
                              {grouped(lines_), grouped(stored_),
                               grouped(static_cast<std::uint64_t>(refused_.size()))});
  }

  Replica& replica_;
  const Type& type_;
  std::string file_;
  Output& output_;
  std::uint64_t lines_ = 0, stored_ = 0, stopped_at_ = 0;
  std::vector<Refusal> refused_;
  std::map<std::string, std::uint64_t> unknown_;
  std::vector<Broken> broken_;
  std::map<std::string, std::uint64_t> broken_rules_, not_checked_;
};

Status import_jsonl(std::string_view bytes, Import& import, Language language) {
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  for (std::uint64_t line = 1; !bytes.empty(); ++line) {
    const std::size_t end = bytes.find('\n');
    const std::string_view text = trim_blanks(bytes.substr(0, end));
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
    if (text.empty()) continue;
    NHIP_TRY(import.take(line, [&] { return parse_object(language, text); }));
  }
  return {};
}

Result<CsvColumns> read_header(CsvReader& reader, const Type& type, Language language) {
  CsvRow header;
  if (!reader.next(header) || !header.well_formed) {
    return make_status(language, Code::kInvalid, "bad_header", Message::kCsvHeader,
                       Message::kCsvHeaderHint, {""});
  }
  return CsvColumns::parse(language, type, header.cells);
}

Status import_csv(CsvReader& reader, const CsvColumns& columns, Import& import, Language language) {
  CsvRow row;
  while (reader.next(row)) {
    NHIP_TRY(import.take(row.line, [&]() -> Result<Json> {
      if (row.well_formed) return columns.record(language, row.cells);
      return make_status(language, Code::kMalformed, "broken_csv", Message::kCsvQuote,
                         Message::kUsageHint);
    }));
  }
  return {};
}

// "jsonl" or "csv", by --format or the file's ending; standard input is JSONL unless told
// otherwise.
Result<std::string> format_of(const Arguments& arguments, const Output& output) {
  std::string format = arguments.format;
  if (format.empty() && arguments.file == "-") format = "jsonl";
  if (format.empty()) format = arguments.file.substr(arguments.file.rfind('.') + 1);
  for (char& c : format) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (format == "ndjson") format = "jsonl";
  if (format == "jsonl" || format == "csv") return format;
  return make_status(output.language(), Code::kUsage, "unknown_format", Message::kFormatUnknown,
                     Message::kFormatUnknownHint, {arguments.file});
}

}  // namespace

Result<ExitCode> run_import(const Arguments& arguments, Output& output) {
  const Language language = output.language();
  NHIP_TRY_ASSIGN(const std::string format, format_of(arguments, output));
  NHIP_TRY_ASSIGN(const auto replica, open_replica(arguments, output));
  NHIP_TRY_ASSIGN(const Type* type, find_type(*replica, arguments.type, output));
  NHIP_TRY_ASSIGN(const std::string bytes, read_all(language, arguments.file));
  Import import(*replica, *type, arguments.file, output);
  Status ended;
  if (format == "csv") {
    CsvReader reader(bytes);
    NHIP_TRY_ASSIGN(const CsvColumns columns, read_header(reader, *type, language));
    ended = import_csv(reader, columns, import, language);
  } else {
    ended = import_jsonl(bytes, import, language);
  }
  import.print_report();
  NHIP_TRY(ended);
  return import.some_refused() ? ExitCode::kNeedsPerson : ExitCode::kDone;
}

}  // namespace nhip::cli
