// The clock: strictly increasing stamps, whatever the wall shows.
#include "core/hlc.h"

#include <catch2/catch.hpp>

using namespace nhip::core;

TEST_CASE("core/hlc: a tick is strictly later than the last stamp, whatever the wall clock says",
          "[core][I7]") {
  Hlc last = make_hlc(1'000'000);
  for (const std::int64_t wall :
       {1'000'000LL, 5LL, 0LL, -7LL, 1'000'001LL, 4'102'444'800'000LL, 3LL}) {
    const Hlc next = tick(last, wall);
    CHECK(next > last);
    last = next;
  }
}

TEST_CASE("core/hlc: a tick follows the wall clock when that is ahead", "[core]") {
  CHECK(hlc_ms(tick(make_hlc(10), 500)) == 500);
}

TEST_CASE("core/hlc: a counter that overflows borrows the next millisecond", "[core]") {
  const Hlc full = make_hlc(10, 0xFFFF);
  CHECK(tick(full, 10) == make_hlc(11, 0));
}

TEST_CASE("core/hlc: stamps from the far future are corrected to the instant of receipt",
          "[core][I13]") {
  const std::int64_t now = 1'000'000'000;
  const Hlc far = make_hlc(now + kFutureToleranceMs + 1);
  CHECK(restamp(far, now, 3) == make_hlc(now, 3));
  const Hlc near_future = make_hlc(now + kFutureToleranceMs);
  CHECK(restamp(near_future, now, 3) == near_future);
  CHECK(restamp(make_hlc(0), now, 3) == make_hlc(0));
}
