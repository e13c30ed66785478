// SPDX-License-Identifier: MIT
#include "store/intents.hpp"

#include <doctest/doctest.h>

#include <filesystem>

using namespace agr;
using store::Intent;
using store::Intents;

namespace {

Intent intent(std::string key, std::string fingerprint, int second) {
  return {std::move(key), "hire",       std::move(fingerprint),
          "hire alice",   R"({"a":1})", Time{std::chrono::seconds{second}}};
}

std::vector<std::string> keys_of(const std::vector<Intent>& intents) {
  std::vector<std::string> keys;
  for (const Intent& one : intents)
    keys.push_back(one.key);
  return keys;
}

using Keys = std::vector<std::string>;

} // namespace

TEST_CASE("an intent is found again by its fingerprint until its answer is known") {
  Intents intents = *Intents::open(":memory:");
  REQUIRE(intents.begin(intent("k1", "f1", 10)));
  REQUIRE(intents.begin(intent("k2", "f2", 20)));

  const auto found = intents.find_open("hire", "f1");
  REQUIRE(found);
  REQUIRE(found->has_value());
  CHECK((*found)->key == "k1");
  CHECK((*found)->summary == "hire alice");
  CHECK((*found)->request == R"({"a":1})");
  CHECK((*found)->begun == Time{std::chrono::seconds{10}});
  CHECK_FALSE(intents.find_open("hire", "f3")->has_value());
  CHECK_FALSE(intents.find_open("settle", "f1")->has_value());

  SUBCASE("done") {
    REQUIRE(intents.done("k1", "hiring-1"));
  }
  SUBCASE("refused") {
    REQUIRE(intents.refused("k1", "AGENT_BUSY"));
  }
  CHECK_FALSE(intents.find_open("hire", "f1")->has_value());
  CHECK(keys_of(*intents.open_ones()) == Keys{"k2"});
}

TEST_CASE("open intents come oldest first, and the newest of one fingerprint is the one to go on with") {
  Intents intents = *Intents::open(":memory:");
  REQUIRE(intents.begin(intent("new", "f", 30)));
  REQUIRE(intents.begin(intent("old", "f", 10)));
  CHECK(keys_of(*intents.open_ones()) == Keys{"old", "new"});
  CHECK((*intents.find_open("hire", "f"))->key == "new");
}

TEST_CASE("a key that is used again is open again, with the new request") {
  Intents intents = *Intents::open(":memory:");
  REQUIRE(intents.begin(intent("k", "f", 10)));
  REQUIRE(intents.done("k", "hiring-1"));
  Intent again = intent("k", "g", 20);
  again.request = "other";
  REQUIRE(intents.begin(again));
  CHECK((*intents.find_open("hire", "g"))->request == "other");
  CHECK(intents.open_ones()->size() == 1);
}

TEST_CASE("an intent that was never written down cannot be closed") {
  Intents intents = *Intents::open(":memory:");
  const auto closed = intents.done("nobody", "x");
  REQUIRE_FALSE(closed);
  CHECK(closed.error().kind == Kind::internal);
}

TEST_CASE("open intents survive the end of the process") {
  const auto folder = std::filesystem::temp_directory_path() / "agr-intents-test";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  const std::string path = (folder / "intents.db").string();
  {
    REQUIRE(Intents::open(path)->begin(intent("k", "f", 10)));
  }
  Intents again = *Intents::open(path);
  CHECK(keys_of(*again.open_ones()) == Keys{"k"});
  std::filesystem::remove_all(folder);
}
