#include "indicators/fact_reader.h"

#include <nlohmann/json.hpp>

#include <algorithm>

#include "indicators/cell_access.h"
#include "record/record_json.h"

namespace nhip::indicators {
namespace {

using core::Cells;

constexpr const char* kFundingPaths[] = {"funding.union", "funding.employer", "funding.sponsor",
                                         "funding.other"};
constexpr const char* kRoomFeatures[] = {
    "features.private",     "features.not_toilet", "features.power",     "features.water",
    "features.table_chair", "features.fridge",     "features.fan_or_ac", "features.screened"};

std::int32_t small(std::int64_t value) {
  return value < 0 || value > INT32_MAX ? kUnknown : static_cast<std::int32_t>(value);
}

bool holds(const std::vector<std::string>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

// The only column of a packed element: `["U-01"]` or `[null]`. JSON is parsed only where the text
// has an escape.
std::string packed_text(const Value& value) {
  const std::string* text = value.text();
  if (text == nullptr) return {};
  if (text->size() >= 4 && text->starts_with("[\"") && text->ends_with("\"]") &&
      text->find('\\') == std::string::npos && text->find(',') == std::string::npos) {
    return text->substr(2, text->size() - 4);
  }
  const nlohmann::json list = nlohmann::json::parse(*text, nullptr, false);
  const bool fits = list.is_array() && !list.empty() && list.front().is_string();
  return fits ? list.front().get<std::string>() : std::string();
}

// A canonical JSON text as what it says; empty for anything but a string.
std::string json_string(const std::string* text) {
  if (text == nullptr || text->size() < 2 || text->front() != '"') return {};
  if (text->find('\\') == std::string::npos) return text->substr(1, text->size() - 2);
  const nlohmann::json parsed = nlohmann::json::parse(*text, nullptr, false);
  return parsed.is_string() ? parsed.get<std::string>() : std::string();
}

std::int32_t json_number(const std::string* text) {
  if (text == nullptr) return kUnknown;
  const nlohmann::json parsed = nlohmann::json::parse(*text, nullptr, false);
  return parsed.is_number_unsigned() && parsed.get<std::uint64_t>() <= INT32_MAX
             ? parsed.get<std::int32_t>()
             : kUnknown;
}

Answer answer_of(const std::string* text) {
  if (text != nullptr && *text == "true") return Answer::kYes;
  return text != nullptr && *text == "false" ? Answer::kNo : Answer::kNone;
}

}  // namespace

FactReader::FactReader(const Schema& schema, const Definitions& definitions, Names& names,
                       const FormKeys& forms)
    : definitions_(definitions), names_(names), forms_(forms) {
  const std::pair<const char*, Kind> known[] = {{"activity", Kind::kActivity},
                                                {"sector_activity", Kind::kActivity},
                                                {"headcount", Kind::kHeadcount},
                                                {"plan", Kind::kPlan},
                                                {"report", Kind::kReport},
                                                {"document", Kind::kDocument},
                                                {"ack", Kind::kAck},
                                                {"lactation_room", Kind::kRoom},
                                                {"coordination", Kind::kCoordination},
                                                {"policy_contribution", Kind::kContribution},
                                                {"survey_response", Kind::kResponse},
                                                {"support_case", Kind::kCase}};
  for (const auto& [type_name, kind] : known) {
    const Type* type = schema.type(type_name);
    if (type == nullptr) continue;
    Fields& fields = kinds_[type->number];
    fields.kind = kind;
    fields.of_sector = !type->spread_from.empty();
    for (const Field& field : type->fields) fields.by_path.emplace(field.path, &field);
  }
}

namespace {
template <typename Paths>
const Field* field_of(const Paths& by_path, std::string_view path) {
  const auto found = by_path.find(path);
  return found == by_path.end() ? nullptr : found->second;
}
}  // namespace

NameId FactReader::name(const Fields& fields, const Cells& cells, std::string_view path) {
  return names_.of(text_of(cells, field_of(fields.by_path, path)));
}

std::optional<Facts> FactReader::read(const Type& type, const Id&, const Cells& cells) {
  const auto found = kinds_.find(type.number);
  if (found == kinds_.end()) return std::nullopt;
  const Fields& fields = found->second;
  Facts facts;
  // A sector's activity stands in a unit's scope but is not the unit's own.
  facts.unit = fields.of_sector ? 0 : name(fields, cells, "unit_id");
  facts.deleted = core::is_deleted(cells);
  facts.review_status = name(fields, cells, "review_status");
  facts.status = name(fields, cells, "status");
  const std::string_view review = text_of(cells, field_of(fields.by_path, "review_status"));
  facts.reviewed = review == "SUBMITTED" || review == "APPROVED";
  facts.body = body(fields, cells);
  return facts;
}

Body FactReader::body(const Fields& fields, const Cells& cells) {
  const auto day = [&](const char* path) { return day_at(cells, field_of(fields.by_path, path)); };
  switch (fields.kind) {
    case Kind::kActivity: return activity(fields, cells);
    case Kind::kHeadcount: return headcount(fields, cells);
    case Kind::kPlan: return plan(fields, cells);
    case Kind::kReport: return report(fields, cells);
    case Kind::kDocument: return document(fields, cells);
    case Kind::kAck: {
      Ack ack;
      const Bytes* blob = value_of(cells, field_of(fields.by_path, "document_id")).blob();
      if (blob != nullptr) ack.document = Id::from_bytes(*blob).value_or(Id{});
      ack.acked_at =
          parse_instant(text_of(cells, field_of(fields.by_path, "acked_at"))).value_or(-1);
      return ack;
    }
    case Kind::kRoom: return room(fields, cells);
    case Kind::kCoordination:
      return Coordination{name(fields, cells, "kind"), day("signed_on"),
                          is_true(cells, field_of(fields.by_path, "result_recorded"))};
    case Kind::kContribution:
      return Contribution{name(fields, cells, "topic"), day("submitted_on")};
    case Kind::kResponse: return response(fields, cells);
    case Kind::kCase: return support_case(fields, cells);
  }
  return Activity{};
}

Activity FactReader::activity(const Fields& fields, const Cells& cells) {
  const auto field = [&](std::string_view path) { return field_of(fields.by_path, path); };
  Activity into;
  into.category = name(fields, cells, "category");
  into.series = name(fields, cells, "series_id");
  into.level = name(fields, cells, "organiser_level");
  into.start = day_at(cells, field("start_date"));
  into.done = text_of(cells, field("status")) == "DONE";
  into.duplicate = !value_of(cells, field("duplicate_of")).is_null();
  into.named = text_of(cells, field("attendance_mode")) == "NAMED";
  into.reached = {small(integer_of(cells, field("reached.officials"), kUnknown)),
                  small(integer_of(cells, field("reached.families"), kUnknown))};
  into.children = small(integer_of(cells, field("reached.children"), kUnknown));
  for (std::size_t i = 0; i < into.funding.size(); ++i) {
    into.funding[i] = integer_of(cells, field(kFundingPaths[i]), 0);
  }
  each_element(cells, field("topics"),
               [&](const std::string& topic, const Value&) { into.topics |= topic_bit(topic); });
  each_element(cells, field("co_organisers"), [&](const std::string& unit, const Value&) {
    into.co_organisers.push_back(names_.of(unit));
  });
  read_lists(fields, cells, into);
  return into;
}

void FactReader::read_lists(const Fields& fields, const Cells& cells, Activity& into) {
  const auto field = [&](std::string_view path) { return field_of(fields.by_path, path); };
  if (into.named) {
    each_element(cells, field("participants"), [&](const std::string& element, const Value& value) {
      const std::size_t mark = element.find('\x1f');
      if (mark == std::string::npos) return;
      const std::string_view kind = std::string_view(element).substr(0, mark);
      for (const Audience audience : {Audience::kOfficials, Audience::kFamilies}) {
        if (definitions_.reach[at(audience)].kind != kind) continue;
        into.participants.push_back({names_.of(std::string_view(element).substr(mark + 1)),
                                     names_.of(packed_text(value)), audience});
      }
    });
  }
  const Field* breakdown = field("breakdown");
  each_element(cells, breakdown, [&](const std::string& unit, const Value& value) {
    const auto columns = record::unpack_element(*breakdown, value);
    if (!columns || columns->size() < 3) return;
    const auto count = [&](std::size_t column) {
      const std::int64_t* integer = (*columns)[column].integer();
      return integer == nullptr ? kUnknown : small(*integer);
    };
    into.breakdown.push_back({names_.of(unit), {count(0), count(1)}, count(2)});
  });
}

Headcount FactReader::headcount(const Fields& fields, const Cells& cells) {
  const auto count = [&](std::string_view path) {
    return small(integer_of(cells, field_of(fields.by_path, path), kUnknown));
  };
  Headcount into{
      day_at(cells, field_of(fields.by_path, "as_of")),
      {count(definitions_.reach[0].denominator), count(definitions_.reach[1].denominator)},
      count("workers_female"),
      no_base_counts()};
  for (std::size_t i = 0; i < kBaseCounts; ++i) into.base[i] = count(kBaseFields[i]);
  return into;
}

Plan FactReader::plan(const Fields& fields, const Cells& cells) {
  const auto field = [&](std::string_view path) { return field_of(fields.by_path, path); };
  Plan into;
  into.year = small(integer_of(cells, field("year"), kUnknown));
  into.issued = day_at(cells, field("issue_date"));
  into.is_issued = text_of(cells, field("status")) == "ISSUED";
  into.integrated = is_true(cells, field("children_integrated"));
  each_element(cells, field("child_targets"),
               [&](const std::string&, const Value&) { into.has_targets = true; });
  return into;
}

Report FactReader::report(const Fields& fields, const Cells& cells) {
  const std::string_view status = text_of(cells, field_of(fields.by_path, "status"));
  Report into;
  into.period = name(fields, cells, "period");
  into.draft = status.empty() || status == "DRAFT";
  into.submitted_at =
      parse_instant(text_of(cells, field_of(fields.by_path, "submitted_at"))).value_or(-1);
  return into;
}

Document FactReader::document(const Fields& fields, const Cells& cells) {
  const auto field = [&](std::string_view path) { return field_of(fields.by_path, path); };
  Document into{is_true(cells, field("requires_ack")),
                day_at(cells, field("issue_date")),
                day_at(cells, field("ack_due")),
                {}};
  each_element(cells, field("target_units"), [&](const std::string& unit, const Value&) {
    into.targets.push_back(names_.of(unit));
  });
  return into;
}

Room FactReader::room(const Fields& fields, const Cells& cells) {
  Room into{day_at(cells, field_of(fields.by_path, "opened_on")),
            day_at(cells, field_of(fields.by_path, "closed_on")), true};
  for (const char* feature : kRoomFeatures) {
    into.standard = into.standard && is_true(cells, field_of(fields.by_path, feature));
  }
  return into;
}

Response FactReader::response(const Fields& fields, const Cells& cells) {
  Response into;
  into.form = name(fields, cells, "form_id");
  into.respondent = name(fields, cells, "respondent_key");
  into.version = small(integer_of(cells, field_of(fields.by_path, "form_version"), kUnknown));
  into.answered = day_at(cells, field_of(fields.by_path, "answered_on"));
  into.consent = is_true(cells, field_of(fields.by_path, "consent"));
  judge(fields, cells, into);
  return into;
}

void FactReader::judge(const Fields& fields, const Cells& cells, Response& into) {
  const Field* answers = field_of(fields.by_path, "answers");
  const auto answer = [&](const std::string& question) {
    return answers == nullptr ? nullptr
                              : core::cell_value(cells, {answers->number, question}).text();
  };
  const std::string& form_id = names_.text(into.form);
  const auto form = forms_.find({form_id, into.version});
  if (form != forms_.end()) {
    into.known_form = true;
    into.consent_needed = form->second.consent_required;
    into.passed = form->second.passes(answer);
  }
  for (const SurveyDefinition& survey : definitions_.surveys) {
    if (survey.form != form_id) continue;
    std::string question = survey.question;
    if (form != forms_.end()) {
      const auto said = form->second.verifies.find(survey.verifies);
      if (said != form->second.verifies.end()) question = said->second;
    }
    into.reached = answer_of(answer(question));
  }
  if (form_id == definitions_.committee_form) {
    into.established = answer_of(answer(definitions_.committee_question));
  }
  if (form_id == definitions_.hardship_form) {
    into.child = names_.of(json_string(answer("child_key")));
    into.birth_year = json_number(answer("birth_year"));
    into.listed = parse_day(json_string(answer("listed_on")));
    into.removed = parse_day(json_string(answer("removed_on")));
  }
}

Case FactReader::support_case(const Fields& fields, const Cells& cells) {
  const auto field = [&](std::string_view path) { return field_of(fields.by_path, path); };
  Case into;
  into.kind = name(fields, cells, "case_type");
  into.child = name(fields, cells, "child_key");
  into.disbursed = day_at(cells, field("disbursed_on"));
  into.paid = holds(definitions_.paid_states, text_of(cells, field("status")));
  into.amount = integer_of(cells, field("amount_vnd"), 0);
  return into;
}

}  // namespace nhip::indicators
