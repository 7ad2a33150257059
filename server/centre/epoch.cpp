#include "centre/epoch.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace nhip::server {

namespace {

constexpr char kSetting[] = "epochs";
// Numbers grow by less than this per second on average, and less than kLeastGap were given out
// since the youngest backup, even when the wall clock stands still.
constexpr int kNumbersPerSecondBits = 12;
constexpr std::uint64_t kLeastGap = 1u << 20;
constexpr std::uint64_t kHighestBegin = std::uint64_t{1} << 61;
constexpr std::int64_t kYear2020 = 1'577'836'800;

std::uint64_t draw_salt(const Centre::Random& random) {
  std::uint8_t bytes[8];
  random(bytes, sizeof bytes);
  std::uint64_t salt = 0;
  for (const std::uint8_t byte : bytes) salt = salt << 8 | byte;
  return salt >> 1 | 1;
}

std::uint64_t by_clock(std::int64_t now) {
  const std::int64_t seconds = now / 1000 - kYear2020;
  return seconds <= 0 ? 0 : static_cast<std::uint64_t>(seconds) << kNumbersPerSecondBits;
}

std::uint64_t last_before(const EpochMark& mark, const std::string& scope) {
  if (scope == "*") return mark.commit;
  const auto head = mark.heads.find(scope);
  return head == mark.heads.end() ? 0 : head->second;
}

nlohmann::json to_json(const EpochMark& mark) {
  return {{"epoch", mark.epoch},
          {"opened_at", mark.opened_at},
          {"begins", mark.begins},
          {"commit", mark.commit},
          {"heads", mark.heads}};
}

}  // namespace

Status Centre::new_epoch(std::int64_t now, std::uint64_t above) {
  idle_.clear();  // they tell the old one
  if (epoch_opener_) return epoch_opener_(now, above);
  return {Code::kInternal, "no_epoch_opener", "This centre has no place for its epoch."};
}

Result<EpochHistory> EpochHistory::read(ServerStore& store) {
  NHIP_TRY_ASSIGN(const auto text, store.setting(kSetting));
  EpochHistory history;
  if (!text) return history;
  const Status damaged(Code::kCorrupt, "damaged_centre", "The centre's list of epochs is damaged.",
                       "Run nhipd verify, then restore the newest backup.");
  const nlohmann::json list = nlohmann::json::parse(*text, nullptr, false);
  if (!list.is_array()) return damaged;
  for (const nlohmann::json& each : list) {
    if (!each.is_object() || !each.contains("heads") || !each["heads"].is_object()) return damaged;
    EpochMark mark;
    mark.epoch = each.value("epoch", "");
    mark.opened_at = each.value("opened_at", std::int64_t{0});
    mark.begins = each.value("begins", std::uint64_t{0});
    mark.commit = each.value("commit", std::uint64_t{0});
    for (const auto& [scope, head] : each["heads"].items()) {
      if (!head.is_number_unsigned()) return damaged;
      mark.heads[scope] = head.get<std::uint64_t>();
    }
    history.marks_.push_back(std::move(mark));
  }
  return history;
}

const EpochMark* EpochHistory::cut_by(const std::string& scope, std::uint64_t number) const {
  for (const EpochMark& mark : marks_) {
    if (last_before(mark, scope) < number && number < mark.begins) return &mark;
  }
  return nullptr;
}

bool EpochHistory::is_lost(const std::string& scope, std::uint64_t number) const {
  return cut_by(scope, number) != nullptr;
}

std::uint64_t EpochHistory::reached(const std::string& scope, std::uint64_t number) const {
  const EpochMark* mark = cut_by(scope, number);
  return mark == nullptr ? number : last_before(*mark, scope);
}

Status open_epoch(ServerStore& store, const std::string& epoch, const Centre::Random& random,
                  std::int64_t now, std::uint64_t above) {
  NHIP_TRY_ASSIGN(const EpochHistory history, EpochHistory::read(store));
  EpochMark mark;
  mark.epoch = epoch;
  mark.opened_at = now;
  NHIP_TRY_ASSIGN(mark.commit, store.last_commit());
  NHIP_TRY_ASSIGN(const auto scopes, store.scopes());
  std::uint64_t highest = std::max({mark.commit, history.floor(), above});
  for (const std::string& scope : scopes) {
    NHIP_TRY_ASSIGN(const ScopeHead head, store.head(scope));
    mark.heads[scope] = head.seq;
    highest = std::max(highest, head.seq);
  }
  if (highest > kHighestBegin) {
    return {Code::kLimit, "numbers_exhausted", "An epoch cannot begin behind such a number."};
  }
  mark.begins = std::max(highest + kLeastGap, by_clock(now));
  for (const std::string& scope : scopes) {
    NHIP_TRY_ASSIGN(ScopeHead head, store.head(scope));
    head.seq = mark.begins;
    head.salt = draw_salt(random);
    head.commit = mark.begins;
    NHIP_TRY(store.add_commit({mark.begins, scope, mark.begins, mark.begins, head.salt, now, {}}));
    NHIP_TRY(store.put_head(scope, head));
  }
  nlohmann::json list = nlohmann::json::array();
  for (const EpochMark& each : history.marks()) list.push_back(to_json(each));
  list.push_back(to_json(mark));
  return store.put_setting(kSetting, list.dump());
}

}  // namespace nhip::server
