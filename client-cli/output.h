// Output: where a command's result, warnings, progress and error go.
//
// Results go to standard output: with --json as one JSON value, otherwise as text made from the
// same data. Everything else goes to standard error; progress only when that is a terminal.
#pragma once

#include <nlohmann/json.hpp>

#include <functional>
#include <string>
#include <string_view>

#include "messages.h"
#include "nhip/status.h"

namespace nhip::cli {

// Keys stay in the order they were written, so the printed form is the documented one.
using Json = nlohmann::ordered_json;

class Output {
 public:
  Output(bool json, Language language);

  bool json() const { return json_; }
  Language language() const { return language_; }
  std::string say(Message message, std::initializer_list<std::string_view> values = {}) const;

  // `render` makes the text from the same data; it is called without --json only.
  void print(const Json& data, const std::function<std::string(const Json&)>& render);
  // JSON in both modes, for values that scripts take apart (the id of a new record).
  void print_json(const Json& data);
  // Text as it is, for files that go through standard output.
  void write(std::string_view bytes);

  void warning(std::string_view text);
  void error(const Status& status);
  // For text mode on a terminal: a sentence for the person that is not the result.
  void remark(std::string_view text);
  // Replaces the line of progress.
  void progress(std::string_view line);

  // Flushes. False when standard output could not take everything (disk full, closed pipe).
  bool finish();

 private:
  void end_progress();

  bool json_;
  Language language_;
  bool terminal_;
  bool progress_shown_ = false;
};

// Text of a JSON value that never throws: bytes that are no UTF-8 are replaced.
std::string dump(const Json& data);
// The reverse for text the engine made; what is no JSON stays a text.
Json json_of(std::string_view text);

}  // namespace nhip::cli
