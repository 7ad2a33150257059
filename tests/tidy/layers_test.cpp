// The arrows, held against the tree and against samples that break each of them.
#include <catch2/catch.hpp>

#include "tidy/layers.h"

namespace nhip::tidy {
namespace {

std::string text(const Complaints& complaints) {
  std::string all;
  for (const std::string& line : complaints) all += line + "\n";
  return all;
}

const Tree& real_tree() {
  static const Tree tree = read_tree(NHIP_SOURCE_DIR);
  return tree;
}

// Complaints about one more file in the real tree.
Complaints with_file(const std::string& path, const std::string& code) {
  Tree tree = real_tree();
  tree.push_back({path, code});
  Complaints of_file;
  for (const std::string& line : include_complaints(tree, read_layers(tree))) {
    if (line.rfind(path + ":", 0) == 0) of_file.push_back(line);
  }
  return of_file;
}

Complaints with_links(const std::string& engine, const std::string& server) {
  return arrow_complaints(
      read_layers({{"engine/CMakeLists.txt", engine}, {"server/CMakeLists.txt", server}}));
}

}  // namespace

TEST_CASE("tidy: the table of layers is read whole", "[tidy]") {
  const Layers layers = read_layers(real_tree());
  CHECK(layers.in_order.size() >= 17);
  REQUIRE(layers.of_folder("engine/replica") != nullptr);
  CHECK(layers.reach(*layers.of_folder("engine/replica")).count("nhip_text") == 1);
  CHECK(layers.embedded.count("nhip_embedded/union_registry.h") == 1);
}

TEST_CASE("tidy: no arrow points the wrong way", "[tidy]") {
  const Complaints found = arrow_complaints(read_layers(real_tree()));
  INFO(text(found));
  CHECK(found.empty());
}

TEST_CASE("tidy: an arrow that points the wrong way is found", "[tidy]") {
  CHECK(with_links("nhip_layer(core PUBLIC nhip_store)\nnhip_layer(store)\n", "").size() == 1);
  CHECK(with_links("nhip_layer(sync PRIVATE CURL::libcurl)\n", "").size() == 1);
  CHECK(with_links("nhip_layer(replica)\n", "nhip_server_layer(centre PUBLIC nhip_replica)\n")
            .size() == 1);
  CHECK(with_links("nhip_layer(core)\n", "nhip_server_layer(centre PRIVATE SQLite::SQLite3)\n")
            .size() == 1);
  CHECK(with_links("nhip_layer(core PUBLIC nhip_text)  # nhip_layer(text)\n", "").empty());
}

TEST_CASE("tidy: files include only what their layer links", "[tidy]") {
  const Complaints found = include_complaints(real_tree(), read_layers(real_tree()));
  INFO(text(found));
  CHECK(found.empty());
}

TEST_CASE("tidy: an include upwards or sideways is found", "[tidy]") {
  CHECK(with_file("engine/core/bad.cpp", "#include \"store/db.h\"\n").size() == 1);
  CHECK(with_file("engine/protocol/bad.cpp", "#include \"store/db.h\"\n").size() == 1);
  CHECK(with_file("engine/sync/bad.cpp", "#include \"centre/centre.h\"\n").size() == 1);
  CHECK(with_file("client-cli/bad.cpp", "#include \"core/merge.h\"\n").size() == 1);
  CHECK(with_file("engine/core/bad.cpp", "#include \"core/nowhere.h\"\n").size() == 1);
  CHECK(with_file("engine/core/good.cpp", "#include \"core/merge.h\"\n").empty());
  CHECK(with_file("client-cli/good.cpp", "#include \"nhip/replica.h\"\n").empty());
}

TEST_CASE("tidy: a third-party header outside its folder is found", "[tidy]") {
  CHECK(with_file("engine/replica/bad.cpp", "#include <sqlite3.h>\n").size() == 1);
  CHECK(with_file("engine/sync/bad.cpp", "#include <curl/curl.h>\n").size() == 1);
  CHECK(with_file("server/centre/bad.cpp", "#include <httplib.h>\n").size() == 1);
  CHECK(with_file("engine/core/bad.cpp", "#include <nlohmann/json.hpp>\n").size() == 1);
  CHECK(with_file("engine/core/bad.cpp", "#include <unistd.h>\n").size() == 1);
  CHECK(with_file("engine/core/bad.cpp", "#include <boost/any.hpp>\n").size() == 1);
  CHECK(with_file("engine/record/good.cpp", "#include <nlohmann/json.hpp>\n").empty());
  CHECK(with_file("engine/store/good.cpp", "#include <sqlite3.h>\n#include <fcntl.h>\n").empty());
}

TEST_CASE("tidy: json.hpp does not spread through headers of other folders", "[tidy]") {
  Tree tree = real_tree();
  tree.push_back({"engine/record/heavy.h", "#include <nlohmann/json.hpp>\n"});
  tree.push_back({"engine/record/through.h", "#include \"record/heavy.h\"\n"});
  const Layers layers = read_layers(tree);
  CHECK(include_complaints(tree, layers).empty());
  tree.push_back({"engine/replica/bad.cpp", "#include \"record/through.h\"\n"});
  CHECK(include_complaints(tree, layers).size() == 1);
}

TEST_CASE("tidy: public headers see the standard library and themselves", "[tidy]") {
  CHECK(with_file("engine/include/nhip/bad.h", "#include \"core/row.h\"\n").size() == 1);
  CHECK(with_file("engine/include/nhip/bad.h", "#include <sqlite3.h>\n").size() == 1);
  CHECK(
      with_file("engine/include/nhip/good.h", "#include <span>\n#include \"nhip/id.h\"\n").empty());
}

}  // namespace nhip::tidy
