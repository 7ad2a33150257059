// Registries of two versions: old and new devices with old and new centres, and a replica that goes
// on under a later version of its schema with what it had kept for it.
#include "support/fleet_words.h"

using namespace nhip;
using namespace nhip::test;

namespace {

// The notebook's next version: fields of every shape, and one more type.
json second_version() {
  json schema = json::parse(notebook());
  schema["version"] = schema["version"].get<int>() + 1;
  json& fields = schema["types"][0]["fields"];
  fields.push_back({{"number", 21}, {"path", "origin"}, {"type", "text"}, {"length_max", 80}});
  fields.push_back({{"number", 22},
                    {"path", "moods"},
                    {"type", "text"},
                    {"length_max", 40},
                    {"shape", "set"},
                    {"policy", "set"}});
  fields.push_back({{"number", 23},
                    {"path", "tools"},
                    {"shape", "objects"},
                    {"keys", {{{"name", "name"}, {"type", "text"}, {"length_max", 40}}}},
                    {"values", {{{"name", "pieces"}, {"type", "integer"}}}},
                    {"policy", "set"}});
  fields.push_back({{"number", 24},
                    {"path", "marks"},
                    {"shape", "map"},
                    {"values", {{{"name", "value"}, {"type", "json"}}}},
                    {"policy", "map"}});
  fields.push_back({{"number", 25}, {"path", "heat.level"}, {"type", "integer"}, {"max", 9}});
  json dream = schema["types"][1];
  dream["number"] = 30;
  dream["name"] = "dream";
  schema["types"].push_back(dream);
  return schema;
}

const std::string& newer() {
  static const std::string text = second_version().dump();
  return text;
}

const char* const kNewRecipe = R"({"title":"Phở","tags":["a"],"origin":"Nam Định",
  "moods":["vui","ấm"],"tools":[{"name":"nồi","pieces":2},{"name":"vá","pieces":null}],
  "marks":{"k":{"x":[1,null]},"m":true},"heat":{"level":7}})";

// A centre and one device of the new version, one device of the old.
struct Mixed {
  Fleet fleet{newer()};
  Member& fresh = fleet.add("soups");
  Member& old = fleet.add("soups", "field", notebook());
  Id recipe = fresh.put("recipe", kNewRecipe);
  Id dream = fresh.put("dream", R"({"url":"https://a","title":"mơ","tags":["t"]})");

  Mixed() { settle({&fresh, &old}, 3); }
  void check_all() {
    for (const char* type : {"recipe", "dream", "bookmark"})
      check_same(fleet, {&fresh, &old}, type);
  }
};

std::string text_of(Member& member, const std::string& sql) {
  std::string text;
  REQUIRE(member.replica()
              .query(sql, {},
                     [&](const std::vector<Value>& row) {
                       if (row[0].text()) text += *row[0].text();
                       if (row[0].integer()) text += std::to_string(*row[0].integer());
                       text += '\n';
                       return true;
                     })
              .ok());
  return text;
}

}  // namespace

TEST_CASE("fleet: an updated device shows what it had kept, without asking for anything again",
          "[fleet][upgrade][I16]") {
  Mixed world;
  CHECK_FALSE(world.old.get("recipe", world.recipe).contains("origin"));
  const std::string digests = text_of(world.old, "SELECT digest FROM _nhip_feed ORDER BY name");
  const std::uint64_t requests = world.old.transport.requests;
  REQUIRE(world.old.update(newer()).ok());
  CHECK(world.old.replica().schema().version() == 2);
  CHECK(world.old.transport.requests == requests);
  CHECK(text_of(world.old, "SELECT digest FROM _nhip_feed ORDER BY name") == digests);
  CHECK(text_of(world.old, "SELECT count(*) FROM _nhip_unknown") == "0\n");
  CHECK(text_of(world.old, "SELECT count(*) FROM _nhip_shelf") == "0\n");
  CHECK(text_of(world.old, "SELECT count(*) FROM _nhip_op") == "0\n");
  world.check_all();
  CHECK(world.old.get("recipe", world.recipe)["tools"].size() == 2);
  CHECK(world.old.get("dream", world.dream)["title"] == "mơ");
  const auto report = world.old.sync();
  CHECK(report.verified);
  CHECK(report.sent == 0);
  CHECK(report.received == 0);
  REQUIRE(world.old.replica().doctor().value().healthy);
  const auto compared = world.old.sync();
  CHECK(compared.verified_by == "values");
  CHECK(compared.received == 0);
  CHECK(world.old.status().rejected == 0);
}

