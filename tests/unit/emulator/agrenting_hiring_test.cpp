// SPDX-License-Identifier: MIT
#include "agrenting_bench.hpp"
#include "emulator/agrenting/lifecycle.hpp"

#include <doctest/doctest.h>

using namespace agr;
using namespace agr::emulator;
using namespace agr::emulator::test;
using namespace std::chrono_literals;

namespace {

std::string hire_alice(Bench& bench) {
  return bench.rest("POST", k_hire_alice, bench.user, task()).body.at_path("data.hiring.id").text();
}

std::string status_of(Bench& bench, const std::string& id) {
  return bench.rest("GET", "/api/v1/hirings/" + id, bench.user).body.at_path("data.status").text();
}

/// Hired, probed with a pong, in progress.
std::string hiring_in_progress(Bench& bench) {
  const std::string stream = bench.open(k_agent_stream, bench.alice);
  const std::string id = hire_alice(bench);
  bench.pass(1ms);
  REQUIRE(bench.answer_pings(stream, bench.alice) == 1);
  return id;
}

void call_back(Bench& bench, std::string_view url) {
  bench.rest("PATCH", "/api/v1/agents/" + bench.alice_id, bench.alice,
             json::Value::object({{"metadata", json::Value::object({{"callback_url", url}})}}));
}

json::Value output() {
  return json::Value::object({{"output", json::Value::object({{"text", "Short."}})}});
}

} // namespace

// rows: H1 H4 H5 H10 H11 L1 L2 state.new state.probe_passed state.result webhook.dispatch
TEST_CASE("the main job: hired, probed, worked on, paid") {
  Bench bench;
  const std::string stream = bench.open(k_agent_stream, bench.alice);
  bench.rpc("/mcp/messages/" + stream, bench.alice, "resources/subscribe",
            json::Value::object({{"uri", "hiring://pending"}}));
  bench.received(stream);

  const Outcome hired = bench.rest("POST", k_hire_alice, bench.user, task());
  CHECK(hired.status == 201);
  CHECK(hired.body.at_path("data.status").text() == "queued");
  CHECK(hired.body.at_path("data.config.agentDid").text() == "did:example:alice");
  const std::string id = hired.body.at_path("data.hiring.id").text();
  CHECK(bench.total("escrow") == "2.00");
  CHECK(bench.total("available") == "998.00");

  bench.pass(1ms);
  CHECK(bench.answer_pings(stream, bench.alice) == 1);
  CHECK(status_of(bench, id) == "in_progress");
  const auto pushed = bench.received(stream);
  REQUIRE(pushed.size() == 1);
  CHECK(pushed[0]["method"].text() == "notifications/resources/updated");
  CHECK(pushed[0].at_path("params.uri").text() == "hiring://pending");

  const Outcome pending = bench.rest("GET", "/api/v1/hirings/pending", bench.alice);
  REQUIRE(pending.body["data"].items().size() == 1);
  CHECK(pending.body["data"].items()[0]["hiring_id"].text() == id);

  CHECK(bench.rest("POST", "/api/v1/hirings/" + id + "/result", bench.alice, output()).status == 200);
  const json::Value done = bench.rest("GET", "/api/v1/hirings/" + id, bench.user).body["data"];
  CHECK(done["status"].text() == "completed");
  CHECK(done["final"].as_bool() == true);
  CHECK(done.at_path("task_output.text").text() == "Short.");
  CHECK(bench.total("escrow") == "0.00");
  CHECK(bench.total("earnings") == "1.90");
  CHECK(bench.total("fees") == "0.10");
  CHECK(bench.books_balance());
  CHECK(bench.rest("POST", "/api/v1/hirings/" + id + "/result", bench.alice, output()).status == 404);
}

// rows: state.result state.cancel state.retry
TEST_CASE("what can happen to a hiring in each state") {
  using namespace agrenting;
  using enum Happening;
  struct Case {
    Status from;
    std::vector<Happening> possible;
  };
  const Case cases[] = {
      {Status::queued, {probe_passed, probe_failed, failure, cancel, deadline}},
      {Status::in_progress, {result, failure, cancel, deadline, checks_missed}},
      {Status::completed, {}},
      {Status::failed, {retry}},
      {Status::cancelled, {}},
  };
  for (const Case& c : cases)
    for (const Happening happening :
         {probe_passed, probe_failed, result, failure, cancel, deadline, checks_missed, retry}) {
      CAPTURE(static_cast<int>(c.from));
      CAPTURE(static_cast<int>(happening));
      const bool possible = std::find(c.possible.begin(), c.possible.end(), happening) != c.possible.end();
      CHECK(after(c.from, happening).has_value() == possible);
    }
}

