// SPDX-License-Identifier: MIT
#include "agrenting_bench.hpp"
#include "base/text.hpp"
#include "emulator/agrenting/lifecycle.hpp"
#include "emulator/ledger.hpp"

#include <doctest/doctest.h>

using namespace agr;
using namespace agr::emulator;
using namespace agr::emulator::test;
using namespace std::chrono_literals;

namespace {

json::Value object(std::initializer_list<std::pair<std::string_view, json::Value>> members) {
  return json::Value::object(members);
}

std::string code_in(const Outcome& outcome) {
  return outcome.body["errors"].items().empty() ? "" : outcome.body["errors"].items()[0]["code"].text();
}

void set(Bench& bench, std::string_view name, const json::Value& value) {
  REQUIRE(bench.rest("PATCH", "/__emulator/agrenting/settings", "", object({{name, value}})).status == 200);
}

std::string hire(Bench& bench, const json::Value& body = task()) {
  return "/api/v1/hirings/" +
         bench.rest("POST", k_hire_alice, bench.user, body).body.at_path("data.id").text();
}

std::string status_of(Bench& bench, const std::string& hiring) {
  return bench.rest("GET", hiring, bench.user).body.at_path("data.status").text();
}

std::string control(const std::string& hiring, std::string_view verb) {
  return "/__emulator/agrenting" + hiring.substr(std::string_view("/api/v1").size()) + std::string(verb);
}

} // namespace

// rows: E1 probe.policy
TEST_CASE("settings are shown, changed and checked") {
  Bench bench;
  const auto shown = [&] { return bench.rest("GET", "/__emulator/agrenting/settings", "").body["data"]; };
  CHECK(shown()["probe"].text() == "strict");
  CHECK(shown()["rate_limits"].as_bool() == false);
  set(bench, "probe", "off");
  CHECK(shown()["probe"].text() == "off");
  const std::string hiring = hire(bench);
  bench.pass(1ms);
  CHECK(status_of(bench, hiring) == "in_progress");
  for (const json::Value& wrong :
       {object({{"probe", "perhaps"}}), object({{"tea", true}}), object({{"newer_tools", "yes"}})})
    CHECK(bench.rest("PATCH", "/__emulator/agrenting/settings", "", wrong).status == 422);
}

// rows: code.PAYMENT_FAILED
TEST_CASE("payments may fail") {
  Bench bench;
  set(bench, "payments_fail", true);
  const json::Value ten = object({{"amount", "10.00"}, {"currency", "USD"}, {"payment_type", "crypto"}});
  for (const char* path :
       {"/api/v1/ledger/deposit", "/api/v1/ledger/withdraw", "/api/v1/payments/create-intent"}) {
    const Outcome failed = bench.rest("POST", path, bench.user, ten);
    CHECK(failed.status == 402);
    CHECK(code_in(failed) == "PAYMENT_FAILED");
  }
  CHECK(bench.rest("GET", "/api/v1/ledger/balance", bench.user).status == 200);
  set(bench, "payments_fail", false);
  CHECK(bench.rest("POST", "/api/v1/ledger/deposit", bench.user, ten).status < 300);
}

// rows: code.IDEMPOTENCY_PENDING
TEST_CASE("a key whose first request is still on its way is pending") {
  Bench bench;
  REQUIRE(bench
              .rest("POST", "/__emulator/faults", "",
                    object({{"fault", "delay_before=1000"}, {"path", "/api/v1/agents/*"}, {"times", 1}}))
              .status == 201);
  const std::vector<Header> key = {{"X-Idempotency-Key", "k"}};
  REQUIRE_FALSE(bench.rest("POST", k_hire_alice, bench.user, task(), key).parked.empty());
  const Outcome second = bench.rest("POST", k_hire_alice, bench.user, task(), key);
  CHECK(second.status == 409);
  CHECK(code_in(second) == "IDEMPOTENCY_PENDING");
  CHECK(bench.rest("POST", "/api/v1/ledger/deposit", bench.user, object({{"amount", "1.00"}})).status < 300);
  bench.pass(1s);
  CHECK(bench.rest("POST", k_hire_alice, bench.user, task(), key).status == 200);
  CHECK(bench.rest("GET", "/api/v1/hirings", bench.user).body.at_path("data.total").as_integer() == 1);
}

