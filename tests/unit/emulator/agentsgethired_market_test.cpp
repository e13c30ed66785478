// SPDX-License-Identifier: MIT
#include "agentsgethired_market.hpp"

#include <functional>
#include <set>

using namespace agr;
using namespace agr::emulator;
using namespace agr::emulator::test;

TEST_CASE("roles: what is refused") {
  Market market;
  const std::string start = R"({"title":"T","description":"D","paymentMethod":"stripe")";
  const std::string cases[] = {
      R"({"description":"D","paymentMethod":"stripe"})",
      R"({"title":"T","paymentMethod":"stripe"})",
      R"({"title":"T","description":"D"})",
      R"({"title":"T","description":"D","paymentMethod":"cash"})",
      start + R"(,"paymentAmount":"45.00"})",
      start + R"(,"paymentCurrency":"USD"})",
      start + R"(,"paymentAmount":"0","paymentCurrency":"USD"})",
      start + R"(,"paymentAmount":"-1","paymentCurrency":"USD"})",
      start + R"(,"paymentAmount":"1e3","paymentCurrency":"USD"})",
      start + R"(,"paymentAmount":"$45","paymentCurrency":"USD"})",
      start + R"(,"paymentAmount":[],"paymentCurrency":"USD"})",
      start + R"(,"paymentAmount":"0.000000001","paymentCurrency":"USD"})",
      start + R"(,"paymentAmount":"999999999999999","paymentCurrency":"USD"})",
      start + R"(,"paymentAmount":"45.00","paymentCurrency":"DOGE"})",
  };
  for (const std::string& body : cases) {
    CAPTURE(body);
    CHECK(market.post("/api/roles", market.boss, body).verdict() == "400 bad_request");
  }
  CHECK(market.send("POST", "/api/roles", "", start + "}").verdict() == "401 unauthorized");
}

TEST_CASE("roles: amounts come as number or text and leave as text, digit for digit") {
  Market market;
  for (const std::string amount : {"45.00", "\"45.00\"", "0.1", "45"}) {
    const std::string id =
        market.role("x402", R"(,"paymentAmount":)" + amount + R"(,"paymentCurrency":"usdc")");
    const Answered shown = market.send("GET", "/api/roles/" + id);
    CAPTURE(shown.response.body);
    CHECK(shown.body.at_path("role.paymentAmount").is_string());
    CHECK(shown.body.at_path("role.paymentAmount").as_decimal() ==
          Decimal::parse(amount.starts_with('"') ? amount.substr(1, amount.size() - 2) : amount).value());
    CHECK(shown.body.at_path("role.paymentCurrency").text() == "USDC");
  }
}

TEST_CASE("roles: open, closed, open again; deleted is out of sight") {
  Market market;
  const std::string id = market.role();
  const std::string path = "/api/roles/" + id;
  CHECK(market.patch(path, market.worker, R"({"title":"Mine"})").verdict() == "403 forbidden");
  CHECK(market.patch(path, market.boss, R"({"status":"filled"})").verdict() == "400 bad_request");
  CHECK(market.patch(path, market.boss, R"({"paymentAmount":null})").verdict() == "400 bad_request");
  CHECK(market.patch(path, market.boss, R"({"status":"closed"})").body.at_path("role.status").text() ==
        "closed");
  CHECK(market.send("GET", "/api/roles").body["roles"].items().empty());
  CHECK(market.send("GET", "/api/roles?status=closed").body["roles"].items().size() == 1);
  CHECK(market.post(path + "/apply", market.worker).verdict() == "409 role_not_open");
  CHECK(market.patch(path, market.boss, R"({"status":"open","title":"Again"})")
            .body.at_path("role.title")
            .text() == "Again");
  CHECK(market.remove(path, market.worker).verdict() == "403 forbidden");
  CHECK(market.remove(path, market.boss).status == 200);
  CHECK(market.send("GET", path).verdict() == "404 not_found");
  CHECK(market.remove(path, market.boss).verdict() == "404 not_found");
}

TEST_CASE("roles: filters") {
  Market market;
  (void)market.post(
      "/api/roles", market.boss,
      R"({"title":"Fix 100% of it","description":"d","paymentMethod":"mpp","skills":["Rust"]})");
  (void)market.role("stripe");
  const std::pair<std::string, std::size_t> cases[] = {{"", 2},
                                                       {"?q=FIX", 1},
                                                       {"?q=100%25", 1},
                                                       {"?q=nothing", 0},
                                                       {"?skill=rust", 1},
                                                       {"?skill=c", 0},
                                                       {"?paymentMethod=mpp", 1},
                                                       {"?paymentMethod=x402", 0},
                                                       {"?unknown=1", 2},
                                                       {"?q=%27%20OR%201", 0}};
  for (const auto& [query, count] : cases) {
    CAPTURE(query);
    CHECK(market.send("GET", "/api/roles" + query).body["roles"].items().size() == count);
  }
  CHECK(market.send("GET", "/api/roles?status=lost").verdict() == "400 bad_request");
  CHECK(market.send("GET", "/api/roles?paymentMethod=cash").verdict() == "400 bad_request");
}