// rows: state.result
TEST_CASE("the fee is 5 % rounded half up") {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"10.00", "0.50"}, {"2.00", "0.10"}, {"0.10", "0.01"}, {"0.09", "0.00"},
      {"0.30", "0.02"},  {"0.00", "0.00"}, {"0.29", "0.01"}, {"99.99", "5.00"}};
  for (const auto& [price, fee] : cases) {
    CAPTURE(price);
    CHECK(agrenting::fee_of(Decimal::parse(price).value()).money() == fee);
  }
}

// rows: state.probe_failed
TEST_CASE("an agent that nobody can reach fails the hiring and refunds it") {
  Bench bench;
  const std::string id = hire_alice(bench);
  bench.pass(1ms);
  const json::Value failed = bench.rest("GET", "/api/v1/hirings/" + id, bench.user).body["data"];
  CHECK(failed["status"].text() == "failed");
  CHECK(failed["failed_reason"].text() == "Agent unavailable");
  CHECK(bench.total("available") == "1000.00");
  CHECK(bench.books_balance());
}

// rows: probe.ping probe.head
TEST_CASE("a ping is waited for three seconds, then callback_url is asked for two") {
  Bench bench;
  const std::string stream = bench.open(k_agent_stream, bench.alice);
  bench.rest("PATCH", "/api/v1/agents/" + bench.alice_id, bench.alice,
             json::Value::object(
                 {{"metadata", json::Value::object({{"callback_url", "http://127.0.0.1:9/hook"}})}}));
  const std::string id = hire_alice(bench);
  bench.pass(2999ms);
  CHECK(bench.heads.empty());
  CHECK(status_of(bench, id) == "queued");
  bench.pass(1ms);
  REQUIRE(bench.heads.size() == 1);
  CHECK(bench.heads[0].budget == 2s);
  SUBCASE("no answer in time") {
    bench.pass(2s);
    CHECK(status_of(bench, id) == "failed");
  }
  SUBCASE("an answer that is no success") {
    bench.report(HeadAnswered{bench.heads[0].id, 501});
    CHECK(status_of(bench, id) == "failed");
  }
  SUBCASE("a late pong counts no more") {
    CHECK(bench.answer_pings(stream, bench.alice) == 1);
    CHECK(status_of(bench, id) == "queued");
  }
  SUBCASE("alive: work begins and the webhook is posted") {
    bench.report(HeadAnswered{bench.heads[0].id, 204});
    CHECK(status_of(bench, id) == "in_progress");
    REQUIRE(bench.webhooks.size() == 1);
    const json::Value payload = json::parse(bench.webhooks[0].body).value();
    CHECK(payload["hiring_id"].text() == id);
    CHECK(payload.at_path("task.description").text() == "Summarize this.");
    CHECK(payload["callback"].text() == "http://127.0.0.1:4012/api/v1/hirings/" + id + "/result");
  }
  CHECK(bench.books_balance());
}

// rows: webhook.retry
TEST_CASE("a webhook is tried five times, and its failure does not fail the hiring") {
  Options options = Bench::quiet();
  options.probe = ProbePolicy::off;
  Bench bench(options);
  bench.rest("PATCH", "/api/v1/agents/" + bench.alice_id, bench.alice,
             json::Value::object(
                 {{"metadata", json::Value::object({{"callback_url", "http://localhost:9/hook"},
                                                    {"callback_auth_header", "Authorization: ApiKey k"}})}}));
  const std::string id = hire_alice(bench);
  bench.pass(1ms);
  REQUIRE(bench.webhooks.size() == 1);
  CHECK(find_header(bench.webhooks[0].headers, "authorization") == "ApiKey k");
  for (int i = 0; i < 10; ++i) {
    bench.report(WebhookAnswered{bench.webhooks.back().id, std::nullopt});
    bench.pass(40s);
  }
  CHECK(bench.webhooks.size() == 5);
  CHECK(status_of(bench, id) == "in_progress");
}

