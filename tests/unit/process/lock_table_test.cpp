// SPDX-License-Identifier: MIT
#include "process/lock_table.hpp"
#include "support/scratch.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <iterator>
#include <vector>

using namespace agr;
using process::LockTable;

namespace {

std::ptrdiff_t open_descriptors() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
}

} // namespace

TEST_CASE("each name has one holder, named to the second and gone with the first") {
  const test::Scratch folder;
  const auto ours = LockTable::open(folder.path("locks"));
  const auto theirs = LockTable::open(folder.path("locks")); // as another process would
  REQUIRE((ours && theirs));
  CHECK(folder.mode("locks") == 0600);
  {
    const auto first = ours->take("a", folder.path("a.pid"), "agent alice is served", "wait");
    REQUIRE(first);
    const auto second = theirs->take("a", folder.path("a.pid"), "agent alice is served", "wait");
    REQUIRE_FALSE(second);
    CHECK(second.error().kind == Kind::locked);
    CHECK(second.error().message ==
          fmt::format("agent alice is served by another process already, pid {}", getpid()));
    CHECK(second.error().hint == "wait");
    CHECK(theirs->take("b", folder.path("b.pid"), "", "").has_value());
  }
  CHECK(theirs->take("a", folder.path("a.pid"), "", "").has_value());
  CHECK(LockTable::open(folder.path("none/locks")).error().kind == Kind::internal);
}

TEST_CASE("a hold outlives its table, and goes where it is moved") {
  const test::Scratch folder;
  std::vector<process::Hold> kept;
  {
    const auto table = LockTable::open(folder.path("locks"));
    auto hold = table->take("a", folder.path("pid"), "", "");
    kept.push_back(std::move(*hold));
  }
  const auto other = LockTable::open(folder.path("locks"));
  CHECK_FALSE(other->take("a", folder.path("pid"), "", "").has_value());
  kept.clear();
  CHECK(other->take("a", folder.path("pid"), "", "").has_value());
}

TEST_CASE("thousands of locks cost no descriptors") {
  const test::Scratch folder;
  const auto table = LockTable::open(folder.path("locks"));
  const auto before = open_descriptors();
  std::vector<process::Hold> holds;
  for (int i = 0; i < 2000; ++i) {
    auto hold = table->take(fmt::format("agent {}", i), folder.path("pid"), "", "");
    REQUIRE(hold);
    holds.push_back(std::move(*hold));
  }
  CHECK(open_descriptors() == before);
}