TEST_CASE("lists come in pages, newest first, nothing twice and nothing missed") {
  Market market;
  std::set<std::string> made;
  for (int i = 0; i < 7; ++i) {
    made.insert(market.role());
    market.now += Millis{i % 2}; // some share a moment
  }
  std::set<std::string> seen;
  std::string last = "9999";
  std::string cursor;
  int pages = 0;
  do {
    const Answered page =
        market.send("GET", "/api/roles?limit=3" + (cursor.empty() ? "" : "&cursor=" + cursor));
    REQUIRE(page.status == 200);
    for (const json::Value& role : page.body["roles"].items()) {
      CHECK(seen.insert(role["id"].text()).second);
      CHECK(role["createdAt"].text() <= last);
      last = role["createdAt"].text();
    }
    cursor = page.body["nextCursor"].text();
    ++pages;
  } while (!cursor.empty());
  CHECK(pages == 3);
  CHECK(seen == made);
  for (const char* query : {"?limit=0", "?limit=101", "?limit=x", "?cursor=x", "?cursor=%00"})
    CHECK(market.send("GET", std::string("/api/roles") + query).verdict() == "400 bad_request");
}

TEST_CASE("apply: once per role, not to one's own, and withdrawal does not reopen") {
  Market market;
  const std::string role = market.role();
  const std::string path = "/api/roles/" + role + "/apply";
  CHECK(market.send("POST", path).verdict() == "401 unauthorized");
  CHECK(market.post(path, market.boss).verdict() == "403 own_role");
  CHECK(market.post(path, market.worker, R"({"message":7})").verdict() == "400 bad_request");
  const Answered applied = market.post(path, market.worker);
  CHECK(applied.status == 201);
  CHECK(applied.body.at_path("application.status").text() == "pending");
  CHECK(market.post(path, market.worker).verdict() == "409 already_applied");
  const std::string mine = "/api/applications/" + applied.body.at_path("application.id").text();
  CHECK(market.remove(mine, market.boss).verdict() == "403 forbidden");
  CHECK(market.remove(mine, market.worker).status == 200);
  CHECK(market.remove(mine, market.worker).verdict() == "409 application_not_pending");
  CHECK(market.post(path, market.worker).verdict() == "409 already_applied");
  CHECK(market.accept(applied.body.at_path("application.id").text()).verdict() ==
        "409 application_not_pending");
}

TEST_CASE("applications: each side does its part, strangers see nothing") {
  Market market;
  const std::string role = market.role();
  const std::string id = market.application(role);
  const std::string path = "/api/applications/" + id;
  const Market::Agent stranger = market.agent("Stranger");
  CHECK(market.get(path, stranger).verdict() == "403 forbidden");
  CHECK(market.get(path + "/messages", stranger).verdict() == "403 forbidden");
  CHECK(market.get("/api/roles/" + role + "/applications", market.worker).verdict() == "403 forbidden");
  CHECK(market.get("/api/roles/" + role + "/applications", market.boss).body["applications"].items().size() ==
        1);
  CHECK(market.get("/api/applications", market.worker).body["applications"].items().size() == 1);
  CHECK(market.get("/api/applications", market.boss).body["applications"].items().empty());
  CHECK(market.patch(path, market.worker, R"({"status":"accepted"})").verdict() == "403 forbidden");
  CHECK(market.patch(path, market.worker, R"({"message":"better"})")
            .body.at_path("application.message")
            .text() == "better");
  CHECK(market.patch(path, market.boss, R"({"message":"x"})").verdict() == "400 bad_request");
  CHECK(
      market.patch(path, market.boss, R"({"status":"rejected"})").body.at_path("application.status").text() ==
      "rejected");
  CHECK(market.patch(path, market.worker, R"({"message":"late"})").verdict() ==
        "409 application_not_pending");
  CHECK(market.post(path + "/messages", market.worker, R"({"body":"why"})").verdict() ==
        "409 application_not_pending");
}

