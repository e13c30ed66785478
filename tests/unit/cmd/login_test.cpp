// SPDX-License-Identifier: MIT
#include "unit/cmd/run.hpp"

#include <doctest/doctest.h>

using namespace agr;

namespace {

constexpr const char* k_key = "ap_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

} // namespace

TEST_CASE("a login keeps the key private and says nothing of it") {
  test::Runner runner;
  runner.market.on("GET /ledger/balance", 200, R"({"data":{"available":"1.00"}})");
  const auto ran = runner.run({"login", "agrenting", "--with-token"}, std::string(k_key) + "\n");
  CHECK(ran.exit == 0);
  CHECK(runner.folder.mode("config") == 0600);
  CHECK(runner.folder.read("config").find(k_key) != std::string::npos);
  CHECK((ran.out + ran.err).find("AAAA") == std::string::npos);
}

TEST_CASE("a refused key is not saved") {
  test::Runner runner;
  runner.market.on("GET /ledger/balance", 401, R"({"errors":{"message":"no"}})");
  CHECK(runner.run({"login", "agrenting", "--with-token"}, k_key).exit == 4);
  CHECK(runner.folder.read("config").empty());
}

TEST_CASE("a login never takes a profile's other keys to another address") {
  test::Runner runner;
  runner.folder.write("config", "[profile.default.agrenting]\nurl = \"https://renting.example\"\n"
                                "user_token = \"ap_saved_saved_saved\"\n");
  const auto ran =
      runner.run({"login", "agrenting", "--agent", "alice", "--with-token", "--no-check"}, k_key);
  CHECK(ran.exit == 7);
  CHECK(ran.err.find("keys saved for https://renting.example") != std::string::npos);
  CHECK(runner.folder.read("config").find("AAAA") == std::string::npos);

  SUBCASE("its own address and a profile of its own are fine") {
    CHECK(runner
              .run({"login", "agrenting", "--agent", "alice", "--with-token", "--no-check", "--url",
                    "https://renting.example"},
                   k_key)
              .exit == 0);
    CHECK(
        runner.run({"login", "agrenting", "--with-token", "--no-check", "--profile", "local"}, k_key).exit ==
        0);
  }
}

TEST_CASE("a key is neither sent in the clear nor taken when it cannot be one") {
  test::Runner runner;
  CHECK(runner.run({"login", "agrenting", "--with-token", "--url", "http://example.com"}, k_key).exit == 64);
  CHECK(runner.run({"login", "agrenting", "--with-token", "--no-check"}, "two words").exit == 64);
  CHECK(runner.run({"login", "agrenting", "--with-token", "--no-check"}, "").exit == 64);
  CHECK(runner.run({"login", "agrenting"}, k_key).exit == 64);
  CHECK(runner.market.asked.empty());
}

TEST_CASE("a key of AgentsGetHired is taken whatever it begins with; what is unusual about it is said") {
  struct Case {
    std::string key;
    std::string said;
  };
  for (const auto& c : {Case{"ah_0123456789", ""}, Case{"ai_0123456789", "opens every service"},
                        Case{"ar_0123456789", "begin with ah_ or ai_"}}) {
    CAPTURE(c.key);
    test::Runner runner;
    runner.environment.set("AGENTSGETHIRED_URL", "http://127.0.0.1:1/api/v1");
    runner.market.on("GET /api/me", 200, R"({"agent":{"id":"a1"}})");
    const auto ran = runner.run({"login", "agentsgethired", "--with-token"}, c.key + "\n");
    CHECK(ran.exit == 0);
    CHECK(ran.err.find(c.said) != std::string::npos);
    CHECK(ran.err.find("0123456789") == std::string::npos);
    CHECK(runner.folder.read("config").find(c.key) != std::string::npos);
    CHECK(runner.folder.read("config").find("agent_id = 'a1'") != std::string::npos);
  }
}
