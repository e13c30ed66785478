// SPDX-License-Identifier: MIT
#include "net/server.hpp"
#include "unit/net/wire.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

using namespace agr;
using net::Responder;
using net::ServerRequest;
using test::Wire;

namespace {

/// A server whose loop runs on a thread of its own, so that the test can use plain blocking sockets.
class Live {
public:
  explicit Live(net::Server::Handler handler, const net::ServerLimits& limits = {})
      : m_server(net::Server::listen(m_loop, "127.0.0.1", 0, std::move(handler), limits)) {
    m_loop.on_exception([](std::string_view) {});
    REQUIRE(m_server);
    m_port = m_server->port();
    m_thread = std::thread([this] { m_loop.run(); });
  }
  Live(const Live&) = delete;
  Live& operator=(const Live&) = delete;
  ~Live() {
    m_loop.stop();
    m_thread.join();
  }

  [[nodiscard]] Wire connect() const { return Wire(m_port); }
  [[nodiscard]] std::string ask(const std::string& request) const {
    const Wire wire = connect();
    wire.send(request);
    return wire.read_to_end();
  }
  net::Loop& loop() { return m_loop; }

private:
  net::Loop m_loop;
  Result<net::Server> m_server;
  int m_port = 0;
  std::thread m_thread;
};

void echo(const ServerRequest& request, Responder responder) {
  responder.reply(200, {{"Content-Type", "text/plain"}},
                  request.method + " " + request.target + " " + request.body);
}

const std::string k_close = "Host: x\r\nConnection: close\r\n";

} // namespace

