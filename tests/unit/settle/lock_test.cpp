// SPDX-License-Identifier: MIT
#include "settle/lock.hpp"
#include "support/scratch.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <string>

using namespace agr;
using namespace agr::settle;

TEST_CASE("one holder at a time, named to the second, gone with the first") {
  const test::Scratch folder;
  {
    const auto first = Lock::take(folder.path("lock"));
    REQUIRE(first);
    CHECK(folder.mode("lock") == 0600);
    const auto second = Lock::take(folder.path("lock"));
    REQUIRE_FALSE(second);
    CHECK(second.error().kind == Kind::locked);
    CHECK(second.error().message.find(std::to_string(getpid())) != std::string::npos);
  }
  CHECK(Lock::take(folder.path("lock")));
  CHECK(Lock::take(folder.path("none/lock")).error().kind == Kind::internal);
}
