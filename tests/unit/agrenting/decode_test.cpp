// SPDX-License-Identifier: MIT
#include "agrenting/decode.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace agr;
using namespace agr::agrenting;

namespace {

json::Value doc(std::string_view text) {
  return *json::parse(text);
}

Hiring hiring(std::string_view text) {
  return *read_hiring(doc(text));
}

} // namespace

TEST_CASE("a hiring is found in every wrapping the service uses") {
  const std::string_view shapes[] = {
      R"({"data":{"id":"h1","status":"queued"},"meta":{"version":"1.0"},"errors":[]})",
      R"({"data":{"hiring":{"id":"h1","status":"queued"},"config":{"agentDid":"did:x:y","hiringId":"h1"}}})",
      R"({"data":{"hiring":{"status":"queued"},"hiring_id":"h1"}})",
      R"({"data":{"hiring":{"status":"queued"},"config":{"hiringId":"h1"}}})",
      R"({"hiring":{"id":"h1","status":"queued"}})",
      R"({"id":"h1","status":"queued"})",
      R"({"hiring_id":"h1","status":"queued","final":false})",
      R"({"data":{"hiring_id":"h1","status":"queued"}})",
  };
  for (const auto shape : shapes) {
    CAPTURE(shape);
    CHECK(hiring(shape).id == "h1");
    CHECK(hiring(shape).status == "queued");
  }
}

TEST_CASE("an answer without a hiring is an error, never an empty hiring") {
  for (const auto shape : {R"({})", R"([])", R"(null)", R"("h1")", R"({"data":null})", R"({"data":[]})",
                           R"({"data":{"hiring":{}}})", R"({"data":{"id":null}})", R"({"data":{"id":{}}})"}) {
    CAPTURE(shape);
    const auto read = read_hiring(doc(shape));
    REQUIRE_FALSE(read);
    CHECK(read.error().kind == Kind::protocol);
  }
}

TEST_CASE("members of a hiring go by more than one name") {
  const Hiring a = hiring(R"({"id":"h","capability_requested":"c","inserted_at":"2026-01-15T12:00:00Z",
    "price":"2.00","agent_did":"did:a:b","agent_name":"Alice","task_description":"do","callback":"u",
    "delivery_mode":"push","repo_url":"r","last_messages":[{"id":"m"}]})");
  const Hiring b = hiring(R"({"hiring_id":"h","capability":"c","created_at":"2026-01-15T13:00:00+01:00",
    "price":2.00,"agent":{"id":"a1","did":"did:a:b","name":"Alice"},"task":{"description":"do"},
    "callback_url":"u","task_input":{"delivery_mode":"push","repo_url":"r"},"messages":[{"id":"m"}]})");
  for (const Hiring& one : {a, b}) {
    CHECK(one.id == "h");
    CHECK(one.capability == "c");
    CHECK(one.created_at == parse_rfc3339("2026-01-15T12:00:00Z"));
    CHECK(one.price->money() == "2.00");
    CHECK(one.agent_did == "did:a:b");
    CHECK(one.agent_name == "Alice");
    CHECK(one.task == "do");
    CHECK(one.callback == "u");
    CHECK(one.delivery_mode == "push");
    CHECK(one.repo_url == "r");
    CHECK(one.messages.size() == 1);
  }
  CHECK(b.agent_id == "a1");
}

TEST_CASE("the top level delivery mode wins over the one in the task's input") {
  CHECK(
      hiring(R"({"id":"h","delivery_mode":"output","task_input":{"delivery_mode":"push"}})").delivery_mode ==
      "output");
}

TEST_CASE("unknown members are kept") {
  CHECK(hiring(R"({"data":{"id":"h","dispatch_id":"d7","nested":{"x":[1]}}})").raw["dispatch_id"].text() ==
        "d7");
}

TEST_CASE("a repository token is moved out of everything that may be shown or kept") {
  const std::string_view shapes[] = {
      R"({"id":"h","repo_access_token":"ghp_secret"})",
      R"({"id":"h","task_input":{"repo_access_token":"ghp_secret","repo_url":"r"}})",
      R"({"id":"h","repo_access_token":"ghp_secret","task_input":{"a":[{"repo_access_token":"other_secret"}]}})",
      R"({"id":"h","repo_access_token":"ghp_secret","repo_access_token":"second_secret"})",
  };
  for (const auto shape : shapes) {
    CAPTURE(shape);
    const Hiring read = hiring(shape);
    CHECK(read.repo_access_token.reveal() == "ghp_secret");
    CHECK(json::write(read.raw).find("secret") == std::string::npos);
    CHECK(json::write(read.task_input).find("secret") == std::string::npos);
  }
}

