// SPDX-License-Identifier: MIT
#include "agrenting/api.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace agr;
using namespace agr::agrenting;

namespace {

const Endpoint k_user{"http://127.0.0.1:4012/", bearer(Secret("ap_key"), "http://127.0.0.1:4012")};
const Endpoint k_agent{"http://127.0.0.1:4012", agent_key(Secret("k+/="), "http://127.0.0.1:4012")};

/// Method, path and body of a request, as one line.
std::string line(const http::Request& request) {
  constexpr std::string_view k_prefix = "http://127.0.0.1:4012/api/v1";
  REQUIRE(request.url.starts_with(k_prefix));
  const std::string text = request.method + " " + request.url.substr(k_prefix.size());
  return request.body.empty() ? text : text + " " + request.body;
}

std::string header(const http::Request& request, std::string_view name) {
  for (const http::Header& one : request.headers)
    if (one.name == name)
      return one.value;
  return {};
}

HireRequest hire_alice() {
  HireRequest one;
  one.did = "did:example:alice";
  one.task = "sum up";
  one.capability = "summarizing";
  one.price = *Decimal::parse("2");
  return one;
}

} // namespace

TEST_CASE("each operation is one exact request") {
  AgentFilter filter;
  filter.capability = "code review";
  filter.max_price = *Decimal::parse("5");
  filter.limit = 20;
  const std::pair<http::Request, std::string_view> cases[] = {
      {discover_agents(k_user, {}), "GET /agents/discover"},
      {discover_agents(k_user, filter),
       "GET /agents/discover?capability=code%20review&max_price=5.00&limit=20"},
      {list_agents(k_user, filter), "GET /agents?capability=code%20review&max_price=5.00&limit=20"},
      {get_agent(k_user, "did:example:alice"), "GET /agents/did%3Aexample%3Aalice"},
      {patch_agent(k_agent, "a1", json::Value::object({{"status", "active"}})),
       R"(PATCH /agents/a1 {"agent":{"status":"active"}})"},
      {list_hirings(k_user, {}), "GET /hirings"},
      {list_hirings(k_user, {"queued", 50, 2}), "GET /hirings?status=queued&limit=50&page=2"},
      {get_hiring(k_user, "h1"), "GET /hirings/h1"},
      {pending_hirings(k_agent), "GET /hirings/pending"},
      {cancel_hiring(k_user, "h1"), "POST /hirings/h1/cancel {}"},
      {retry_hiring(k_user, "h1"), "POST /hirings/h1/retry {}"},
      {submit_result(k_agent, "h1", output_of_text("done")),
       R"(POST /hirings/h1/result {"output":{"text":"done"}})"},
      {report_failure(k_agent, "h1", "no luck"), R"(POST /hirings/h1/failure {"reason":"no luck"})"},
      {report_failure(k_agent, "h1", ""), "POST /hirings/h1/failure {}"},
      {list_artifacts(k_user, "h1", 100), "GET /hirings/h1/artifacts?limit=100"},
      {list_artifacts(k_user, "h1", 5, "x="), "GET /hirings/h1/artifacts?limit=5&cursor=x%3D"},
      {download_artifact(k_user, "f1"), "GET /artifacts/f1/download"},
      {list_messages(k_user, "h1"), "GET /hirings/h1/messages"},
      {send_message(k_user, "h1", "hello"), R"(POST /hirings/h1/messages {"content":"hello"})"},
      {get_balance(k_user), "GET /ledger/balance"},
      {list_transactions(k_user, 10, 20), "GET /ledger/transactions?limit=10&offset=20"},
      {authenticate(k_agent), "POST /auth/authenticate {}"},
  };
  for (const auto& [request, expected] : cases)
    CHECK(line(request) == expected);
}

TEST_CASE("ids and DIDs of strangers cannot leave their place in the path") {
  CHECK(line(get_hiring(k_user, "../balance?x=1#y")) == "GET /hirings/..%2Fbalance%3Fx%3D1%23y");
  CHECK(line(download_artifact(k_user, "a/b")) == "GET /artifacts/a%2Fb/download");
}

TEST_CASE("users and agents use different headers, bound to their origin") {
  const auto user = *get_balance(k_user).credential;
  CHECK(user.header == "Authorization");
  CHECK(user.prefix == "Bearer ");
  CHECK(user.origin == "http://127.0.0.1:4012");
  const auto agent = *pending_hirings(k_agent).credential;
  CHECK(agent.header == "X-API-Key");
  CHECK(agent.prefix.empty());
  CHECK(agent.secret.reveal() == "k+/=");
}

