// SPDX-License-Identifier: MIT
#include "agrenting_bench.hpp"
#include "base/text.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace agr;
using namespace agr::emulator;
using namespace agr::emulator::test;
using namespace std::chrono_literals;

namespace {

std::string code_in(const Outcome& outcome) {
  return outcome.body["errors"].items().empty() ? "" : outcome.body["errors"].items()[0]["code"].text();
}

std::string message_in(const Outcome& outcome) {
  return outcome.body["errors"].items().empty() ? "" : outcome.body["errors"].items()[0]["message"].text();
}

json::Value with(json::Value body, std::string_view name, json::Value value) {
  body.set(name, std::move(value));
  return body;
}

} // namespace

// rows: H1 text.did text.scope text.cap text.balance text.unauthorized cap code.NOT_FOUND code.FORBIDDEN
// rows: code.INSUFFICIENT_BALANCE code.VALIDATION_ERROR code.INVALID_AMOUNT code.UNAUTHORIZED
TEST_CASE("a hire is refused with the documented words") {
  Bench bench;
  struct Case {
    std::string_view did;
    std::string_view token;
    json::Value body;
    int status;
    std::string_view code;
    std::string_view message;
  };
  const Case cases[] = {
      {"did:example:alise", bench.user, task(), 404, "NOT_FOUND",
       "No agent found with did=did:example:alise. Did you mean did:example:alice?"},
      {"did:nobody:zzzzzzzzzzzzzz", bench.user, task(), 404, "NOT_FOUND",
       "No agent found with did=did:nobody:zzzzzzzzzzzzzz."},
      {"did:example:alice", bench.read_only, task(), 403, "FORBIDDEN",
       "Token missing required scope: hire:create"},
      {"did:example:alice", bench.capped, task("10.01"), 403, "FORBIDDEN",
       "Requested price $10.01 exceeds this token's max_price_per_hire cap $10.00"},
      {"did:example:alice", bench.user, task("1000.01"), 422, "INSUFFICIENT_BALANCE",
       "Insufficient balance: need $1000.01, have $1000.00"},
      {"did:example:alice", bench.user, task("1.99"), 422, "VALIDATION_ERROR",
       "price $1.99 is below the agent's base price $2.00"},
      {"did:example:alice", bench.user, task("-1"), 422, "INVALID_AMOUNT", ""},
      {"did:example:alice", bench.user, task("2.000000001"), 422, "INVALID_AMOUNT", ""},
      {"did:example:alice", bench.user, task("lots"), 422, "INVALID_AMOUNT", ""},
      {"did:example:alice", bench.user, with(task(), "price", nullptr), 422, "VALIDATION_ERROR",
       "price can't be blank"},
      {"did:example:alice", bench.user, with(task(), "task_description", " "), 422, "VALIDATION_ERROR",
       "task_description can't be blank"},
      {"did:example:alice", bench.user, with(task(), "task_description", std::string(5001, 'x')), 422,
       "VALIDATION_ERROR", "task_description has more than 5000 characters"},
      {"did:example:alice", bench.user, with(task(), "delivery_mode", "pigeon"), 422, "VALIDATION_ERROR", ""},
      {"did:example:alice", bench.user, with(task(), "client_idempotency_key", std::string(129, 'k')), 422,
       "VALIDATION_ERROR", ""},
      {"did:example:coder", bench.user, with(task("5.00"), "delivery_mode", "push"), 422, "VALIDATION_ERROR",
       "repo_url is required with delivery_mode push"},
      {"did:example:alice", bench.alice, task(), 401, "UNAUTHORIZED", "Missing or invalid authentication"},
      {"did:example:alice", "", task(), 401, "UNAUTHORIZED", "Missing or invalid authentication"},
      {"did:example:alice", "ap_wrong", task(), 401, "UNAUTHORIZED", "Missing or invalid authentication"},
  };
  for (const Case& c : cases) {
    CAPTURE(json::write(c.body));
    const Outcome refused =
        bench.rest("POST", "/api/v1/agents/" + std::string(c.did) + "/hire", c.token, c.body);
    CHECK(refused.status == c.status);
    CHECK(code_in(refused) == c.code);
    if (!c.message.empty())
      CHECK(message_in(refused) == c.message);
    CHECK(refused.body["data"].is_null());
    CHECK(bench.total("escrow") == "0.00");
  }
}

// rows: busy text.busy code.AGENT_BUSY
TEST_CASE("an agent works on one hiring at a time") {
  Bench bench;
  CHECK(bench.rest("POST", k_hire_alice, bench.user, task()).status == 201);
  const Outcome second = bench.rest("POST", k_hire_alice, bench.user, task());
  CHECK(second.status == 409);
  CHECK(code_in(second) == "AGENT_BUSY");
  CHECK(message_in(second) == "Agent is currently busy with another hiring");
}

