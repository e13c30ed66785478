// SPDX-License-Identifier: MIT
#include "net/client.hpp"
#include "net/server.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>

using namespace agr;
using net::Responder;
using net::ServerRequest;

namespace {

/// Runs the loop until the answer is there.
Result<net::IncomingAnswer> ask(net::Loop& loop, const net::OutgoingRequest& request) {
  std::optional<Result<net::IncomingAnswer>> answer;
  net::send(loop, request, [&](Result<net::IncomingAnswer> result) {
    CHECK_FALSE(answer);
    answer = std::move(result);
    loop.post([&] { loop.stop(); });
  });
  CHECK_FALSE(answer);
  loop.run();
  return std::move(*answer);
}

struct Peer {
  net::Loop loop = {};
  Result<net::Server> server;
  explicit Peer(net::Server::Handler handler)
      : server(net::Server::listen(loop, "127.0.0.1", 0, std::move(handler))) {
    REQUIRE(server);
  }
  [[nodiscard]] std::string url(const std::string& path) const { return server->url() + path; }
};

} // namespace

TEST_CASE("a request arrives as it was described, and so does the answer") {
  Peer peer([](const ServerRequest& request, Responder responder) {
    responder.reply(202, {{"X-Seen", std::string(request.header("X-Signature"))}},
                    request.method + " " + request.target + " " + request.body);
  });
  const auto answer =
      ask(peer.loop, {.method = "POST",
                      .url = peer.url("/hook?a=b"),
                      .headers = {{"X-Signature", "sha256=00"}, {"Content-Type", "application/json"}},
                      .body = "{}"});
  REQUIRE(answer);
  CHECK(answer->status == 202);
  CHECK(answer->body == "POST /hook?a=b {}");
  CHECK(net::find_header(answer->headers, "x-seen") == "sha256=00");
}

TEST_CASE("a HEAD does not wait for a body, and redirects are not followed") {
  Peer peer([](const ServerRequest& request, Responder responder) {
    responder.reply(request.target == "/moved" ? 302 : 200, {{"Location", "/elsewhere"}}, "a body");
  });
  CHECK(ask(peer.loop, {.method = "HEAD", .url = peer.url("/")})->status == 200);
  CHECK(ask(peer.loop, {.method = "GET", .url = peer.url("/moved")})->status == 302);
}

TEST_CASE("everything that can go wrong is an error of its kind") {
  std::optional<Responder> never; // the answer that does not come
  Peer peer([&](const ServerRequest& request, Responder responder) {
    if (request.target == "/never") {
      never.emplace(std::move(responder));
    } else if (request.target == "/large") {
      responder.reply(200, {}, std::string(5000, 'x'));
    } else {
      responder.raw(request.target == "/garbage" ? "what?\r\n\r\n" : "");
    }
  });
  struct Case {
    std::string url;
    Kind kind;
  };
  for (const auto& [url, kind] :
       {Case{peer.url("/never"), Kind::unavailable}, Case{peer.url("/closed"), Kind::unavailable},
        Case{peer.url("/garbage"), Kind::protocol}, Case{peer.url("/large"), Kind::protocol},
        Case{"http://127.0.0.1:1/", Kind::unavailable}, Case{"https://127.0.0.1/", Kind::usage},
        Case{"no address", Kind::usage}}) {
    CAPTURE(url);
    const auto answer = ask(peer.loop, {.url = url, .budget = Millis(50), .answer_bytes = 1000});
    REQUIRE_FALSE(answer);
    CHECK(answer.error().kind == kind);
    CHECK_FALSE(answer.error().message.empty());
  }
  never.reset(); // before its loop goes
}
