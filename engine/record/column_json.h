// One column's value: JSON ⇄ Value, with the checks of its column. Everything that reads a value
// from outside passes here, so that a rule stands once.
#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "record/record_json.h"

namespace nhip::record {

// How values are read: by which source, and where remarks go.
struct Reading {
  Source source = Source::kEntry;
  Id centre;
  std::vector<Remark>* remarks = nullptr;  // needed when loading
};

// A refusal: kInvalid with "path: message".
Status refusal(std::string_view path, std::string name, std::string_view message,
               std::string hint = {});

// JSON null gives a null value.
Result<Value> read_column(const Column& column, const nlohmann::json& json, const Reading& reading,
                          std::string_view path);
// A value that does not fit its column (a newer schema wrote it) prints as what it is.
nlohmann::json print_column(FieldType type, const Value& value);
// What must hold for a stored value, wherever it comes from. Null passes.
Status check_column(const Column& column, const Value& value, std::string_view path);

// Text as a person's entry becomes: NFC, trimmed, Windows line ends as newlines.
Result<std::string> clean_text(std::string_view text, std::string_view path);
// The same for every text inside.
Status clean_json(nlohmann::json& json, std::string_view path);

// No deeper than kJsonDepthMax; an empty list or object counts one level.
bool is_shallow(const nlohmann::json& json);
std::string canonical(const nlohmann::json& json);

}  // namespace nhip::record
