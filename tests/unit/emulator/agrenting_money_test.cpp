// SPDX-License-Identifier: MIT
#include "agrenting_bench.hpp"
#include "base/text.hpp"
#include "crypto/digest.hpp"

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

Options off() {
  Options options = Bench::quiet();
  options.probe = ProbePolicy::off;
  return options;
}

std::string header_of(const WebhookPost& post, std::string_view name) {
  return std::string(find_header(post.headers, name).value_or(""));
}

} // namespace

// rows: L2 L3 L5 L6 E4 tool.generate_deposit_address code.INVALID_AMOUNT
TEST_CASE("a deposit waits until it is confirmed") {
  Bench bench;
  const Outcome asked =
      bench.rest("POST", "/api/v1/ledger/deposit", bench.user,
                 object({{"amount", "25.00"}, {"currency", "USD"}, {"payment_method", "crypto"}}));
  CHECK(asked.status == 201);
  CHECK(asked.body.at_path("data.status").text() == "pending");
  const std::string id = asked.body.at_path("data.transaction_id").text();
  const auto deposits = [&] {
    return bench.rest("GET", "/api/v1/ledger/transactions?type=deposit&limit=5&offset=0", bench.user)
        .body["data"];
  };
  CHECK(deposits().items()[0]["status"].text() == "pending");
  CHECK(bench.total("available") == "1000.00");
  CHECK(bench.rest("POST", "/__emulator/agrenting/deposits/" + id + "/confirm", "").status == 200);
  CHECK(bench.rest("POST", "/__emulator/agrenting/deposits/" + id + "/confirm", "").status == 409);
  CHECK(bench.total("available") == "1025.00");
  CHECK(deposits().items()[0]["status"].text() == "completed");

  const std::string hirer = "/mcp/hirer/messages/" + bench.open(k_hirer_stream, bench.user);
  const std::string address =
      bench.tool(hirer, bench.user, "generate_deposit_address", json::Value::object())["address"].text();
  const std::string confirm = "/__emulator/agrenting/deposits/" + address + "/confirm";
  CHECK(code_in(bench.rest("POST", confirm, "")) == "INVALID_AMOUNT");
  CHECK(bench.rest("POST", confirm, "", object({{"amount", "5"}})).status == 200);
  CHECK(bench.total("available") == "1030.00");

  const Outcome intent =
      bench.rest("POST", "/api/v1/payments/create-intent", bench.user,
                 object({{"amount", "5.00"}, {"currency", "USDT"}, {"payment_type", "crypto"}}));
  CHECK_FALSE(intent.body.at_path("data.address").text().empty());
  for (const char* amount : {"0", "-1", "0.000000001", "much"})
    CHECK(code_in(bench.rest("POST", "/api/v1/ledger/deposit", bench.user, object({{"amount", amount}}))) ==
          "INVALID_AMOUNT");
  const json::Value coins =
      bench.rest("GET", "/api/v1/payments/nowpayments/currencies", bench.alice).body.at_path("data");
  CHECK(coins["supported_currencies"].items()[0].text() == "USDT");
  CHECK(bench.rest("GET", "/api/v1/payments/balance", bench.user).body.at_path("data.available").text() ==
        "1030.00");
  CHECK(bench.books_balance());
}

// rows: L4 L6
TEST_CASE("money goes out to the caller's own address, as far as there is some") {
  Bench bench;
  const json::Value addresses = bench.rest("GET", "/api/v1/withdrawal-addresses", bench.user).body["data"];
  const std::string own = addresses.items().at(0)["id"].text();
  const auto withdraw = [&](std::string_view amount, const std::string& address) {
    return bench.rest("POST", "/api/v1/ledger/withdraw", bench.user,
                      object({{"amount", amount}, {"currency", "USD"}, {"withdrawal_address_id", address}}));
  };
  CHECK(code_in(withdraw("1.00", "another")) == "VALIDATION_ERROR");
  CHECK(code_in(withdraw("1000.01", own)) == "INSUFFICIENT_BALANCE");
  const Outcome gone = withdraw("400.00", own);
  CHECK(gone.body.at_path("data.status").text() == "processing");
  CHECK(bench.total("available") == "600.00");
  CHECK(bench.rest("POST", "/api/v1/ledger/withdraw", bench.read_only, object({{"amount", "1"}})).status ==
        403);
  CHECK(bench.books_balance());
}

