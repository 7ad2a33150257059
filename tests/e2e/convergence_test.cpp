// Convergence from outside: five devices of three units edit, delete and sync in random order. In
// the end every device of a unit and the centre hold the same records, every sync was verified, and
// every value that somebody entered is current, was knowingly replaced by someone who had seen it,
// or is listed as a conflict.
#include <catch2/catch.hpp>

#include <map>
#include <random>
#include <set>

#include "e2e/stage.h"

namespace nhip::test {
namespace {

constexpr int kSteps = 160;
const std::vector<std::string> kFields = {"title", "place", "reached.children", "funding.union",
                                          "funding.other"};

// A record's field as (record, field).
using Place = std::pair<std::string, std::string>;

struct Player {
  Device device;
  std::string unit;
};

Json value_at(const Json& record, const std::string& field) {
  const std::size_t dot = field.find('.');
  if (dot == std::string::npos) return record.value(field, Json());
  const Json outer = record.value(field.substr(0, dot), Json());
  return outer.is_object() ? outer.value(field.substr(dot + 1), Json()) : Json();
}

class Game {
 public:
  Game(Stage& stage, unsigned seed) : stage_(stage), random_(seed) {
    int number = 0;
    for (const char* unit : {"U-01", "U-01", "U-02", "U-02", "U-03"}) {
      players_.push_back({stage.enrol("d" + std::to_string(++number), unit), unit});
    }
  }

  void step() {
    const Player& player = players_[random_() % players_.size()];
    const auto choice = random_() % 10;
    if (choice < 3) {
      player.device.sync();
      return;
    }
    const Json records = player.device.records("activity");
    if (records.empty() || choice == 3) return create(player);
    auto chosen = records.begin();
    std::advance(chosen, static_cast<long>(random_() % records.size()));
    if (choice == 4) return remove(player, *chosen);
    edit(player, *chosen);
  }

  // Until nobody learns anything new: twice round brings the last one's work to the first.
  void settle() {
    for (int round = 0; round < 2; ++round) {
      for (const Player& player : players_) player.device.sync();
    }
  }

  void check() const {
    for (const char* unit : {"U-01", "U-02", "U-03"}) {
      const Json central = stage_.records("activity", unit);
      std::map<Place, std::set<Json>> listed;
      for (const Player& player : players_) {
        if (player.unit != unit) continue;
        INFO(player.device.file());
        CHECK(player.device.records("activity") == central);
        collect_conflicts(player.device, listed);
      }
      check_nothing_vanished(unit, central, listed);
    }
  }

 private:
  Json fresh_value(const std::string& field) {
    ++minted_;
    return field.find('.') == std::string::npos ? Json("Giá trị " + std::to_string(minted_))
                                                : Json(minted_);
  }

  void create(const Player& player) {
    Json record = {{"title", fresh_value("title")}};
    const std::string id = player.device.put("activity", record);
    entered_[player.unit][{id, "title"}].insert(record["title"]);
  }

  void edit(const Player& player, const Json& record) {
    const std::string id = record.at("id");
    Words assignments;
    for (const std::string& field : kFields) {
      if (random_() % 3 != 0) continue;
      const Json value = fresh_value(field);
      assignments.push_back(field + "=" + value.dump());
      entered_[player.unit][{id, field}].insert(value);
      replaced_[{id, field}].insert(value_at(record, field));
    }
    if (!assignments.empty()) player.device.edit("activity", id, assignments);
  }

  void remove(const Player& player, const Json& record) {
    const std::string id = record.at("id");
    player.device.ask({"rm", "activity", id});
    for (const std::string& field : kFields) {
      replaced_[{id, field}].insert(value_at(record, field));
    }
  }

  static void collect_conflicts(const Device& device, std::map<Place, std::set<Json>>& listed) {
    for (const Json& conflict : device.ask({"conflicts", "--all"})) {
      auto& values = listed[{conflict.at("record_id"), conflict.at("field")}];
      values.insert(conflict.at("winner").at("value"));
      values.insert(conflict.at("loser").at("value"));
    }
  }

  void check_nothing_vanished(const std::string& unit, const Json& central,
                              std::map<Place, std::set<Json>>& listed) const {
    const auto entered = entered_.find(unit);
    if (entered == entered_.end()) return;
    for (const auto& [place, values] : entered->second) {
      const auto replaced = replaced_.find(place);
      const Json record = central.value(place.first, Json::object());
      for (const Json& value : values) {
        INFO(unit << " " << place.first << " " << place.second << " " << value.dump());
        const bool knowingly = replaced != replaced_.end() && replaced->second.contains(value);
        const bool current = value_at(record, place.second) == value;
        CHECK((current || knowingly || listed[place].contains(value)));
      }
    }
  }

  Stage& stage_;
  std::mt19937 random_;
  std::vector<Player> players_;
  int minted_ = 0;
  std::map<std::string, std::map<Place, std::set<Json>>> entered_;  // by unit
  std::map<Place, std::set<Json>> replaced_;  // values that a writer had seen and replaced
};

}  // namespace

TEST_CASE("e2e/convergence: random offline work of five devices ends the same everywhere",
          "[e2e]") {
  const unsigned seed = seed_or(1);
  INFO("NHIP_SEED=" << seed);
  Stage stage;
  stage.serve();
  Game game(stage, seed);
  for (int i = 0; i < kSteps; ++i) game.step();
  game.settle();
  game.check();
}

}  // namespace nhip::test