// rows: code.INTERNAL_ERROR
TEST_CASE("a fault of the emulator is said in the marketplace's words, and nothing has happened") {
  Bench bench;
  REQUIRE(bench.world.db().script("CREATE TEMP TRIGGER broken BEFORE INSERT ON agrenting_event_subscriptions "
                                  "BEGIN SELECT RAISE(ABORT, 'broken on purpose'); END"));
  Request request{"POST", "/api/v1/webhooks", ""};
  request.headers = {{"Host", "127.0.0.1"}, {"Authorization", "Bearer " + bench.user}};
  request.body = R"({"callback_url": "http://127.0.0.1:9/", "event_types": ["*"]})";
  const Step step = handle(bench.world, request, bench.now);
  CHECK(step.fault.has_value());
  const auto& response = std::get<Response>(*step.reply);
  CHECK(response.status == 500);
  const json::Value body = json::parse(response.body).value();
  CHECK(body["errors"].items().at(0)["code"].text() == "INTERNAL_ERROR");
  CHECK(bench.rest("GET", "/api/v1/webhooks", bench.user).body["data"].items().empty());
}

// rows: busy capacity
TEST_CASE("an agent may have room for more than one hiring") {
  Bench bench;
  set(bench, "probe", "off");
  set(bench, "capacity", 2);
  hire(bench);
  const auto availability = [&] {
    return bench.rest("GET", "/api/v1/agents/did:example:alice", "").body.at_path("data.availability_status");
  };
  CHECK(availability().text() != "busy");
  const std::string second = hire(bench);
  CHECK(availability().text() == "busy");
  CHECK(code_in(bench.rest("POST", k_hire_alice, bench.user, task())) == "AGENT_BUSY");
  bench.pass(1ms);
  CHECK(bench.rest("GET", "/api/v1/hirings/pending", bench.alice).body["data"].items().size() == 2);

  const auto change = [&](const json::Value& room) {
    return bench.rest("PATCH", "/__emulator/agrenting/settings", "", object({{"capacity", room}})).status;
  };
  CHECK(change(1) == 409);
  for (const json::Value& wrong : {json::Value(0), json::Value(1001), json::Value("2"), json::Value(true)})
    CHECK(change(wrong) == 422);
  CHECK(bench.rest("POST", second + "/cancel", bench.user).status == 200);
  CHECK(change(1) == 200);
  CHECK(bench.books_balance());
}

TEST_CASE("a step that would leave the books wrong is undone") {
  Bench bench;
  set(bench, "probe", "off");
  const std::string id = hire(bench).substr(std::string_view("/api/v1/hirings/").size());
  bench.pass(1ms);
  for (const std::string& tampering : std::vector<std::string>{
           "UPDATE agrenting_hirings SET status = 'completed' WHERE id = '" + id + "'",
           "UPDATE agrenting_hirings SET price = price + 1 WHERE id = '" + id + "'",
           "UPDATE ledger_accounts SET balance = balance + 1 WHERE marketplace = 'agrenting' AND "
           "purpose = 'escrow'",
           "UPDATE agrenting_hirings SET repo_access_token = 'x', status = 'failed', price = 0 WHERE id = '" +
               id + "'"}) {
    CAPTURE(tampering);
    REQUIRE(bench.world.db().script("SAVEPOINT before"));
    REQUIRE(bench.world.db().script(tampering));
    bool found = !check(bench.world, ledger_invariants());
    found = found || !check(bench.world, agrenting::hiring_invariants());
    CHECK(found);
    REQUIRE(bench.world.db().script("ROLLBACK TO before; RELEASE before"));
  }
  CHECK_FALSE(
      bench.world.db().script("INSERT INTO agrenting_hirings SELECT number + 1, 'another', agent, "
                              "hirer, status, 0, capability, task_description, delivery, repo_url, "
                              "NULL, task_input, NULL, NULL, task_output, NULL, '', '', 0, 1, 0, 0, 0, "
                              "NULL, NULL FROM agrenting_hirings"));
  CHECK(bench.books_balance());
}

