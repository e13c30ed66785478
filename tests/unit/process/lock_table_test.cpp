// SPDX-License-Identifier: MIT
#include "process/files.hpp"
#include "process/lock_table.hpp"
#include "support/scratch.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <vector>

using namespace agr;
using process::LockTable;

namespace {

std::ptrdiff_t open_descriptors() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
}

/// The exit code of another process that does this.
int elsewhere(const std::function<int()>& work) {
  const pid_t child = ::fork();
  if (child == 0)
    ::_exit(work());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WEXITSTATUS(status);
}

/// What another process is told that wants this lock; empty when it gets it.
std::string refusal(const test::Scratch& folder, std::string_view name) {
  const auto answer = folder.path("answer");
  elsewhere([&] {
    const auto table = LockTable::open(folder.path("locks"));
    const auto hold = table->take(name, folder.path("pid"), "agent alice is served", "wait");
    std::ofstream(answer) << (hold ? "" : hold.error().message);
    return 0;
  });
  return process::read_file(answer).value();
}

} // namespace

TEST_CASE("each name has one holder, named to the second and gone with the first") {
  const test::Scratch folder;
  const auto table = LockTable::open(folder.path("locks"));
  REQUIRE(table);
  CHECK(folder.mode("locks") == 0600);
  {
    const auto hold = table->take("a", folder.path("pid"), "", "");
    REQUIRE(hold);
    CHECK(refusal(folder, "a") ==
          fmt::format("agent alice is served by another process already, pid {}", getpid()));
    CHECK(refusal(folder, "b").empty());
  }
  CHECK(refusal(folder, "a").empty());
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
  CHECK_FALSE(refusal(folder, "a").empty());
  kept.clear();
  CHECK(refusal(folder, "a").empty());
}

TEST_CASE("a lock dies with its process, although a child still has its descriptors") {
  const test::Scratch folder;
  const auto child_file = folder.path("child");
  elsewhere([&] {
    const auto table = LockTable::open(folder.path("locks"));
    const auto hold = table->take("a", folder.path("pid"), "", "");
    if (const pid_t child = ::fork(); child != 0)
      std::ofstream(child_file) << child;
    else
      ::pause();
    ::_exit(0); // as if it was killed
    return 0;
  });
  CHECK(refusal(folder, "a").empty());
  ::kill(std::stoi(process::read_file(child_file).value()), SIGKILL);
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
