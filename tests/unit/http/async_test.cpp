// SPDX-License-Identifier: MIT
#include "http/async.hpp"
#include "net/server.hpp"
#include "support/scratch.hpp"

#include <doctest/doctest.h>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace agr;
using namespace agr::http;

namespace {

/// Client and server on one loop. What the server does with "/hold" waits in `held` until the test lets go.
struct World {
  net::Loop loop;
  std::vector<net::Responder> held;
  std::vector<net::Stream> streams;
  std::vector<std::string> seen;
  std::string last_body;
  Result<net::Server> server =
      net::Server::listen(loop, "127.0.0.1", 0, [this](net::ServerRequest request, net::Responder responder) {
        serve(request, std::move(responder));
      });
  std::optional<Async> async;

  explicit World(const LaneLimits& limits = {}) {
    REQUIRE(server);
    async.emplace(loop, Trust{}, limits);
  }

  void serve(const net::ServerRequest& request, net::Responder responder) {
    seen.push_back(request.method + " " + request.target);
    last_body = request.body;
    if (request.target == "/hold")
      held.push_back(std::move(responder));
    else if (request.target == "/stream")
      streams.push_back(responder.open_stream(200, {{"Content-Type", "text/event-stream"}}));
    else if (request.target == "/cut")
      responder.raw("");
    else if (request.target == "/refused")
      responder.reply(401, {}, "no");
    else
      responder.reply(200, {}, "body of " + request.target);
    if (after_request)
      after_request();
  }
  std::function<void()> after_request;

  Request to(std::string path, std::string method = "GET") {
    return {.method = std::move(method), .url = server->url() + path, .repeat = Repeat::never};
  }
  /// Runs until somebody stops the loop; a test that hangs is ended by the guard and fails.
  void run() {
    bool hung = false;
    const net::TimerId guard = loop.after(Millis{20'000}, [&] {
      hung = true;
      loop.stop();
    });
    loop.run();
    loop.cancel(guard);
    REQUIRE_FALSE(hung);
  }
};

/// What a stream told, in order.
struct Told {
  std::vector<std::string> events;
  StreamHandlers handlers(std::function<void(const std::string&)> after) {
    const auto note = [this, after = std::move(after)](const std::string& event) {
      events.push_back(event);
      after(event);
    };
    return {[note](const Response& head) { note("open " + std::to_string(head.status) + " " + head.body); },
            [note](std::string_view bytes) { note("bytes " + std::string(bytes)); },
            [note](const Result<void>& how) { note(how ? "end" : "broken: " + how.error().message); }};
  }
};

} // namespace

TEST_CASE("requests are answered, handlers run from the loop") {
  World world;
  std::map<std::string, std::string> answers;
  for (const std::string path : {"/a", "/b", "/c"})
    world.async->send(world.to(path), [&, path](const Result<Response>& answer) {
      REQUIRE(answer);
      answers[path] = answer->body;
      if (answers.size() == 3)
        world.loop.stop();
    });
  CHECK(answers.empty());
  world.run();
  CHECK(answers["/b"] == "body of /b");
}

TEST_CASE("errors come the same way, those found before sending too") {
  World world;
  struct {
    Request request;
    Kind kind;
  } const table[] = {
      {{.url = "ftp://x/"}, Kind::usage},
      {{.url = world.server->url(),
        .credential = Credential{"X-API-Key", "", Secret("k"), "https://a.example"}},
       Kind::config},
      {world.to("/cut"), Kind::unavailable},
      {world.to("/cut", "POST"), Kind::outcome_unknown},
  };
  for (const auto& row : table) {
    std::optional<Kind> kind;
    world.async->send(row.request, [&](const Result<Response>& answer) {
      kind = answer ? std::nullopt : std::optional(answer.error().kind);
      world.loop.stop();
    });
    CHECK_FALSE(kind);
    world.run();
    CHECK(kind == row.kind);
  }
}

TEST_CASE("a body may be a file, of any size and read while it is sent") {
  const test::Scratch scratch;
  for (const std::size_t size : {0U, 1U, 65'536U, 700'001U}) {
    CAPTURE(size);
    World world;
    std::string bytes(size, '\0');
    for (std::size_t i = 0; i < size; ++i)
      bytes[i] = static_cast<char>(i % 251);
    auto request = world.to("/a", "POST");
    request.body_file = scratch.write("body", bytes);
    bool answered = false;
    world.async->send(std::move(request), [&](const Result<Response>& answer) {
      answered = answer && answer->status == 200;
      world.loop.stop();
    });
    world.run();
    CHECK(answered);
    CHECK(world.seen == std::vector<std::string>{"POST /a"});
    CHECK(world.last_body == bytes);
  }
}

