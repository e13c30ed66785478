// SPDX-License-Identifier: MIT
// The other readings of the service: eras, hosts, amounts, limits, and what only tests may do.
#include "agentsgethired_scene.hpp"

using namespace agr;
using namespace agr::emulator;
using namespace agr::emulator::test;

namespace {

constexpr const char* k_settings = "/__emulator/agentsgethired/settings";
constexpr const char* k_keys = "/__emulator/agentsgethired/keys";

Answered set(Market& market, const std::string& settings) {
  return market.send("PATCH", k_settings, "", settings);
}

std::string central_key_of(Market& market, const Market::Agent& agent) {
  const Answered minted = market.send("POST", k_keys, "", R"({"agentId":")" + agent.id + "\"}");
  REQUIRE(minted.status == 201);
  return minted.body["apiKey"].text();
}

} // namespace

TEST_CASE("eras: where agents register, and which keys are honoured") {
  struct Case {
    const char* era;
    const char* registers;
    const char* older_key;
    const char* newer_key;
    bool hint_points_away;
  };
  for (const Case& c : {Case{"seed", "201", "200", "401 unauthorized", false},
                        Case{"identity", "410 registration_moved", "401 unauthorized", "200", true},
                        Case{"mixed", "201", "200", "200", false},
                        Case{"proxy", "410 registration_moved", "403 forbidden", "403 forbidden", true}}) {
    CAPTURE(c.era);
    Market market;
    const std::string newer = central_key_of(market, market.boss);
    CHECK(newer.starts_with("ai_emulator"));
    REQUIRE(set(market, R"({"era":")" + std::string(c.era) + "\"}").status == 200);
    CHECK(market.send("POST", "/api/agents", "", R"({"name":"N","bio":"b"})").verdict() == c.registers);
    CHECK(market.get("/api/me", market.boss).verdict() == c.older_key);
    CHECK(market.send("GET", "/api/me", newer).verdict() == c.newer_key);
    CHECK(market.send("POST", "/api/session", "", R"({"apiKey":")" + newer + "\"}").verdict() == c.newer_key);
    const Answered brief = market.send("POST", "/api/agents", "", R"({"phase":"discover"})");
    CHECK(brief.status == 200);
    CHECK((brief.body["hint"].text().find("AgentsIdentify") != std::string::npos) == c.hint_points_away);
    CHECK(market.send("GET", "/api/me").verdict() == "401 unauthorized");
    CHECK(market.send("GET", "/api/roles").status == 200);
  }
}

TEST_CASE("a world may begin in any era, and its keys are those of the era") {
  for (const Era era : {Era::seed, Era::identity, Era::mixed, Era::proxy}) {
    CAPTURE(name_of(era));
    Options options;
    options.era = era;
    World world = World::open(":memory:", options, Time{}).value();
    const json::Value ready = ready_description(world, "http://localhost", 1);
    const std::string key = ready["agentsgethired"]["agents"].items().front()["api_key"].text();
    CHECK(key.starts_with(era == Era::identity || era == Era::proxy ? "ai_" : "ah_"));
    const Step step = handle(
        world, {"GET", "/api/me", "", {{"Host", "localhost"}, {"Authorization", "Bearer " + key}}}, Time{});
    CHECK(std::get<Response>(*step.reply).status == (era == Era::proxy ? 403 : 200));
  }
}

TEST_CASE("a central key may come with an agent of its own, and dies with it") {
  Market market;
  const Answered minted = market.send("POST", k_keys, "", R"({"name":"Newcomer","bio":"b"})");
  REQUIRE(minted.status == 201);
  const std::string key = minted.body["apiKey"].text();
  REQUIRE(set(market, R"({"era":"identity"})").status == 200);
  CHECK(market.send("GET", "/api/me", key).body.at_path("agent.name").text() == "Newcomer");
  CHECK(market.send("DELETE", "/api/me", key).status == 200);
  CHECK(market.send("GET", "/api/me", key).verdict() == "401 unauthorized");
  CHECK(market.send("POST", k_keys, "", R"({"agentId":"nobody"})").verdict() == "404 not_found");
  CHECK(market.send("POST", k_keys, "", R"({"name":"No bio"})").verdict() == "400 bad_request");
}

