// TermReader: one condition or value of a rule, from JSON to a Term.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "nhip/schema.h"
#include "schema/object_reader.h"

namespace nhip::schema {

using Patterns = std::map<std::string, std::shared_ptr<const text::Pattern>, std::less<>>;

inline Term make_term(TermKind kind, std::vector<Term> arguments = {}) {
  Term term;
  term.kind = kind;
  term.arguments = std::move(arguments);
  return term;
}

// The place of one element of a list.
inline std::string place_at(const std::string& place, std::size_t index) {
  return place + "[" + std::to_string(index) + "]";
}

inline constexpr std::size_t kTermNestingMax = 24;

class TermReader {
 public:
  // All outlive the reader.
  TermReader(const std::vector<Type>& types, const Patterns& patterns, const Type& type,
             Fault& fault)
      : types_(types), patterns_(patterns), type_(type), fault_(fault) {}

  Term condition(const nlohmann::json& json, const std::string& place);
  std::shared_ptr<const Lookup> lookup(const nlohmann::json& json, const std::string& place,
                                       bool wants_value);

  bool used_each() const { return used_each_; }
  bool used_lookup() const { return used_lookup_; }

 private:
  // What a value is, as far as the schema tells; values of unlike kinds are not compared.
  enum class Kind { kUnknown, kNumber, kText, kDay, kInstant, kTruth, kOther };
  struct Typed {
    Term term;
    Kind kind = Kind::kUnknown;
  };

  static Kind kind_of(FieldType type);
  Typed value(const nlohmann::json& json, const std::string& place);
  Typed path(const std::string& text, const std::string& place);
  Typed path_in(const Type& type, Whose whose, const std::string& text, const std::string& place);
  Typed element(const std::string& name, const std::string& place);
  Typed constant(const nlohmann::json& json, const std::string& place);
  Typed value_of(const std::string& word, const nlohmann::json& inner, const std::string& place);
  Typed made_of_one(TermKind term, const nlohmann::json& inner, const std::string& place,
                    Kind argument, Kind result);
  Typed arithmetic(TermKind term, const nlohmann::json& inner, const std::string& place);

  Term condition_of(const std::string& word, const nlohmann::json& inner, const std::string& place);
  Term several(TermKind kind, const nlohmann::json& inner, const std::string& place);
  Term compare(const nlohmann::json& inner, const std::string& place);
  Term one_of(const nlohmann::json& inner, const std::string& place);
  Term searched(TermKind kind, const nlohmann::json& inner, const std::string& place);
  Term within_percent(const nlohmann::json& inner, const std::string& place);
  Term over_list(TermKind kind, const nlohmann::json& inner, const std::string& place);
  Term fits_form(const nlohmann::json& inner, const std::string& place);

  const Field* field(const Type& type, const std::string& path, const std::string& place);
  void refuse(const std::string& place, const char* name, std::string_view message);
  void agree(Kind a, Kind b, const std::string& place);

  const std::vector<Type>& types_;
  const Patterns& patterns_;
  const Type& type_;
  Fault& fault_;
  const Type* other_ = nullptr;  // of the lookup that is being read
  Lookup* looking_ = nullptr;
  const Field* list_ = nullptr;  // whose elements are being looked at
  std::size_t nesting_ = 0;
  bool used_each_ = false;
  bool used_lookup_ = false;
};

}  // namespace nhip::schema
