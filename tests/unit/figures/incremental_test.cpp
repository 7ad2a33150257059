// The figures that are kept up to date are those of a reading from scratch, whatever happened in
// between: edits, new records, changes of the organisation, locks.
#include <cstdlib>
#include <random>

#include "figures_fixture.h"

namespace nhip::server {
namespace {

std::uint64_t seed() {
  const char* given = std::getenv("NHIP_TEST_SEED");
  return given == nullptr ? 2026 : std::strtoull(given, nullptr, 10);
}

class RandomWork {
 public:
  RandomWork(FiguresFixture& centre, std::uint64_t seed) : centre_(centre), random_(seed) {
    for (const char* type : {"activity", "headcount", "org_unit"}) collect(type);
  }

  void step() {
    now_ += 60'000;
    switch (below(8)) {
      case 0: return add_activity();
      case 1: return change_unit();
      case 2: return lock();
      case 3: return edit("headcount", "officials_total", number(60));
      default: return edit_activity();
    }
  }

 private:
  std::size_t below(std::size_t limit) { return random_() % limit; }
  Value number(std::size_t limit) { return Value(static_cast<std::int64_t>(below(limit))); }
  template <typename List>
  Value one_of(const List& list) {
    return Value(
        std::string(*(std::begin(list) + static_cast<std::ptrdiff_t>(below(std::size(list))))));
  }

  void collect(const char* type) {
    for (const json& record : centre_.records(type)) {
      ids_[type].push_back(*Id::parse(record["id"].get<std::string>()));
    }
  }
  void edit(const std::string& type, const std::string& path, const Value& value) {
    const auto& ids = ids_[type];
    centre_.edit(type, ids[below(ids.size())], path, value, now_);
  }

  void add_activity() {
    Id id;
    for (auto& byte : id.bytes) byte = static_cast<std::uint8_t>(random_());
    centre_.edit("activity", id, "unit_id", one_of(kUnits), now_);
    ids_["activity"].push_back(id);
  }
  void edit_activity() {
    static constexpr const char* kStates[] = {"DONE", "DONE", "PLANNED", "CANCELLED"};
    static constexpr const char* kReviews[] = {"APPROVED", "SUBMITTED", "DRAFT"};
    static constexpr const char* kCategories[] = {"TT01", "TE01", "NC01"};
    static constexpr const char* kDays[] = {"2026-03-01", "2026-08-01", "2025-12-31"};
    switch (below(6)) {
      case 0: return edit("activity", "status", one_of(kStates));
      case 1: return edit("activity", "review_status", one_of(kReviews));
      case 2: return edit("activity", "category", one_of(kCategories));
      case 3: return edit("activity", "start_date", one_of(kDays));
      case 4: return edit("activity", "unit_id", one_of(kUnits));
      default: return edit("activity", "reached.officials", number(50));
    }
  }
  void change_unit() {
    static constexpr const char* kEvents[] = {"ABSORBED", "MERGED_INTO_NEW", "SPLIT", "DISSOLVED"};
    static constexpr const char* kDays[] = {"2026-02-28", "2026-06-30", "2027-06-30"};
    switch (below(3)) {
      case 0: return edit("org_unit", "end_event", one_of(kEvents));
      case 1: return edit("org_unit", "valid_to", one_of(kDays));
      default: return edit("org_unit", "successor_id", one_of(kUnits));
    }
  }
  void lock() {
    if (below(6) != 0) return;
    const bool locked = !locks_of(centre_.centre, "2026-FY")->empty();
    CHECK(order_lock(centre_.book, {"2026-FY", now_, locked, "biên bản"}, now_).ok() !=
          (!locked && has_lock_at()));
  }
  bool has_lock_at() { return !centre_.records("period")[0]["lock_at"].is_null(); }

  static constexpr const char* kUnits[] = {"W1", "W2", "W3", "W4"};
  FiguresFixture& centre_;
  std::mt19937_64 random_;
  std::map<std::string, std::vector<Id>> ids_;
  std::int64_t now_ = kNow;
};

}  // namespace

TEST_CASE("figures: what is kept up to date equals what is read from scratch") {
  INFO("seed " << seed() << "; another one by NHIP_TEST_SEED");
  for (std::uint64_t round = 0; round < 4; ++round) {
    FiguresFixture centre;
    centre.load(kWorkedExample);
    RandomWork work(centre, seed() + round);
    for (int step = 0; step < 60; ++step) {
      work.step();
      // Sometimes several changes are followed at once.
      if (step % 3 != 0) continue;
      const json kept = centre.kept(), rebuilt = centre.rebuilt();
      INFO("round " << round << " step " << step << " " << json::diff(kept, rebuilt).dump());
      REQUIRE(kept == rebuilt);
    }
  }
}

}  // namespace nhip::server
