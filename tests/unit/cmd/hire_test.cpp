// SPDX-License-Identifier: MIT
#include "run.hpp"

#include <doctest/doctest.h>

#include <filesystem>

using namespace agr;
using test::Ran;
using test::Runner;

namespace {

constexpr const char* k_agent = "GET /agents/did%3Ae%3Aalice";
constexpr const char* k_hire = "POST /agents/did%3Ae%3Aalice/hire";
constexpr const char* k_alice =
    R"({"data":{"id":"a1","did":"did:e:alice","base_price":"2.00","capabilities":["summarizing"]}})";

std::string hiring(const std::string& status) {
  return R"({"data":{"hiring":{"id":"h1","status":")" + status +
         R"(","price":"2.00"},"config":{"hiringId":"h1"}}})";
}

const std::vector<std::string> k_words{"hire", "did:e:alice", "sum", "up"};

std::vector<std::string> with(std::vector<std::string> words, std::initializer_list<std::string> more) {
  words.insert(words.end(), more);
  return words;
}

/// The bodies that went to the hire route, in order.
std::vector<std::string> hires(const Runner& runner) {
  std::vector<std::string> bodies;
  for (const http::Request& request : runner.market.seen)
    if (request.method == "POST" && request.url.ends_with("/hire"))
      bodies.push_back(request.body);
  return bodies;
}

std::string key_in(const std::string& body) {
  return json::parse(body)->at_path("client_idempotency_key").text();
}

struct HireMarket : Runner {
  HireMarket() {
    market.on(k_agent, 200, k_alice);
    market.on("GET /agents/discover", 200, R"({"data":[{"did":"did:e:alice"}]})");
  }
};

} // namespace

TEST_CASE("a hire takes price and capability from the agent and shows its key") {
  HireMarket one;
  one.market.on(k_hire, 201, hiring("queued"));
  const Ran text = one.run(k_words);
  CHECK(text.exit == 0);
  const json::Value body = *json::parse(hires(one).at(0));
  CHECK(body["task_description"].text() == "sum up");
  CHECK(body["price"].text() == "2.00");
  CHECK(body["capability_requested"].text() == "summarizing");
  const std::string key = body["client_idempotency_key"].text();
  CHECK(text.err.find(key) != std::string::npos);
  CHECK(one.market.seen.back().header("X-Idempotency-Key") == key);

  const Ran as_json = one.run(with(k_words, {"--json"}));
  CHECK(as_json.exit == 0);
  CHECK(as_json.err.empty());
  CHECK(as_json.json()["id"].text() == "h1");
  CHECK(as_json.json()["status"].text() == "queued");
  CHECK(as_json.json()["final"].as_bool() == false);
  CHECK(as_json.json()["idempotency_key"].text() == key_in(hires(one).at(1)));
}

TEST_CASE("what is named is not asked for") {
  HireMarket one;
  one.market.on(k_hire, 201, hiring("queued"));
  CHECK(one.run(with(k_words, {"--price", "3", "--capability", "x"})).exit == 0);
  CHECK(one.market.asked == std::vector<std::string>{k_hire});
  CHECK(json::parse(hires(one).at(0))->at_path("price").text() == "3.00");
}

TEST_CASE("after a lost answer the same command sends the same bytes, then a new hire begins") {
  HireMarket one;
  one.market.lose(k_hire);
  const Ran lost = one.run(k_words);
  CHECK(lost.exit == 7);
  const auto first = hires(one);
  REQUIRE(first.size() > 1); // repeated at once, under its key
  for (const std::string& body : first)
    CHECK(body == first.front());
  CHECK(lost.err.find(key_in(first.front())) != std::string::npos);

  // The agent has become dearer meanwhile: the repeat is still what was sent.
  one.market.forget(k_agent);
  one.market.forget(k_hire);
  one.market.on(k_agent, 200,
                R"({"data":{"id":"a1","did":"did:e:alice","base_price":"9.00","capabilities":["s"]}})");
  one.market.on(k_hire, 200, hiring("in_progress"));
  const Ran again = one.run(k_words);
  CHECK(again.exit == 0);
  CHECK(hires(one).back() == first.front());
  CHECK(again.err.find("Going on") != std::string::npos);

  CHECK(one.run(k_words).exit == 0);
  CHECK(key_in(hires(one).back()) != key_in(first.front()));
}

