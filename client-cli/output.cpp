// Standard streams through stdio, so that a failed write is seen at the end (finish).
#include "output.h"

#include <unistd.h>

#include <cstdio>

#include "text_table.h"

namespace nhip::cli {

std::string dump(const Json& data) {
  return data.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json json_of(std::string_view text) {
  Json value = Json::parse(text, nullptr, false);
  return value.is_discarded() ? Json(std::string(text)) : value;
}

Output::Output(bool json, Language language)
    : json_(json), language_(language), terminal_(isatty(STDERR_FILENO) == 1) {}

std::string Output::say(Message message, std::initializer_list<std::string_view> values) const {
  return cli::say(language_, message, values);
}

void Output::print(const Json& data, const std::function<std::string(const Json&)>& render) {
  if (json_) return print_json(data);
  std::string text = render(data);
  if (!text.ends_with('\n')) text += '\n';
  write(text);
}

void Output::print_json(const Json& data) { write(dump(data) + "\n"); }

void Output::write(std::string_view bytes) {
  end_progress();
  std::fwrite(bytes.data(), 1, bytes.size(), stdout);
}

void Output::warning(std::string_view text) {
  end_progress();
  std::fprintf(stderr, "%s\n", printable(text).c_str());
}

void Output::error(const Status& status) {
  end_progress();
  const ErrorText text = describe(language_, status);
  if (json_) {
    const Json error = {
        {"error", {{"code", status.name()}, {"message", text.message}, {"hint", text.hint}}}};
    std::fprintf(stderr, "%s\n", dump(error).c_str());
    return;
  }
  std::fprintf(stderr, "%s: %s\n", say(Message::kErrorWord).c_str(),
               printable(text.message).c_str());
  if (text.hint.empty()) return;
  std::fprintf(stderr, "%s: %s\n", say(Message::kHintWord).c_str(), printable(text.hint).c_str());
}

void Output::remark(std::string_view text) {
  if (json_ || !terminal_) return;
  end_progress();
  std::fprintf(stderr, "%s\n", printable(text).c_str());
}

void Output::progress(std::string_view line) {
  if (!terminal_) return;
  std::fprintf(stderr, "\r\033[K%s", printable(line).c_str());
  std::fflush(stderr);
  progress_shown_ = true;
}

void Output::end_progress() {
  if (!progress_shown_) return;
  std::fprintf(stderr, "\r\033[K");
  progress_shown_ = false;
}

bool Output::finish() {
  end_progress();
  return std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
}

}  // namespace nhip::cli
