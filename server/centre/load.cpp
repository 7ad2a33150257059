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

class Loader {
 public:
  using Progress = std::function<void(const std::string& file, std::uint64_t lines)>;
  Loader(Centre& centre, std::int64_t now, const Progress& progress)
      : centre_(centre), now_(now), progress_(progress), rules_(centre) {}

  Status line(const SourceLine& at, const nlohmann::json& object) {
    if (at.file != file_) begin_file(at.file);
    ++report_.lines;
    Result<ReadLine> read = read_line(centre_, at, object, now_);
    if (!read.ok()) {
      refuse({at.file, at.line, read.status().name(), read.status().message()});
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
  LoadReport report_;
  std::string file_;
  std::set<std::string> unknown_seen_;
  std::map<std::pair<std::uint16_t, Id>, core::Cells> defined_;
  LoadRules rules_;
  std::unique_ptr<Batch> batch_;
};

}  // namespace

Result<LoadReport> load_folder(
    Centre& centre, const std::string& folder, std::int64_t now,
    const std::function<void(const std::string& file, std::uint64_t lines)>& progress) {
  Loader loader(centre, now, progress);
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
