// Who wins, policy by policy; symmetric claims are asserted either way round.
#include "core/merge.h"

#include <catch2/catch.hpp>

using namespace nhip;
using namespace nhip::core;

namespace {

constexpr Author kA{0xA, 1};
constexpr Author kB{0xB, 1};
constexpr Author kOffice{0xF, 1};

enum : std::uint16_t {
  kTitle = 1,
  kState = 2,
  kX = 3,
  kY = 4,
  kTags = 5,
  kNotes = 6,
  kCount = 7,
  kReview = 8,
  kOnce = 9
};

Field field(std::uint16_t number, Policy policy, std::string group = {},
            Shape shape = Shape::kScalar) {
  Field f;
  f.number = number;
  f.path = "f" + std::to_string(number);
  f.policy = policy;
  f.group = std::move(group);
  f.shape = shape;
  return f;
}

const Type& type() {
  static const Type kType = [] {
    Type t;
    t.number = 20;
    t.name = "thing";
    t.fields = {field(kTitle, Policy::kLww),
                field(kState, Policy::kLadder),
                field(kX, Policy::kReview, "xy"),
                field(kY, Policy::kReview, "xy"),
                field(kTags, Policy::kSet, {}, Shape::kSet),
                field(kNotes, Policy::kMap, {}, Shape::kMap),
                field(kCount, Policy::kReview),
                field(kReview, Policy::kServer),
                field(kOnce, Policy::kFirst)};
    t.fields[1].ladder = {"PLANNED", "DONE|CANCELLED"};
    return t;
  }();
  return kType;
}

// A record written by kA at sequence number 5, stamp 100.
Row base_row() {
  Row row;
  row.versions.base = {100, kA, 5};
  row.cells[{kTitle, {}}] = Value("old");
  row.cells[{kState, {}}] = Value("PLANNED");
  row.cells[{kX, {}}] = Value(std::int64_t{1});
  row.cells[{kY, {}}] = Value(std::int64_t{2});
  row.cells[{kTags, "red"}] = Value(std::int64_t{1});
  row.cells[{kNotes, "k"}] = Value("n");
  return row;
}

Operation op(Hlc stamp, std::vector<Change> changes) {
  Operation operation;
  operation.type = 20;
  operation.stamp = stamp;
  operation.changes = std::move(changes);
  return operation;
}

Change set(std::uint16_t f, Value value, std::string element = {}) {
  return {{f, std::move(element)}, std::move(value)};
}

MergeResult by(const Author& author, std::uint64_t seen, const Row& row, const Operation& operation,
               std::uint64_t seq) {
  return merge(type(), &row, operation,
               {author, seen, [](const Author& a) { return a == kOffice; }}, seq);
}

const Value& at(const MergeResult& result, std::uint16_t f, std::string element = {}) {
  return cell_value(result.row.cells, {f, std::move(element)});
}

// Two writers that both saw sequence number 5; `first` is sequenced first. Returns what the second
// one's merge makes of it.
MergeResult meet(const Author& first, const Operation& a, const Author& second,
                 const Operation& b) {
  const MergeResult earlier = by(first, 5, base_row(), a, 6);
  return by(second, 5, earlier.row, b, 7);
}

}  // namespace

TEST_CASE("core/merge: an operation on nothing makes the record with one version", "[core]") {
  const auto result = merge(type(), nullptr, op(10, {set(kTitle, "t")}), {kA, 0, nullptr}, 3);
  CHECK(result.exact);
  CHECK(result.changed);
  CHECK(result.row.versions.base == Version{10, kA, 3});
  CHECK(result.row.versions.exceptions.empty());
}

TEST_CASE("core/merge: an edit by somebody who had seen the current value is a plain update",
          "[core]") {
  const auto result = by(kB, 5, base_row(), op(50, {set(kTitle, "new")}), 6);
  CHECK(at(result, kTitle) == Value("new"));
  CHECK(result.conflicts.empty());
  CHECK(result.exact);
  CHECK(result.row.versions.of({kTitle, {}}) == Version{50, kB, 6});
  CHECK(result.row.versions.of({kState, {}}).seq == 5);
}

