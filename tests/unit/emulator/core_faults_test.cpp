// SPDX-License-Identifier: MIT
#include "agentsgethired_market.hpp"
#include "base/text.hpp"
#include "emulator/faults.hpp"

#include <fmt/format.h>

using namespace agr;
using namespace agr::emulator;
using namespace agr::emulator::test;

namespace {

using Way = Delivery::Way;

Answered add(Market& market, const std::string& rule) {
  return market.send("POST", "/__emulator/faults", "", rule);
}

std::string executes(const std::string& fault, const std::string& more = "") {
  return R"({"method":"POST","path":"/api/settlements/:id/execute","fault":")" + fault + "\"" + more + "}";
}

std::string status_of(Market& market, const std::string& settlement) {
  return market.get("/api/settlements/" + settlement, market.boss).body.at_path("settlement.status").text();
}

Request request_of(const Market::Agent& who, std::string method, std::string path) {
  return {std::move(method),
          std::move(path),
          "",
          {{"Host", "localhost"}, {"Authorization", "Bearer " + who.key}}};
}

Request paying(const Market& market, const std::string& settlement) {
  return request_of(market.boss, "POST", "/api/settlements/" + settlement + "/execute");
}

/// "..x." for every request of GET /api/me that is well and every one that is not.
std::string pattern(Market& market, const std::string& rule, int requests) {
  REQUIRE(add(market, rule).status == 201);
  std::string seen;
  for (int i = 0; i < requests; ++i)
    seen += market.get("/api/me", market.boss).status == 200 ? '.' : 'x';
  return seen;
}

/// The status of the only request to that path.
std::string log_of(Market& market, const std::string& path) {
  const json::Value lines = market.world.log().lines(0);
  for (const json::Value& line : lines.items())
    if (line["path"].text() == path)
      return line["status"].text();
  return "no such line";
}

} // namespace

TEST_CASE("the words for faults") {
  using Does = Fault::Does;
  struct Case {
    const char* word;
    Does does;
    bool before;
    long long number;
    const char* text;
  };
  for (const Case& c :
       {Case{"drop_before", Does::drop, true, 0, ""}, Case{"drop_after_commit", Does::drop, false, 0, ""},
        Case{"reset_before", Does::reset, true, 0, ""}, Case{"reset_after_commit", Does::reset, false, 0, ""},
        Case{"500_before", Does::status, true, 500, ""},
        Case{"503_after_commit", Does::status, false, 503, ""},
        Case{"402_before", Does::status, true, 402, ""},
        Case{"delay_before=1500", Does::delay, true, 1500, ""},
        Case{"delay_after_commit=0", Does::delay, false, 0, ""},
        Case{"truncate_body=10", Does::truncate, false, 10, ""}, Case{"html_502", Does::html, true, 0, ""},
        Case{"402_x402", Does::x402, true, 0, ""}, Case{"402_mpp", Does::mpp, true, 0, ""},
        Case{"redirect=http://localhost:1", Does::redirect, true, 308, "http://localhost:1"},
        Case{"redirect_301=https://x/y", Does::redirect, true, 301, "https://x/y"},
        Case{"event_tear=3", Does::event_tear, false, 3, ""}}) {
    CAPTURE(c.word);
    const auto fault = parse_fault(c.word);
    REQUIRE(fault);
    CHECK(fault->does == c.does);
    CHECK(fault->before == c.before);
    CHECK(fault->number == c.number);
    CHECK(fault->text == c.text);
  }
  for (const char* word : {"",
                           "drop",
                           "399_before",
                           "600_before",
                           "500",
                           "500_now",
                           "500_before=1",
                           "50x_before",
                           "truncate_body",
                           "truncate_body=",
                           "truncate_body=-1",
                           "truncate_body=1x",
                           "delay_before=99999999999",
                           "drop_before=1",
                           "redirect",
                           "redirect=",
                           "redirect=x",
                           "redirect_304=http://x",
                           "redirect_=http://x",
                           "event_drop=1"}) {
    CAPTURE(word);
    CHECK_FALSE(parse_fault(word));
  }
}

