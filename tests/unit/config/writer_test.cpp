// SPDX-License-Identifier: MIT
#include "config/settings.hpp"
#include "config/writer.hpp"
#include "support/scratch.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

using namespace agr;

namespace {

config::Paths paths_in(const test::Scratch& scratch) {
  return {scratch.path("config"), scratch.path("state"), scratch.path("cache")};
}

std::size_t files_in(const std::string& folder) {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder))
    ++count;
  return count;
}

} // namespace

TEST_CASE("a new file is 0600 whatever the umask, and reads back") {
  const test::Scratch scratch;
  const mode_t before = umask(0);
  auto writer = config::Writer::open(paths_in(scratch));
  REQUIRE(writer);
  writer->set({"profile", "default", "agrenting", "url"}, "https://renting.example");
  writer->set({"profile", "default", "agrenting", "user_token"}, Secret("ap_\"quoted\"\\token"));
  writer->put_agent("default", "alice", "did:example:alice", "a-1", Secret("k1"));
  REQUIRE(writer->commit());
  umask(before);

  CHECK(scratch.mode("config") == 0600);
  CHECK(scratch.mode("state") == 0700);
  const auto settings = config::load(paths_in(scratch), config::Environment(), {});
  REQUIRE(settings);
  CHECK(settings->agrenting.key.reveal() == "ap_\"quoted\"\\token");
  CHECK(settings->agents.at(0).did == "did:example:alice");
}

TEST_CASE("changing one thing keeps the others, and replaces an agent of the same name") {
  const test::Scratch scratch;
  scratch.write("config", "[profile.default.agentsgethired]\napi_key = \"ah_keep\"\n"
                          "[[profile.default.agrenting.agents]]\nname = \"alice\"\nhandler = [\"/h\"]\n");
  {
    auto writer = config::Writer::open(paths_in(scratch));
    REQUIRE(writer);
    writer->put_agent("default", "alice", "did:new", "a-2", Secret("k2"));
    REQUIRE(writer->commit());
  }
  const auto settings = config::load(paths_in(scratch), config::Environment(), {});
  CHECK(settings->agentsgethired.key.reveal() == "ah_keep");
  REQUIRE(settings->agents.size() == 1);
  CHECK(settings->agents[0].did == "did:new");
  CHECK(settings->agents[0].handler == std::vector<std::string>{"/h"});
}

TEST_CASE("without commit nothing changes and nothing is left behind") {
  const test::Scratch scratch;
  scratch.write("config", "a = 1\n");
  {
    auto writer = config::Writer::open(paths_in(scratch));
    REQUIRE(writer);
    writer->set({"a"}, "2");
  }
  CHECK(scratch.read("config") == "a = 1\n");
  CHECK(files_in(scratch.path()) == 2); // config and the state folder
}

TEST_CASE("what would go wrong later goes wrong at opening") {
  const test::Scratch scratch;
  SUBCASE("no folder to write to") {
    config::Paths paths = paths_in(scratch);
    paths.config = scratch.path("absent/config");
    CHECK(config::Writer::open(paths).error().kind == Kind::config);
  }
  SUBCASE("a file others can read is not silently adopted") {
    scratch.write("config", "", 0644);
    CHECK(config::Writer::open(paths_in(scratch)).error().hint.starts_with("close it: chmod 600"));
  }
  SUBCASE("a state folder others can write to") {
    mkdir(scratch.path("state").c_str(), 0700);
    chmod(scratch.path("state").c_str(), 0777);
    CHECK(config::Writer::open(paths_in(scratch)).error().kind == Kind::config);
  }
}
