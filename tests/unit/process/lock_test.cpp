// SPDX-License-Identifier: MIT
#include "process/lock.hpp"
#include "support/scratch.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

using namespace agr;
using process::Lock;

TEST_CASE("one holder at a time, named to the second, gone with the first") {
  const test::Scratch folder;
  const auto path = folder.path("lock");
  {
    const auto first = Lock::take(path, "agent alice is served", "wait");
    REQUIRE(first);
    CHECK(folder.mode("lock") == 0600);
    const auto second = Lock::take(path, "agent alice is served", "wait");
    REQUIRE_FALSE(second);
    CHECK(second.error().kind == Kind::locked);
    CHECK(second.error().message ==
          fmt::format("agent alice is served by another process already, pid {}", getpid()));
    CHECK(second.error().hint == "wait");
  }
  CHECK(Lock::take(path, "", ""));
  CHECK(Lock::take(folder.path("none/lock"), "", "").error().kind == Kind::internal);
}
