// Loading a folder: lines in batches, each batch one transaction and one commit of the centre. A
// stop in the middle costs the batch that was open, and loading again brings the rest: a line that
// is known already changes nothing.
#include <map>
#include <set>
#include <string>

#include "centre/centre.h"
#include "centre/folder_reader.h"
#include "centre/history.h"
#include "centre/line_reader.h"
#include "centre/load_rules.h"
#include "centre/transaction.h"

#include <nlohmann/json.hpp>

namespace nhip::server {
namespace {

constexpr std::uint64_t kBatchLines = 1000;

// One transaction and its sequencer.
struct Batch {
  Batch(Centre& centre, std::int64_t now)
      : transaction(centre.store()), sequencer(centre, Author{}, "", now) {}
  Transaction transaction;
  Sequencer sequencer;
  std::uint64_t lines = 0;
};

// Which versions of a form there are. A response of another version of a known form was answered
// on paper nobody can read; of a form that is not known at all it may come before the form does.
class PublishedForms {
 public:
  explicit PublishedForms(Centre& centre)
      : centre_(centre),
        response_(centre.schema().type("survey_response")),
        form_(centre.schema().type("form")) {}

  Result<bool> published(const LoadedVersion& version) {
    if (response_ == nullptr || form_ == nullptr || version.type != response_->number) return true;
    if (!read_) NHIP_TRY(read());
    const auto form = versions_.find(text_of(version.cells, *response_, "form_id"));
    if (form == versions_.end()) return true;
    return form->second.contains(integer_of(version.cells, *response_, "form_version"));
  }

 private:
  static std::string text_of(const core::Cells& cells, const Type& type, const char* path) {
    const Field* field = type.field(path);
    const std::string* text =
        field == nullptr ? nullptr : core::cell_value(cells, {field->number, {}}).text();
    return text == nullptr ? std::string() : *text;
  }
  static std::int64_t integer_of(const core::Cells& cells, const Type& type, const char* path) {
    const Field* field = type.field(path);
    const std::int64_t* number =
        field == nullptr ? nullptr : core::cell_value(cells, {field->number, {}}).integer();
    return number == nullptr ? -1 : *number;
  }
  // Definitions stand before records in every folder, so all of them are there by now.
  Status read() {
    read_ = true;
    return centre_.store().each_row(form_->number, [&](const StoredRow& row) {
      if (core::is_deleted(row.row.cells)) return true;
      versions_[text_of(row.row.cells, *form_, "form_id")].insert(
          integer_of(row.row.cells, *form_, "version"));
      return true;
    });
  }

  Centre& centre_;
  const Type* response_;
  const Type* form_;
  bool read_ = false;
  std::map<std::string, std::set<std::int64_t>> versions_;
};

class Loader {
 public:
  using Progress = std::function<void(const std::string& file, std::uint64_t lines)>;
  Loader(Centre& centre, std::int64_t now, const Progress& progress, const JudgedLines& judged)
      : centre_(centre),
        now_(now),
        progress_(progress),
        judged_(judged),
        rules_(centre),
        forms_(centre) {}

  Status line(const SourceLine& at, const nlohmann::json& object) {
    if (at.file != file_) begin_file(at.file);
    ++report_.lines;
    Result<ReadLine> read = read_line(centre_, at, object, now_);
    if (!read.ok()) {
      refuse({at.file, at.line, read.status().name(), read.status().message()});
      return {};
    }
    if (at.definition && is_judged(at)) return {};
    NHIP_TRY_ASSIGN(const bool published, forms_.published(read->version));
    if (!published) {
      refuse({at.file, at.line, "unknown_form",
              "form_version: nobody published this version of the form"});
      return {};
    }
    NHIP_TRY(rules_.judge(at, *read, report_));
    note(at, *read);
    if (at.definition && contradicts(at, *read)) return {};
    NHIP_TRY(open_batch());
    NHIP_TRY_ASSIGN(const Entered entered,
                    at.definition ? enter_definition(centre_, batch_->sequencer, read->version)
                                  : enter_version(centre_, batch_->sequencer, read->version));
    count(at, *read, entered);
    if (++batch_->lines < kBatchLines) return {};
    return close_batch();
  }