TEST_CASE("what a proxy would sign is nobody's credential, and changes no answer") {
  Market market;
  const std::vector<Header> signed_by_a_proxy = {{"x-adt-proxy-source", "agentsidentify"},
                                                 {"x-adt-proxy-signature", "00"},
                                                 {"x-adt-proxy-timestamp", "1"},
                                                 {"x-adt-agent-id", market.worker.id},
                                                 {"x-adt-capability", "roles"},
                                                 {"x-adt-app-slug", "agentsgethired"},
                                                 {"x-adt-sso-secret", "secret"}};
  for (const char* era : {"seed", "proxy"}) {
    REQUIRE(set(market, R"({"era":")" + std::string(era) + "\"}").status == 200);
    for (const std::string& key : {std::string(), market.boss.key})
      CHECK(market.send("GET", "/api/me", key, "", signed_by_a_proxy).response.body ==
            market.send("GET", "/api/me", key).response.body);
  }
}

TEST_CASE("hosts that send their callers to each other") {
  struct Case {
    const char* redirects;
    const char* host;
    const char* location; ///< empty: served
  };
  for (const Case& c : {Case{"none", "localhost:80", ""}, Case{"none", "www.localhost:80", ""},
                        Case{"to_www", "localhost:80", "http://www.localhost:80/api/roles?q=a%20b"},
                        Case{"to_www", "www.localhost:80", ""},
                        Case{"from_www", "www.localhost:80", "http://localhost:80/api/roles?q=a%20b"},
                        Case{"from_www", "localhost:80", ""}})
    for (const int status : {301, 308}) {
      CAPTURE(c.redirects);
      CAPTURE(c.host);
      Market market;
      REQUIRE(set(market, R"({"redirects":")" + std::string(c.redirects) + R"(","redirect_status":)" +
                              std::to_string(status) + "}")
                  .status == 200);
      const Step step =
          handle(market.world, {"GET", "/api/roles", "q=a%20b", {{"Host", c.host}}, ""}, market.now);
      const auto& response = std::get<Response>(*step.reply);
      CHECK(response.status == (std::string_view(c.location).empty() ? 200 : status));
      CHECK(response.header("Location").value_or("") == c.location);
      CHECK(market.send("GET", k_settings).status == 200);
    }
}

TEST_CASE("amounts as numbers, digit for digit, and receipts untouched") {
  Market market;
  REQUIRE(set(market, R"({"amounts":"number"})").status == 200);
  const Market::Hired hired = market.hire("x402", R"(,"paymentAmount":"45.10","paymentCurrency":"USDC")");
  const Answered role = market.send("GET", "/api/roles/" + hired.role);
  CHECK(role.response.body.find(R"("paymentAmount":45.10,)") != std::string::npos);
  std::string receipt = x402_receipt();
  receipt.insert(receipt.size() - 1, R"(,"amount":"45100000")");
  const Answered paid = market.execute(hired.settlement, with_receipt(receipt));
  CHECK(paid.response.body.find(R"("amount":45.10,)") != std::string::npos);
  CHECK(paid.response.body.find(R"("amount":"45100000")") != std::string::npos);
}

TEST_CASE("a rate limit counts by the minute and by caller") {
  Market market;
  REQUIRE(set(market, R"({"rate_limit":2})").status == 200);
  const auto ask = [&](const Market::Agent& who) { return market.get("/api/me", who); };
  CHECK(ask(market.boss).status == 200);
  CHECK(ask(market.boss).status == 200);
  market.now += std::chrono::seconds(50);
  const Answered refused = ask(market.boss);
  CHECK(refused.verdict() == "429 rate_limited");
  CHECK(refused.response.header("Retry-After") == "10");
  CHECK(ask(market.worker).status == 200);
  CHECK(market.send("GET", k_settings).status == 200);
  market.now += std::chrono::seconds(10);
  CHECK(ask(market.boss).status == 200);
}

