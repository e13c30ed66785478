// SPDX-License-Identifier: MIT
#include "agentsgethired_market.hpp"

using namespace agr;
using namespace agr::emulator;
using namespace agr::emulator::test;

TEST_CASE("discover gives the eight dimensions and four seeds, changes nothing, and follows the seed") {
  Market market;
  const auto ask = [](Market& m) { return m.send("POST", "/api/agents", "", R"({"phase":"discover"})"); };
  const Answered first = ask(market);
  CHECK(first.status == 200);
  CHECK(first.body["ok"].as_bool() == true);
  for (const char* name :
       {"workStyle", "domain", "superpower", "weakness", "toolkit", "philosophy", "trophy", "quirk"}) {
    CAPTURE(name);
    CHECK_FALSE(first.body["brief"][name].as_string().value_or("").empty());
  }
  CHECK(first.body.at_path("brief.nameSeeds").items().size() == 4);
  for (const json::Value& seed : first.body.at_path("brief.nameSeeds").items())
    CHECK(seed.is_string());
  CHECK(ask(market).response.body == first.response.body);
  Market twin(1);
  CHECK(ask(twin).response.body == first.response.body);
  Market other(2);
  CHECK(ask(other).response.body != first.response.body);
  CHECK(market.get("/api/stats", market.boss).body.at_path("stats.agents").as_integer() == 4);
}

TEST_CASE("registering gives a fake key that works") {
  Market market;
  const Answered answer = market.send("POST", "/api/agents", "", R"({
    "name":"  Tide ","bio":"reads","skills":["summarizing","Diff"],"experience":["a","b"],
    "preferredRate":"$45/hour","unknown":{"x":1}})");
  REQUIRE(answer.verdict() == "201");
  const std::string key = answer.body["apiKey"].text();
  CHECK(key.starts_with("ah_emulator"));
  const json::Value& agent = answer.body["agent"];
  CHECK(agent["name"].text() == "Tide");
  CHECK(agent["skills"].items().size() == 2);
  CHECK(agent["experience"].items().size() == 2);
  CHECK(agent["payoutMethods"].items().empty());
  CHECK(agent["createdAt"].text() == "2026-01-15T11:00:00.000Z");
  CHECK_FALSE(agent.has("apiKey"));
  CHECK_FALSE(agent.has("unknown"));
  const Answered me = market.send("GET", "/api/me", key);
  CHECK(me.body.at_path("agent.id") == agent["id"]);
  CHECK(me.response.body.find(key) == std::string::npos);
}

TEST_CASE("a profile that breaks a rule is refused") {
  Market market;
  const std::string cases[] = {
      R"({})",
      R"({"name":"A"})",
      R"({"bio":"b"})",
      R"({"name":"  ","bio":"b"})",
      R"({"name":7,"bio":"b"})",
      R"({"name":null,"bio":"b"})",
      R"({"name":")" + std::string(81, 'a') + R"(","bio":"b"})",
      R"({"name":"A","bio":"b","skills":"one"})",
      R"({"name":"A","bio":"b","skills":["x","X"]})",
      R"({"name":"A","bio":"b","skills":[""]})",
      R"({"name":"A","bio":"b","skills":[1]})",
      R"({"name":"A","bio":"b","experience":{"x":1}})",
      R"({"phase":"register","name":"A","bio":"b"})",
      R"({"phase":null,"name":"A","bio":"b"})",
  };
  for (const std::string& body : cases) {
    CAPTURE(body);
    CHECK(market.send("POST", "/api/agents", "", body).verdict() == "400 bad_request");
  }
  const std::string umlauts = [] {
    std::string text;
    for (int i = 0; i < 80; ++i)
      text += "ü";
    return text;
  }();
  CHECK(market.send("POST", "/api/agents", "", R"({"name":")" + umlauts + R"(","bio":"b"})").status == 201);
}

TEST_CASE("bodies that no client should send") {
  Market market;
  const std::pair<std::string, std::string> cases[] = {
      {"{", "400 bad_request"},
      {"not json", "400 bad_request"},
      {"[]", "400 bad_request"},
      {"\"text\"", "400 bad_request"},
      {"{\"name\":\"\xFF\xFE\"}", "400 bad_request"},
      {std::string(500, '[') + std::string(500, ']'), "400 bad_request"},
      {"{\"name\":\"" + std::string(300 * 1024, 'x') + "\"}", "413 body_too_large"},
  };
  for (const auto& [body, verdict] : cases) {
    CAPTURE(body.substr(0, 40));
    CHECK(market.send("POST", "/api/agents", "", body).verdict() == verdict);
    CHECK(market.send("POST", "/api/roles", market.boss.key, body).verdict() == verdict);
  }
  Request form{"POST", "/api/agents", "", {{"Host", "localhost"}, {"Content-Type", "text/plain"}}, "{}"};
  CHECK(std::get<Response>(*handle(market.world, form, market.now).reply).status == 415);
}

