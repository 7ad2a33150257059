// The two languages of the screen.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace nhip::server {

enum class Language { kVietnamese, kEnglish };

// "vi" or "en".
std::optional<Language> parse_language(std::string_view text);
// By LC_ALL, LC_MESSAGES, LANG, in that order as POSIX has it; English unless it is Vietnamese.
Language language_of_environment();

// Both wordings stand together, so that neither is forgotten.
inline std::string say(Language language, std::string_view vietnamese, std::string_view english) {
  return std::string(language == Language::kVietnamese ? vietnamese : english);
}

// What an error code means, in the language; empty when only the status's own (English) message is
// known.
std::string error_text(Language language, std::string_view code);

// A step of backup, restore or verify, for the progress line.
std::string step_text(Language language, std::string_view step);

}  // namespace nhip::server
