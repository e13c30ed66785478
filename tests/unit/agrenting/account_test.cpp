// SPDX-License-Identifier: MIT
#include "agrenting/account.hpp"
#include "agrenting/decode.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace agr;
using namespace agr::agrenting;

namespace {

const Endpoint k_user{"http://127.0.0.1:1", bearer(Secret("ap_key"), "http://127.0.0.1:1")};

std::string line(const http::Request& request) {
  const std::string text = request.method + " " + request.url.substr(request.url.find("/api/v1") + 7);
  return request.body.empty() ? text : text + " " + request.body;
}

json::Value parsed(std::string_view text) {
  return *json::parse(text);
}

} // namespace

TEST_CASE("each operation of an account is one exact request") {
  const std::vector<Claim> claims{{"a1", Secret("k+/=")}};
  const std::vector<std::string> events{"task.completed"};
  const std::pair<http::Request, std::string_view> cases[] = {
      {list_capabilities(k_user), "GET /capabilities"},
      {assign_agents(k_user, claims),
       R"(POST /agents/assign {"agents":[{"agent_id":"a1","api_key":"k+/="}]})"},
      {rotate_key(k_user), "POST /auth/rotate-key {}"},
      {deposit(k_user, {Decimal::from_cents(5000), "USD"}, "k"),
       R"(POST /ledger/deposit {"amount":"50.00","currency":"USD","payment_method":"crypto"})"},
      {withdrawal_addresses(k_user), "GET /withdrawal-addresses"},
      {withdraw(k_user, withdraw_body(Decimal::from_cents(2500), "USD", "w/1"), "k"),
       R"(POST /ledger/withdraw {"amount":"25.00","currency":"USD","withdrawal_address_id":"w/1"})"},
      {list_webhooks(k_user), "GET /webhooks"},
      {add_webhook(k_user, "https://e.com/h", events),
       R"(POST /webhooks {"callback_url":"https://e.com/h","event_types":["task.completed"]})"},
      {remove_webhook(k_user, "../x"), "DELETE /webhooks/..%2Fx"},
      {list_tokens(k_user), "GET /user/tokens"},
      {create_token(k_user, {"ci", {"hirings:read"}, Decimal::from_cents(0), std::chrono::hours(1)}),
       R"(POST /user/tokens {"name":"ci","scopes":["hirings:read"],"expires_in":3600,"max_price_per_hire":"0.00"})"},
      {create_token(k_user, {"ci", {"a"}, {}, {}}), R"(POST /user/tokens {"name":"ci","scopes":["a"]})"},
      {revoke_token(k_user, "t1"), "DELETE /user/tokens/t1"},
      {set_linear_state(k_user, "h1", "In Progress"),
       R"(POST /hirings/h1/linear_state {"state_name":"In Progress"})"},
      {comment_in_linear(k_user, "h1", "green"), R"(POST /hirings/h1/linear_comment {"body":"green"})"},
  };
  for (const auto& [request, expected] : cases)
    CHECK(line(request) == expected);
}

TEST_CASE("only what has a key is repeated") {
  const json::Value body = withdraw_body(Decimal::from_cents(1), "USD", "w");
  CHECK(withdraw(k_user, body, "k").repeat == http::Repeat::keyed);
  CHECK(withdraw(k_user, body, "k").header("X-Idempotency-Key") == "k");
  CHECK(withdraw(k_user, body, "").repeat == http::Repeat::never);
  for (const http::Request& request :
       {rotate_key(k_user), create_token(k_user, {}), add_webhook(k_user, "u", {}),
        remove_webhook(k_user, "w"), revoke_token(k_user, "t"), assign_agents(k_user, {})})
    CHECK(request.repeat == http::Repeat::never);
}

TEST_CASE("presets hold the documented scopes") {
  CHECK(scopes_of_preset("claude-code").size() == 10);
  const auto monitor = scopes_of_preset("monitor");
  CHECK(std::vector<std::string_view>(monitor.begin(), monitor.end()) ==
        std::vector<std::string_view>{"agents:discover", "agents:read", "hirings:read", "balance:read"});
  CHECK(std::ranges::find(monitor, "hire:create") == monitor.end());
  CHECK(scopes_of_preset("root").empty());
}

TEST_CASE("what is shown once is taken out of whatever it came in") {
  struct Case {
    Result<Issued> (*read)(const json::Value&);
    const char* body;
    const char* secret;
  };
  for (const Case& c : {Case{read_webhook, R"({"data":{"id":"w","secret_key":"s"}})", "s"},
                        Case{read_webhook, R"({"data":{"webhook":{"id":"w","secret":"s"}}})", "s"},
                        Case{read_token, R"({"data":{"id":"t","token":"ap_1"}})", "ap_1"},
                        Case{read_token, R"({"data":{"token":{"name":"x"},"api_key":"ap_2"}})", "ap_2"},
                        Case{read_new_key, R"({"data":{"api_key":"k+/="}})", "k+/="},
                        Case{read_new_key, R"({"new_api_key":"k"})", "k"}}) {
    CAPTURE(c.body);
    const auto issued = c.read(parsed(c.body));
    REQUIRE(issued);
    CHECK(issued->secret.reveal() == c.secret);
    CHECK(json::write(issued->object).find(c.secret) == std::string::npos);
  }
  for (auto* read : {read_webhook, read_token, read_new_key})
    CHECK(read(parsed(R"({"data":{"id":"x"}})")).error().kind == Kind::outcome_unknown);
}