TEST_CASE("a change touches only what it names; null takes away") {
  Market market;
  REQUIRE(market.patch("/api/me", market.worker, R"({"skills":["a"],"availability":"nights"})").status ==
          200);
  const Answered answer = market.patch("/api/me", market.worker, R"({"availability":null,"bio":"new"})");
  const json::Value& agent = answer.body["agent"];
  CHECK(agent["bio"].text() == "new");
  CHECK(agent["name"].text() == "Worker");
  CHECK(agent["availability"].is_null());
  CHECK(agent["skills"].items().size() == 1);
  CHECK(market.patch("/api/me", market.worker, R"({"name":null})").verdict() == "400 bad_request");
}

TEST_CASE("who may call what") {
  Market market;
  const std::string unknown = "00000000-0000-4000-8000-000000000000";
  CHECK(market.send("GET", "/api/me").verdict() == "401 unauthorized");
  CHECK(market.send("GET", "/api/me", "ah_wrong").verdict() == "401 unauthorized");
  CHECK(market.send("GET", "/api/settlements/" + unknown).verdict() == "401 unauthorized");
  CHECK(market.get("/api/settlements/" + unknown, market.boss).verdict() == "404 not_found");
  CHECK(market.send("GET", "/api/roles").status == 200);
  CHECK(market.send("GET", "/api/stats").status == 401);
  CHECK(market.send("GET", "/api/skill").response.header("Content-Type") == "text/markdown; charset=utf-8");
  CHECK(market.send("GET", "/api/quickstart").status == 200);
  CHECK(market.get("/api/buyers/me", market.boss).verdict() == "403 forbidden");
  CHECK(market.send("GET", "/api/nothing").verdict() == "404 not_found");
  const Answered wrong = market.send("PUT", "/api/me");
  CHECK(wrong.verdict() == "405 method_not_allowed");
  CHECK(wrong.response.header("Allow") == "GET, PATCH, DELETE");
}

TEST_CASE("a deleted agent's key is dead, its open ends are tied up") {
  Market market;
  const std::string role = market.role();
  const std::string application = market.application(role);
  CHECK(market.remove("/api/me", market.worker).status == 200);
  CHECK(market.get("/api/me", market.worker).status == 401);
  CHECK(
      market.get("/api/applications/" + application, market.boss).body.at_path("application.status").text() ==
      "withdrawn");
  CHECK(market.remove("/api/me", market.boss).status == 200);
  CHECK(market.send("GET", "/api/roles").body["roles"].items().empty());
}

TEST_CASE("an agent with an active contract cannot be deleted") {
  Market market;
  (void)market.hire();
  CHECK(market.remove("/api/me", market.worker).verdict() == "409 live_contracts");
  CHECK(market.remove("/api/me", market.boss).verdict() == "409 live_contracts");
  CHECK(market.get("/api/me", market.boss).status == 200);
}

TEST_CASE("the default world: two agents, the same for the same seed") {
  Market market;
  const json::Value ready = ready_description(market.world, "http://127.0.0.1:1", 1);
  const auto& agents = ready["agentsgethired"]["agents"].items();
  REQUIRE(agents.size() == 2);
  for (const json::Value& agent : agents) {
    const Answered me = market.send("GET", "/api/me", agent["api_key"].text());
    CHECK(me.body.at_path("agent.id") == agent["id"]);
    CHECK(me.body.at_path("agent.name") == agent["name"]);
  }
  Market twin(1);
  CHECK(ready_description(twin.world, "", 1)["agentsgethired"] == ready["agentsgethired"]);
  Market other(2);
  CHECK(ready_description(other.world, "", 1)["agentsgethired"] != ready["agentsgethired"]);
}

TEST_CASE("payout methods: one per rail, unknown members kept") {
  Market market;
  const std::string base = "/api/me/payout-methods";
  const std::pair<std::string, std::string> bad[] = {
      {R"({})", "400 bad_request"},
      {R"({"method":"paypal","destination":"x"})", "400 bad_request"},
      {R"({"method":"stripe"})", "400 bad_request"},
      {R"({"method":"stripe","destination":"bank 7"})", "400 bad_request"},
      {R"({"method":"x402","destination":"0x1","network":"Base"})", "400 bad_request"},
      {R"({"method":"mpp","destination":"0x1","details":"text"})", "400 bad_request"},
      {R"({"method":"mpp","destination":"0x1","more":")" + std::string(17000, 'x') + R"("})",
       "400 bad_request"},
  };
  for (const auto& [body, verdict] : bad) {
    CAPTURE(body.substr(0, 80));
    CHECK(market.post(base, market.worker, body).verdict() == verdict);
  }
  const Answered made = market.post(base, market.worker,
                                    R"({"method":"x402","destination":"0x1","network":"base","iban":"DE"})");
  REQUIRE(made.status == 201);
  CHECK(made.body.at_path("payoutMethod.iban").text() == "DE");
  CHECK(market.post(base, market.worker, R"({"method":"x402","destination":"0x2"})").verdict() ==
        "409 payout_method_exists");
  CHECK(market.get("/api/me", market.worker).body.at_path("agent.payoutMethods").items().size() == 1);
  const Answered changed =
      market.patch(base + "/x402", market.worker, R"({"destination":"0x3","network":null})");
  CHECK(changed.body.at_path("payoutMethod.destination").text() == "0x3");
  CHECK(changed.body.at_path("payoutMethod.method").text() == "x402");
  CHECK_FALSE(changed.body["payoutMethod"].has("network"));
  CHECK(market.patch(base + "/mpp", market.worker, "{}").verdict() == "404 not_found");
  CHECK(market.remove(base + "/x402", market.worker).status == 200);
  CHECK(market.remove(base + "/x402", market.worker).verdict() == "404 not_found");
  CHECK(market.get(base, market.worker).body["payoutMethods"].items().empty());
}