TEST_CASE("fleet: an updated device goes on with the new fields and types", "[fleet][upgrade]") {
  Mixed world;
  REQUIRE(world.old.update(newer()).ok());
  world.old.edit("recipe", world.recipe,
                 R"({"origin":"Hà Nội","moods":["vui"],"heat":{"level":1}})");
  world.old.put("dream", R"({"url":"https://b"})");
  world.old.remove("dream", world.dream);
  // The triggers of the new columns and tables stand too.
  world.old.sql(
      "UPDATE recipe SET heat_level=2; DELETE FROM recipe_marks WHERE key='m';"
      "INSERT INTO recipe_tools(parent,name,pieces) SELECT rid,'dao',1 FROM recipe;"
      "INSERT INTO dream(url) VALUES('https://c')");
  settle({&world.old, &world.fresh});
  world.check_all();
  const json record = world.fresh.get("recipe", world.recipe);
  CHECK(record["origin"] == "Hà Nội");
  CHECK(record["heat"]["level"] == 2);
  CHECK(record["marks"].size() == 1);
  CHECK(record["tools"].size() == 3);
  CHECK(world.fresh.list("dream").size() == 2);
  CHECK(world.fleet.conflicts().empty());
}

TEST_CASE("fleet: every pairing of old and new agrees, and all is there after the last update",
          "[fleet][upgrade][I16]") {
  const bool new_centre = GENERATE(true, false);
  const bool new_a = GENERATE(true, false);
  const bool new_b = GENERATE(true, false);
  CAPTURE(new_centre, new_a, new_b);
  Fleet fleet{new_centre ? newer() : notebook()};
  Member& a = fleet.add("soups", "field", new_a ? newer() : notebook());
  Member& b = fleet.add("soups", "field", new_b ? newer() : notebook());
  const Id plain = a.put("recipe", R"({"title":"Canh","tags":["x"]})");
  const Id rich = new_a ? a.put("recipe", kNewRecipe) : a.put("recipe", R"({"title":"Phở"})");
  settle({&a, &b}, 3);
  b.edit("recipe", rich, R"({"title":"Phở bò","price":5})");
  b.edit("recipe", plain, R"({"note":"b"})");
  a.edit("recipe", plain, R"({"note":"a"})");
  settle({&a, &b}, 3);
  REQUIRE(a.update(newer()).ok());
  REQUIRE(b.update(newer()).ok());
  if (!new_centre) fleet.update_centre(newer());
  for (Member* each : {&a, &b}) REQUIRE(each->replica().doctor().value().healthy);
  settle({&a, &b}, 3);
  check_same(fleet, {&a, &b}, "recipe");
  const json record = b.get("recipe", rich);
  CHECK(record["title"] == "Phở bò");
  CHECK(record["price"] == 5);
  if (new_a) {
    CHECK(record["origin"] == "Nam Định");
    CHECK(record["tools"].size() == 2);
    CHECK(record["heat"]["level"] == 7);
  }
  CHECK(fleet.conflicts().size() == 1);  // of the two notes
  for (Member* each : {&a, &b}) {
    CHECK(each->status().rejected + each->status().held == 0);
    CHECK(each->status().pending == 0);
  }
}

TEST_CASE("fleet: what waits to be sent goes through an update", "[fleet][upgrade]") {
  Mixed world;
  const Id second = world.fresh.put("recipe", kNewRecipe);
  settle({&world.fresh, &world.old});
  world.old.edit("recipe", world.recipe, R"({"title":"sửa","tags":["b"]})");
  world.old.remove("recipe", second);
  const Id own = world.old.put("recipe", R"({"title":"mới"})");
  world.old.sql("UPDATE recipe SET note='của công cụ khác' WHERE title='sửa'");  // not sealed yet
  world.fresh.edit("recipe", world.recipe, R"({"origin":"Huế"})");
  REQUIRE(world.old.update(newer()).ok());
  CHECK(world.old.status().pending == 4);
  CHECK(world.old.get("recipe", world.recipe)["origin"] == "Nam Định");
  settle({&world.fresh, &world.old});
  world.check_all();
  const json record = world.fresh.get("recipe", world.recipe);
  CHECK(record["title"] == "sửa");
  CHECK(record["note"] == "của công cụ khác");
  CHECK(record["origin"] == "Huế");
  CHECK(record["moods"].size() == 2);
  CHECK(world.fresh.get("recipe", second).is_null());
  CHECK(world.fresh.get("recipe", own)["title"] == "mới");
  CHECK(world.fleet.conflicts().empty());
}

TEST_CASE("fleet: a record deleted and undeleted on an old device keeps its unknown fields",
          "[fleet][upgrade][I16]") {
  Mixed world;
  const bool sync_between = GENERATE(true, false);
  world.old.remove("recipe", world.recipe);
  if (sync_between) settle({&world.old, &world.fresh});
  REQUIRE(world.old.replica().undelete("recipe", world.recipe).ok());
  settle({&world.old, &world.fresh});
  CHECK(world.fresh.get("recipe", world.recipe)["origin"] == "Nam Định");
  CHECK(world.fresh.get("recipe", world.recipe)["tools"].size() == 2);
  REQUIRE(world.old.update(newer()).ok());
  world.check_all();
}

TEST_CASE("fleet: a replaced row on an old device keeps its unknown fields",
          "[fleet][upgrade][I16]") {
  Mixed world;
  world.old.sql("INSERT OR REPLACE INTO recipe(id,shelf,title) SELECT id,shelf,'thay' FROM recipe");
  settle({&world.old, &world.fresh});
  CHECK(world.fresh.get("recipe", world.recipe)["title"] == "thay");
  CHECK(world.fresh.get("recipe", world.recipe)["origin"] == "Nam Định");
  REQUIRE(world.old.update(newer()).ok());
  world.check_all();
}

TEST_CASE("fleet: deleted records of a type that was unknown stay deleted after the update",
          "[fleet][upgrade]") {
  Mixed world;
  world.fresh.remove("dream", world.dream);
  settle({&world.fresh, &world.old});
  REQUIRE(world.old.update(newer()).ok());
  CHECK(world.old.list("dream").empty());
  CHECK(world.old.sync().verified);
}

TEST_CASE("fleet: a schema that takes away or alters what is stored is refused by name",
          "[fleet][upgrade]") {
  Mixed world;
  json schema = second_version();
  json& recipe = schema["types"][0];
  const int fault = GENERATE(range(0, 6));
  CAPTURE(fault);
  if (fault == 0) recipe["fields"].erase(19);
  if (fault == 1) recipe["fields"][19]["type"] = "json";
  if (fault == 2) recipe["fields"][19]["path"] = "remark";
  if (fault == 3) recipe["fields"][3]["values"].push_back({{"name", "unit"}, {"type", "text"}});
  if (fault == 4) recipe["scope"]["prefix"] = "board/";
  if (fault == 5) schema["types"].erase(2);
  const Status refused = world.old.update(schema.dump());
  CHECK(refused.name() == "incompatible_schema");
  CHECK(refused.code() == Code::kVersion);
  CHECK(world.old.replica().schema().version() == 1);
  world.old.edit("recipe", world.recipe, R"({"note":"vẫn được"})");
  settle({&world.old, &world.fresh});
  REQUIRE(world.old.update(newer()).ok());
  world.check_all();
}

TEST_CASE("fleet: an older schema and one of another name leave a replica as it is",
          "[fleet][upgrade]") {
  Mixed world;
  REQUIRE(world.fresh.update(notebook()).ok());
  CHECK(world.fresh.replica().schema().version() == 2);
  CHECK(world.fresh.get("recipe", world.recipe)["origin"] == "Nam Định");
  json other = second_version();
  other["schema"] = "diary";
  REQUIRE(world.old.update(other.dump()).ok());
  CHECK(world.old.replica().schema().version() == 1);
}

TEST_CASE("fleet: an update that cannot be finished leaves everything as it was",
          "[fleet][upgrade]") {
  Mixed world;
  world.old.edit("recipe", world.recipe, R"({"note":"chờ"})");
  // Stands in the way of the last statements.
  world.old.sql("CREATE TABLE _nhip_v_dream(x)");
  const std::string tables = text_of(world.old, "SELECT sql FROM sqlite_master ORDER BY name");
  const std::string unknown = text_of(world.old, "SELECT hex(cells) FROM _nhip_unknown");
  CHECK_FALSE(world.old.update(newer()).ok());
  CHECK(text_of(world.old, "SELECT sql FROM sqlite_master ORDER BY name") == tables);
  CHECK(text_of(world.old, "SELECT hex(cells) FROM _nhip_unknown") == unknown);
  CHECK(world.old.status().pending == 1);
  world.old.sql("DROP TABLE _nhip_v_dream");
  REQUIRE(world.old.update(newer()).ok());
  settle({&world.old, &world.fresh});
  world.check_all();
}

TEST_CASE("fleet: a program of the old version does not write into an updated replica",
          "[fleet][upgrade]") {
  Mixed world;
  OpenOptions options;
  options.path = world.old.path();
  options.schema_json = notebook();
  auto running = Replica::open(options);
  REQUIRE(running.ok());
  REQUIRE((*running)->put("bookmark", R"({"url":"https://trước"})").ok());
  REQUIRE(world.old.update(newer()).ok());
  const auto refused = (*running)->put("bookmark", R"({"url":"https://sau"})");
  CHECK(refused.status().name() == "replica_upgraded");
  CHECK((*running)->get("recipe", world.recipe).ok());
  running = Replica::open(options);
  REQUIRE(running.ok());
  CHECK((*running)->put("bookmark", R"({"url":"https://sau"})").ok());
  settle({&world.old, &world.fresh});
  world.check_all();
  CHECK(world.fresh.list("bookmark").size() == 2);
}

TEST_CASE("fleet: a value that no column takes stays aside and does not stop an update",
          "[fleet][upgrade]") {
  // The centre is old and cannot check the field; the device's own idea of it is another one.
  json strange = second_version();
  strange["types"][0]["fields"][20] = {{"number", 21}, {"path", "origin"}, {"type", "integer"}};
  Fleet fleet{notebook()};
  Member& odd = fleet.add("soups", "field", strange.dump());
  Member& old = fleet.add("soups", "field", notebook());
  const Id id = odd.put("recipe", R"({"title":"x","origin":5,"heat":{"level":3}})");
  settle({&odd, &old});
  REQUIRE(old.update(newer()).ok());
  CHECK(old.get("recipe", id)["origin"].is_null());
  CHECK(old.get("recipe", id)["heat"]["level"] == 3);
  CHECK(text_of(old, "SELECT count(*) FROM _nhip_unknown") == "1\n");
  settle({&old, &odd});
  CHECK(odd.get("recipe", id)["origin"] == 5);
}

TEST_CASE("fleet: what an old centre held is taken once it knows the type", "[fleet][upgrade]") {
  Fleet fleet{notebook()};
  Member& a = fleet.add("soups", "field", newer());
  Member& b = fleet.add("soups", "field", newer());
  const Id dream = a.put("dream", R"({"url":"https://a","title":"mơ"})");
  settle({&a, &b});
  CHECK(a.status().held == 1);
  CHECK(fleet.records("recipe").empty());
  fleet.update_centre(newer());
  settle({&a, &b});
  const auto tray = a.replica().tray().value();
  if (!tray.empty()) REQUIRE(a.replica().retry(tray[0].id).ok());
  settle({&a, &b});
  CHECK(a.status().held == 0);
  CHECK(b.get("dream", dream)["title"] == "mơ");
  check_same(fleet, {&a, &b}, "dream");
}

TEST_CASE("fleet: a conflict over a field that the centre did not know is settled after the update",
          "[fleet][upgrade][settle]") {
  Fleet fleet{notebook()};
  Member& a = fleet.add("soups", "field", newer());
  Member& b = fleet.add("soups", "field", newer());
  Member& old = fleet.add("soups");
  const Id recipe = a.put("recipe", kNewRecipe);
  settle({&a, &b, &old});
  a.edit("recipe", recipe, R"({"origin":"một"})");
  b.edit("recipe", recipe, R"({"origin":"hai"})");
  settle({&a, &b, &old});
  REQUIRE(a.conflicts().size() == 1);
  CHECK(a.conflicts()[0].field == "origin");
  const Id conflict = a.conflicts()[0].id;
  const Status refused = old.replica().resolve_keep(conflict, false);
  CHECK(refused.name() == "unknown_field");
  CHECK(old.conflicts().size() == 1);
  const std::string lost = json::parse(a.conflicts()[0].loser.value_json);
  REQUIRE(a.replica().resolve_keep(conflict, false).ok());
  CHECK(a.get("recipe", recipe)["origin"] == lost);
  settle({&a, &b, &old});
  CHECK(b.get("recipe", recipe)["origin"] == lost);
}
