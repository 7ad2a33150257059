// The invented activities: real titles' shape, length and Vietnamese letters, numbers from a
// counter.
#include "bench/activities.h"

#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace nhip::bench {
namespace {

struct ColumnName {
  const char* column;
  const char* outer;  // JSON path, at most two levels
  const char* inner;
};
constexpr std::array<ColumnName, 17> kActivityColumns = {{
    {"unit_id", "unit_id", ""},
    {"review_status", "review_status", ""},
    {"title", "title", ""},
    {"category", "category", ""},
    {"start_date", "start_date", ""},
    {"end_date", "end_date", ""},
    {"place", "place", ""},
    {"status", "status", ""},
    {"organiser_level", "organiser_level", ""},
    {"attendance_mode", "attendance_mode", ""},
    {"reached_officials", "reached", "officials"},
    {"reached_families", "reached", "families"},
    {"reached_children", "reached", "children"},
    {"funding_union", "funding", "union"},
    {"funding_employer", "funding", "employer"},
    {"gifts_count", "gifts_count", ""},
    {"note", "note", ""},
}};

constexpr std::array<const char*, 4> kTitles = {
    "Phát tờ rơi, tư vấn chăm sóc trẻ em phát triển toàn diện cho gia đình CNVCLĐ, đợt ",
    "Tặng quà Trung thu cho con đoàn viên có hoàn cảnh khó khăn tại khoa Nội, lần ",
    "Nói chuyện chuyên đề phòng, chống xâm hại trẻ em cho cán bộ công đoàn, buổi ",
    "Khám sức khoẻ, tư vấn dinh dưỡng cho con của nữ đoàn viên đang nuôi con nhỏ, đợt "};

// SplitMix64 (Steele, Lea, Flood 2014): spreads a counter over 64 bits.
std::uint64_t spread(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15u;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

std::string date(std::uint64_t bits) {
  char text[16];
  std::snprintf(text, sizeof text, "2026-%02u-%02u", static_cast<unsigned>(1 + bits % 12),
                static_cast<unsigned>(1 + bits / 12 % 28));
  return text;
}

Value number(std::uint64_t bits, std::uint64_t below) {
  return static_cast<std::int64_t>(bits % below);
}

// Đồng, in steps of half a million.
Value money(std::uint64_t bits, std::uint64_t below) {
  return static_cast<std::int64_t>(bits % below) * 500'000;
}

}  // namespace

Activity make_activity(std::uint64_t number_of_activity) {
  const std::uint64_t bits = spread(number_of_activity);
  std::array<std::uint8_t, 10> random{};
  for (std::size_t i = 0; i < 8; ++i) random[i] = static_cast<std::uint8_t>(bits >> (8 * i));
  const auto unix_ms = static_cast<std::int64_t>(1'780'000'000'000u + number_of_activity * 60'000u);

  Activity activity;
  activity.id = make_uuid_v7(unix_ms, random);
  activity.columns = {"U-01",
                      "DRAFT",
                      kTitles[bits % kTitles.size()] + std::to_string(number_of_activity),
                      "TT0" + std::to_string(1 + bits % 2),
                      date(bits >> 8),
                      date(bits >> 8),
                      "Hội trường lớn, tầng " + std::to_string(1 + bits % 9) + ", nhà điều hành",
                      "DONE",
                      "CDCS",
                      "HEADCOUNT",
                      number(bits >> 12, 300),
                      number(bits >> 16, 900),
                      number(bits >> 20, 400),
                      money(bits >> 24, 90),
                      money(bits >> 28, 30),
                      number(bits >> 32, 200),
                      "Phối hợp với Đoàn Thanh niên; tài liệu do Ban Nữ công chuẩn bị"};
  for (std::uint64_t topic = 1; topic <= 9; topic += 2) {
    if ((bits >> topic & 1u) != 0) activity.topics.push_back("T" + std::to_string(topic));
  }
  return activity;
}

std::string Activity::json() const {
  nlohmann::json record{{"id", id.text()}};
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const ColumnName& name = kActivityColumns[i];
    nlohmann::json& place =
        *name.inner == '\0' ? record[name.outer] : record[name.outer][name.inner];
    if (const std::string* text = columns[i].text()) place = *text;
    if (const std::int64_t* integer = columns[i].integer()) place = *integer;
  }
  record["topics"] = topics;
  return record.dump();
}

std::string insert_activity_sql() {
  std::string names = "id", values = "?1";
  for (std::size_t i = 0; i < kActivityColumns.size(); ++i) {
    names += std::string(",") + kActivityColumns[i].column;
    values += ",?" + std::to_string(i + 2);
  }
  return "INSERT INTO activity(" + names + ") VALUES(" + values + ")";
}

std::string insert_topic_sql() {
  return "INSERT INTO activity_topics(parent,value)"
         " VALUES((SELECT rid FROM activity WHERE id=?1),?2)";
}

std::string update_note_sql() { return "UPDATE activity SET note=?2 WHERE id=?1"; }

}  // namespace nhip::bench