// rows: W1 W2 W3 webhook.event
TEST_CASE("a subscriber is sent its events, signed") {
  Bench bench(off());
  const Outcome made =
      bench.rest("POST", "/api/v1/webhooks", bench.user,
                 object({{"callback_url", "http://127.0.0.1:9/events"},
                         {"event_types", json::Value::array({"task.created", "task.completed"})}}));
  CHECK(made.status == 201);
  const std::string id = made.body.at_path("data.id").text();
  const std::string secret = made.body.at_path("data.secret_key").text();
  CHECK(bench
            .rest("POST", "/api/v1/webhooks", bench.alice,
                  object({{"url", "http://127.0.0.1:9/agent"},
                          {"events", json::Value::array({"task.in_progress"})},
                          {"secret", "mine"}}))
            .status == 201);
  const Outcome hired = bench.rest("POST", k_hire_alice, bench.user, task());
  const std::string hiring = hired.body.at_path("data.id").text();
  bench.pass(1ms);
  bench.rest("POST", "/api/v1/hirings/" + hiring + "/result", bench.alice, object({{"output", "done"}}));
  REQUIRE(bench.webhooks.size() == 3);
  const std::vector<std::string_view> expected = {"task.created", "task.in_progress", "task.completed"};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const WebhookPost& post = bench.webhooks[i];
    CHECK(header_of(post, "X-Webhook-Event") == expected[i]);
    CHECK(header_of(post, "X-Webhook-Task-Id") == hiring);
    CHECK(json::parse(post.body).value()["task_id"].text() == hiring);
    const std::string key = expected[i] == "task.in_progress" ? "mine" : secret;
    CHECK(header_of(post, "X-Webhook-Signature") == base64(crypto::hmac_sha256(key, post.body)));
  }
  CHECK(json::parse(bench.webhooks[2].body).value()["output"].text() == "done");
  bench.report(WebhookAnswered{bench.webhooks[0].id, 200});
  const json::Value list = bench.rest("GET", "/api/v1/webhooks", bench.user).body["data"];
  REQUIRE(list.items().size() == 1);
  CHECK_FALSE(list.items()[0]["last_delivery_at"].is_null());
  CHECK(list.items()[0]["secret_key"].is_null());

  CHECK(bench.rest("DELETE", "/api/v1/webhooks/" + id, bench.alice).status == 404);
  const Outcome gone = bench.rest("DELETE", "/api/v1/webhooks/" + id, bench.user);
  CHECK(gone.status == 200);
  CHECK(gone.body.has("data"));
  CHECK(bench.rest("GET", "/api/v1/webhooks", bench.user).body["data"].items().empty());
}

// rows: W1 webhook.local
TEST_CASE("which addresses may be called back") {
  Bench bench;
  const auto subscribe = [&](std::string_view url) {
    return bench
        .rest("POST", "/api/v1/webhooks", bench.user,
              object({{"callback_url", url}, {"event_types", json::Value::array({"task.created"})}}))
        .status;
  };
  CHECK(subscribe("http://127.0.0.1:9/x") == 201);
  CHECK(subscribe("no address") == 422);
  CHECK(bench
            .rest("POST", "/api/v1/webhooks", bench.user,
                  object({{"callback_url", "http://127.0.0.1:9/x"},
                          {"event_types", json::Value::array({"tea.ready"})}}))
            .status == 422);
  bench.rest("PATCH", "/__emulator/agrenting/settings", "", object({{"public_callbacks", true}}));
  CHECK(subscribe("http://127.0.0.1:9/x") == 422);
  CHECK(subscribe("http://example.com/x") == 422);
  CHECK(subscribe("https://example.com/x") == 201);
  CHECK(bench
            .rest("PATCH", "/api/v1/agents/" + bench.alice_id, bench.alice,
                  object({{"metadata", object({{"callback_url", "http://127.0.0.1:9/x"}})}}))
            .status == 422);
}

// rows: rate.agent rate.money rate.login rate.headers
TEST_CASE("each kind of request has its share") {
  Options options;
  options.probe = ProbePolicy::off;
  Bench bench(options);
  const auto times = [&](int count, auto&& request) {
    for (int i = 0; i < count; ++i)
      REQUIRE(request().status != 429);
    return request();
  };
  SUBCASE("financial") {
    const Outcome limited = times(20, [&] {
      return bench.rest("POST", "/api/v1/ledger/deposit", bench.user, object({{"amount", "1"}}));
    });
    CHECK(limited.status == 429);
    CHECK(limited.response.header("x-ratelimit-limit") == "20");
    CHECK(bench.rest("GET", "/api/v1/ledger/balance", bench.user).status == 200);
  }
  SUBCASE("withdrawals, by the hour") {
    const Outcome limited = times(10, [&] {
      return bench.rest("POST", "/api/v1/ledger/withdraw", bench.user, object({{"amount", "1"}}));
    });
    // Those were refused, and refused requests do not count.
    CHECK(limited.status == 422);
  }
  SUBCASE("logins are locked for five minutes") {
    const auto log_in = [&] { return bench.rest("POST", "/api/v1/auth/authenticate", bench.alice); };
    CHECK(times(10, log_in).response.header("retry-after") == "300");
    bench.pass(299s);
    CHECK(log_in().status == 429);
    bench.pass(1s);
    CHECK(log_in().status == 200);
  }
  SUBCASE("agents by their reputation, where asked for") {
    const auto poll = [&] { return bench.rest("GET", "/api/v1/hirings/pending", bench.alice); };
    CHECK_FALSE(poll().response.header("x-ratelimit-limit"));
    bench.rest("PATCH", "/__emulator/agrenting/settings", "", object({{"agent_limits", true}}));
    CHECK(times(200, poll).response.header("x-ratelimit-limit") == "200");
  }
}
