// SPDX-License-Identifier: MIT
#include "http/client.hpp"
#include "http/prepare.hpp"
#include "http/trace.hpp"
#include "http/trust.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <map>
#include <string>
#include <vector>

using namespace agr;
using namespace agr::http;

namespace {

/// Answers from a script and remembers what it was asked.
struct Scripted final : Transport {
  std::deque<Result<Response>> answers;
  std::vector<Request> asked;
  Result<Response> exchange(const Request& request) override {
    asked.push_back(request);
    REQUIRE_FALSE(answers.empty());
    Result<Response> answer = std::move(answers.front());
    answers.pop_front();
    if (request.sink && answer && answer->ok())
      CHECK(request.sink(answer->body));
    return answer;
  }
};

struct StoppedClock final : Clock {
  Millis slept{0};
  [[nodiscard]] Time now() const override { return Time{}; }
  [[nodiscard]] Millis steady() const override { return slept; }
  void sleep(Millis duration) override { slept += duration; }
};

struct World {
  Scripted transport;
  StoppedClock clock;
  SeededRandom random{1};
  Result<Response> send(Request request, Policy policy = {}) {
    return Client(transport, clock, random, std::move(policy)).send(std::move(request));
  }
};

Credential key_for(std::string origin) {
  return {"X-API-Key", "", Secret("ap_topsecretvalue"), std::move(origin)};
}

} // namespace

TEST_CASE("a key goes to its origin and nowhere else") {
  struct {
    std::string url;
    std::string origin;
    bool goes;
  } const table[] = {
      {"https://market.example/a", "https://market.example", true},
      {"https://market.example:443/a", "https://market.example", true},
      {"https://MARKET.example/a", "https://market.example/", true},
      {"http://127.0.0.1:8080/a", "http://127.0.0.1:8080", true},
      {"http://localhost:8080/a", "http://localhost:8080", true},
      {"http://[::1]:8080/a", "http://[::1]:8080", true},
      {"http://market.example/a", "http://market.example", false},
      {"https://market.example/a", "https://other.example", false},
      {"https://market.example:8443/a", "https://market.example", false},
      {"http://127.0.0.1:8081/a", "http://127.0.0.1:8080", false},
      {"http://127.0.0.1.evil.example/a", "http://127.0.0.1.evil.example", false},
      {"https://market.example.evil.example/a", "https://market.example", false},
      {"https://market.example/a", "", false},
  };
  for (const auto& row : table) {
    CAPTURE(row.url);
    World world;
    world.transport.answers.push_back(Response{.status = 200});
    const auto answer = world.send({.url = row.url, .credential = key_for(row.origin)});
    CHECK(answer.has_value() == row.goes);
    CHECK(world.transport.asked.size() == (row.goes ? 1U : 0U));
    if (!row.goes) {
      CHECK(answer.error().kind == Kind::config);
      CHECK((answer.error().message + answer.error().hint).find("topsecret") == std::string::npos);
    }
  }
}

TEST_CASE("every request says who we are and what we take") {
  const auto plain = prepare({.url = "https://a.example/"});
  REQUIRE(plain);
  CHECK(plain->header("user-agent") == "agr/" AGR_VERSION);
  CHECK(plain->header("accept") == "application/json");
  CHECK(plain->header("content-type").empty());
  const auto chosen = prepare({.method = "POST",
                               .url = "https://a.example/",
                               .headers = {{"accept", "text/event-stream"}},
                               .body = "{}"});
  REQUIRE(chosen);
  CHECK(chosen->header("Accept") == "text/event-stream");
  CHECK(chosen->header("Content-Type") == "application/json");
  CHECK(prepare(*chosen)->headers.size() == chosen->headers.size());
}

TEST_CASE("no line break gets into a header") {
  for (const std::string& value : {std::string("a\r\nX: 1"), std::string("a\n"), std::string("a\0b", 3)})
    CHECK_FALSE(prepare({.url = "https://a.example/", .headers = {{"X", value}}}));
  CHECK_FALSE(prepare({.url = "https://a.example/", .headers = {{"X\r\nY", "1"}}}));
  Credential credential = key_for("https://a.example");
  credential.secret = Secret("a\r\nX: 1");
  CHECK_FALSE(prepare({.url = "https://a.example/", .credential = credential}));
}

TEST_CASE("a passing failure is repeated with pauses, and the last outcome stands") {
  World world;
  world.transport.answers = {fail({Kind::unavailable, "refused"}), Response{.status = 503},
                             Response{.status = 200}};
  std::vector<std::string> notices;
  const auto answer = world.send({.url = "https://a.example/"},
                                 {.notice = [&](std::string_view line) { notices.emplace_back(line); }});
  REQUIRE(answer);
  CHECK(answer->status == 200);
  CHECK(notices.size() == 2);
  CHECK(world.clock.slept >= Millis{750});

  world.transport.answers = {Response{.status = 429, .headers = {{"Retry-After", "90"}}}};
  CHECK(world.send({.url = "https://a.example/"})->status == 429);
}