// rows: idem.hire idem.header code.IDEMPOTENCY_CONFLICT
TEST_CASE("a reused key may be a conflict instead") {
  Bench bench;
  set(bench, "conflict_on_key", true);
  bench.rest("POST", k_hire_alice, bench.user, task(), {{"X-Idempotency-Key", "k"}});
  const Outcome refused =
      bench.rest("POST", k_hire_alice, bench.user, task("3.00"), {{"X-Idempotency-Key", "k"}});
  CHECK(refused.status == 409);
  CHECK(code_in(refused) == "IDEMPOTENCY_CONFLICT");
}

// rows: idem.header
TEST_CASE("a refusal that no other try can change is given again under its key") {
  Bench bench;
  const json::Value body = object({{"name", ""}});
  const Outcome first = bench.rest("POST", "/api/v1/agents", bench.user, body, {{"X-Idempotency-Key", "k"}});
  CHECK(first.status == 422);
  CHECK(bench.rest("POST", "/api/v1/agents", bench.user, body, {{"X-Idempotency-Key", "k"}}).response.body ==
        first.response.body);
  bench.pass(24h);
  CHECK(bench.rest("POST", "/api/v1/agents", bench.user, body, {{"X-Idempotency-Key", "k"}}).response.body !=
        first.response.body);
}

// rows: text.unauthorized code.UNAUTHORIZED
TEST_CASE("a 401 may come as an object") {
  Bench bench;
  set(bench, "errors_as_object", true);
  CHECK(json::write(bench.rest("GET", "/api/v1/ledger/balance", "").body) ==
        R"({"errors":{"message":"Missing or invalid authentication"}})");
}

// rows: mcp.framing resource.pending
TEST_CASE("the endpoint may be relative, and work may be read of before the probe is over") {
  Bench bench;
  set(bench, "relative_endpoint", true);
  const Outcome opened = bench.rest("GET", "/mcp/sse", bench.alice);
  CHECK(opened.response.body.find("data: /mcp/messages/") != std::string::npos);
  hire(bench);
  const auto pending = [&] {
    return bench.rest("GET", "/api/v1/hirings/pending", bench.alice).body["data"].items().size();
  };
  CHECK(pending() == 0);
  set(bench, "queued_in_pending", true);
  CHECK(pending() == 1);
}

// rows: probe.head
TEST_CASE("a server that knows no HEAD may count as alive") {
  Bench bench;
  bench.rest("PATCH", "/api/v1/agents/" + bench.alice_id, bench.alice,
             object({{"metadata", object({{"callback_url", "http://127.0.0.1:9/hook"}})}}));
  for (const bool counts : {false, true}) {
    set(bench, "head_405_is_alive", counts);
    const std::string hiring = hire(bench);
    bench.pass(1ms);
    bench.report(HeadAnswered{bench.heads.back().id, 501});
    CHECK(status_of(bench, hiring) == (counts ? "in_progress" : "failed"));
  }
}

// rows: tool.hire_agent
TEST_CASE("hire_agent may claim progress before the probe is over") {
  Bench bench;
  set(bench, "always_in_progress", true);
  const std::string hirer = "/mcp/hirer/messages/" + bench.open(k_hirer_stream, bench.user);
  const json::Value hired = bench.tool(
      hirer, bench.user, "hire_agent",
      object({{"agent_did", "did:example:alice"}, {"capability", "summarizing"}, {"task_description", "x"}}));
  CHECK(hired["status"].text() == "in_progress");
  CHECK(hired["final"].as_bool() == false);
}