TEST_CASE("requests reach the handler whole, answers the caller") {
  const Live live(echo);
  struct Case {
    const char* what;
    std::string request;
    std::string body;
  };
  for (const auto& [what, request, body] :
       {Case{"no body", "GET /a?b=c%20d HTTP/1.1\r\n" + k_close + "\r\n", "GET /a?b=c%20d "},
        Case{"a length", "POST / HTTP/1.1\r\n" + k_close + "Content-Length: 5\r\n\r\nhello", "POST / hello"},
        Case{"chunks",
             "PUT / HTTP/1.1\r\n" + k_close +
                 "Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
             "PUT / hello"},
        Case{"bytes that are no text",
             "POST / HTTP/1.1\r\n" + k_close + "Content-Length: 3\r\n\r\n" + std::string("\0\xff\n", 3),
             "POST / " + std::string("\0\xff\n", 3)},
        Case{"a method nobody knows", "BREW /pot HTTP/1.1\r\n" + k_close + "\r\n", "BREW /pot "}}) {
    CAPTURE(what);
    CHECK(live.ask(request) == "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " +
                                   std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" + body);
  }
}

TEST_CASE("headers come as they were sent") {
  const Live live([](const ServerRequest& request, Responder responder) {
    responder.reply(200, {},
                    std::string(request.header("x-key")) + "|" + std::string(request.header("X-None")));
  });
  const std::string reply = live.ask("GET / HTTP/1.1\r\nX-KEY:  secret \r\n" + k_close + "\r\n");
  CHECK(reply.ends_with("\r\n\r\nsecret|"));
}

TEST_CASE("a connection is kept, and pipelined requests are answered in order") {
  const Live live(echo);
  const Wire wire = live.connect();
  wire.send(
      "GET /1 HTTP/1.1\r\nHost: x\r\n\r\nPOST /2 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhiGET /3 "
      "HTTP/1.1\r\n" +
      k_close + "\r\n");
  const std::string replies = wire.read_to_end();
  const auto first = replies.find("GET /1 ");
  const auto second = replies.find("POST /2 hi");
  const auto third = replies.find("GET /3 ");
  CHECK(first < second);
  CHECK(second < third);
  CHECK(third != std::string::npos);
}

TEST_CASE("HEAD is answered with the head alone") {
  const Live live(echo);
  const std::string reply = live.ask("HEAD / HTTP/1.1\r\n" + k_close + "\r\n");
  CHECK(reply.find("Content-Length: 7\r\n") != std::string::npos);
  CHECK(reply.ends_with("\r\n\r\n"));
}

TEST_CASE("HTTP/1.0 is answered and closed") {
  const Live live(echo);
  CHECK(live.ask("GET /old HTTP/1.0\r\n\r\n").ends_with("Connection: close\r\n\r\nGET /old "));
}

TEST_CASE("a client that asks before sending its body is told to go on") {
  const Live live(echo);
  const Wire wire = live.connect();
  wire.send("POST / HTTP/1.1\r\n" + k_close + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  CHECK(wire.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  wire.send("ok");
  CHECK(wire.read_to_end().ends_with("POST / ok"));
}

TEST_CASE("bad input is answered with its status and the connection closed") {
  const Live live(echo, {.header_bytes = 1000, .body_bytes = 100});
  struct Case {
    const char* what;
    std::string request;
    const char* status;
  };
  for (const auto& [what, request, status] :
       {Case{"no HTTP at all", "hello\r\n\r\n", "400 Bad Request"},
        Case{"a broken header", "GET / HTTP/1.1\r\nno colon\r\n\r\n", "400 Bad Request"},
        Case{"a wrong version", "GET / HTTP/9.9\r\n\r\n", "400 Bad Request"},
        Case{"a length that is no number", "POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n", "400 Bad Request"},
        Case{"two framings", "POST / HTTP/1.1\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nhi",
             "400 Bad Request"},
        Case{"a broken chunk", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
             "400 Bad Request"},
        Case{"large headers", "GET / HTTP/1.1\r\nX: " + std::string(5000, 'x') + "\r\n\r\n",
             "431 Request Header Fields Too Large"},
        Case{"a large body", "POST / HTTP/1.1\r\nContent-Length: 101\r\n\r\n" + std::string(101, 'x'),
             "413 Payload Too Large"},
        Case{"large chunks",
             "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n" + std::string(101, 'x'),
             "413 Payload Too Large"}}) {
    CAPTURE(what);
    const std::string reply = live.ask(request);
    CHECK(reply.starts_with("HTTP/1.1 " + std::string(status)));
    CHECK(reply.find("Connection: close") != std::string::npos);
    CHECK(reply.find("{\"error\":\"") != std::string::npos);
  }
  CHECK(live.ask("GET /still HTTP/1.1\r\n" + k_close + "\r\n").ends_with("GET /still "));
}

TEST_CASE("a request that stops half-way reaches nobody") {
  std::atomic<int> served = 0;
  const Live live([&](const ServerRequest& request, Responder responder) {
    ++served;
    echo(request, std::move(responder));
  });
  for (const char* half : {"", "GET / HT", "POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nhalf"}) {
    const Wire wire = live.connect();
    wire.send(half);
    wire.end_sending();
    CHECK(wire.read_to_end().empty());
  }
  CHECK(served == 0);
}

TEST_CASE("a handler's failure is a 500, never the end") {
  const Live live([](const ServerRequest& request, const Responder&) {
    if (request.target == "/throw")
      throw std::runtime_error("no");
  });
  for (const char* target : {"/throw", "/forgotten", "/throw"})
    CHECK(live.ask("GET " + std::string(target) + " HTTP/1.1\r\n" + k_close + "\r\n")
              .starts_with("HTTP/1.1 500 Internal Server Error\r\n"));
}

TEST_CASE("an answer may come later") {
  std::promise<std::shared_ptr<Responder>> taken;
  Live live([&](const ServerRequest&, Responder responder) {
    taken.set_value(std::make_shared<Responder>(std::move(responder)));
  });
  const Wire wire = live.connect();
  wire.send("GET / HTTP/1.1\r\n" + k_close + "\r\n");
  live.loop().post([responder = taken.get_future().get()] {
    responder->reply(200, {}, "late");
    responder->reply(200, {}, "twice"); // once is all there is
  });
  CHECK(wire.read_to_end().ends_with("\r\n\r\nlate"));
}

TEST_CASE("a stream has no length and no chunks, and ends with the connection") {
  const Live live([](const ServerRequest&, Responder responder) {
    net::Stream stream = responder.open_stream(200, {{"Content-Type", "text/event-stream"}});
    stream.send("data: 1\n\n");
    stream.send("data: 2\n\n");
    stream.close();
    stream.send("data: 3\n\n");
  });
  CHECK(live.ask("GET /sse HTTP/1.1\r\nHost: x\r\n\r\n") ==
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\ndata: 1\n\ndata: "
        "2\n\n");
}

TEST_CASE("a stream's peer going away is told once; its own close is not") {
  std::promise<net::Stream> opened;
  std::promise<void> gone;
  Live live([&](const ServerRequest&, Responder responder) {
    net::Stream stream = responder.open_stream(200, {});
    stream.on_closed([&] { gone.set_value(); }); // a second call would throw
    stream.send("hello");
    opened.set_value(stream);
  });
  net::Stream stream;
  {
    const Wire wire = live.connect();
    wire.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(wire.read_until("hello").ends_with("hello"));
    stream = opened.get_future().get();
  }
  gone.get_future().wait();
  std::promise<bool> after;
  live.loop().post([&] {
    stream.send("nobody reads this");
    stream.close();
    const bool open = stream.is_open();
    stream = {}; // streams belong to the loop's thread
    after.set_value(open);
  });
  CHECK_FALSE(after.get_future().get());
}

TEST_CASE("a reader who does not read is cut off") {
  std::promise<void> gone;
  const Live live(
      [&](const ServerRequest&, Responder responder) {
        net::Stream stream = responder.open_stream(200, {});
        stream.on_closed([&] { gone.set_value(); });
        for (int i = 0; i < 1000 && stream.is_open(); ++i)
          stream.send(std::string(100'000, 'x'));
        CHECK_FALSE(stream.is_open());
      },
      {.backlog_bytes = 1'000'000});
  const Wire wire = live.connect();
  wire.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  gone.get_future().wait();
}

TEST_CASE("a large answer arrives whole at a slow reader") {
  const std::string large(20'000'000, 'x');
  const Live live([&](const ServerRequest&, Responder responder) { responder.reply(200, {}, large); });
  const std::string reply = live.ask("GET / HTTP/1.1\r\n" + k_close + "\r\n");
  CHECK(reply.size() == large.size() + reply.find("\r\n\r\n") + 4);
}

TEST_CASE("a server may misbehave on purpose") {
  const Live live([](const ServerRequest& request, Responder responder) {
    responder.raw(request.target == "/cut" ? "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this" : "");
  });
  CHECK(live.ask("GET /cut HTTP/1.1\r\nHost: x\r\n\r\n").ends_with("\r\n\r\nonly this"));
  CHECK(live.ask("GET /drop HTTP/1.1\r\nHost: x\r\n\r\n").empty());
}

TEST_CASE("a port that is taken, and an address that is none, are errors") {
  net::Loop loop;
  const auto one = net::Server::listen(loop, "127.0.0.1", 0, echo);
  REQUIRE(one);
  CHECK(one->url() == "http://127.0.0.1:" + std::to_string(one->port()));
  const auto two = net::Server::listen(loop, "127.0.0.1", one->port(), echo);
  REQUIRE_FALSE(two);
  CHECK(two.error().kind == Kind::unavailable);
  CHECK(two.error().message.find("Address already in use") != std::string::npos);
  CHECK_FALSE(net::Server::listen(loop, "not an address", 0, echo));
}

TEST_CASE("beyond the limit of connections a caller waits for one to end") {
  const Live live(echo, {.connections = 2});
  const std::string request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
  const auto is_served = [](const Wire& wire) {
    return wire.read_until("GET / ").starts_with("HTTP/1.1 200");
  };
  std::optional<Wire> first(live.connect());
  const Wire second = live.connect();
  first->send(request);
  second.send(request);
  CHECK(is_served(*first));
  CHECK(is_served(second));
  const Wire third = live.connect();
  third.send(request);
  second.send(request);
  CHECK(is_served(second));
  CHECK_FALSE(third.is_readable());
  first.reset();
  CHECK(is_served(third));
}

TEST_CASE("a connection may be for one request only") {
  const Live live(echo, {.keep_alive = false});
  const Wire wire = live.connect();
  wire.send("GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto answer = wire.read_to_end();
  CHECK(answer.find("Connection: close") != std::string::npos);
  CHECK(answer.find("HTTP/1.1", 1) == std::string::npos);
}

TEST_CASE("what is no certificate or no key is an error") {
  CHECK(net::Certificate::from_pem("", Secret("")).error().kind == Kind::config);
  CHECK(
      net::Certificate::from_pem("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", Secret(""))
          .error()
          .kind == Kind::config);
}

TEST_CASE("a refusal is readable for a client that is still sending") {
  const Live live(echo, {.body_bytes = 100});
  const Wire wire = live.connect();
  wire.send("POST / HTTP/1.1\r\nContent-Length: 200000\r\n\r\n" + std::string(200'000, 'x'));
  CHECK(wire.read_until("}").starts_with("HTTP/1.1 413"));
  CHECK(wire.has_ended()); // and was not reset, which could have destroyed the answer
}

TEST_CASE("a server that dies closes its connections and frees its port") {
  net::Loop loop;
  std::optional<net::Server> server;
  const auto opened = [&](int port) {
    auto result =
        net::Server::listen(loop, "127.0.0.1", port, [&](const ServerRequest&, Responder responder) {
          responder.reply(200, {}, "");
          loop.stop();
        });
    if (result)
      server.emplace(std::move(*result));
    return result.has_value();
  };
  REQUIRE(opened(0));
  const int port = server->port();
  const Wire wire(port);
  wire.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  loop.run();
  server.reset();
  CHECK(wire.read_until("\r\n\r\n").starts_with("HTTP/1.1 200 OK"));
  CHECK(wire.has_ended());
  CHECK(opened(port));
}