TEST_CASE("a change without a key is sent once") {
  World world;
  world.transport.answers = {fail({Kind::outcome_unknown, "torn"})};
  const auto answer = world.send({.method = "POST", .url = "https://a.example/", .repeat = Repeat::never});
  REQUIRE_FALSE(answer);
  CHECK(answer.error().kind == Kind::outcome_unknown);
  CHECK(world.clock.slept == Millis{0});
}

TEST_CASE("redirects keep the key at home") {
  World world;
  world.transport.answers = {Response{.status = 308, .headers = {{"Location", "/b"}}},
                             Response{.status = 302, .headers = {{"Location", "https://evil.example/"}}}};
  const auto answer = world.send({.url = "https://a.example/a", .credential = key_for("https://a.example")});
  REQUIRE_FALSE(answer);
  CHECK(answer.error().kind == Kind::protocol);
  REQUIRE(world.transport.asked.size() == 2);
  CHECK(world.transport.asked[1].url == "https://a.example/b");
}

TEST_CASE("a pass of the body to a sink is not repeated") {
  World world;
  std::string got;
  world.transport.answers = {Response{.status = 200, .body = "part"}};
  Request request{.url = "https://a.example/"};
  request.sink = [&got](std::string_view piece) {
    got += piece;
    return Result<void>{};
  };
  CHECK(world.send(request));
  CHECK(got == "part");
}

TEST_CASE("the trace shows everything but secrets") {
  Redactor redactor;
  redactor.add(Secret("hunter2hunter2"));
  Request request{
      .method = "POST",
      .url = "https://a.example/x?y=1",
      .headers = {{"Accept", "application/json"}, {"Cookie", "session=abcdef"}, {"X-Note", "hunter2hunter2"}},
      .body =
          R"({"name":"n","apiKey":"zzzzzzzz","nested":[{"repo_access_token":"yyyyyyyy","secret_key":"yyyyyyyy"}]})"};
  request.credential = key_for("https://a.example");
  const std::string out = trace_request(request, redactor);
  CHECK(out.find("> POST https://a.example/x?y=1\n") == 0);
  CHECK(out.find("> Accept: application/json\n") != std::string::npos);
  CHECK(out.find("> X-API-Key: [redacted]\n") != std::string::npos);
  CHECK(out.find(R"("name":"n")") != std::string::npos);
  for (const std::string secret : {"topsecret", "abcdef", "hunter2", "zzzz", "yyyy"})
    CHECK(out.find(secret) == std::string::npos);

  const std::string in = trace_response({.status = 201,
                                         .headers = {{"Set-Cookie", "s=abcdef"}},
                                         .body = "\x1b[31m token ap_0123456789abcdef0123456789"},
                                        {});
  CHECK(in.find("< HTTP 201\n< Set-Cookie: [redacted]\n") == 0);
  CHECK(in.find("\\x1b[31m token") != std::string::npos);
  CHECK(in.find("0123456789") == std::string::npos);
}

TEST_CASE("trust comes from one place") {
  using Variables = std::map<std::string, std::string>;
  struct {
    Variables set;
    bool hashed;
    Trust trust;
  } const table[] = {
      {{}, true, {"", "/etc/ssl/certs"}},
      {{}, false, {"", ""}},
      {{{"SSL_CERT_FILE", "/f"}}, true, {"/f", ""}},
      {{{"SSL_CERT_FILE", ""}}, true, {"", "/etc/ssl/certs"}},
      {{{"SSL_CERT_FILE", "/f"}, {"CURL_CA_BUNDLE", "/b"}}, true, {"/b", ""}},
      {{{"SSL_CERT_DIR", "/d"}}, true, {"", "/d"}},
      {{{"SSL_CERT_DIR", "/d"}, {"SSL_CERT_FILE", "/f"}}, true, {"/f", ""}},
  };
  for (const auto& row : table) {
    const auto lookup = [&row](const char* name) -> std::optional<std::string> {
      const auto found = row.set.find(name);
      return found == row.set.end() ? std::nullopt : std::optional(found->second);
    };
    CHECK(find_trust(lookup, [&row](const std::string&) { return row.hashed; }) == row.trust);
  }
}

TEST_CASE("an answer says where it came from, and a redirect is handed back to who asks for it") {
  World world;
  Request request{.method = "POST", .url = "https://market.example/a", .body = "{}", .repeat = Repeat::never};
  request.credential = key_for("https://market.example");
  const Response moved{.status = 308, .headers = {{"Location", "https://www.market.example/a"}}};

  request.follow = Follow::www_pair;
  world.transport.answers = {moved, Response{.status = 201}};
  const auto there = world.send(request);
  REQUIRE(there);
  CHECK(there->url == "https://www.market.example/a");
  CHECK(world.transport.asked.back().method == "POST");
  CHECK(world.transport.asked.back().body == "{}");
  CHECK(world.transport.asked.back().credential->origin == "https://www.market.example");

  request.follow = Follow::hand_back;
  world.transport.answers = {moved};
  const auto handed = world.send(request);
  REQUIRE(handed);
  CHECK(handed->status == 308);
  CHECK(handed->url.empty());
}
