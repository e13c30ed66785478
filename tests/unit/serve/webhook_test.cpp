// SPDX-License-Identifier: MIT
#include "base/text.hpp"
#include "crypto/digest.hpp"
#include "serve/webhook.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>

using namespace agr;
using namespace agr::serve;

namespace {

const std::string k_secret = "key/with+signs=";
const std::string k_body =
    R"({"hiring_id":"h1","agent_id":"A1","task":{"description":"x"},"customer_id":"c1",)"
    R"("worker_matrix_id":"@w:host","callback":"https://elsewhere.example/steal"})";

WebhookAgent alice() {
  return {.id = "a1", .secrets = {.shown = Secret(k_secret)}};
}

net::ServerRequest post(net::Headers headers, std::string body = k_body) {
  headers.push_back({"Content-Type", "application/json; charset=utf-8"});
  return {"POST", "/hooks/alice", std::move(headers), std::move(body)};
}

net::ServerRequest believed(std::string body) {
  return post({{"Authorization", "ApiKey " + k_secret}}, std::move(body));
}

/// 200 for a hiring that is taken up.
int status_of(const WebhookVerdict& verdict) {
  const auto* answer = std::get_if<WebhookAnswer>(&verdict);
  return answer == nullptr ? 200 : answer->status;
}

std::string signature(const std::string& key, const std::string& body = k_body) {
  return base64(crypto::hmac_sha256(key, body));
}

} // namespace

TEST_CASE("where a request goes") {
  using Kind = WebhookPath::Kind;
  struct Case {
    const char* target;
    Kind kind;
    const char* agent;
  };
  for (const auto& c :
       {Case{"/health", Kind::health, ""}, Case{"/health?x=1", Kind::health, ""},
        Case{"/", Kind::only_agent, ""}, Case{"/webhook/agrenting/hiring", Kind::only_agent, ""},
        Case{"/hooks/alice", Kind::agent, "alice"}, Case{"/hooks/alice?x=/hooks/bob", Kind::agent, "alice"},
        Case{"/hooks/did%3Aexample%3Aalice", Kind::agent, "did:example:alice"},
        Case{"/hooks/a%2Fb", Kind::agent, "a/b"}, Case{"/hooks/alice/", Kind::agent, "alice/"},
        Case{"/hooks/", Kind::nowhere, ""}, Case{"/hooks/%zz", Kind::nowhere, ""},
        Case{"/hooks", Kind::nowhere, ""}, Case{"", Kind::nowhere, ""}, Case{"*", Kind::nowhere, ""},
        Case{"/Hooks/alice", Kind::nowhere, ""}, Case{"/x/../hooks/alice", Kind::nowhere, ""}}) {
    CAPTURE(c.target);
    const auto path = webhook_path_of(c.target);
    CHECK(path.kind == c.kind);
    CHECK(path.agent == c.agent);
  }
  for (const char* name : {"alice", "did:example:alice", "Ä ö/%"})
    CHECK(webhook_path_of(webhook_path_to(name)).agent == name);
}

TEST_CASE("who is believed") {
  struct Case {
    const char* what;
    net::Headers headers;
    int status;
  };
  const auto right = signature(k_secret);
  for (const auto& c : {
           Case{"nothing", {}, 401},
           Case{"as documented", {{"Authorization", "ApiKey " + k_secret}}, 200},
           Case{"a bearer", {{"authorization", "bearer  " + k_secret}}, 200},
           Case{"bare", {{"Authorization", k_secret}}, 200},
           Case{"a header of the operator's choice", {{"X-Hermes-Key", k_secret}}, 200},
           Case{"another key", {{"Authorization", "ApiKey " + k_secret + "x"}}, 401},
           Case{"the key's beginning", {{"Authorization", "ApiKey " + k_secret.substr(1)}}, 401},
           Case{"an empty key", {{"Authorization", "ApiKey "}}, 401},
           Case{"the key in another case", {{"Authorization", "ApiKey KEY/WITH+SIGNS="}}, 401},
           Case{"a signature", {{"X-Webhook-Signature", right}}, 200},
           Case{"in hex", {{"X-Webhook-Signature", hex(crypto::hmac_sha256(k_secret, k_body))}}, 200},
           Case{"in hex with a prefix",
                {{"x-webhook-signature", "sha256=" + hex(crypto::hmac_sha256(k_secret, k_body))}},
                200},
           Case{"of another body", {{"X-Webhook-Signature", signature(k_secret, k_body + " ")}}, 401},
           Case{"by another key", {{"X-Webhook-Signature", signature("other")}}, 401},
           Case{"by no key", {{"X-Webhook-Signature", signature("")}}, 401},
           Case{"cut", {{"X-Webhook-Signature", right.substr(0, 40)}}, 401},
           Case{"empty", {{"X-Webhook-Signature", ""}}, 401},
           Case{"no base64", {{"X-Webhook-Signature", "%%%"}}, 401},
       }) {
    CAPTURE(c.what);
    CHECK(status_of(judge_webhook(post(c.headers), alice())) == c.status);
  }
}