TEST_CASE("an open intent is only for the same words") {
  HireMarket one;
  one.market.lose(k_hire);
  CHECK(one.run(k_words).exit == 7);
  const std::string key = key_in(hires(one).back());
  for (const auto& other : {with(k_words, {"faster"}), with(k_words, {"--price", "3"}),
                            with(k_words, {"--message", "please"}), with(k_words, {"--deadline", "2h"})}) {
    CHECK(one.run(other).exit == 7);
    CHECK(key_in(hires(one).back()) != key);
  }
  CHECK(one.run(k_words).exit == 7);
  CHECK(key_in(hires(one).back()) == key);
}

TEST_CASE("a key of one's own is used instead of an open one") {
  HireMarket one;
  one.market.lose(k_hire);
  CHECK(one.run(k_words).exit == 7);
  CHECK(one.run(with(k_words, {"--key", "my-key"})).exit == 7);
  CHECK(key_in(hires(one).back()) == "my-key");
}

TEST_CASE("a definite refusal closes the intent") {
  HireMarket one;
  one.market.on(
      k_hire, 409,
      R"({"errors":[{"code":"AGENT_BUSY","message":"Agent is currently busy with another hiring"}]})");
  const Ran busy = one.run(k_words);
  CHECK(busy.exit == 7);
  CHECK(busy.err.find("agr agents list") != std::string::npos);
  CHECK(one.run(k_words).exit == 7);
  const auto bodies = hires(one);
  REQUIRE(bodies.size() == 2);
  CHECK(key_in(bodies[0]) != key_in(bodies[1]));
}

TEST_CASE("refusals have their exit codes, in text and JSON") {
  struct Case {
    int status;
    const char* body;
    int exit;
  };
  const Case cases[] = {
      {401, R"({"errors":{"message":"Missing or invalid authentication"}})", 4},
      {403, R"({"errors":[{"code":"FORBIDDEN","message":"Token missing required scope: hire:create"}]})", 5},
      {403,
       R"({"errors":[{"code":"FORBIDDEN","message":"Requested price $25.00 exceeds this token's)"
       R"( max_price_per_hire cap $10.00"}]})",
       10},
      {422,
       R"({"errors":[{"code":"INSUFFICIENT_BALANCE","message":"Insufficient balance: need $2.00, have $0.00"}]})",
       10},
      {404, R"({"errors":[{"code":"NOT_FOUND","message":"No agent found with did=did:e:alice"}]})", 6},
      {422, R"({"errors":[{"code":"VALIDATION_ERROR","message":"price must be positive"}]})", 1},
      {500, R"({"errors":[{"code":"INTERNAL_ERROR","message":"oops"}]})", 69},
      {201, "<html>", 69},
      {201, R"({"data":{}})", 69},
  };
  for (const Case& c : cases) {
    CAPTURE(c.body);
    HireMarket one;
    one.market.on(k_hire, c.status, c.body);
    CHECK(one.run(k_words).exit == c.exit);
    const Ran as_json = one.run(with(k_words, {"--json"}));
    CHECK(as_json.exit == c.exit);
    CHECK(as_json.out.empty());
    CHECK(json::parse(as_json.err)->at_path("code").as_integer() == c.exit);
  }
}

TEST_CASE("an unknown DID brings the one that was meant") {
  HireMarket one;
  const Ran ran = one.run({"hire", "did:e:alicf", "sum up"});
  CHECK(ran.exit == 6);
  CHECK(ran.err.find("did you mean did:e:alice?") != std::string::npos);
}