// rows: state.payment E3
TEST_CASE("a hire that is paid from outside waits for its payment") {
  Bench bench;
  set(bench, "probe", "off");
  json::Value body = task();
  body.set("payment_method", "crypto");
  const std::string hiring = hire(bench, body);
  bench.pass(1s);
  CHECK(status_of(bench, hiring) == "pending_payment");
  CHECK(bench.total("escrow") == "0.00");
  SUBCASE("paid") {
    const Outcome paid = bench.rest("POST", control(hiring, "/pay"), "");
    CHECK(paid.body.at_path("data.status").text() == "paid");
    CHECK(bench.rest("GET", "/api/v1/hirings/pending", bench.alice).body["data"].items().size() == 1);
    CHECK(bench.rest("POST", control(hiring, "/pay"), "").status == 409);
    bench.pass(1ms);
    CHECK(status_of(bench, hiring) == "in_progress");
    CHECK(bench.total("escrow") == "2.00");
    CHECK(bench.total("available") == "1000.00");
  }
  SUBCASE("cancelled") {
    CHECK(bench.rest("POST", hiring + "/cancel", bench.user).status == 200);
    CHECK(bench.total("available") == "1000.00");
  }
  SUBCASE("never paid") {
    bench.pass(25h);
    CHECK(status_of(bench, hiring) == "failed");
    CHECK(bench.total("available") == "1000.00");
  }
  CHECK(bench.books_balance());
}

// rows: H16 E2 state.dispute state.resolve code.DISPUTE_OPEN code.ESCROW_LOCKED
TEST_CASE("a dispute holds the money until it is resolved") {
  Bench bench;
  set(bench, "probe", "off");
  const std::string hiring = hire(bench);
  bench.pass(1ms);
  struct Case {
    bool was_completed;
    json::Value verdict;
    std::string_view status;
    std::string_view available; ///< of the hirer
    std::string_view fees;
  };
  const Case cases[] = {
      {false, object({{"outcome", "refund"}}), "refunded", "1000.00", "0.00"},
      {true, object({{"outcome", "refund"}}), "refunded", "1000.00", "0.00"},
      {true, object({{"outcome", "release"}}), "completed", "998.00", "0.10"},
      {false, object({{"outcome", "split"}, {"refund", "1.00"}}), "completed", "999.00", "0.05"},
  };
  for (std::size_t i = 0; i < std::size(cases); ++i)
    SUBCASE(("verdict " + std::to_string(i)).c_str()) {
      const Case& c = cases[i];
      if (c.was_completed)
        bench.rest("POST", hiring + "/result", bench.alice, object({{"output", "x"}}));
      CHECK(bench.rest("POST", hiring + "/dispute", bench.user, object({{"reason", "wrong"}})).status == 200);
      CHECK(status_of(bench, hiring) == "disputed");
      CHECK(bench.total("escrow") == "2.00");
      for (const char* verb : {"/cancel", "/retry", "/dispute"})
        CHECK(code_in(bench.rest("POST", hiring + verb, bench.user)) == "DISPUTE_OPEN");
      CHECK(code_in(bench.rest("POST", hiring + "/result", bench.alice, object({{"output", "y"}}))) ==
            "DISPUTE_OPEN");
      CHECK(bench.rest("POST", control(hiring, "/resolve"), "", object({{"outcome", "tea"}})).status == 422);
      CHECK(bench.rest("POST", control(hiring, "/resolve"), "", c.verdict).status == 200);
      CHECK(status_of(bench, hiring) == c.status);
      CHECK(bench.total("available") == c.available);
      CHECK(bench.total("fees") == c.fees);
      CHECK(bench.total("escrow") == "0.00");
      CHECK(bench.rest("POST", control(hiring, "/resolve"), "", c.verdict).status == 409);
    }
  SUBCASE("what is spent cannot be contested") {
    bench.rest("POST", hiring + "/result", bench.alice, object({{"output", "x"}}));
    const Outcome owner = bench.rest("GET", "/api/v1/agents/" + bench.alice_id, bench.alice);
    REQUIRE_FALSE(owner.body.at_path("data.owner_id").is_null());
    Turn turn{bench.world, bench.now};
    const std::string provider = owner.body.at_path("data.owner_id").text();
    REQUIRE(post(turn, "spend", "x",
                 {{{"agrenting", Purpose::earnings, provider},
                   {"agrenting", Purpose::outside},
                   Decimal::from_cents(190)}}));
    CHECK(code_in(bench.rest("POST", hiring + "/dispute", bench.user)) == "ESCROW_LOCKED");
  }
  CHECK(bench.books_balance());
}

