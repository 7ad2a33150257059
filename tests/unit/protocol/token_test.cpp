// The chain of tokens: one for each history, the same on both sides.
#include "protocol/token.h"

#include <catch2/catch.hpp>

#include <set>

using namespace nhip;
using namespace nhip::protocol;

namespace {

core::Operation operation(std::uint64_t seq) {
  core::Operation op;
  op.seq = seq;
  op.type = 16;
  op.id = *Id::parse("018f0000-0000-7000-8000-000000000001");
  op.scope = "unit/U-01";
  op.stamp = 0x018F22E279B00000ULL + seq;
  op.changes = {{{3, ""}, Value("Tết")}, {{20, "CB-01"}, Value(std::int64_t{5})}};
  return op;
}

core::Group group_of(std::uint64_t first, std::uint64_t last) {
  core::Group group;
  for (std::uint64_t seq = first; seq <= last; ++seq) group.operations.push_back(operation(seq));
  return group;
}

}  // namespace

TEST_CASE("protocol/token: a token is 24 hexadecimal digits of its whole past", "[protocol]") {
  const std::string first = next_token("", group_of(1, 2));
  CHECK(first.size() == 24);
  CHECK(first.find_first_not_of("0123456789abcdef") == std::string::npos);
  CHECK(next_token("", group_of(1, 2)) == first);
  CHECK(next_token(first, group_of(3, 3)) != next_token("", group_of(3, 3)));
}

TEST_CASE("protocol/token: everything an operation says changes the token", "[protocol]") {
  std::set<std::string> tokens{next_token("", group_of(1, 1))};
  const auto add = [&](auto change) {
    core::Group group = group_of(1, 1);
    change(group.operations.front());
    return tokens.insert(next_token("", group)).second;
  };
  CHECK(add([](core::Operation& op) { op.seq = 2; }));
  CHECK(add([](core::Operation& op) { op.type = 17; }));
  CHECK(
      add([](core::Operation& op) { op.id = *Id::parse("018f0000-0000-7000-8000-000000000002"); }));
  CHECK(add([](core::Operation& op) { ++op.stamp; }));
  CHECK(add([](core::Operation& op) { op.changes.pop_back(); }));
  CHECK(add([](core::Operation& op) { op.changes[0].cell.field = 4; }));
  CHECK(add([](core::Operation& op) { op.changes[1].cell.element = "CB-02"; }));
  CHECK(add([](core::Operation& op) { op.changes[0].value = Value("tết"); }));
  CHECK(add([](core::Operation& op) { op.changes[0].value = Value(); }));
  // The bytes of a text and of a blob are two values.
  CHECK(add([](core::Operation& op) { op.changes[0].value = Value(Bytes{'T', 'e'}); }));
  CHECK(add([](core::Operation& op) { op.changes[0].value = Value("Te"); }));
}

TEST_CASE("protocol/token: what is learnt or corrected later is no part of a token", "[protocol]") {
  core::Group group = group_of(1, 1);
  const std::string token = next_token("", group);
  group.operations.front().scope = "unit/U-02";
  group.operations.front().seen = 77;
  group.operations.front().held = 78;
  CHECK(next_token("", group) == token);
}

TEST_CASE("protocol/token: groups are links, so the same operations grouped otherwise differ",
          "[protocol]") {
  const std::string whole = next_token("", group_of(1, 2));
  const std::string apart = next_token(next_token("", group_of(1, 1)), group_of(2, 2));
  CHECK(whole != apart);
}