TEST_CASE("waiting ends with the hiring") {
  struct Case {
    const char* last;
    std::vector<std::string> words;
    int exit;
  };
  for (const Case& c : {Case{"completed", with(k_words, {"--wait", "--via", "rest", "--json"}), 0},
                        Case{"failed", with(k_words, {"--wait", "--via", "rest", "--json"}), 1},
                        Case{"cancelled", with(k_words, {"--wait", "--via", "rest", "--json"}), 1},
                        Case{"in_progress", with(k_words, {"--wait=60", "--via", "rest", "--json"}), 8}}) {
    CAPTURE(c.last);
    HireMarket one;
    one.market.on(k_hire, 201, hiring("queued"));
    one.market.on("GET /hirings/h1", 200, hiring("in_progress"));
    one.market.on("GET /hirings/h1", 503, "");
    one.market.on("GET /hirings/h1", 200, hiring(c.last));
    const Ran ran = one.run(c.words);
    CHECK(ran.exit == c.exit);
    CHECK(ran.json()["status"].text() == c.last);
    CHECK(ran.json()["final"].as_bool() == (c.exit != 8));
  }
}

TEST_CASE("when waiting breaks, the hiring is not lost from sight") {
  HireMarket one;
  one.market.on(k_hire, 201, hiring("queued"));
  one.market.on("GET /hirings/h1", 403,
                R"({"errors":[{"message":"Token missing required scope: hirings:read"}]})");
  const Ran ran = one.run(with(k_words, {"--wait", "--via", "rest"}));
  CHECK(ran.exit == 5);
  CHECK(ran.err.find("agr hirings wait h1") != std::string::npos);
}

TEST_CASE("nothing is sent and nothing written down with --dry-run or --read-only") {
  HireMarket one;
  const Ran dry = one.run(with(k_words, {"--dry-run"}));
  CHECK(dry.exit == 0);
  CHECK(dry.out.find("client_idempotency_key") != std::string::npos);
  CHECK(dry.out.find("ap_0123") == std::string::npos);
  CHECK(hires(one).empty());
  CHECK_FALSE(std::filesystem::exists(one.folder.path("state/intents.db")));

  one.market.asked.clear();
  CHECK(one.run(with(k_words, {"--read-only"})).exit == 5);
  CHECK(one.market.asked.empty());
}

TEST_CASE("bad input is found before anything is asked") {
  HireMarket one;
  for (const auto& words :
       {std::vector<std::string>{"hire", "did:e:alice"}, std::vector<std::string>{"hire", "did:e:alice", " "},
        std::vector<std::string>{"hire", "did:e:alice", std::string(5001, 'x')},
        with(k_words, {"--price", "cheap"}), with(k_words, {"--key", "a b"}), with(k_words, {"--key", ""}),
        with(k_words, {"--deadline", "yesterday"}), with(k_words, {"--deadline", "2001-01-01T00:00:00Z"}),
        with(k_words, {"--delivery-mode", "push"}), with(k_words, {"--delivery-mode", "pull"}),
        with(k_words, {"--input", "/nowhere"}), with(k_words, {"--wait=soon"})}) {
    CAPTURE(words.back());
    CHECK(one.run(words).exit == 64);
  }
  CHECK(one.run(with(k_words, {"--input", "-"}), "[1]").exit == 64);
  CHECK(one.market.asked.empty());
}

TEST_CASE("task and input may come from standard input and files") {
  HireMarket one;
  one.market.on(k_hire, 201, hiring("queued"));
  const std::string file = one.folder.write("input.json", R"({"url":"u"})");
  CHECK(one.run({"hire", "did:e:alice", "-", "--input", file}, "sum up\n").exit == 0);
  const json::Value body = *json::parse(hires(one).back());
  CHECK(body["task_description"].text() == "sum up");
  CHECK(body["task_input"]["url"].text() == "u");
}