  void refuse(const LoadProblem& problem) {
    ++report_.refused;
    report_.problems.push_back(problem);
  }
  // A line that is no JSON.
  void broken(const LoadProblem& problem) {
    if (problem.file != file_) begin_file(problem.file);
    ++report_.lines;
    refuse(problem);
  }

  Status close_batch() {
    if (!batch_) return {};
    NHIP_TRY(batch_->sequencer.finish());
    NHIP_TRY(batch_->transaction.commit());
    batch_.reset();
    if (progress_) progress_(file_, report_.lines);
    return {};
  }

  Status judge_whole() { return rules_.finish(report_); }
  LoadReport take() { return std::move(report_); }

 private:
  void begin_file(const std::string& file) {
    file_ = file;
    unknown_seen_.clear();
  }

  Status open_batch() {
    if (batch_) return {};
    batch_ = std::make_unique<Batch>(centre_, now_);
    return batch_->transaction.begin();
  }

  void note(const SourceLine& at, const ReadLine& read) {
    report_.sealed_dropped += read.sealed_dropped;
    report_.flagged += read.flags.empty() ? 0 : 1;
    for (const LineFlag& flag : read.flags) {
      report_.warnings.push_back({at.file, at.line, flag.code, flag.message});
    }
    for (const std::string& name : read.unknown) {
      if (!unknown_seen_.insert(name).second) continue;
      report_.warnings.push_back(
          {at.file, at.line, "unknown_field", name + ": not in the schema, kept"});
    }
  }

  // Whether the line was settled before the load.
  bool is_judged(const SourceLine& at) {
    const auto at_line = [&](const LoadProblem& each) {
      return each.line == at.line && each.file == at.file;
    };
    bool refused = false, kept = false;
    for (const LoadProblem& each : judged_.refused) {
      if (!at_line(each)) continue;
      report_.problems.push_back(each);
      refused = true;
    }
    for (const LoadProblem& each : judged_.kept) {
      if (refused || !at_line(each)) continue;
      report_.warnings.push_back(each);
      kept = true;
    }
    report_.refused += refused ? 1 : 0;
    report_.repeated += kept ? 1 : 0;
    return refused || kept;
  }

  // A definition that stands twice in its file with different content: the first one counts, since
  // neither says which of them is newer.
  bool contradicts(const SourceLine& at, const ReadLine& read) {
    const auto [it, is_new] =
        defined_.try_emplace({read.version.type, read.version.id}, read.version.cells);
    if (is_new || it->second == read.version.cells) return false;
    report_.problems.push_back({at.file, at.line, "other_content",
                                "the same thing is defined earlier in this file, differently"});
    return true;
  }

  void count(const SourceLine& at, const ReadLine& read, const Entered& entered) {
    const Type* type = centre_.schema().type(read.version.type);
    ++report_.by_type[type->name];
    ++(entered.repeated ? report_.repeated : report_.stored);
    if (entered.other_content) {
      report_.problems.push_back(
          {at.file, at.line, "other_content",
           "rev " + std::to_string(read.version.info.rev) +
               " of this record is known with other content; both are kept"});
    }
    if (!entered.kept_edited) return;
    ++report_.flagged;
    report_.warnings.push_back(
        {at.file, at.line, "kept_edited", "a device has edited this record, so it is not deleted"});
  }

  Centre& centre_;
  std::int64_t now_;
  const Progress& progress_;
  const JudgedLines& judged_;
  LoadReport report_;
  std::string file_;
  std::set<std::string> unknown_seen_;
  std::map<std::pair<std::uint16_t, Id>, core::Cells> defined_;
  LoadRules rules_;
  PublishedForms forms_;
  std::unique_ptr<Batch> batch_;
};

}  // namespace

Result<LoadReport> load_folder(
    Centre& centre, const std::string& folder, std::int64_t now,
    const std::function<void(const std::string& file, std::uint64_t lines)>& progress,
    const JudgedLines& judged) {
  Loader loader(centre, now, progress, judged);
  FolderVisitor visitor;
  visitor.each = [&](const SourceLine& at, const nlohmann::json& object) {
    return loader.line(at, object);
  };
  visitor.broken = [&](const LoadProblem& problem) { loader.broken(problem); };
  NHIP_TRY(read_folder(folder, visitor));
  NHIP_TRY(loader.close_batch());
  NHIP_TRY(loader.judge_whole());
  return loader.take();
}

}  // namespace nhip::server
