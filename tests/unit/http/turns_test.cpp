// Who goes next: small before large, first come first among equals, and nobody starves.
#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "http/turns.h"

namespace nhip::server {
namespace {

// Lets waiters line up one after another behind a held turn, then notes in which order they went.
class Line {
 public:
  Line() : held_(std::make_unique<Turns::Turn>(turns_, Turns::Size::kLarge)) {}

  void add(char name, Turns::Size size) {
    const std::size_t before = turns_.waiting();
    threads_.emplace_back([this, name, size] {
      const Turns::Turn turn(turns_, size);
      order_ += name;  // guarded by the turn
    });
    while (turns_.waiting() == before) std::this_thread::yield();
  }

  std::string order() {
    held_.reset();
    for (std::thread& thread : threads_) thread.join();
    return order_;
  }

 private:
  Turns turns_;
  std::unique_ptr<Turns::Turn> held_;
  std::vector<std::thread> threads_;
  std::string order_;
};

TEST_CASE("turns: small ones go first, each in the order they came") {
  Line line;
  line.add('A', Turns::Size::kLarge);
  line.add('a', Turns::Size::kSmall);
  line.add('B', Turns::Size::kLarge);
  line.add('b', Turns::Size::kSmall);
  CHECK(line.order() == "abAB");
}

TEST_CASE("turns: a large one goes after some small ones even when more of these wait") {
  Line line;
  line.add('L', Turns::Size::kLarge);
  for (int i = 0; i < 40; ++i) line.add('s', Turns::Size::kSmall);
  const std::string order = line.order();
  CHECK(order.size() == 41);
  CHECK(order.find('L') == 16);
}

TEST_CASE("turns: one after another without anybody waiting") {
  Turns turns;
  for (int i = 0; i < 3; ++i) {
    const Turns::Turn turn(turns, Turns::Size::kSmall);
    CHECK(turns.waiting() == 0);
  }
}

}  // namespace
}  // namespace nhip::server
