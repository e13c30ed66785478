// SPDX-License-Identifier: MIT
#include "http/curl.hpp"
#include "unit/http/served.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace agr;
using namespace agr::http;

namespace {

/// Tells what arrived, or misbehaves as the path says.
void handle(net::ServerRequest request, net::Responder responder) {
  if (request.target == "/cut")
    return responder.raw("");
  if (request.target == "/garbage")
    return responder.raw("not http at all\r\n\r\n");
  if (request.target == "/short")
    return responder.raw("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
  if (request.target == "/huge")
    return responder.reply(200, {}, std::string(std::size_t{9} << 20, 'x'));
  if (request.target == "/headers")
    return responder.raw("HTTP/1.1 200 OK\r\nX: " + std::string(70'000, 'x') + "\r\n\r\n");
  if (request.target == "/moved")
    return responder.reply(302, {{"Location", "/elsewhere"}}, "");
  if (request.target == "/early")
    return responder.raw(
        "HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\nHTTP/1.1 201 Created\r\nX-Late: 2\r\nContent-Length: "
        "2\r\n\r\nok");
  std::string text = request.method + " " + request.target + "\n";
  for (const std::string name : {"user-agent", "accept", "content-type", "expect", "x-api-key", "x-empty"})
    text += name + "=" + std::string(request.header(name)) + "\n";
  responder.reply(request.target == "/refused" ? 422 : 200, {{"X-Answer", " a b "}}, text + request.body);
}

Result<Response> send(const Served& server, Request request) {
  static const auto transport = make_curl_transport({});
  request.url = server.url() + request.url;
  if (request.credential)
    request.credential->origin = server.url();
  return transport->exchange(request);
}

} // namespace

TEST_CASE("a request arrives as it was meant, and so does its answer") {
  const Served server(handle);
  struct {
    Request request;
    std::string body;
  } const table[] = {
      {{.url = "/a?b=c"},
       "GET /a?b=c\nuser-agent=agr/" AGR_VERSION
       "\naccept=application/json\ncontent-type=\nexpect=\nx-api-key=\nx-empty=\n"},
      {{.method = "POST", .url = "/p", .body = std::string("{\"a\":\0}", 7), .repeat = Repeat::never},
       "POST /p\nuser-agent=agr/" AGR_VERSION
       "\naccept=application/json\ncontent-type=application/json\nexpect=\n"
       "x-api-key=\nx-empty=\n" +
           std::string("{\"a\":\0}", 7)},
      {{.method = "POST", .url = "/p", .repeat = Repeat::never},
       "POST /p\nuser-agent=agr/" AGR_VERSION
       "\naccept=application/json\ncontent-type=\nexpect=\nx-api-key=\nx-empty=\n"},
      {{.method = "DELETE", .url = "/d", .repeat = Repeat::never},
       "DELETE /d\nuser-agent=agr/" AGR_VERSION
       "\naccept=application/json\ncontent-type=\nexpect=\nx-api-key=\n"
       "x-empty=\n"},
      {{.url = "/k", .credential = Credential{"X-API-Key", "", Secret("ak_1"), ""}},
       "GET /k\nuser-agent=agr/" AGR_VERSION
       "\naccept=application/json\ncontent-type=\nexpect=\nx-api-key=ak_1\n"
       "x-empty=\n"},
      {{.method = "HEAD", .url = "/h"}, ""},
  };
  for (const auto& row : table) {
    CAPTURE(row.request.method);
    const auto answer = send(server, row.request);
    REQUIRE(answer);
    CHECK(answer->status == 200);
    CHECK(answer->header("x-answer") == "a b");
    CHECK(answer->body == row.body);
  }
}

TEST_CASE("a large body goes out without asking first") {
  const Served server(handle);
  const auto answer = send(
      server, {.method = "POST", .url = "/p", .body = std::string(3'000'000, 'x'), .repeat = Repeat::never});
  REQUIRE(answer);
  CHECK(answer->body.find("expect=\n") != std::string::npos);
  CHECK(answer->body.size() > 3'000'000);
}

TEST_CASE("redirects are not followed down here, interim answers are skipped") {
  const Served server(handle);
  CHECK(send(server, {.url = "/moved"})->status == 302);
  CHECK(send(server, {.url = "/moved"})->header("Location") == "/elsewhere");
  const auto late = send(server, {.url = "/early"});
  REQUIRE(late);
  CHECK(late->status == 201);
  CHECK(late->header("X-Early").empty());
  CHECK(late->header("X-Late") == "2");
}

TEST_CASE("a broken exchange says whether something may have happened") {
  const Served server(handle);
  struct {
    std::string method;
    std::string path;
    Kind kind;
  } const table[] = {
      {"GET", "/cut", Kind::unavailable},        {"POST", "/cut", Kind::outcome_unknown},
      {"GET", "/short", Kind::unavailable},      {"POST", "/short", Kind::outcome_unknown},
      {"DELETE", "/cut", Kind::outcome_unknown}, {"GET", "/garbage", Kind::unavailable},
      {"GET", "/huge", Kind::protocol},          {"GET", "/headers", Kind::protocol},
  };
  for (const auto& row : table) {
    CAPTURE(row.method);
    CAPTURE(row.path);
    const auto answer = send(server, {.method = row.method, .url = row.path, .repeat = Repeat::never});
    REQUIRE_FALSE(answer);
    CHECK(answer.error().kind == row.kind);
  }
}

TEST_CASE("where nobody listens nothing was sent, and the error says where") {
  const std::string url = deserted_url();
  const auto answer = make_curl_transport({})->exchange(
      {.method = "POST", .url = url + "/x?token=s3cret", .repeat = Repeat::never});
  REQUIRE_FALSE(answer);
  CHECK(answer.error().kind == Kind::unavailable);
  CHECK(answer.error().message.find(url.substr(7)) != std::string::npos);
  CHECK(answer.error().message.find("s3cret") == std::string::npos);
  CHECK_FALSE(answer.error().hint.empty());
}

TEST_CASE("other protocols and foreign origins are refused before anything is sent") {
  const auto transport = make_curl_transport({});
  CHECK(transport->exchange({.url = "file:///etc/passwd"}).error().kind == Kind::usage);
  CHECK(transport
            ->exchange({.url = deserted_url(),
                        .credential = Credential{"X-API-Key", "", Secret("k"), "https://a.example"}})
            .error()
            .kind == Kind::config);
}

TEST_CASE("a sink gets the body of a 2xx, and only of that") {
  const Served server(handle);
  std::string got;
  Request request{.url = "/huge"};
  request.sink = [&got](std::string_view piece) {
    got += piece;
    return Result<void>{};
  };
  const auto answer = send(server, request);
  REQUIRE(answer);
  CHECK(answer->body.empty());
  CHECK(got.size() == std::size_t{9} << 20);

  got.clear();
  request.url = "/refused";
  const auto refused = send(server, request);
  REQUIRE(refused);
  CHECK(got.empty());
  CHECK_FALSE(refused->body.empty());

  request.url = "/huge";
  request.sink = [](std::string_view) { return Result<void>(fail({Kind::internal, "disk full"})); };
  CHECK(send(server, request).error().message == "disk full");
}

TEST_CASE("a wrong trust file is an error with a next step") {
  const Served server(handle); // plain http: the handshake cannot succeed either way
  const auto transport = make_curl_transport({.file = "/nonexistent.pem", .folder = {}});
  const auto answer = transport->exchange({.url = "https" + server.url().substr(4)});
  REQUIRE_FALSE(answer);
  CHECK(answer.error().message.find("127.0.0.1") != std::string::npos);
}