// rows: webhook.retry
TEST_CASE("which answers to a webhook are worth another attempt") {
  Options options = Bench::quiet();
  options.probe = ProbePolicy::off;
  for (const auto& [status, tries] :
       std::vector<std::pair<std::optional<int>, std::size_t>>{{std::nullopt, 2},
                                                               {500, 2},
                                                               {503, 2},
                                                               {200, 1},
                                                               {204, 1},
                                                               {301, 1},
                                                               {401, 1},
                                                               {404, 1},
                                                               {405, 1}}) {
    CAPTURE(status.value_or(0));
    Bench bench(options);
    call_back(bench, "http://localhost:9/hook");
    hire_alice(bench);
    bench.pass(1ms);
    REQUIRE(bench.webhooks.size() == 1);
    bench.report(WebhookAnswered{bench.webhooks[0].id, status});
    bench.pass(999ms);
    CHECK(bench.webhooks.size() == 1);
    bench.pass(1ms);
    CHECK(bench.webhooks.size() == tries);
  }
}

// rows: webhook.retry
TEST_CASE("a hiring that is over is not delivered any more") {
  Options options = Bench::quiet();
  options.probe = ProbePolicy::off;
  Bench bench(options);
  call_back(bench, "http://localhost:9/hook");
  const std::string id = hire_alice(bench);
  bench.pass(1ms);
  bench.report(WebhookAnswered{bench.webhooks.at(0).id, 503});
  CHECK(bench.rest("POST", "/api/v1/hirings/" + id + "/cancel", bench.user).status == 200);
  bench.pass(1min);
  CHECK(bench.webhooks.size() == 1);
}

// rows: webhook.dispatch
TEST_CASE("an agent with a session and a callback hears of its work both ways") {
  Bench bench;
  const std::string stream = bench.open(k_agent_stream, bench.alice);
  bench.rpc("/mcp/messages/" + stream, bench.alice, "resources/subscribe",
            json::Value::object({{"uri", "hiring://pending"}}));
  bench.received(stream);
  call_back(bench, "http://127.0.0.1:9/hook");
  hire_alice(bench);
  bench.pass(1ms);
  CHECK(bench.heads.empty());
  CHECK(bench.answer_pings(stream, bench.alice) == 1);
  CHECK(bench.webhooks.size() == 1);
  CHECK(bench.received(stream).size() == 1);
}

// rows: webhook.local
TEST_CASE("the emulator never calls another machine") {
  Bench bench;
  bench.rest(
      "PATCH", "/api/v1/agents/" + bench.alice_id, bench.alice,
      json::Value::object({{"metadata", json::Value::object({{"callback_url", "https://example.com/"}})}}));
  const std::string id = hire_alice(bench);
  bench.pass(1ms);
  CHECK(bench.heads.empty());
  CHECK(status_of(bench, id) == "failed");
}

// rows: probe.policy
TEST_CASE("the probe's policies") {
  Options options = Bench::quiet();
  options.probe = ProbePolicy::lenient;
  Bench bench(options);
  SUBCASE("lenient: a subscribed session is proof enough") {
    const std::string stream = bench.open(k_agent_stream, bench.alice);
    bench.rpc("/mcp/messages/" + stream, bench.alice, "resources/subscribe",
              json::Value::object({{"uri", "hiring://pending"}}));
    const std::string id = hire_alice(bench);
    bench.pass(1ms);
    CHECK(status_of(bench, id) == "in_progress");
  }
  SUBCASE("lenient: nobody there is still nobody there") {
    const std::string id = hire_alice(bench);
    bench.pass(1ms);
    CHECK(status_of(bench, id) == "failed");
  }
}

// rows: state.health
TEST_CASE("three missed health checks in a row fail a running hiring") {
  Bench bench;
  const std::string id = hiring_in_progress(bench);
  bench.pass(3min + 10s);
  CHECK(status_of(bench, id) == "in_progress");
  bench.pass(3min);
  CHECK(status_of(bench, id) == "in_progress");
  bench.pass(3min);
  const json::Value failed = bench.rest("GET", "/api/v1/hirings/" + id, bench.user).body["data"];
  CHECK(failed["status"].text() == "failed");
  CHECK(failed["failed_reason"].text() == "Agent missed 3 consecutive health checks");
  CHECK(bench.total("escrow") == "0.00");
}

// rows: state.health
TEST_CASE("a pong in between starts the count anew") {
  Bench bench;
  const std::string stream = bench.open(k_agent_stream, bench.alice);
  const std::string id = hire_alice(bench);
  bench.pass(1ms);
  bench.answer_pings(stream, bench.alice);
  bench.pass(6min + 10s);
  bench.received(stream);
  bench.pass(2min + 50s);
  CHECK(bench.answer_pings(stream, bench.alice) == 1);
  bench.pass(6min + 5s);
  CHECK(status_of(bench, id) == "in_progress");
}

