// Versions: the two versions of the simulation's registry. The first lacks a type and two fields of
// another.
#pragma once

#include <string>

namespace nhip::sim {

struct Registries {
  std::string first, later;
  // The first without the table of units: what runs without moves and versions play under, since a
  // table more is another number of writes, at one of which a program is killed.
  std::string plain;
};

Registries registries_from(const std::string& later);

}  // namespace nhip::sim