TEST_CASE("the thread keeps its order, even within one moment") {
  Market market;
  const std::string path = "/api/applications/" + market.application(market.role()) + "/messages";
  const char* bodies[] = {R"({"body":"one"})", R"({"content":"two"})", R"({"message":"three"})",
                          R"({"text":"four"})"};
  for (std::size_t i = 0; i < 4; ++i)
    CHECK(market.post(path, i % 2 == 0 ? market.boss : market.worker, bodies[i]).status == 201);
  for (const char* bad : {"{}", R"({"body":" "})", R"({"body":1})"})
    CHECK(market.post(path, market.boss, bad).verdict() == "400 bad_request");
  const Answered first = market.get(path + "?limit=3", market.worker);
  const Answered rest = market.get(path + "?cursor=" + first.body["nextCursor"].text(), market.worker);
  std::string all;
  for (const Answered* page : {&first, &rest})
    for (const json::Value& message : page->body["messages"].items())
      all += message["body"].text() + " ";
  CHECK(all == "one two three four ");
}

TEST_CASE("acceptance without a payout method for the rail is the documented 409, and changes nothing") {
  Market market;
  const std::string role = market.role("x402", R"(,"paymentAmount":"45.00","paymentCurrency":"USDC")");
  const std::string id = market.application(role);
  market.payout("stripe");
  CHECK(market.accept(id).verdict() == "409 payout_method_missing");
  CHECK(market.get("/api/applications/" + id, market.boss).body.at_path("application.status").text() ==
        "pending");
  CHECK(market.send("GET", "/api/roles/" + role).body.at_path("role.status").text() == "open");
  CHECK(market.get("/api/contracts", market.boss).body["contracts"].items().empty());
  market.payout("x402");
  const Answered accepted = market.accept(id);
  REQUIRE(accepted.status == 200);
  CHECK(accepted.body.at_path("application.contractId") == accepted.body.at_path("contract.id"));
  CHECK(accepted.body.at_path("settlement.status").text() == "draft");
  CHECK(market.send("GET", "/api/roles/" + role).body.at_path("role.status").text() == "filled");
}

TEST_CASE("acceptance: the order of its checks") {
  Market market;
  const std::string role = market.role();
  const std::string first = market.application(role);
  const Market::Agent rival = market.agent("Rival");
  const std::string second =
      market.post("/api/roles/" + role + "/apply", rival).body.at_path("application.id").text();
  const std::string path = "/api/applications/";
  const std::string accepted = R"({"status":"accepted"})";
  CHECK(market.send("PATCH", path + "nowhere", "", accepted).verdict() == "401 unauthorized");
  CHECK(market.patch(path + "nowhere", market.boss, "{").verdict() == "404 not_found");
  CHECK(market.patch(path + first, rival, "{").verdict() == "403 forbidden");
  CHECK(market.patch(path + first, market.boss, "{").verdict() == "400 bad_request");
  CHECK(market.patch(path + first, market.boss, R"({"status":"maybe"})").verdict() == "400 bad_request");
  market.payout("stripe");
  REQUIRE(market.accept(first).status == 200);
  CHECK(market.accept(first).verdict() == "409 application_not_pending");
  CHECK(market.accept(second).verdict() == "409 role_not_open"); // before the missing payout method
  CHECK(market.get(path + second, rival).body.at_path("application.status").text() == "pending");
}

TEST_CASE("a second acceptance seeds no second draft") {
  Market market;
  const Market::Hired hired = market.hire();
  CHECK(market.accept(hired.application).status == 409);
  const std::string list = "/api/contracts/" + hired.contract + "/settlements";
  CHECK(market.get(list, market.boss).body["settlements"].items().size() == 1);
  CHECK(market.get(list, market.worker).body["settlements"].items().size() == 1);
}

TEST_CASE("no amount, no draft") {
  Market market;
  const Market::Hired hired = market.hire("stripe", "");
  CHECK(hired.settlement.empty());
  const std::string list = "/api/contracts/" + hired.contract + "/settlements";
  CHECK(market.post(list, market.boss).verdict() == "400 bad_request");
  CHECK(market.post(list, market.boss, R"({"amount":"7","currency":"eur"})").verdict() == "201");
}

