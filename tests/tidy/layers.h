// The arrows: who may include whom.
//
// The table is the one the build links by (engine/CMakeLists.txt, server/CMakeLists.txt), read as
// text; so there is no second table to keep. `arrow_complaints` judges the table itself against
// what never may be, `include_complaints` every #include against the table.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "tidy/source_tree.h"

namespace nhip::tidy {

struct Layer {
  std::string folder;  // "engine/core", "server/http"; "server" is its main.cpp
  std::string target;  // "nhip_core"
  std::vector<std::string> public_links;
  std::vector<std::string> private_links;
};

struct Layers {
  std::vector<Layer> in_order;                  // as the CMake files list them
  std::map<std::string, std::string> embedded;  // header in nhip_embedded/ → target

  const Layer* of_target(const std::string& target) const;
  const Layer* of_folder(const std::string& folder) const;
  // Every target that one reaches through any links, itself included.
  std::set<std::string> reach(const Layer& layer) const;
};

Layers read_layers(const Tree& tree);

Complaints arrow_complaints(const Layers& layers);
Complaints include_complaints(const Tree& tree, const Layers& layers);

}  // namespace nhip::tidy