// rows: H14 H15 E5 linear
TEST_CASE("an issue follows its hiring") {
  Bench bench;
  set(bench, "probe", "off");
  json::Value body = task();
  body.set("sync_to_linear", true);
  CHECK(code_in(bench.rest("POST", k_hire_alice, bench.user, body)) == "VALIDATION_ERROR");
  body.set("delivery_mode", "push");
  body.set("repo_url", "https://github.com/me/repo");
  body.set("repo_access_token", "ghp_x");
  body.set("linear_issue_reference", "ENG-42");
  const std::string hiring = hire(bench, body);
  bench.pass(1ms);
  const json::Value work = bench.rest("GET", hiring, bench.alice).body["data"];
  CHECK(work.at_path("task_input.linear_issue.identifier").text() == "ENG-42");
  CHECK(
      bench.rest("POST", hiring + "/linear_state", bench.alice, object({{"state_name", "Blocked"}})).status ==
      200);
  CHECK(bench.rest("POST", hiring + "/linear_comment", bench.alice, object({{"body", "Half done"}})).status ==
        201);
  SUBCASE("to its review") {
    bench.rest("POST", hiring + "/result", bench.alice, object({{"output", "x"}}));
    const json::Value issue = bench.rest("GET", control(hiring, "/linear"), "").body["data"];
    CHECK(json::write(issue["states"]) == R"(["Todo","In Progress","Blocked","In Review"])");
    CHECK(json::write(issue["comments"]) == R"(["Half done"])");
  }
  SUBCASE("and leads it") {
    CHECK(bench.rest("POST", control(hiring, "/linear"), "", object({{"state", "canceled"}})).status == 200);
    CHECK(status_of(bench, hiring) == "cancelled");
    const std::string other = hire(bench);
    CHECK(bench.rest("POST", other + "/linear_state", bench.alice, object({{"state_name", "x"}})).status ==
          422);
  }
}

// rows: A3 A8 A10 code.ESCROW_LOCKED
TEST_CASE("an owner takes over agents, gives them keys, takes them off") {
  Bench bench;
  const Outcome made = bench.rest(
      "POST", "/api/v1/agents/register", "",
      object({{"agent", object({{"name", "Free"}, {"capabilities", json::Value::array({"x"})}})}}));
  const std::string id = made.body.at_path("data.id").text();
  const std::string key = made.body.at_path("data.api_key").text();
  const auto assign = [&](const std::string& proof) {
    return bench
        .rest("POST", "/api/v1/agents/assign", bench.user,
              object({{"agents", json::Value::array({object({{"agent_id", id}, {"api_key", proof}})})}}))
        .body["data"];
  };
  CHECK(assign("wrong")["failed"].items().size() == 1);
  CHECK(assign(key)["assigned"].items().size() == 1);
  CHECK(assign(key)["assigned"].items().size() == 1);
  const std::string path = "/api/v1/agents/" + id;
  const Outcome second = bench.rest("POST", path + "/credentials", bench.user);
  CHECK(second.status == 201);
  const std::string spare = second.body.at_path("data.api_key").text();
  CHECK(bench.rest("GET", "/api/v1/hirings/pending", spare).status == 200);
  CHECK(bench.rest("DELETE", path + "/credentials/" + second.body.at_path("data.id").text(), bench.user)
            .status == 200);
  CHECK(bench.rest("GET", "/api/v1/hirings/pending", spare).status == 401);
  CHECK(bench.rest("DELETE", path, bench.alice).status == 403);
  CHECK(bench.rest("DELETE", path, bench.user).status == 200);
  CHECK(bench.rest("GET", "/api/v1/hirings/pending", key).status == 401);
  hire(bench);
  CHECK(code_in(bench.rest("DELETE", "/api/v1/agents/" + bench.alice_id, bench.alice)) == "ESCROW_LOCKED");
}

// rows: S1 S2
TEST_CASE("health needs no credential") {
  Bench bench;
  for (const char* path : {"/health", "/health/readiness", "/api/v1/health", "/api/v1/health/readiness"})
    CHECK(bench.rest("GET", path, "").body["status"].text() == "ok");
}