TEST_CASE("a file that cannot be read is sent by nobody") {
  World world;
  auto request = world.to("/a", "POST");
  request.body_file = "/nowhere/body";
  std::optional<Kind> kind;
  world.async->send(std::move(request), [&](const Result<Response>& answer) {
    kind = answer ? std::nullopt : std::optional(answer.error().kind);
    world.loop.stop();
  });
  world.run();
  CHECK(kind == Kind::internal);
  CHECK(world.last_body.empty());
}

TEST_CASE("a full normal lane does not hold up an urgent request") {
  World world({.normal = 2, .urgent = 1});
  int normal = 0;
  for (int i = 0; i < 5; ++i)
    world.async->send(world.to("/hold"), [&](const Result<Response>&) {
      if (++normal == 5)
        world.loop.stop();
    });
  std::string pong;
  bool saturated = false;
  world.after_request = [&] {
    if (world.held.size() == 2 && std::exchange(saturated, true) == false)
      world.async->send(
          world.to("/pong", "POST"),
          [&](const Result<Response>& answer) {
            pong = answer->body;
            world.loop.stop();
          },
          Lane::urgent);
  };
  world.run();
  CHECK(pong == "body of /pong");
  CHECK(normal == 0);
  CHECK(world.held.size() == 2); // the limit holds, the rest waits

  world.after_request = nullptr;
  const std::function<void()> let_go = [&] {
    for (net::Responder& responder : std::exchange(world.held, {}))
      responder.reply(200, {}, "");
    world.loop.after(Millis{1}, let_go);
  };
  world.loop.post(let_go);
  world.run();
  CHECK(normal == 5);
}

TEST_CASE("a stream tells its head, its bytes and its end") {
  World world;
  Told told;
  world.async->open(world.to("/stream"), told.handlers([&](const std::string& event) {
    if (event == "open 200 ")
      world.streams.at(0).send("data: 1\n\n");
    else if (event.starts_with("bytes"))
      world.streams.at(0).close();
    else
      world.loop.stop();
  }));
  world.run();
  CHECK(told.events == std::vector<std::string>{"open 200 ", "bytes data: 1\n\n", "end"});
}

TEST_CASE("a stream that is refused tells why, one that cannot begin tells that") {
  World world;
  SUBCASE("refused") {
    Told told;
    world.async->open(world.to("/refused"), told.handlers([&](const std::string& event) {
      if (event == "end")
        world.loop.stop();
    }));
    world.run();
    CHECK(told.events == std::vector<std::string>{"open 401 no", "end"});
  }
  SUBCASE("no head in time") {
    Told told;
    Request request = world.to("/hold");
    request.timeout = Millis{20};
    world.async->open(request, told.handlers([&](const std::string&) { world.loop.stop(); }));
    world.run();
    REQUIRE(told.events.size() == 1);
    CHECK(told.events[0].find("did not begin") != std::string::npos);
  }
  SUBCASE("bad address") {
    Told told;
    world.async->open({.url = "nowhere"}, told.handlers([&](const std::string&) { world.loop.stop(); }));
    world.run();
    CHECK(told.events.size() == 1);
  }
  SUBCASE("cut before the head") {
    Told told;
    world.async->open(world.to("/cut"), told.handlers([&](const std::string&) { world.loop.stop(); }));
    world.run();
    REQUIRE(told.events.size() == 1);
    CHECK(told.events[0].starts_with("broken"));
  }
}

TEST_CASE("what is cancelled is not heard of again") {
  World world;
  Told told;
  const RequestId queued =
      world.async->send(world.to("/a"), [](const Result<Response>&) { FAIL("cancelled"); });
  world.async->cancel(queued);
  const RequestId held =
      world.async->send(world.to("/hold"), [](const Result<Response>&) { FAIL("cancelled"); });
  StreamId stream{};
  stream = world.async->open(world.to("/stream"), told.handlers([&](const std::string&) {
    world.async->cancel(stream); // from inside its own handler
    world.streams.at(0).send("data: 1\n\n");
    world.async->cancel(held);
    world.async->send(world.to("/b"), [&](const Result<Response>&) { world.loop.stop(); });
  }));
  world.run();
  CHECK(told.events == std::vector<std::string>{"open 200 "});
}

TEST_CASE("it may be destroyed from inside a handler") {
  World world;
  Told told;
  world.async->send(world.to("/hold"), [](const Result<Response>&) { FAIL("destroyed"); });
  world.async->open(world.to("/stream"), told.handlers([&](const std::string&) {
    world.async.reset();
    world.loop.post([&] { world.loop.stop(); });
  }));
  world.run();
  CHECK(told.events.size() == 1);
}

TEST_CASE("connections are used again") {
  World world;
  int left = 20;
  std::function<void()> next = [&] {
    world.async->send(world.to("/x"), [&](const Result<Response>& answer) {
      CHECK(answer);
      if (--left == 0)
        world.loop.stop();
      else
        next();
    });
  };
  next();
  world.run();
  CHECK(world.seen.size() == 20);
}
