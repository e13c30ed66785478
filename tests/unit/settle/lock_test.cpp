// SPDX-License-Identifier: MIT
#include "settle/lock.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

using namespace agr;
using namespace agr::settle;

TEST_CASE("one holder at a time, named to the second, gone with the first") {
  const auto path = std::filesystem::temp_directory_path() / ("agr-lock-test-" + std::to_string(getpid()));
  {
    const auto first = Lock::take(path);
    REQUIRE(first);
    const auto second = Lock::take(path);
    REQUIRE_FALSE(second);
    CHECK(second.error().kind == Kind::locked);
    CHECK(second.error().message.find(std::to_string(getpid())) != std::string::npos);
  }
  CHECK(Lock::take(path));
  std::filesystem::remove(path);
  CHECK(Lock::take("/nonexistent/lock").error().kind == Kind::internal);
}