TEST_CASE("core/merge: of two concurrent values the later stamp wins, whichever is sequenced first",
          "[core][L1]") {
  const auto early = op(200, {set(kTitle, "early")});
  const auto late = op(300, {set(kTitle, "late")});
  const auto x = meet(kA, early, kB, late);
  const auto y = meet(kB, late, kA, early);
  for (const auto* result : {&x, &y}) {
    CHECK(at(*result, kTitle) == Value("late"));
    REQUIRE(result->conflicts.size() == 1);
    CHECK(result->conflicts[0].winner == Value("late"));
    CHECK(result->conflicts[0].loser == Value("early"));
    CHECK_FALSE(result->conflicts[0].needs_person);
  }
  CHECK(x.exact);
  CHECK_FALSE(y.exact);
}

TEST_CASE("core/merge: equal stamps are ordered by their authors", "[core][L1]") {
  const auto x = meet(kA, op(200, {set(kTitle, "a")}), kB, op(200, {set(kTitle, "b")}));
  const auto y = meet(kB, op(200, {set(kTitle, "b")}), kA, op(200, {set(kTitle, "a")}));
  CHECK(at(x, kTitle) == Value("b"));
  CHECK(at(y, kTitle) == Value("b"));
}

TEST_CASE("core/merge: concurrent texts that differ in normal form or outer blanks are no conflict",
          "[core]") {
  const auto result = meet(kA, op(200, {set(kTitle, "B\xE1\xBB\x87nh")}), kB,
                           op(300, {set(kTitle, "Be\xCC\xA3\xCC\x82nh ")}));
  CHECK(result.conflicts.empty());
}

TEST_CASE("core/merge: writing the same value over one's own later change is not concurrent",
          "[core]") {
  const auto first = by(kB, 5, base_row(), op(200, {set(kTitle, "one")}), 6);
  const auto second = by(kB, 5, first.row, op(150, {set(kTitle, "two")}), 7);
  CHECK(at(second, kTitle) == Value("two"));
  CHECK(second.conflicts.empty());
}

TEST_CASE("core/merge: a group of fields is won or lost as one", "[core]") {
  const auto a = op(200, {set(kX, std::int64_t{10}), set(kY, std::int64_t{2})});
  const auto b = op(300, {set(kX, std::int64_t{1}), set(kY, std::int64_t{20})});
  for (const auto& result : {meet(kA, a, kB, b), meet(kB, b, kA, a)}) {
    CHECK(at(result, kX) == Value(std::int64_t{1}));
    CHECK(at(result, kY) == Value(std::int64_t{20}));
    REQUIRE(result.conflicts.size() == 2);
    for (const auto& entry : result.conflicts) CHECK(entry.needs_person);
  }
}

TEST_CASE("core/merge: the further rung of a ladder wins, whatever the stamps", "[core]") {
  const auto done = op(200, {set(kState, "DONE")});
  const auto planned = op(900, {set(kState, "PLANNED")});
  const auto plain = by(kA, 5, base_row(), done, 6);
  const auto result = by(kB, 5, plain.row, planned, 7);
  CHECK(at(result, kState) == Value("DONE"));
}

TEST_CASE("core/merge: equal rungs ask a person", "[core]") {
  const auto result =
      meet(kA, op(200, {set(kState, "DONE")}), kB, op(300, {set(kState, "CANCELLED")}));
  CHECK(at(result, kState) == Value("CANCELLED"));
  REQUIRE(result.conflicts.size() == 1);
  CHECK(result.conflicts[0].needs_person);
}

TEST_CASE("core/merge: a step back that has seen the step forward is allowed", "[core]") {
  const auto done = by(kA, 5, base_row(), op(200, {set(kState, "DONE")}), 6);
  const auto back = by(kB, 6, done.row, op(300, {set(kState, "PLANNED")}), 7);
  CHECK(at(back, kState) == Value("PLANNED"));
  CHECK(back.conflicts.empty());
}

TEST_CASE("core/merge: the office wins a concurrent field of its own, either way round", "[core]") {
  const auto office = op(200, {set(kReview, "RETURNED")});
  const auto unit = op(300, {set(kReview, "SUBMITTED")});
  CHECK(at(meet(kOffice, office, kB, unit), kReview) == Value("RETURNED"));
  CHECK(at(meet(kB, unit, kOffice, office), kReview) == Value("RETURNED"));
}

