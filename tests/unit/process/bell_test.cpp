// SPDX-License-Identifier: MIT
#include "process/bell.hpp"
#include "process/files.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>

using namespace agr;
using namespace agr::process;

TEST_CASE("a bell is heard by whoever listens, once per ring, with the name rung for") {
  std::string pattern = (std::filesystem::temp_directory_path() / "agr-bell-XXXXXX").string();
  const std::string root = ::mkdtemp(pattern.data());
  const auto folder = root + "/bell";
  REQUIRE(Bell::ring(folder, "early")); // nobody there yet
  auto bell = Bell::listen(folder);
  REQUIRE(bell);
  CHECK(bell->heard().empty());
  REQUIRE(Bell::ring(folder, "alice"));
  REQUIRE(Bell::ring(folder, "bob"));
  CHECK(bell->heard() == std::vector<std::string>{"alice", "bob"});
  CHECK(bell->heard().empty());
  CHECK_FALSE(Bell::listen(root + "/no/such"));
  REQUIRE(remove_folder(root));
}
