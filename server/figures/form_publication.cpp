#include "figures/form_publication.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <fstream>
#include <set>
#include <sstream>

#include "centre/folder_reader.h"
#include "centre/line_reader.h"
#include "figures/definition_judge.h"
#include "figures/one_file_folder.h"

namespace nhip::server {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 6> kQuestionTypes = {"bool",  "int",  "single",
                                                            "multi", "date", "text"};

std::string text_at(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// What is wrong with one form, as (code, message) in the order of its questions.
class FormCheck {
 public:
  std::vector<std::pair<std::string, std::string>> run(const json& form) {
    if (text_at(form, "form_id").empty()) fault("missing_field", "form_id: every form has one");
    const auto version = form.find("version");
    if (version == form.end() || !version->is_number_integer() || *version < 1) {
      fault("missing_field", "version: a whole number from 1");
    }
    const json questions = form.value("questions", json());
    if (!questions.is_array() || questions.empty()) {
      fault("no_questions", "questions: a form asks at least one");
      return std::move(faults_);
    }
    for (const json& each : questions) question(each);
    const json pass = form.value("pass_pct", json());
    const bool fits = pass.is_number_integer() && pass >= 0 && pass <= 100;
    if ((scored_ && !fits) || (!pass.is_null() && !fits)) {
      fault("bad_pass",
            "pass_pct: a whole number from 0 to 100, needed where questions are scored");
    }
    return std::move(faults_);
  }

 private:
  void fault(const char* code, std::string message) { faults_.emplace_back(code, message); }

  void question(const json& each) {
    const std::string id = each.is_object() ? text_at(each, "id") : "";
    if (id.empty()) return fault("missing_field", "questions: every question is an object with id");
    if (!ids_.insert(id).second) return fault("question_repeated", id + ": stands twice");
    const std::string type = text_at(each, "type");
    if (std::find(kQuestionTypes.begin(), kQuestionTypes.end(), type) == kQuestionTypes.end()) {
      return fault("unknown_question_type",
                   id + ": type is bool, int, single, multi, date or text");
    }
    if (text_at(each, "label_vi").empty()) fault("missing_field", id + ": label_vi is needed");
    std::set<std::string> options;
    for (const json& option : each.value("options", json::array())) {
      const std::string code = option.is_object() ? text_at(option, "code") : "";
      if (code.empty() || !options.insert(code).second) {
        fault("bad_options", id + ": every option has a code of its own");
      }
    }
    const bool chooses = type == "single" || type == "multi";
    // Codes of a code list are options too, and scored questions must have theirs here.
    const bool scored = each.value("scored", json()) == true;
    scored_ = scored_ || scored;
    if (!scored) return;
    if (chooses && options.empty()) fault("bad_options", id + ": a scored choice needs options");
    check_correct(id, type, each.value("correct", json()), options);
  }

  void check_correct(const std::string& id, const std::string& type, const json& correct,
                     const std::set<std::string>& options) {
    const auto is_option = [&](const json& code) {
      return code.is_string() && options.contains(code.get<std::string>());
    };
    bool fits = false;
    if (type == "bool") fits = correct.is_boolean();
    if (type == "int") fits = correct.is_number_integer();
    if (type == "single") fits = is_option(correct);
    if (type == "multi") {
      fits = correct.is_array() && !correct.empty() &&
             std::all_of(correct.begin(), correct.end(), is_option);
    }
    if (type == "date" || type == "text") fits = correct.is_string();
    if (!fits) fault("bad_correct", id + ": correct must be an answer that can be given");
  }

  std::vector<std::pair<std::string, std::string>> faults_;
  std::set<std::string> ids_;
  bool scored_ = false;
};

// One form alone becomes a list of one on its own lines.
Result<std::string> forms_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream read;
  read << in.rdbuf();
  if (!in.is_open() || in.bad()) {
    return Status(Code::kNotFound, "no_file", "the file cannot be read: " + path);
  }
  std::string text = read.str();
  const json parsed = json::parse(text, nullptr, false);
  if (parsed.is_object() && parsed.contains("form_id")) text = "{\"forms\":[" + text + "]}";
  return text;
}

}  // namespace

Result<LoadReport> publish_forms(Centre& centre, const std::string& path, bool dry_run,
                                 std::int64_t now) {
  NHIP_TRY_ASSIGN(const std::string text, forms_text(path));
  OneFileFolder folder;
  NHIP_TRY(folder.write(text, "survey_forms.json"));
  LoadReport report;
  FolderVisitor visitor;
  visitor.broken = [&](const LoadProblem& problem) {
    ++report.lines;
    report.problems.push_back(problem);
  };
  visitor.each = [&](const SourceLine& at, const json& form) -> Status {
    ++report.lines;
    for (const auto& [code, message] : FormCheck().run(form)) {
      report.problems.push_back({at.file, at.line, code, message});
    }
    const Result<ReadLine> read = read_line(centre, at, form, now);
    if (!read.ok()) {
      report.problems.push_back({at.file, at.line, read.status().name(), read.status().message()});
    }
    return {};
  };
  NHIP_TRY(read_definition_files(folder.path(), visitor));
  NHIP_TRY_ASSIGN(const JudgedLines judged, judge_definitions(centre, folder.path(), now));
  report.problems.insert(report.problems.end(), judged.refused.begin(), judged.refused.end());
  report.refused = report.problems.size();
  if (!report.problems.empty() || dry_run) return report;
  return load_folder(centre, folder.path(), now, {}, judged);
}

}  // namespace nhip::server