// rows: idem.header
TEST_CASE("what has expired is not kept") {
  Bench bench;
  const auto count = [&](std::string_view table) {
    return bench.world.db().first("SELECT COUNT(*) AS n FROM " + std::string(table)).value()->integer("n");
  };
  const std::int64_t keys = count("agrenting_credentials");
  for (int day = 0; day < 3; ++day) {
    const std::string key = "k" + std::to_string(day);
    bench.rest("POST", "/api/v1/ledger/deposit", bench.user, json::Value::object({{"amount", "1.00"}}),
               {{"X-Idempotency-Key", key}});
    CHECK(bench.rest("POST", "/api/v1/auth/authenticate", bench.alice).status == 200);
    CHECK(count("agrenting_replays") == 1);
    CHECK(count("agrenting_credentials") == keys + 1);
    bench.pass(25h);
  }
}

// rows: idem.hire code.IDEMPOTENCY_MISMATCH
TEST_CASE("a key makes one hiring, however often and wherever it is sent") {
  Bench bench;
  const json::Value body = with(task(), "client_idempotency_key", "k1");
  const Outcome first = bench.rest("POST", k_hire_alice, bench.user, body);
  CHECK(first.status == 201);
  const std::string id = first.body.at_path("data.id").text();
  SUBCASE("the same member") {
    const Outcome again = bench.rest("POST", k_hire_alice, bench.user, body);
    CHECK(again.status == 200);
    CHECK(again.body.at_path("data.id").text() == id);
  }
  SUBCASE("as a header of either name") {
    for (const char* name : {"X-Idempotency-Key", "Idempotency-Key"})
      CHECK(bench.rest("POST", k_hire_alice, bench.user, task(), {{name, "k1"}})
                .body.at_path("data.id")
                .text() == id);
  }
  SUBCASE("after it has failed") {
    bench.pass(1s);
    const Outcome again = bench.rest("POST", k_hire_alice, bench.user, body);
    CHECK(again.status == 200);
    CHECK(again.body.at_path("data.status").text() == "failed");
  }
  SUBCASE("another request under the same key") {
    const Outcome other = bench.rest("POST", k_hire_alice, bench.user, with(body, "price", "3.00"));
    CHECK(other.status == 422);
    CHECK(code_in(other) == "IDEMPOTENCY_MISMATCH");
  }
  CHECK(bench.books_balance());
}

// rows: idem.header idem.alias
TEST_CASE("a repeated result with a key gets the first answer") {
  Options options = Bench::quiet();
  options.probe = ProbePolicy::off;
  Bench bench(options);
  const std::string id = bench.rest("POST", k_hire_alice, bench.user, task()).body.at_path("data.id").text();
  bench.pass(1ms);
  const std::string path = "/api/v1/hirings/" + id + "/result";
  const json::Value body = json::Value::object({{"output", "done"}});
  const Outcome first = bench.rest("POST", path, bench.alice, body, {{"Idempotency-Key", "r"}});
  const Outcome again = bench.rest("POST", path, bench.alice, body, {{"Idempotency-Key", "r"}});
  CHECK(first.status == 200);
  CHECK(again.status == 200);
  CHECK(first.response.body == again.response.body);
  CHECK(bench.rest("POST", path, bench.alice, body).status == 404);
  const Outcome other = bench.rest("POST", path, bench.alice, json::Value::object({{"output", "x"}}),
                                   {{"Idempotency-Key", "r"}});
  CHECK(code_in(other) == "IDEMPOTENCY_MISMATCH");
}

// rows: H3 code.FORBIDDEN
TEST_CASE("who may touch a hiring") {
  Options options = Bench::quiet();
  options.probe = ProbePolicy::off;
  Bench bench(options);
  const std::string id = bench.rest("POST", k_hire_alice, bench.user, task()).body.at_path("data.id").text();
  bench.pass(1ms);
  const std::string path = "/api/v1/hirings/" + id;
  const json::Value body = json::Value::object({{"output", "x"}});
  CHECK(bench.rest("POST", path + "/result", bench.user, body).status == 401);
  CHECK(bench.rest("POST", path + "/result", bench.coder, body).status == 403);
  CHECK(bench.rest("POST", "/api/v1/hirings/none/result", bench.alice, body).status == 404);
  CHECK(bench.rest("GET", path, bench.coder).status == 403);
  CHECK(bench.rest("GET", path, bench.read_only).status == 200);
  CHECK(bench.rest("POST", path + "/cancel", bench.read_only).status == 403);
  CHECK(bench.rest("GET", path, "").status == 401);
}

// rows: auth.forms
TEST_CASE("every form of credential header is understood") {
  Bench bench;
  const std::vector<std::pair<std::string, std::string>> forms = {{"X-API-Key", ""},
                                                                  {"Api-Key", ""},
                                                                  {"Authorization", "Bearer "},
                                                                  {"Authorization", "ApiKey "},
                                                                  {"authorization", "token "},
                                                                  {"Authorization", ""}};
  for (const auto& [name, scheme] : forms) {
    CAPTURE(name + ": " + scheme);
    Request request{"GET", "/api/v1/hirings/pending", "", {{name, scheme + bench.alice}}};
    CHECK(bench.request(request).status == 200);
    request.headers[0].value = scheme + bench.user;
    CHECK(bench.request(request).status == 200);
    request.headers[0].value = scheme + "nonsense";
    CHECK(bench.request(request).status == 401);
  }
}