TEST_CASE("lists come bare, in data, or under their own name") {
  const std::string_view shapes[] = {
      R"([{"id":"a"},{"id":"b"}])",
      R"({"data":[{"id":"a"},{"id":"b"}]})",
      R"({"data":{"hirings":[{"id":"a"},{"hiring_id":"b"}],"total":2,"page":1,"per_page":20,"total_pages":1}})",
      R"({"hirings":[{"id":"a"},{"id":"b"}]})",
      R"({"data":[{"id":"a"},7,null,{"status":"queued"},{"id":"b"}]})",
  };
  for (const auto shape : shapes) {
    CAPTURE(shape);
    const auto page = read_hirings(doc(shape));
    REQUIRE(page);
    REQUIRE(page->items.size() == 2);
    CHECK(page->items[1].id == "b");
    CHECK_FALSE(page->has_more);
  }
  CHECK_FALSE(read_hirings(doc(R"({"data":{"id":"a"}})")));
  CHECK_FALSE(read_hirings(doc(R"({"data":null})")));
}

TEST_CASE("all three styles of paging are understood") {
  const auto cursor = *read_agents(doc(
      R"({"data":[],"meta":{"pagination":{"total_count":41,"cursor":"eyJvZmZzZXQiOjIwfQ","has_more":true}}})"));
  CHECK(cursor.total == 41);
  CHECK(cursor.cursor == "eyJvZmZzZXQiOjIwfQ");
  CHECK(cursor.has_more);
  const auto numbered =
      *read_hirings(doc(R"({"data":{"hirings":[],"total":41,"page":1,"per_page":20,"total_pages":3}})"));
  CHECK(numbered.total == 41);
  CHECK(numbered.has_more);
  const auto last = *read_hirings(doc(R"({"data":{"hirings":[],"total":"41","page":3,"total_pages":3}})"));
  CHECK_FALSE(last.has_more);
  CHECK_FALSE(read_transactions(doc(R"({"data":[]})"))->has_more);
}

TEST_CASE("an agent is read from both kinds of listing") {
  const Agent detail =
      *read_agent(doc(R"({"data":{"id":"a1","did":"did:e:alice","name":"Alice","base_price":"2.00",
    "capabilities":["summarizing",7],"reputation_score":"4.50","availability_status":"busy","status":"active"}})"));
  CHECK(detail.did == "did:e:alice");
  CHECK(detail.price->money() == "2.00");
  CHECK(detail.capabilities == std::vector<std::string>{"summarizing", "7"});
  CHECK(detail.reputation == "4.50");
  CHECK(detail.availability == "busy");
  const Agent found = *read_agent(doc(
      R"({"data":{"agent":{"did":"did:e:alice","price_per_task":2.5,"reputation":4.5,"availability":"available"}}})"));
  CHECK(found.price->money() == "2.50");
  CHECK(found.reputation == "4.5");
  CHECK(found.availability == "available");
  CHECK_FALSE(read_agent(doc(R"({"data":{"name":"nobody"}})")));
}

TEST_CASE("a registration's key is found wherever it is put, and nowhere else afterwards") {
  const std::string_view shapes[] = {
      R"({"data":{"id":"a1","api_key":"k+/==","name":"x"}})",
      R"({"agent":{"id":"a1","api_key":"k+/=="}})",
      R"({"data":{"agent":{"id":"a1"},"api_key":"k+/=="}})",
      R"({"data":{"id":"a1","api_key":"k+/==","agent":{"id":"a1","api_key":"k+/=="}}})",
      R"({"data":{"id":"a1","agent":{"name":"x","api_key":"k+/=="}}})",
  };
  for (const auto shape : shapes) {
    CAPTURE(shape);
    const auto registration = read_registration(doc(shape));
    REQUIRE(registration);
    CHECK(registration->api_key.reveal() == "k+/==");
    CHECK(registration->agent.id == "a1");
    CHECK(json::write(registration->agent.raw).find("k+/==") == std::string::npos);
  }
  CHECK_FALSE(read_registration(doc(R"({"data":{"id":"a1"}})")));
}

TEST_CASE("a session token has two names") {
  CHECK(read_session(doc(R"({"data":{"session_token":"s","token":"t","expires_at":"2026-01-15T12:00:00Z"}})"))
            ->token.reveal() == "s");
  const auto older = read_session(doc(R"({"data":{"token":"t","agent":{"id":"a"}}})"));
  CHECK(older->token.reveal() == "t");
  CHECK_FALSE(older->expires_at);
  CHECK_FALSE(read_session(doc(R"({"data":{}})")));
}

TEST_CASE("money may come as a text or as a number") {
  const Balance balance =
      *read_balance(doc(R"({"data":{"available":"990.00","held":10,"total":1000.5,"currency":"USD"}})"));
  CHECK(balance.available->money() == "990.00");
  CHECK(balance.escrow->money() == "10.00");
  CHECK(balance.total->money() == "1000.50");
  CHECK_FALSE(read_balance(doc(R"({"data":{"available":"lots"}})")));
}

TEST_CASE("the words of an output are found") {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {R"("done")", "done"},
      {R"({"text":"done"})", "done"},
      {R"({"summary":"done","files_changed":[]})", "done"},
      {R"({"summary":"later","result":"done"})", "done"},
      {R"({"content":[{"type":"text","text":"do"},{"type":"text","text":"ne"}]})", "done"},
      {R"(null)", ""},
      {R"(42)", "42"},
      {R"({"answer":42})", "{\n  \"answer\": 42\n}"},
  };
  for (const auto& [output, words] : cases) {
    CAPTURE(output);
    CHECK(text_of_output(doc(output)) == words);
  }
}