TEST_CASE("a contract is frozen: later edits of role and payout method do not reach it") {
  Market market;
  const Market::Hired hired = market.hire();
  const std::string path = "/api/contracts/" + hired.contract;
  const json::Value before = market.get(path, market.boss).body;
  CHECK(before.at_path("contract.paymentAmount").text() == "45.00");
  CHECK(before.at_path("contract.payoutDestination.destination").text() == "acct_Worker1");
  CHECK(market.patch("/api/roles/" + hired.role, market.boss, R"({"paymentTerms":"later"})").verdict() ==
        "409 role_not_open");
  CHECK(market.patch("/api/roles/" + hired.role, market.boss, R"({"status":"open"})").verdict() ==
        "409 role_not_open");
  CHECK(market.remove("/api/roles/" + hired.role, market.boss).verdict() == "409 role_not_open");
  CHECK(market.patch("/api/roles/" + hired.role, market.boss, R"({"title":"Renamed"})").status == 200);
  CHECK(market.patch("/api/me/payout-methods/stripe", market.worker, R"({"destination":"acct_Elsewhere"})")
            .status == 200);
  CHECK(market.remove("/api/me/payout-methods/stripe", market.worker).status == 200);
  CHECK(market.get(path, market.boss).body == before);
  CHECK(market.get("/api/settlements/" + hired.settlement, market.worker)
            .body.at_path("settlement.destination.destination")
            .text() == "acct_Worker1");
}

TEST_CASE("contracts are for their two parties") {
  Market market;
  const Market::Hired hired = market.hire();
  const Market::Agent stranger = market.agent("Stranger");
  for (const std::string& path :
       {"/api/contracts/" + hired.contract, "/api/contracts/" + hired.contract + "/settlements",
        "/api/settlements/" + hired.settlement}) {
    CAPTURE(path);
    CHECK(market.get(path, stranger).verdict() == "403 forbidden");
    CHECK(market.get(path, market.worker).status == 200);
    CHECK(market.get(path, market.boss).status == 200);
  }
  CHECK(market.get("/api/contracts", stranger).body["contracts"].items().empty());
  CHECK(market.get("/api/contracts", market.worker).body["contracts"].items().size() == 1);
}

TEST_CASE("reviews: after payment, once a side, in both lists") {
  Market market;
  const Market::Hired hired = market.hire();
  const std::string path = "/api/contracts/" + hired.contract + "/review";
  CHECK(market.post(path, market.boss, R"({"rating":5})").verdict() == "409 nothing_settled");
  REQUIRE(market.execute(hired.settlement).status == 200);
  for (const char* bad :
       {"{}", R"({"rating":0})", R"({"rating":6})", R"({"rating":"5"})", R"({"rating":4.5})"})
    CHECK(market.post(path, market.boss, bad).verdict() == "400 bad_request");
  CHECK(market.post(path, market.agent("Stranger"), R"({"rating":5})").verdict() == "403 forbidden");
  CHECK(market.post(path, market.boss, R"({"rating":4,"comment":"good"})").status == 201);
  CHECK(market.post(path, market.boss, R"({"rating":5})").verdict() == "409 already_reviewed");
  CHECK(market.get("/api/contracts/" + hired.contract, market.boss).body.at_path("contract.status").text() ==
        "active");
  const std::string alias = "/api/applications/" + hired.application + "/review";
  CHECK(market.post(alias, market.worker, R"({"rating":5})").status == 201);
  CHECK(market.get("/api/contracts/" + hired.contract, market.boss).body.at_path("contract.status").text() ==
        "completed");
  const Answered list = market.send("GET", "/api/agents/" + market.worker.id + "/reviews");
  REQUIRE(list.body["reviews"].items().size() == 1);
  CHECK(list.body["reviews"].items()[0]["comment"].text() == "good");
  CHECK(market.send("GET", "/api/agents/nobody/reviews").verdict() == "404 not_found");
  CHECK(market.get("/api/me", market.worker).body.at_path("agent.rating").text() == "4.00");
  CHECK(market.remove("/api/me", market.worker).status == 200);
}

TEST_CASE("an application without a contract has nothing to review") {
  Market market;
  const std::string id = market.application(market.role());
  CHECK(market.post("/api/applications/" + id + "/review", market.boss, R"({"rating":5})").verdict() ==
        "409 no_contract");
}

TEST_CASE("browse shows who is there") {
  Market market;
  (void)market.patch("/api/me", market.worker, R"({"skills":["C++"]})");
  const auto count = [&](const std::string& query) {
    return market.get("/api/browse" + query, market.boss).body["agents"].items().size();
  };
  CHECK(count("") == 4);
  CHECK(count("?q=worker") == 1);
  CHECK(count("?skill=c%2B%2B") == 1);
  REQUIRE(market.remove("/api/me", market.worker).status == 200);
  CHECK(count("") == 3);
}

TEST_CASE("the same seed and the same calls give the same bytes") {
  const auto story = [](std::uint64_t seed) {
    Market market(seed);
    const Market::Hired hired = market.hire();
    std::string all = market.boss.key + market.worker.key;
    all += market.execute(hired.settlement).response.body;
    all += market.get("/api/contracts", market.boss).response.body;
    return all;
  };
  CHECK(story(1) == story(1));
  CHECK(story(1) != story(2));
}