TEST_CASE("settings that are none are refused, all or nothing") {
  Market market;
  const Answered usual = market.send("GET", k_settings);
  CHECK(usual.response.body ==
        R"({"era":"seed","redirects":"none","redirect_status":308,"amounts":"text","receipts":"structural",)"
        R"("transfers":"ok","rate_limit":0,"early_reviews":false})");
  for (const char* body :
       {R"({"era":"stone"})", R"({"colour":"red"})", R"({"rate_limit":-1})", R"({"rate_limit":"x"})",
        R"({"redirect_status":302})", R"({"early_reviews":"perhaps"})",
        R"({"amounts":"number","receipts":"none"})", "[]"}) {
    CAPTURE(body);
    CHECK(set(market, body).verdict() == "400 bad_request");
    CHECK(market.send("GET", k_settings).response.body == usual.response.body);
  }
}

TEST_CASE("magic links are read where no mail is sent, until they are used or old") {
  Market market;
  const auto links = [&] {
    return market.send("GET", "/__emulator/agentsgethired/magic-links").body["magicLinks"];
  };
  const Answered asked =
      market.send("POST", "/api/buyers/session/request", "", R"({"email":"Ada@Example.com ","name":"Ada"})");
  CHECK(asked.response.body == R"({"ok":true})");
  REQUIRE(links().items().size() == 1);
  const json::Value link = links().items().front();
  CHECK(link["email"].text() == "ada@example.com");
  CHECK(link["expiresAt"].text() == "2026-01-15T11:15:00.000Z");
  CHECK(link["token"].text().size() >= 43);
  const std::string token = R"({"token":")" + link["token"].text() + "\"}";
  CHECK(market.send("POST", "/api/buyers/session/verify", "", token).status == 200);
  CHECK(links().items().empty());
  CHECK(market.send("POST", "/api/buyers/session/verify", "", token).verdict() == "400 bad_request");

  REQUIRE(market.send("POST", "/api/buyers/session/request", "", R"({"email":"ada@example.com"})").status ==
          200);
  market.now += std::chrono::minutes(15);
  CHECK(links().items().empty());
}

TEST_CASE("a role of a human buyer, from the post to the reviews") {
  Scene scene;
  Market& market = scene.market;
  CHECK(scene.send("GET", "/api/applications", "buyer").body["applications"].items().size() == 2);
  CHECK(scene.send("POST", "/api/applications/{buyerpending}/messages", "buyer", R"({"body":"When?"})")
            .status == 201);
  const Answered accepted =
      scene.send("PATCH", "/api/applications/{buyerpending}", "buyer", R"({"status":"accepted"})");
  REQUIRE(accepted.status == 200);
  CHECK(accepted.body.at_path("contract.buyerType").text() == "buyer");
  CHECK(accepted.body.at_path("contract.buyerId").text() == scene.filled_in("{buyer}"));
  const std::string settlement = accepted.body.at_path("settlement.id").text();
  const std::string contract = "/api/contracts/" + accepted.body.at_path("contract.id").text();
  CHECK(scene.send("POST", "/api/settlements/" + settlement + "/execute", "boss").verdict() ==
        "403 forbidden");
  const Answered paid = scene.send("POST", "/api/settlements/" + settlement + "/execute", "buyer");
  CHECK(paid.body.at_path("settlement.status").text() == "sent");
  CHECK(market.balance("outside", scene.filled_in("{buyer}")) == "-45.00");
  CHECK(scene.send("POST", contract + "/review", "buyer", R"({"rating":5})").status == 201);
  CHECK(scene.send("POST", contract + "/review", "worker", R"({"rating":4})").status == 201);
  CHECK(scene.send("GET", contract, "worker").body.at_path("contract.status").text() == "completed");
  CHECK(scene.send("GET", "/api/buyers/{buyer}/reviews", "").body["reviews"].items().size() == 1);
}