TEST_CASE("what a fault on a payment does to its caller and to the books") {
  struct Case {
    const char* fault;
    int status;
    Way way;
    bool paid;
  };
  for (const Case& c :
       {Case{"drop_before", 502, Way::dropped, false}, Case{"drop_after_commit", 200, Way::dropped, true},
        Case{"reset_before", 502, Way::reset, false}, Case{"reset_after_commit", 200, Way::reset, true},
        Case{"500_before", 500, Way::whole, false}, Case{"500_after_commit", 500, Way::whole, true},
        Case{"429_before", 429, Way::whole, false}, Case{"503_after_commit", 503, Way::whole, true},
        Case{"truncate_body=20", 200, Way::torn, true}, Case{"html_502", 502, Way::whole, false},
        Case{"402_x402", 402, Way::whole, false}, Case{"402_mpp", 402, Way::whole, false},
        Case{"redirect=http://www.localhost", 308, Way::whole, false}}) {
    CAPTURE(c.fault);
    Market market;
    const std::string settlement = market.hire().settlement;
    REQUIRE(add(market, executes(c.fault)).status == 201);
    const Answered met = market.execute(settlement);
    CHECK(met.status == c.status);
    CHECK((met.response.delivery.way == c.way));
    CHECK(status_of(market, settlement) == (c.paid ? "sent" : "draft"));
    CHECK(market.balance("escrow", market.worker.id) == (c.paid ? "45.00" : "0.00"));
    CHECK(market.execute(settlement).verdict() == (c.paid ? "409 settlement_not_draft" : "200"));
    CHECK(market.balance("escrow", market.worker.id) == "45.00");
  }
}

TEST_CASE("a payment whose answer was lost is given its real answer under the same key") {
  for (const char* fault : {"drop_after_commit", "500_after_commit", "truncate_body=5"}) {
    CAPTURE(fault);
    Market market;
    const std::string settlement = market.hire().settlement;
    const Header key{"Idempotency-Key", "k"};
    REQUIRE(add(market, executes(fault)).status == 201);
    (void)market.execute(settlement, "", {key});
    const Answered again = market.execute(settlement, "", {key});
    CHECK(again.status == 200);
    CHECK(again.response.header("Idempotent-Replayed") == "true");
    CHECK(again.body.at_path("settlement.status").text() == "sent");
    CHECK(market.balance("escrow", market.worker.id) == "45.00");
  }
}

TEST_CASE("what the answers in between say") {
  Market market;
  const auto met = [&](const std::string& fault, const std::string& more = "") {
    REQUIRE(add(market, R"({"fault":")" + fault + "\"" + more + "}").status == 201);
    return market.send("GET", "/api/roles?q=x");
  };
  CHECK(met("429_before", R"(,"retry_after":7)").response.header("Retry-After") == "7");
  CHECK(met("503_before").verdict() == "503 injected_fault");
  CHECK(met("html_502").response.body.find("<html>") == 0);
  CHECK(met("redirect=http://www.localhost:9").response.header("Location") ==
        "http://www.localhost:9/api/roles?q=x");
  CHECK(met("redirect_302=http://localhost/x").response.header("Location") == "http://localhost/x");
  const Answered x402 = met("402_x402");
  CHECK(x402.body.at_path("x402Version").text() == "1");
  CHECK(json::parse(base64_decode(*x402.response.header("PAYMENT-REQUIRED")).value())->has("accepts"));
  CHECK(met("402_mpp").response.header("WWW-Authenticate").value().starts_with("Payment id="));
}

TEST_CASE("how often a rule acts") {
  struct Case {
    const char* more;
    const char* seen;
  };
  for (const Case& c : {Case{"", "x....."}, Case{R"(,"times":2)", "xx...."}, Case{R"(,"times":0)", "xxxxxx"},
                        Case{R"(,"after":2)", "..x..."}, Case{R"(,"after":1,"times":3)", ".xxx.."},
                        Case{R"(,"chance":1)", "xxxxxx"}, Case{R"(,"chance":"0")", "......"},
                        Case{R"(,"chance":1,"times":2)", "xx...."}}) {
    CAPTURE(c.more);
    Market market;
    CHECK(pattern(market, std::string(R"({"fault":"500_before")") + c.more + "}", 6) == c.seen);
  }
}

TEST_CASE("chance follows from the seed and disturbs nothing else") {
  const std::string rule = R"({"fault":"500_before","path":"/api/me","chance":"0.5"})";
  Market a(7), b(7), c(8), calm(7);
  const std::string drawn = pattern(a, rule, 64);
  CHECK(drawn == pattern(b, rule, 64));
  CHECK(drawn != pattern(c, rule, 64));
  const auto unlucky = std::count(drawn.begin(), drawn.end(), 'x');
  CHECK(unlucky > 16);
  CHECK(unlucky < 48);
  CHECK(a.role() == calm.role());
}

