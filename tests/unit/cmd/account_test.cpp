// SPDX-License-Identifier: MIT
#include "run.hpp"

#include <doctest/doctest.h>

#include <filesystem>

using namespace agr;
using test::Ran;
using test::Runner;

namespace {

constexpr const char* k_alice =
    R"({"data":{"id":"a1","did":"did:e:alice","metadata":{"worker_id":"w","callback_url":"https://old"}}})";
constexpr const char* k_withdraw = "POST /ledger/withdraw";
const std::vector<std::string> k_words{"withdraw", "25", "--to", "w1", "--yes"};

json::Value last_body(const Runner& runner) {
  return *json::parse(runner.market.seen.back().body);
}

/// A profile with one agent whose key is known.
struct Owner : Runner {
  Owner() {
    folder.write("config", "[profile.default.agrenting]\nurl = \"http://127.0.0.1:1\"\n"
                           "[[profile.default.agrenting.agents]]\nname = \"alice\"\ndid = \"did:e:alice\"\n"
                           "id = \"a1\"\napi_key = \"old+/=\"\nhandler = [\"/bin/true\"]\n");
    std::filesystem::permissions(folder.path("config"), std::filesystem::perms(0600));
    market.on("GET /agents/did%3Ae%3Aalice", 200, k_alice);
  }
};

} // namespace

