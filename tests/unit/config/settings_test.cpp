// SPDX-License-Identifier: MIT
#include "config/settings.hpp"
#include "support/scratch.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <tuple>

using namespace agr;
using config::Environment;

namespace {

constexpr std::string_view k_file = R"(
default_profile = "work"
[profile.work.agentsgethired]
url = "https://hired.example/"
api_key = "ah_file_key_0001"
agent_id = "agent-1"
[profile.work.agrenting]
url = "https://renting.example"
user_token = "ap_file_token"
[[profile.work.agrenting.agents]]
name = "alice"
did = "did:example:alice"
id = "a-1"
api_key = "alice+key/=="
handler = ["/opt/alice", "--fast"]
concurrency = 3
[profile.other.agrenting]
url = "http://127.0.0.1:9"
user_token = "ap_other"
)";

struct World {
  test::Scratch scratch;
  Environment environment;

  explicit World(std::string_view content = k_file) {
    scratch.write("config", content);
    environment.set("HOME", scratch.path());
    environment.set("AGR_CONFIG", scratch.path("config"));
  }
  [[nodiscard]] Result<config::Settings> load(const std::string& profile = "") const {
    return config::load(config::paths_of(environment, ""), environment, {profile});
  }
};

} // namespace

TEST_CASE("the file's default profile is read, with where each thing came from") {
  const World world;
  const auto settings = world.load();
  REQUIRE(settings);
  CHECK(settings->profile == "work");
  CHECK(settings->agentsgethired.url == "https://hired.example");
  CHECK(settings->agentsgethired.key.reveal() == "ah_file_key_0001");
  CHECK(settings->agentsgethired.key_origin == "https://hired.example");
  CHECK(settings->agentsgethired.id == "agent-1");
  CHECK(settings->agentsgethired.key_source == world.scratch.path("config") + ", profile work");
  REQUIRE(settings->agents.size() == 1);
  CHECK(settings->agents[0].handler == std::vector<std::string>{"/opt/alice", "--fast"});
  CHECK(settings->agents[0].concurrency == 3);
  CHECK(settings->agents[0].account.key.reveal() == "alice+key/==");
}

TEST_CASE("precedence: --profile, environment, profile, default") {
  World world;
  world.environment.set("AGRENTING_API_KEY", "ap_env");
  world.environment.set("AGRENTING_URL", "https://env.example");

  SUBCASE("the environment beats the profile, and binds its key to its address") {
    const auto settings = world.load();
    CHECK(settings->agrenting.key.reveal() == "ap_env");
    CHECK(settings->agrenting.key_source == "environment AGRENTING_API_KEY");
    CHECK(settings->agrenting.url == "https://env.example");
    CHECK(settings->agrenting.key_origin == "https://env.example");
  }
  SUBCASE("--profile beats the environment") {
    const auto settings = world.load("other");
    CHECK(settings->agrenting.key.reveal() == "ap_other");
    CHECK(settings->agrenting.url == "http://127.0.0.1:9");
  }
  SUBCASE("a saved key stays bound to its own address when the environment points elsewhere") {
    world.environment.set("AGENTSGETHIRED_URL", "https://evil.example");
    const auto settings = world.load();
    CHECK(settings->agentsgethired.url == "https://evil.example");
    CHECK(settings->agentsgethired.key_origin == "https://hired.example");
  }
  SUBCASE("AGR_PROFILE chooses without beating keys of the environment") {
    world.environment.set("AGR_PROFILE", "other");
    CHECK(world.load()->agrenting.key.reveal() == "ap_env");
  }
}

TEST_CASE("without a file there are addresses and no keys") {
  World world;
  world.environment.set("AGR_CONFIG", world.scratch.path("absent"));
  const auto settings = world.load();
  REQUIRE(settings);
  CHECK(settings->agrenting.url == "https://agrenting.com");
  CHECK(settings->agentsgethired.url == "https://agentsgethired.com");
  CHECK(settings->agrenting.key.empty());
}