TEST_CASE("sessions: a cookie stands for the key until it is closed") {
  Market market;
  CHECK(market.send("POST", "/api/session", "", R"({"apiKey":"ah_no"})").verdict() == "401 unauthorized");
  CHECK(market.send("POST", "/api/session", "", R"({})").verdict() == "400 bad_request");
  const Answered opened =
      market.send("POST", "/api/session", "", R"({"apiKey":")" + market.boss.key + R"("})");
  REQUIRE(opened.status == 200);
  const std::string set_cookie(opened.response.header("Set-Cookie").value_or(""));
  CHECK(set_cookie.starts_with("__Host-agentsgethired_session="));
  CHECK(set_cookie.ends_with("; Path=/; Max-Age=2592000; Secure; HttpOnly; SameSite=Lax"));
  const Header cookie{"Cookie", "other=1; " + set_cookie.substr(0, set_cookie.find(';'))};
  CHECK(market.send("GET", "/api/me", "", "", {cookie}).body.at_path("agent.id").text() == market.boss.id);
  CHECK(market.send("GET", "/api/me", market.worker.key, "", {cookie}).body.at_path("agent.id").text() ==
        market.worker.id);
  CHECK(market.send("GET", "/api/me", "ah_wrong", "", {cookie}).status == 401);
  CHECK(market.send("DELETE", "/api/session", "", "", {cookie}).status == 200);
  CHECK(market.send("GET", "/api/me", "", "", {cookie}).status == 401);
}

TEST_CASE("buyers come in by magic link, once") {
  Market market;
  CHECK(market.send("POST", "/api/buyers/session/request", "", R"({"email":"nobody","name":"N"})").status ==
        400);
  CHECK(market.send("POST", "/api/buyers/session/request", "", R"({"email":"o@example.com"})").status == 400);
  const Answered asked =
      market.send("POST", "/api/buyers/session/request", "", R"({"email":"O@example.com","name":"Ops"})");
  CHECK(asked.response.body == R"({"ok":true})");
  const std::string token =
      market.world.db().first("SELECT token FROM ah_magic_links").value()->text("token");
  const std::string body = R"({"token":")" + token + R"("})";
  const Answered verified = market.send("POST", "/api/buyers/session/verify", "", body);
  REQUIRE(verified.status == 200);
  CHECK(verified.body.at_path("buyer.email").text() == "o@example.com");
  CHECK(market.send("POST", "/api/buyers/session/verify", "", body).verdict() == "400 bad_request");
  const std::string set_cookie(verified.response.header("Set-Cookie").value_or(""));
  const Header cookie{"Cookie", set_cookie.substr(0, set_cookie.find(';'))};
  CHECK(market.send("GET", "/api/buyers/me", "", "", {cookie}).status == 200);
  CHECK(market.send("GET", "/api/me", "", "", {cookie}).verdict() == "403 forbidden");
  const Answered shown = market.send("GET", "/api/buyers/" + verified.body.at_path("buyer.id").text());
  CHECK(shown.body.at_path("buyer.name").text() == "Ops");
  CHECK_FALSE(shown.body["buyer"].has("email"));
  const Answered posted = market.send(
      "POST", "/api/roles", "", R"({"title":"T","description":"D","paymentMethod":"stripe"})", {cookie});
  CHECK(posted.body.at_path("role.ownerType").text() == "buyer");
  (void)market.application(posted.body.at_path("role.id").text());
  CHECK(market.send("GET", "/api/applications", "", "", {cookie}).body["applications"].items().size() == 1);
}

TEST_CASE("a magic link dies after fifteen minutes") {
  Market market;
  (void)market.send("POST", "/api/buyers/session/request", "", R"({"email":"o@example.com","name":"Ops"})");
  const std::string token =
      market.world.db().first("SELECT token FROM ah_magic_links").value()->text("token");
  market.now += std::chrono::minutes{15};
  CHECK(market.send("POST", "/api/buyers/session/verify", "", R"({"token":")" + token + R"("})").status ==
        400);
}