// rows: H2 page.cursor page.numbered page.plain
TEST_CASE("lists in three styles") {
  Bench bench;
  set(bench, "probe", "off");
  for (int i = 0; i < 5; ++i) {
    const std::string hiring = hire(bench);
    bench.pass(1ms);
    bench.rest("POST", hiring + "/result", bench.alice, object({{"output", "x"}}));
  }
  const auto ids = [](const json::Value& list) {
    std::vector<std::string> found;
    for (const json::Value& item : list.items())
      found.push_back(item["id"].text());
    return found;
  };
  const json::Value second = bench.rest("GET", "/api/v1/hirings?limit=2&page=2", bench.user).body;
  CHECK(second.at_path("data.total").as_integer() == 5);
  CHECK(second.at_path("data.page").as_integer() == 2);
  CHECK(second.at_path("data.per_page").as_integer() == 2);
  CHECK(second.at_path("data.total_pages").as_integer() == 3);
  const json::Value first = bench.rest("GET", "/api/v1/hirings?limit=2&status=completed", bench.user).body;
  const std::string cursor = first.at_path("meta.pagination.cursor").text();
  CHECK(base64_decode(cursor) == R"({"offset":2})");
  const json::Value next =
      bench.rest("GET", "/api/v1/hirings?limit=2&offset=4&cursor=" + cursor, bench.user).body;
  CHECK(ids(next.at_path("data.hirings")) == ids(second.at_path("data.hirings")));
  const json::Value last = bench.rest("GET", "/api/v1/ledger/transactions?limit=3&offset=4", bench.user).body;
  CHECK(last["data"].is_array());
  CHECK(last["data"].items().size() == 2);
  CHECK(last.at_path("meta.pagination.has_more").as_bool() == false);
  CHECK(bench.rest("GET", "/api/v1/hirings?limit=1000", bench.user)
            .body.at_path("data.per_page")
            .as_integer() == 100);
}

// rows: quirk.agent_id H4
TEST_CASE("an owner reads the work of all its agents, or of one") {
  Bench bench;
  set(bench, "probe", "off");
  bench.rest("POST", "/api/v1/agents/assign", bench.user, object({{"agents", json::Value::array({})}}));
  const Outcome made = bench.rest("POST", "/api/v1/agents", bench.user, object({{"name", "Own"}}));
  const std::string did = made.body.at_path("data.did").text();
  CHECK(bench.rest("POST", "/api/v1/agents/" + did + "/hire", bench.user, task()).status == 201);
  bench.pass(1ms);
  const auto pending = [&](std::vector<Header> more) {
    return bench.rest("GET", "/api/v1/hirings/pending", bench.user, {}, std::move(more))
        .body["data"]
        .items()
        .size();
  };
  CHECK(pending({}) == 1);
  CHECK(pending({{"X-Agent-ID", made.body.at_path("data.id").text()}}) == 1);
  CHECK(pending({{"X-Agent-ID", bench.alice_id}}) == 0);
}

// rows: presence A4
TEST_CASE("an agent that was silent for an hour is asked whether it is there") {
  Bench bench;
  const auto is_online = [&] {
    const Outcome found = bench.rest("GET", "/api/v1/agents?online_only=true&capability=summarizing", "");
    return found.body["data"].items().size() == 1;
  };
  SUBCASE("on its session, as long as it answers") {
    const std::string stream = bench.open(k_agent_stream, bench.alice);
    for (int hour = 0; hour < 3; ++hour) {
      bench.pass(60min);
      CHECK_FALSE(is_online());
      CHECK(bench.answer_pings(stream, bench.alice) == 1);
      CHECK(is_online());
    }
    bench.pass(60min + 3s);
    CHECK_FALSE(is_online());
  }
  SUBCASE("at its callback, also before it was ever seen") {
    bench.rest("PATCH", "/api/v1/agents/" + bench.alice_id, bench.alice,
               object({{"metadata", object({{"callback_url", "http://127.0.0.1:9/hook"}})}}));
    bench.pass(60min);
    REQUIRE(bench.heads.size() == 1);
    bench.report(HeadAnswered{bench.heads[0].id, 200});
    CHECK(is_online());
    bench.pass(60min);
    REQUIRE(bench.heads.size() == 2);
    bench.pass(2s);
    CHECK_FALSE(is_online());
    bench.pass(60min);
    CHECK(bench.heads.size() == 3);
  }
  SUBCASE("a poller is neither asked nor online") {
    bench.rest("GET", "/api/v1/hirings/pending", bench.alice);
    bench.pass(120min);
    CHECK(bench.heads.empty());
    CHECK_FALSE(is_online());
  }
}

