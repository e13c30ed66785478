// SPDX-License-Identifier: MIT
#include "mcp/backoff.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace agr;

TEST_CASE("the ceiling doubles up to its cap and the wait lies under it") {
  mcp::Backoff backoff;
  for (const int ceiling : {500, 1000, 2000, 4000, 8000, 16'000, 30'000, 30'000}) {
    CHECK(backoff.ceiling() == Millis{ceiling});
    CHECK(backoff.next(static_cast<std::uint64_t>(ceiling)) == Millis{ceiling});
  }
  for (int i = 0; i < 1000; ++i)
    CHECK(backoff.next(std::numeric_limits<std::uint64_t>::max()) <= Millis{30'000});
}

TEST_CASE("jitter is full and the service's wish is a minimum") {
  mcp::Backoff backoff;
  CHECK(backoff.next(0) == Millis{0});
  CHECK(backoff.next(0, Millis{700}) == Millis{700});
  CHECK(backoff.next(1500, Millis{700}) == Millis{1500});
}

TEST_CASE("only a session that lived brings the ceiling down") {
  struct {
    Millis ready_for;
    bool brought_work;
    Millis ceiling;
  } const table[] = {
      {Millis{0}, false, Millis{2000}},
      {Millis{29'999}, false, Millis{2000}},
      {Millis{30'000}, false, Millis{500}},
      {Millis{1}, true, Millis{500}},
  };
  for (const auto& row : table) {
    mcp::Backoff backoff;
    backoff.next(0);
    backoff.next(0);
    backoff.session_ended(row.ready_for, row.brought_work);
    CHECK(backoff.ceiling() == row.ceiling);
  }
}