TEST_CASE("an agent is changed by what was named, its metadata merged with what is there") {
  Owner one;
  one.market.on("PATCH /agents/a1", 200, k_alice);
  CHECK(one.run({"agents", "update", "did:e:alice", "--price", "3", "--capability", "a", "--capability", "b",
                 "--callback-url", "https://new"})
            .exit == 0);
  CHECK(
      json::write(last_body(one)) ==
      R"({"agent":{"base_price":"3.00","capabilities":["a","b"],"metadata":{"worker_id":"w","callback_url":"https://new"}}})");
  CHECK(one.run({"agents", "update", "did:e:alice", "--callback-url", ""}).exit == 0);
  CHECK(json::write(last_body(one)) == R"({"agent":{"metadata":{"worker_id":"w"}}})");
  CHECK(one.run({"agents", "status", "did:e:alice", "inactive", "--as", "alice"}).exit == 0);
  CHECK(json::write(last_body(one)) == R"({"agent":{"status":"inactive"}})");
  CHECK(one.market.seen.back().credential->header == "X-API-Key");
  CHECK(one.run({"agents", "update", "did:e:alice"}).exit == 64);
}

TEST_CASE("assigning sends each key once and counts what failed") {
  Owner one;
  one.market.on("POST /agents/assign", 200, R"({"data":{"assigned":[{"agent_id":"a1"}],"failed":[]}})");
  one.market.on("POST /agents/assign", 200,
                R"({"data":{"failed":[{"agent_id":"a1","message":"wrong key"}]}})");
  CHECK(one.run({"agents", "assign"}).exit == 0);
  CHECK(json::write(last_body(one)) == R"({"agents":[{"agent_id":"a1","api_key":"old+/="}]})");
  const Ran failed = one.run({"agents", "assign", "alice"});
  CHECK(failed.exit == 1);
  CHECK(failed.err.find("wrong key") != std::string::npos);
}

TEST_CASE("a rotated key is saved in place of the old one and never shown") {
  Owner one;
  one.market.on("POST /auth/authenticate", 200, R"({"data":{"session_token":"st"}})");
  one.market.on("POST /auth/rotate-key", 200, R"({"data":{"api_key":"new+/="}})");
  const Ran ran = one.run({"agents", "rotate-key", "--yes", "--verbose"});
  CHECK(ran.exit == 0);
  CHECK((ran.out + ran.err).find("new+/=") == std::string::npos);
  CHECK(one.market.seen.back().credential->secret.reveal() == "st");
  const std::string config = one.folder.read("config");
  CHECK(config.find("new+/=") != std::string::npos);
  CHECK(config.find("old+/=") == std::string::npos);
  CHECK(config.find("/bin/true") != std::string::npos);
  CHECK(one.run({"agents", "rotate-key"}).exit == 64); // nobody to ask
}

TEST_CASE("a withdrawal whose answer was lost goes on under its key") {
  Runner one;
  one.market.lose(k_withdraw);
  const Ran lost = one.run(k_words);
  CHECK(lost.exit == 7);
  const std::string key(one.market.seen.back().header("X-Idempotency-Key"));
  CHECK(lost.err.find(key) != std::string::npos);
  one.market.forget(k_withdraw);
  one.market.on(k_withdraw, 201, R"({"data":{"transaction_id":"t1","status":"processing"}})");
  const Ran again = one.run({"withdraw", "25.00", "--to", "w1", "--yes", "--json"});
  CHECK(again.exit == 0);
  CHECK(again.json()["idempotency_key"].text() == key);
  CHECK(last_body(one)["amount"].text() == "25.00");
  CHECK(one.run(k_words).exit == 0);
  CHECK(one.market.seen.back().header("X-Idempotency-Key") != key);
}

TEST_CASE("a refused withdrawal is done with, and bad ones are not sent") {
  Runner one;
  one.market.on(k_withdraw, 422, R"({"errors":[{"code":"INSUFFICIENT_BALANCE","message":"no"}]})");
  CHECK(one.run(k_words).exit == 10);
  const std::string key(one.market.seen.back().header("X-Idempotency-Key"));
  CHECK(one.run(k_words).exit == 10);
  CHECK(one.market.seen.back().header("X-Idempotency-Key") != key);
  one.market.asked.clear();
  for (const auto& words : {std::vector<std::string>{"withdraw", "0", "--to", "w"},
                            {"withdraw", "-1", "--to", "w"},
                            {"withdraw", "25"},
                            {"withdraw", "25", "--to", "w"}})
    CHECK(one.run(words).exit == 64);
  CHECK(one.market.asked.empty());
}

TEST_CASE("a new token goes into a private file, or is shown when there is none") {
  Runner one;
  one.market.on("POST /user/tokens", 201, R"({"data":{"id":"t1","token":"ap_secretsecretsecret"}})");
  const std::string file = one.folder.path("ci.token");
  const Ran saved = one.run({"tokens", "create", "--name", "ci", "--preset", "monitor", "--expires-in", "2h",
                             "-o", file, "--json"});
  CHECK(saved.exit == 0);
  CHECK((saved.out + saved.err).find("ap_secret") == std::string::npos);
  CHECK(one.folder.read("ci.token") == "ap_secretsecretsecret\n");
  CHECK(one.folder.mode("ci.token") == 0600);
  CHECK(last_body(one)["expires_in"].as_integer() == 7200);
  CHECK(last_body(one)["scopes"].items().size() == 4);
  const auto asked = one.market.asked.size();
  CHECK(one.run({"tokens", "create", "--name", "ci", "--preset", "monitor", "-o", file}).exit == 7);
  CHECK(one.run({"tokens", "create", "--name", "ci"}).exit == 64);
  CHECK(one.run({"tokens", "create", "--preset", "monitor"}).exit == 64);
  CHECK(one.market.asked.size() == asked);
  CHECK(one.run({"tokens", "create", "--name", "ci", "--scope", "x", "--json"}).json()["token"].text() ==
        "ap_secretsecretsecret");
}

TEST_CASE("a deposit address is a QR code on a terminal and nowhere else") {
  struct Case {
    bool at_terminal;
    std::vector<std::string> words;
    const char* answer;
    bool code;
  };
  const char* address =
      R"({"data":{"transaction_id":"t1","deposit_address":"TJRyWwFs9wTFGZg3JbrVriFbNfCug5tDeC"}})";
  const char* page = R"({"data":{"transaction_id":"t1","payment_url":"https://pay.example/t1"}})";
  const char* neither = R"({"data":{"transaction_id":"t1"}})";
  const char* hidden = R"({"data":{"deposit_address":"T\u202eJR"}})";
  for (const Case& c :
       {Case{true, {"deposit", "50"}, address, true}, Case{true, {"deposit", "50"}, page, true},
        Case{true, {"deposit", "50"}, neither, false}, Case{true, {"deposit", "50"}, hidden, false},
        Case{true, {"deposit", "50", "--json"}, address, false},
        Case{false, {"deposit", "50"}, address, false}}) {
    CAPTURE(c.answer);
    Owner one;
    one.at_terminal = c.at_terminal;
    one.market.on("POST /ledger/deposit", 200, c.answer);
    const Ran ran = one.run(c.words);
    CHECK(ran.exit == 0);
    CHECK((ran.out.find("▀") != std::string::npos) == c.code);
    CHECK((ran.out.find("\x1b[97;40m") != std::string::npos) == c.code);
  }
  Owner plain;
  plain.at_terminal = true;
  plain.environment.set("NO_COLOR", "1");
  plain.market.on("POST /ledger/deposit", 200, address);
  const Ran ran = plain.run({"deposit", "50"});
  CHECK(ran.out.find("▀") != std::string::npos);
  CHECK(ran.out.find('\x1b') == std::string::npos);
}

TEST_CASE("listed webhooks and tokens never show a secret") {
  Runner one;
  one.market.on("GET /webhooks", 200, R"({"data":[{"id":"w1","secret_key":"hush"}]})");
  one.market.on("GET /user/tokens", 200, R"({"data":[{"id":"t1","token":"hush"}]})");
  for (const char* what : {"webhooks", "tokens"})
    CHECK(one.run({what, "list", "--json"}).out.find("hush") == std::string::npos);
  one.market.on("DELETE /webhooks/w1", 200, R"({"data":null})");
  CHECK(one.run({"webhooks", "remove", "w1", "--yes"}).exit == 0);
  CHECK(one.run({"webhooks", "remove", "w2", "--yes"}).exit == 6);
  CHECK(one.run({"webhooks", "add", "not a url"}).exit == 64);
}

TEST_CASE("Linear is spoken to as the agent") {
  Owner one;
  one.market.on("POST /hirings/h1/linear_state", 200, R"({"data":{}})");
  CHECK(one.run({"linear", "state", "h1", "In Review"}).exit == 0);
  CHECK(one.market.seen.back().credential->header == "X-API-Key");
  one.market.on("POST /hirings/h1/linear_comment", 422, R"({"errors":[{"message":"no Linear here"}]})");
  CHECK(one.run({"linear", "comment", "h1", "-"}, "hello\n").exit == 1);
  CHECK(last_body(one)["body"].text() == "hello");
  CHECK(one.run({"linear", "comment", "h1", " "}).exit == 64);
}