// rows: rate.user rate.headers text.rate code.RATE_LIMIT_EXCEEDED
TEST_CASE("the rate limit belongs to the user, over all tokens, and not to agents") {
  Options options;
  Bench bench(options);
  for (int i = 0; i < 100; ++i)
    REQUIRE(bench.rest("GET", "/api/v1/ledger/balance", i % 2 ? bench.user : bench.capped).status == 200);
  const Outcome limited = bench.rest("GET", "/api/v1/ledger/balance", bench.user);
  CHECK(limited.status == 429);
  CHECK(code_in(limited) == "RATE_LIMIT_EXCEEDED");
  CHECK(message_in(limited) == "Rate limit exceeded. Retry after 60 seconds.");
  CHECK(limited.response.header("retry-after") == "60");
  CHECK(limited.response.header("x-ratelimit-remaining") == "0");
  CHECK_FALSE(limited.body.has("data"));
  CHECK(bench.rest("GET", "/api/v1/ledger/balance", bench.alice).status == 200);
  bench.pass(60s);
  CHECK(bench.rest("GET", "/api/v1/ledger/balance", bench.user).response.header("x-ratelimit-remaining") ==
        "99");
}

// rows: code.ROUTE_NOT_FOUND
TEST_CASE("routes that are not there") {
  Bench bench;
  const Outcome unknown = bench.rest("GET", "/api/v1/nothing", bench.user);
  CHECK(unknown.status == 404);
  CHECK(code_in(unknown) == "ROUTE_NOT_FOUND");
  const Outcome wrong = bench.rest("PUT", k_hire_alice, bench.user);
  CHECK(wrong.status == 405);
  CHECK(wrong.response.header("Allow") == "POST");
  CHECK(bench.rest("GET", "/mcp/hirer", bench.user).status == 405);
}

// rows: envelope quirk.empty_body
TEST_CASE("hostile bodies are refused, never a fault") {
  Bench bench;
  const std::string deep(10'000, '[');
  const std::vector<std::pair<std::string, int>> bodies = {
      {"{", 400},
      {"[]", 422},
      {"null", 422},
      {"\"x\"", 422},
      {deep, 400},
      {"{\"price\": 1e400, \"task_description\": \"x\", \"capability\": \"y\"}", 422},
      {"{\"price\": {}, \"task_description\": [], \"capability\": 1}", 422},
      {std::string("\xff\xfe", 2), 400},
      {std::string(
           "{\"task_description\": \"\\u0000\", \"capability\": \"x\", \"price\": \"2\", \"task_input\": 7}"),
       201},
  };
  for (const auto& [body, status] : bodies) {
    CAPTURE(body.substr(0, 80));
    Request request{"POST", std::string(k_hire_alice), "", {{"Authorization", "Bearer " + bench.user}}, body};
    CHECK(bench.request(request).status == status);
  }
  for (const std::string_view path : {"/api/v1/agents/%00", "/api/v1/agents/%ff%fe",
                                      "/api/v1/agents/'; DROP TABLE x", "/api/v1/hirings/../../etc"})
    CHECK(bench.rest("GET", path, bench.user).status == 404);
  CHECK(
      bench.rest("GET", "/api/v1/hirings?limit=-1&page=99999999999999999999&cursor=%00", bench.user).status ==
      200);
  CHECK(bench.books_balance());
}

// rows: determinism
TEST_CASE("the same seed and the same calls give the same bytes") {
  const auto story = [](std::uint64_t seed) {
    Options options;
    options.seed = seed;
    Bench bench(options);
    std::string bytes = json::write(ready_description(bench.world, "http://x", 1));
    const std::string stream = bench.open(k_agent_stream, bench.alice);
    bytes += bench.rest("POST", k_hire_alice, bench.user, task()).response.body;
    bench.pass(10ms);
    bytes += bench.streams[stream];
    bench.answer_pings(stream, bench.alice);
    bytes += bench.rest("GET", "/api/v1/nothing", bench.user).response.body;
    bytes += bench.rest("GET", "/api/v1/ledger/transactions", bench.user).response.body;
    return bytes;
  };
  CHECK(story(1) == story(1));
  CHECK(story(1) != story(2));
}

// rows: key.shapes
TEST_CASE("keys look like the real ones") {
  Bench bench;
  CHECK(bench.user.starts_with("ap_"));
  CHECK(bench.user.size() == 46);
  for (const std::string& key : {bench.alice, bench.coder}) {
    CHECK(key.size() == 44);
    for (const char needed : {'+', '/', '='})
      CHECK(key.find(needed) != std::string::npos);
  }
}