TEST_CASE("every secret that is set must be proven, and without one nobody is believed") {
  struct Case {
    const char* shown;
    const char* signing;
    net::Headers headers;
    int status;
  };
  const net::Header shown{"X-Key", "one"};
  const net::Header by_one{"X-Webhook-Signature", signature("one")};
  const net::Header by_two{"X-Webhook-Signature", signature("two")};
  for (const auto& c :
       {Case{"", "", {}, 401}, Case{"", "", {{"Authorization", ""}}, 401},
        Case{"", "", {{"X-Webhook-Signature", signature("")}}, 401}, Case{"", "two", {by_two}, 200},
        Case{"", "two", {by_one}, 401}, Case{"", "two", {{"Authorization", "two"}}, 401},
        Case{"one", "two", {shown, by_two}, 200}, Case{"one", "two", {shown}, 401},
        Case{"one", "two", {by_two}, 401}, Case{"one", "two", {shown, by_one}, 401},
        Case{"one", "", {by_one}, 200}, Case{"one", "", {shown, by_two}, 200}}) {
    CAPTURE(c.shown);
    CAPTURE(c.signing);
    const WebhookAgent agent{.secrets = {Secret(c.shown), Secret(c.signing)}};
    CHECK(status_of(judge_webhook(post(c.headers), agent)) == c.status);
  }
}

TEST_CASE("what a body may say") {
  struct Case {
    std::string body;
    int status;
  };
  const std::string nul = std::string("h") + '\0' + "1";
  for (const auto& c : {
           Case{k_body, 200},
           Case{R"({"hiring_id":"h1"})", 200},
           Case{R"({"id":"h1"})", 200},
           Case{R"({"hiring_id":"h1","agent_id":"a1"})", 200},
           Case{R"({"hiring_id":"h1","agent_id":"a2"})", 422},
           Case{R"({"challenge":"prove it"})", 422},
           Case{R"({"hiring_id":""})", 422},
           Case{R"({"hiring_id":null})", 422},
           Case{R"({"hiring_id":["h1"]})", 422},
           Case{R"({"hiring_id":"../../etc"})", 422},
           Case{R"({"hiring_id":"h\u00001"})", 422},
           Case{R"({"hiring_id":")" + std::string(65, 'a') + R"("})", 422},
           Case{"[]", 422},
           Case{"\"h1\"", 422},
           Case{"", 400},
           Case{"{", 400},
           Case{R"({"hiring_id":"h1"} x)", 400},
           Case{R"({"hiring_id":")" + nul + R"("})", 400},
           Case{"\xff\xfe", 400},
           Case{std::string(100'000, '['), 400},
       }) {
    CAPTURE(c.body.substr(0, 60));
    CHECK(status_of(judge_webhook(believed(c.body), alice())) == c.status);
  }
}

TEST_CASE("of a believed body the id is taken, and what only a webhook says") {
  const auto verdict = judge_webhook(believed(k_body), alice());
  const auto* dispatched = std::get_if<Dispatched>(&verdict);
  REQUIRE(dispatched != nullptr);
  CHECK(dispatched->hiring_id == "h1");
  CHECK(json::write(dispatched->extras) == R"({"worker_matrix_id":"@w:host","customer_id":"c1"})");
}

TEST_CASE("methods and types") {
  const auto asked = [](const std::string& method, net::Headers headers) {
    return status_of(judge_webhook({method, "/", std::move(headers), k_body}, alice()));
  };
  const net::Header key{"Authorization", k_secret};
  CHECK(asked("GET", {}) == 200);
  CHECK(asked("HEAD", {}) == 200);
  CHECK(asked("PUT", {key}) == 405);
  CHECK(asked("post", {key}) == 405);
  CHECK(asked("POST", {key}) == 200);
  CHECK(asked("POST", {key, {"Content-Type", "application/json"}}) == 200);
  CHECK(asked("POST", {key, {"Content-Type", "application/vnd.agrenting+JSON;v=1"}}) == 200);
  CHECK(asked("POST", {key, {"Content-Type", "text/plain"}}) == 415);
  CHECK(asked("POST", {key, {"Content-Type", "application/x-www-form-urlencoded"}}) == 415);
  // Who is not believed learns nothing else.
  CHECK(asked("POST", {{"Content-Type", "text/plain"}}) == 401);

  CHECK(webhook_health("HEAD").status == 200);
  CHECK(webhook_health("POST").status == 405);

  auto tired = alice();
  tired.is_alive = false;
  CHECK(status_of(judge_webhook({"HEAD", "/", {}, ""}, tired)) == 503);
}