TEST_CASE("a hire carries its key in the body and in a header, and may be repeated") {
  HireRequest full = hire_alice();
  full.delivery_mode = "output";
  full.client_message = "thanks";
  full.task_input = json::Value::object({{"url", "u"}});
  full.deadline_at = parse_rfc3339("2026-01-15T12:00:00Z");
  const http::Request request = hire(k_user, full.did, hire_body(full, "key-1"));
  CHECK(
      line(request) ==
      R"(POST /agents/did%3Aexample%3Aalice/hire {"task_description":"sum up","capability_requested":"summarizing",)"
      R"("price":"2.00","delivery_mode":"output","client_message":"thanks","task_input":{"url":"u"},)"
      R"("deadline_at":"2026-01-15T12:00:00.000Z","client_idempotency_key":"key-1"})");
  CHECK(header(request, "X-Idempotency-Key") == "key-1");
  CHECK(header(request, "Content-Type") == "application/json");
  CHECK(request.repeat == http::Repeat::keyed);
}

TEST_CASE("what changes something without a key is never repeated") {
  CHECK(get_hiring(k_user, "h").repeat == http::Repeat::safe);
  CHECK(cancel_hiring(k_user, "h").repeat == http::Repeat::never);
  CHECK(retry_hiring(k_user, "h").repeat == http::Repeat::never);
  CHECK(register_agent(k_user, {}).repeat == http::Repeat::never);
  CHECK(submit_result(k_agent, "h", {}).repeat == http::Repeat::never);
  CHECK(submit_result(k_agent, "h", {}, "k").repeat == http::Repeat::keyed);
}

TEST_CASE("an agent is registered as its owner, or as nobody") {
  NewAgent agent;
  agent.name = "Alice";
  agent.capabilities = {"summarizing"};
  agent.base_price = *Decimal::parse("2.00");
  const std::string body =
      R"({"agent":{"name":"Alice","capabilities":["summarizing"],"pricing_model":"fixed","base_price":"2.00"}})";
  CHECK(line(register_agent(k_user, agent)) == "POST /agents " + body);
  agent.did = "did:example:alice";
  CHECK(
      line(register_agent({k_user.base, {}}, agent)) ==
      R"(POST /agents/register {"agent":{"name":"Alice","did":"did:example:alice","capabilities":["summarizing"],)"
      R"("pricing_model":"fixed","base_price":"2.00"}})");
}

TEST_CASE("files are uploaded as base64, texts as they are") {
  const NewArtifact artifacts[] = {
      {"a.bin", "file", std::string("\0\xff", 2)}, {"b.md", "markdown", "# hi"}, {"c.txt", "text", "\xff"}};
  CHECK(
      line(upload_artifacts(k_agent, "h1", artifacts)) ==
      R"(POST /hirings/h1/artifacts {"artifacts":[{"artifact_type":"file","name":"a.bin","content":"AP8="},)"
      R"({"artifact_type":"markdown","name":"b.md","content":"# hi"},)"
      R"({"artifact_type":"text","name":"c.txt","content":"/w=="}]})");
}

TEST_CASE("a hire is checked before anything is asked") {
  CHECK(check(hire_alice()));
  const std::string umlauts = [] {
    std::string text;
    for (int i = 0; i < 5000; ++i)
      text += "ü";
    return text;
  }();
  HireRequest longest = hire_alice();
  longest.task = umlauts;
  CHECK(check(longest));

  const auto refused = [](auto change) {
    HireRequest bad = hire_alice();
    change(bad);
    const auto result = check(bad);
    return !result && result.error().kind == Kind::usage;
  };
  CHECK(refused([](HireRequest& h) { h.did.clear(); }));
  CHECK(refused([](HireRequest& h) { h.task = " \n"; }));
  CHECK(refused([&](HireRequest& h) { h.task = umlauts + "x"; }));
  CHECK(refused([](HireRequest& h) { h.task = "\xff"; }));
  CHECK(refused([](HireRequest& h) { h.capability.clear(); }));
  CHECK(refused([](HireRequest& h) { h.price = -h.price; }));
  CHECK(refused([&](HireRequest& h) { h.client_message = umlauts + "x"; }));
  CHECK(refused([](HireRequest& h) { h.delivery_mode = "push"; }));
}

TEST_CASE("a key fits into a header") {
  CHECK(check_key("a"));
  CHECK(check_key(std::string(128, 'k')));
  CHECK(check_key("order-7:2026.01_a"));
  for (const auto& bad :
       {std::string(), std::string(129, 'k'), std::string("a b"), std::string("a\r\nX: y"), std::string("ü")})
    CHECK_FALSE(check_key(bad));
}

TEST_CASE("a message says something, and not too much") {
  CHECK(check_message("hello"));
  CHECK_FALSE(check_message(" \n"));
  CHECK_FALSE(check_message(std::string(5001, 'x')));
}