TEST_CASE("a file that others could reach is refused with the command that mends it") {
  const World world;
  for (const mode_t mode : {0644U, 0640U, 0660U, 0604U, 0601U}) {
    CAPTURE(mode);
    chmod(world.scratch.path("config").c_str(), mode);
    const auto settings = world.load();
    REQUIRE_FALSE(settings);
    CHECK(settings.error().kind == Kind::config);
    CHECK(settings.error().hint == "close it: chmod 600 " + world.scratch.path("config"));
  }
}

TEST_CASE("symbolic links, folders and other owners are refused") {
  World world;
  SUBCASE("link") {
    REQUIRE(symlink(world.scratch.path("config").c_str(), world.scratch.path("link").c_str()) == 0);
    world.environment.set("AGR_CONFIG", world.scratch.path("link"));
    CHECK(world.load().error().message.find("symbolic link") != std::string::npos);
  }
  SUBCASE("folder") {
    world.environment.set("AGR_CONFIG", world.scratch.path());
    CHECK(world.load().error().kind == Kind::config);
  }
  SUBCASE("owner") {
    if (geteuid() != 0) {
      MESSAGE("skipped: changing an owner needs root");
      return;
    }
    REQUIRE(chown(world.scratch.path("config").c_str(), 65534, 65534) == 0);
    CHECK(world.load().error().message.find("another user") != std::string::npos);
  }
}

TEST_CASE("malformed files are errors with a place") {
  const World world("[profile.work\nurl = 1");
  const auto settings = world.load();
  REQUIRE_FALSE(settings);
  CHECK(settings.error().kind == Kind::config);
  CHECK(settings.error().message.find("config:1:") != std::string::npos);
}

TEST_CASE("an unknown --profile names the known ones") {
  const World world;
  CHECK(world.load("wrok").error().hint == "it has: other, work");
}

TEST_CASE("keys may live in a file of their own or come from a command") {
  SUBCASE("file") {
    const World other;
    const std::string key = other.scratch.write("key", "ap_from_file\n");
    const World world("[profile.default.agrenting]\nuser_token_file = \"" + key + "\"");
    CHECK(world.load()->agrenting.key.reveal() == "ap_from_file");
    chmod(key.c_str(), 0644);
    CHECK(world.load().error().kind == Kind::config);
  }
  SUBCASE("command") {
    const World world(
        "[profile.default.agrenting]\nuser_token_command = [\"printf\", \"ap_printed\\nmore\"]");
    CHECK(world.load()->agrenting.key.reveal() == "ap_printed");
  }
  SUBCASE("a failing command is an error, not an empty key") {
    const World world("[profile.default.agrenting]\nuser_token_command = [\"false\"]");
    CHECK(world.load().error().kind == Kind::config);
  }
}

TEST_CASE("what webhooks must prove: the agent's own secrets, else the environment's") {
  World world(R"(
[[profile.default.agrenting.agents]]
name = "own"
api_key = "k1"
webhook_secret = "shown"
webhook_signing_secret_command = ["printf", "signs"]
[[profile.default.agrenting.agents]]
name = "signed"
api_key = "k2"
webhook_signing_secret = "signs too"
[[profile.default.agrenting.agents]]
name = "none"
api_key = "k3"
)");
  world.environment.set("AGR_WEBHOOK_SECRET", " of the environment\n");
  const auto settings = world.load();
  REQUIRE(settings);
  REQUIRE(settings->agents.size() == 3);
  const auto& [own, signing, none] = std::tie(settings->agents[0], settings->agents[1], settings->agents[2]);
  CHECK(own.webhook.shown.reveal() == "shown");
  CHECK(own.webhook.signing.reveal() == "signs");
  CHECK(signing.webhook.shown.empty()); // nothing is mixed
  CHECK(signing.webhook.signing.reveal() == "signs too");
  CHECK(none.webhook.shown.reveal() == "of the environment");
  CHECK(none.webhook.signing.empty());
  CHECK(settings->webhook_from_environment.shown.reveal() == "of the environment");
}