// rows: state.deadline
TEST_CASE("the deadline ends a hiring") {
  Bench bench;
  const std::string stream = bench.open(k_agent_stream, bench.alice);
  json::Value body = task();
  body.set("deadline_at", "2026-01-15T12:01:00Z");
  const std::string id = bench.rest("POST", k_hire_alice, bench.user, body).body.at_path("data.id").text();
  bench.pass(1ms);
  bench.answer_pings(stream, bench.alice);
  bench.pass(1min);
  const json::Value failed = bench.rest("GET", "/api/v1/hirings/" + id, bench.user).body["data"];
  CHECK(failed["failed_reason"].text() == "Deadline exceeded");
  CHECK(bench.total("available") == "1000.00");
}

// rows: H6 H12 H13 state.failure state.cancel state.retry
TEST_CASE("failure, cancel and retry move the money back and forth") {
  Bench bench;
  const std::string id = hiring_in_progress(bench);
  const std::string path = "/api/v1/hirings/" + id;
  CHECK(bench.rest("POST", path + "/retry", bench.user).status == 409);
  CHECK(bench.rest("POST", path + "/failure", bench.alice).status == 200);
  CHECK(bench.rest("GET", path, bench.user).body.at_path("data.failed_reason").text() ==
        "Agent reported failure");
  CHECK(bench.total("available") == "1000.00");
  CHECK(bench.rest("POST", path + "/cancel", bench.user).status == 409);

  const Outcome again =
      bench.rest("POST", path + "/retry", bench.user, json::Value::object({{"reason", "x"}}));
  CHECK(again.status == 200);
  CHECK(again.body.at_path("data.id").text() == id);
  CHECK(again.body.at_path("data.status").text() == "queued");
  CHECK(bench.total("escrow") == "2.00");

  CHECK(bench.rest("POST", path + "/cancel", bench.user).body.at_path("data.status").text() == "cancelled");
  CHECK(bench.total("available") == "1000.00");
  CHECK(bench.rest("POST", path + "/result", bench.alice, output()).status == 404);
  CHECK(bench.books_balance());
}

// rows: code.INVALID_STATE
TEST_CASE("a result before work began is a conflict") {
  Bench bench;
  bench.open(k_agent_stream, bench.alice);
  const std::string id = hire_alice(bench);
  CHECK(bench.rest("POST", "/api/v1/hirings/" + id + "/result", bench.alice, output()).status == 409);
}

// rows: L1
TEST_CASE("earnings can be spent") {
  Bench bench;
  const std::string id = hiring_in_progress(bench);
  bench.rest("POST", "/api/v1/hirings/" + id + "/result", bench.alice, output());
  REQUIRE(bench.world.db().run("UPDATE agrenting_agents SET owner = (SELECT owner FROM agrenting_credentials "
                               "WHERE kind = 'user' LIMIT 1) WHERE did = 'did:example:alice'"));
  const auto second = bench.rest("POST", k_hire_alice, bench.user, task("998.00"));
  CHECK(second.status == 201);
  CHECK(bench.books_balance());
}

// rows: restart
TEST_CASE("a restart on the same file keeps hirings, keys and balance, and asks the agent again") {
  const Folder folder;
  const std::string file = folder.file("world.db");
  std::string running, waiting, stream, key;
  {
    Bench before(Bench::quiet(), file);
    running = hiring_in_progress(before);
    stream = before.open(k_agent_stream, before.coder);
    waiting = before.rest("POST", "/api/v1/agents/did:example:coder/hire", before.user, task("5.00"))
                  .body.at_path("data.id")
                  .text();
    before.pass(1ms);
    key = before.user;
  }
  Bench after(Bench::quiet(), file);
  CHECK(after.user == key);
  CHECK(status_of(after, running) == "in_progress");
  CHECK(status_of(after, waiting) == "queued");
  CHECK(after.rest("POST", "/mcp/messages/" + stream, after.coder, json::Value::object()).status == 404);
  const std::string again = after.open(k_agent_stream, after.coder);
  after.pass(1ms);
  CHECK(after.answer_pings(again, after.coder) == 1);
  CHECK(status_of(after, waiting) == "in_progress");
  CHECK(after.total("escrow") == "7.00");
  CHECK(after.books_balance());
}