TEST_CASE("whom a rule concerns") {
  struct Case {
    const char* rule;
    bool concerned; ///< GET /api/me of the boss
  };
  Market ids;
  const std::string boss = R"("principal":")" + ids.boss.id + "\"";
  const std::string worker = R"("principal":")" + ids.worker.id + "\"";
  for (const auto& [rule, concerned] : {std::pair<std::string, bool>{R"("path":"/api/me")", true},
                                        {R"("path":"/api/:what")", true},
                                        {R"("path":"/api/*")", true},
                                        {R"("path":"*")", true},
                                        {R"("path":"/api/v1/*")", false},
                                        {R"("path":"/api/me/more")", false},
                                        {R"("method":"GET")", true},
                                        {R"("method":"*")", true},
                                        {R"("method":"POST")", false},
                                        {boss, true},
                                        {worker, false},
                                        {R"("principal":"agent")", true},
                                        {R"("principal":"buyer")", false},
                                        {R"("containing":"settlement")", false}}) {
    CAPTURE(rule);
    Market market;
    REQUIRE(add(market, R"({"fault":"500_before",)" + rule + "}").status == 201);
    CHECK((market.get("/api/me", market.boss).status == 500) == concerned);
  }
}

TEST_CASE("a rule that names words of the body") {
  Market market;
  REQUIRE(add(market, R"({"fault":"500_before","containing":"\"phase\""})").status == 201);
  CHECK(market.send("POST", "/api/agents", "", R"({"name":"N","bio":"b"})").status == 201);
  CHECK(market.send("POST", "/api/agents", "", R"({"phase":"discover"})").status == 500);
}

TEST_CASE("rules are listed, counted and cleared, and never meet the control surface") {
  Market market;
  REQUIRE(add(market, R"({"fault":"500_before","path":"/api/me","times":0})").status == 201);
  REQUIRE(add(market, R"({"fault":"drop_before","times":0})").status == 201);
  (void)market.get("/api/me", market.boss);
  (void)market.get("/api/me", market.boss);
  Answered list = market.send("GET", "/__emulator/faults");
  REQUIRE(list.body["faults"].items().size() == 2);
  CHECK(
      json::write(list.body["faults"].items()[0]) ==
      R"({"id":1,"method":"","path":"/api/me","fault":"500_before","principal":"","containing":"","after":0,)"
      R"("times":null,"chance":null,"retry_after":null,"seen":2,"fired":2})");
  CHECK(list.body["faults"].items()[1]["fired"].as_integer() == 0);
  CHECK(market.send("DELETE", "/__emulator/faults/1").status == 200);
  CHECK(market.send("DELETE", "/__emulator/faults/1").status == 404);
  CHECK(market.send("DELETE", "/__emulator/faults").status == 200);
  CHECK(market.send("GET", "/__emulator/faults").body["faults"].items().empty());
  CHECK(market.get("/api/me", market.boss).status == 200);
}

TEST_CASE("rules that are none") {
  Market market;
  for (const char* rule :
       {"", "[]", "{}", R"({"fault":"explode"})", R"({"fault":500})",
        R"({"fault":"500_before","path":"api"})", R"({"fault":"500_before","times":-1})",
        R"({"fault":"500_before","after":"x"})", R"({"fault":"500_before","chance":1.5})",
        R"({"fault":"500_before","chance":"-0.1"})", R"({"fault":"500_before","method":1})"}) {
    CAPTURE(rule);
    CHECK(add(market, rule).status == 400);
  }
  CHECK(market.send("GET", "/__emulator/faults").body["faults"].items().empty());
}

TEST_CASE("delays go by the clock: acting first, or answering late") {
  for (const bool before : {true, false}) {
    CAPTURE(before);
    Market market;
    const std::string settlement = market.hire().settlement;
    REQUIRE(add(market, executes(before ? "delay_before=1500" : "delay_after_commit=1500")).status == 201);
    const Step step = handle(market.world, paying(market, settlement), market.now);
    const auto* parked = std::get_if<Parked>(&*step.reply);
    REQUIRE(parked != nullptr);
    CHECK(status_of(market, settlement) == (before ? "draft" : "sent"));
    CHECK(next_due(market.world) == market.now + Millis(1500));
    CHECK(advance(market.world, market.now + Millis(1499)).actions.empty());
    CHECK(log_of(market, paying(market, settlement).path) == "");
    const Step later = advance(market.world, market.now + Millis(1500));
    REQUIRE(later.actions.size() == 1);
    const auto& answer = std::get<Answer>(later.actions.front());
    CHECK(answer.parked == parked->id);
    CHECK(answer.response.status == 200);
    CHECK(answer.response.header("X-AGR-Emulator") == "1");
    CHECK(log_of(market, paying(market, settlement).path) == "200");
    CHECK(status_of(market, settlement) == "sent");
  }
}

TEST_CASE("what a fault held up dies with the connections") {
  Market market;
  REQUIRE(add(market, R"({"fault":"delay_after_commit=10"})").status == 201);
  (void)handle(market.world, request_of(market.boss, "GET", "/api/me"), market.now);
  market.world.transit() = {};
  CHECK(advance(market.world, market.now + Millis(10)).actions.empty());
}