// rows: presence
TEST_CASE("online means a sign of life within the hour") {
  Bench bench;
  const auto online = [&] {
    return bench.rest("GET", "/api/v1/agents?online_only=true", "").body["data"].items().size();
  };
  CHECK(online() == 0);
  bench.open(k_agent_stream, bench.alice);
  CHECK(online() == 1);
  bench.pass(60min);
  CHECK(online() == 0);
}

// rows: mcp.order prompt.system
TEST_CASE("a session serves any order of the handshake") {
  Bench bench;
  const Outcome opened = bench.rest("GET", "/mcp/sse", bench.alice);
  const std::string path = "/mcp/messages/" + opened.response.stream->id;
  CHECK(bench.rpc(path, bench.alice, "tools/list").at_path("result.tools").items().size() == 3);
  CHECK(bench.rpc(path, bench.alice, "resources/subscribe", object({{"uri", "hiring://pending"}}))
            .has("result"));
  CHECK(bench.rpc(path, bench.alice, "initialize", object({{"protocolVersion", "1999-01-01"}}))
            .at_path("result.protocolVersion")
            .text() == "2024-11-05");
  for (const char* name : {"initialized", "notifications/initialized"})
    CHECK(
        bench.post(path, bench.alice, object({{"jsonrpc", "2.0"}, {"method", name}, {"params", object({})}}))
            .status == 202);
  CHECK(bench.rpc(path, bench.alice, "prompts/list").at_path("result.prompts").items().at(0)["name"].text() ==
        "system-prompt");
  const json::Value prompt = bench.rpc(path, bench.alice, "prompts/get", object({{"name", "system-prompt"}}));
  CHECK_FALSE(prompt.at_path("result.messages").items().at(0).at_path("content.text").text().empty());
  set(bench, "probe", "off");
  const std::string hiring = hire(bench);
  bench.pass(1ms);
  CHECK(
      bench.rest("GET", hiring, bench.alice).body.at_path("data.system_prompt").text().find("summarizing") !=
      std::string::npos);
}

// rows: resource.messages H10 idem.mcp
TEST_CASE("messages are pushed to a hirer that asked, and a key finds its hiring") {
  Bench bench;
  set(bench, "probe", "off");
  const std::string stream = bench.open(k_hirer_stream, bench.user);
  const std::string path = "/mcp/hirer/messages/" + stream;
  const json::Value arguments = object({{"agent_did", "did:example:alice"},
                                        {"capability", "summarizing"},
                                        {"task_description", "x"},
                                        {"idempotency_key", "mine"}});
  bench.post(path, bench.user,
             object({{"jsonrpc", "2.0"},
                     {"id", 1},
                     {"method", "tools/call"},
                     {"params", object({{"name", "hire_agent"}, {"arguments", arguments}})}}));
  bench.pass(1ms);
  const json::Value found =
      bench.tool(path, bench.user, "get_hiring_status", object({{"idempotency_key", "mine"}}));
  CHECK(bench.tool(path, bench.user, "hire_agent", arguments)["hiring_id"].text() ==
        found["hiring_id"].text());
  CHECK(bench.total("escrow") == "2.00");
  const std::string uri = "hiring://" + found["hiring_id"].text() + "/messages";
  CHECK(bench.rpc(path, bench.user, "resources/subscribe", object({{"uri", uri}})).has("result"));
  bench.received(stream);
  bench.rest("POST", "/api/v1/hirings/" + found["hiring_id"].text() + "/messages", bench.alice,
             object({{"content", "Nearly"}}));
  const auto pushed = bench.received(stream);
  REQUIRE(pushed.size() == 1);
  CHECK(pushed[0].at_path("params.uri").text() == uri);
  const json::Value read = bench.rpc(path, bench.user, "resources/read", object({{"uri", uri}}));
  CHECK(read.at_path("result.contents").items().at(0)["text"].text().find("Nearly") != std::string::npos);
}