TEST_CASE("core/merge: the first value of a first-wins field stands and the second is kept",
          "[core]") {
  const auto result = meet(kA, op(200, {set(kOnce, "x")}), kB, op(300, {set(kOnce, "y")}));
  CHECK(at(result, kOnce) == Value("x"));
  REQUIRE(result.conflicts.size() == 1);
  CHECK(result.conflicts[0].loser == Value("y"));
}

TEST_CASE("core/merge: elements added on both sides are united", "[core]") {
  const auto result = meet(kA, op(200, {set(kTags, std::int64_t{1}, "blue")}), kB,
                           op(300, {set(kTags, std::int64_t{1}, "green")}));
  CHECK_FALSE(at(result, kTags, "blue").is_null());
  CHECK_FALSE(at(result, kTags, "green").is_null());
}

TEST_CASE("core/merge: a removal beats what its author had seen and spares an unseen add",
          "[core]") {
  const auto removal = by(kB, 5, base_row(), op(300, {set(kTags, Value(), "red")}), 6);
  CHECK(at(removal, kTags, "red").is_null());
  const auto again = by(kA, 6, removal.row, op(310, {set(kTags, std::int64_t{1}, "red")}), 7);
  const auto unseen = by(kB, 6, again.row, op(400, {set(kTags, Value(), "red")}), 8);
  CHECK_FALSE(at(unseen, kTags, "red").is_null());
  CHECK_FALSE(unseen.exact);
}

TEST_CASE("core/merge: the keys of a map are judged one by one", "[core]") {
  const auto result =
      meet(kA, op(200, {set(kNotes, "a", "k")}), kB, op(300, {set(kNotes, "b", "other")}));
  CHECK(at(result, kNotes, "k") == Value("a"));
  CHECK(at(result, kNotes, "other") == Value("b"));
  CHECK(result.conflicts.empty());
}

TEST_CASE("core/merge: a field that the schema does not know is merged by stamp and kept",
          "[core][I16]") {
  const auto result = meet(kA, op(200, {set(4000, "a")}), kB, op(300, {set(4000, "b")}));
  CHECK(at(result, 4000) == Value("b"));
  CHECK(result.conflicts.size() == 1);
}

TEST_CASE("core/merge: an edit beats a concurrent delete, whichever is sequenced first",
          "[core][I14]") {
  const auto edit = op(200, {set(kTitle, "kept")});
  const auto removal = op(300, {set(kDeletedField, std::int64_t{1})});
  for (const auto& result : {meet(kA, edit, kB, removal), meet(kB, removal, kA, edit)}) {
    CHECK_FALSE(is_deleted(result.row.cells));
    CHECK(at(result, kTitle) == Value("kept"));
    REQUIRE(result.conflicts.size() == 1);
    CHECK(result.conflicts[0].cell == CellKey{kDeletedField, {}});
    CHECK_FALSE(result.exact);
  }
}

TEST_CASE("core/merge: a delete by somebody who had seen everything removes the record", "[core]") {
  const auto result = by(kB, 5, base_row(), op(300, {set(kDeletedField, std::int64_t{1})}), 6);
  CHECK(is_deleted(result.row.cells));
  CHECK(result.conflicts.empty());
  CHECK(result.exact);
}

TEST_CASE("core/merge: two deletes agree", "[core]") {
  const auto removal = op(300, {set(kDeletedField, std::int64_t{1})});
  const auto result = meet(kA, removal, kB, removal);
  CHECK(is_deleted(result.row.cells));
  CHECK(result.conflicts.empty());
}

TEST_CASE("core/merge: merging the same operation again changes nothing", "[core][I4]") {
  const auto operation = op(300, {set(kTitle, "new"), set(kTags, std::int64_t{1}, "blue")});
  const auto once = by(kB, 5, base_row(), operation, 6);
  const auto twice = by(kB, 5, once.row, operation, 7);
  CHECK_FALSE(twice.changed);
  CHECK(twice.row == once.row);
}
