// SPDX-License-Identifier: MIT
#include "mcp/session.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace agr;
using namespace agr::mcp;

namespace {

constexpr std::string_view k_stream = "https://market.example/mcp/sse";
constexpr std::string_view k_server =
    R"({"protocolVersion":"2024-11-05","capabilities":{"resources":{"subscribe":true}}})";

/// Plays the loop: feeds inputs and sorts what the session wants done.
struct Driver {
  Session session{Settings{.stream_url = std::string(k_stream), .client_version = "1"}};
  Millis now{1000};
  std::vector<Action> last;

  void on(const Input& input) { last = session.on(input, now); }
  void open() { on(Opened{200, "text/event-stream; charset=utf-8"}); }
  void event(std::string_view data, std::string_view type = "message") {
    const std::string wire = "event: " + std::string(type) + "\ndata: " + std::string(data) + "\n\n";
    on(Bytes{wire});
  }
  void bytes(std::string_view wire) { on(Bytes{wire}); }
  void posted(PostTag tag, int status = 202, std::string type = "", std::string body = "") {
    on(Posted{tag, status, std::move(type), std::move(body)});
  }
  void after(Millis wait) {
    now += wait;
    on(Timer{});
  }

  template <class T>
  std::vector<T> all() const {
    std::vector<T> found;
    for (const Action& action : last)
      if (const T* one = std::get_if<T>(&action))
        found.push_back(*one);
    return found;
  }
  template <class T>
  T only() const {
    const std::vector<T> found = all<T>();
    REQUIRE(found.size() == 1);
    return found.front();
  }

  /// To ready, with every answer on the stream; the ids 1 (initialize) are used up.
  void handshake() {
    open();
    event("/mcp/messages/s1", "endpoint");
    const Post initialize = only<Post>();
    posted(initialize.tag);
    event(R"({"jsonrpc":"2.0","id":1,"result":)" + std::string(k_server) + "}");
    posted(only<Post>().tag);
    REQUIRE(session.ready());
  }
  Post call(CallId id, std::string method = "resources/read", json::Value params = {}) {
    on(Call{id, std::move(method), std::move(params)});
    return only<Post>();
  }
};

std::string result(std::string_view id, std::string_view text = "{}") {
  return R"({"jsonrpc":"2.0","id":)" + std::string(id) + R"(,"result":)" + std::string(text) + "}";
}

} // namespace

TEST_CASE("the handshake goes step by step, each after the answer to the one before") {
  Driver driver;
  driver.open();
  CHECK(driver.all<Post>().empty());
  CHECK(driver.only<WaitUntil>().at == Millis{11'000});
  driver.event("https://market.example/mcp/messages/s1", "endpoint");
  const Post initialize = driver.only<Post>();
  CHECK(initialize.url == "https://market.example/mcp/messages/s1");
  CHECK(initialize.kind == PostKind::request);
  CHECK(
      initialize.body ==
      R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2024-11-05","capabilities":{},)"
      R"("clientInfo":{"name":"agr","version":"1"}}})");

  SUBCASE("answer on the stream, before the POST ends") {
    driver.event(result("1", k_server));
    const Post initialized = driver.only<Post>();
    CHECK(initialized.body == R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
    CHECK(initialized.kind == PostKind::notification);
    driver.posted(initialize.tag, 200, "application/json", result("1", k_server));
    CHECK_FALSE(driver.session.ready());
    driver.posted(initialized.tag);
  }
  SUBCASE("answer in the body of the POST") {
    driver.posted(initialize.tag, 200, "application/json; charset=utf-8", result("1", k_server));
    const Post initialized = driver.only<Post>();
    driver.event(result("1", k_server));
    CHECK(driver.all<Post>().empty());
    driver.posted(initialized.tag, 204);
  }
  CHECK(driver.session.ready());
  CHECK(driver.only<Ready>().server["capabilities"]["resources"]["subscribe"].as_bool() == true);
}

TEST_CASE("calls made early wait for ready and keep their order") {
  Driver driver;
  driver.on(Call{10, "resources/subscribe"});
  driver.on(Call{11, "resources/read"});
  CHECK(driver.last.empty());
  driver.handshake();
  REQUIRE(driver.last.size() == 4);
  CHECK(std::holds_alternative<Ready>(driver.last[0]));
  CHECK(std::get<Post>(driver.last[1]).body.find("subscribe") != std::string::npos);
  CHECK(std::get<Post>(driver.last[2]).body.find("read") != std::string::npos);
}

TEST_CASE("the endpoint is resolved against the stream and must have its origin") {
  struct {
    std::string reference;
    std::string url; // empty: refused
  } const table[] = {
      {"/m?sessionId=1", "https://market.example/m?sessionId=1"},
      {"messages/s1", "https://market.example/mcp/messages/s1"},
      {"?s=1", "https://market.example/mcp/sse?s=1"},
      {"https://MARKET.example:443/m", "https://market.example/m"},
      {"//market.example/m", "https://market.example/m"},
      {"http://market.example/m", ""},
      {"https://market.example:8443/m", ""},
      {"https://market.example.evil.example/m", ""},
      {"//evil.example/m", ""},
      {"http://0.0.0.0:3001/m", ""},
      {"https://user@market.example/m", ""},
      {"javascript:alert(1)", ""},
  };
  for (const auto& row : table) {
    CAPTURE(row.reference);
    Driver driver;
    driver.open();
    driver.event(row.reference, "endpoint");
    if (row.url.empty()) {
      CHECK(driver.all<Post>().empty());
      CHECK(driver.session.over());
      driver.only<Failed>();
    } else {
      CHECK(driver.only<Post>().url == row.url);
    }
  }
}

TEST_CASE("a refused endpoint is named with both origins") {
  Driver driver;
  driver.open();
  driver.event("https://evil.example/m", "endpoint");
  const Error error = driver.only<Failed>().error;
  CHECK(error.kind == Kind::protocol);
  CHECK(error.message.find("https://market.example") != std::string::npos);
  CHECK(error.message.find("https://evil.example") != std::string::npos);
}

TEST_CASE("a second endpoint of the same origin is adopted, another is not") {
  Driver driver;
  driver.handshake();
  driver.event("/mcp/messages/s2", "endpoint");
  CHECK(driver.all<Post>().empty());
  CHECK(driver.call(1).url == "https://market.example/mcp/messages/s2");
  driver.event("https://evil.example/", "endpoint");
  CHECK(driver.session.over());
}

TEST_CASE("a stream that is none fails at once") {
  struct {
    int status;
    std::string type;
    Kind kind;
  } const table[] = {
      {200, "text/html", Kind::protocol},
      {200, "", Kind::protocol},
      {200, "application/json", Kind::protocol},
      {503, "text/plain", Kind::unavailable},
      {204, "", Kind::unavailable},
  };
  for (const auto& row : table) {
    Driver driver;
    driver.on(Opened{row.status, row.type});
    CHECK(driver.only<Failed>().error.kind == row.kind);
  }
  Driver driver;
  driver.on(Opened{401, "application/json", Error{Kind::auth, "the key was refused"}});
  CHECK(driver.only<Failed>().error.kind == Kind::auth);
}

TEST_CASE("the media type is compared without case and parameters") {
  for (const std::string type : {"text/event-stream", "Text/Event-Stream", "text/event-stream;charset=utf-8",
                                 " text/event-stream ; x=y"}) {
    Driver driver;
    driver.on(Opened{200, type});
    CHECK_FALSE(driver.session.over());
  }
}

TEST_CASE("a ping is answered at once in any state, with its own id, each by its own pong") {
  Driver driver;
  driver.open();
  SUBCASE("as soon as there is a place to post to") {
    driver.event(R"({"id":"early","method":"ping"})");
    CHECK(driver.all<Post>().empty());
    driver.event("/m", "endpoint");
    const auto posts = driver.all<Post>();
    REQUIRE(posts.size() == 2);
    CHECK(posts[0].body == R"({"jsonrpc":"2.0","id":"early","result":{}})");
    CHECK(posts[0].url == "https://market.example/m");
  }
  SUBCASE("before the handshake is done") {
    driver.event("/m", "endpoint");
    driver.event(R"({"id":"3f2a","method":"ping"})");
    CHECK(driver.only<Post>().kind == PostKind::pong);
    CHECK(driver.only<Post>().body == R"({"jsonrpc":"2.0","id":"3f2a","result":{}})");
  }
  SUBCASE("several in one chunk, ahead of everything else") {
    driver.event("/m", "endpoint");
    driver.bytes("data:{\"method\":\"notifications/x\"}\n\n"
                 "data:{\"id\":1,\"method\":\"unheard/of\"}\n\n"
                 "data:{\"id\":1,\"method\":\"ping\"}\n\n"
                 "data:{\"id\":1.0,\"method\":\"ping\"}\n\n");
    REQUIRE(driver.last.size() == 5);
    CHECK(std::get<Post>(driver.last[0]).body == R"({"jsonrpc":"2.0","id":1,"result":{}})");
    CHECK(std::get<Post>(driver.last[1]).body == R"({"jsonrpc":"2.0","id":1.0,"result":{}})");
    CHECK(std::get<Notification>(driver.last[2]).method == "notifications/x");
    CHECK(std::get<Post>(driver.last[3]).body.find("-32601") != std::string::npos);
  }
}

TEST_CASE("a pong that got lost is sent once more, not for ever") {
  Driver driver;
  driver.handshake();
  driver.event(R"({"id":"p","method":"ping"})");
  const Post first = driver.only<Post>();
  driver.posted(first.tag, 0);
  const Post second = driver.only<Post>();
  CHECK(second.kind == PostKind::pong);
  CHECK(second.body == first.body);
  driver.posted(second.tag, 0);
  CHECK(driver.all<Post>().empty());
  CHECK_FALSE(driver.session.over());
}

TEST_CASE("the first answer wins and its twin is dropped") {
  Driver driver;
  driver.handshake();
  const Post post = driver.call(42);
  SUBCASE("stream, then body") {
    driver.event(result("2", R"({"n":1})"));
    CHECK(driver.only<Reply>().call == 42);
    CHECK((*driver.only<Reply>().result)["n"].as_integer() == 1);
    driver.posted(post.tag, 200, "application/json", result("2"));
  }
  SUBCASE("body, then stream") {
    driver.posted(post.tag, 200, "application/json", result("2"));
    CHECK(driver.only<Reply>().call == 42);
    driver.event(result("2"));
  }
  CHECK(driver.all<Reply>().empty());
}

TEST_CASE("a body that is not this request's answer is no answer") {
  struct {
    std::string type;
    std::string body;
  } const table[] = {
      {"text/plain", result("2")},
      {"", result("2")},
      {"application/json", ""},
      {"application/json", "Accepted"},
      {"application/json", "{}"},
      {"application/json", result("99")},
      {"application/json", result(R"("2")")},
      {"application/json", R"({"id":2,"method":"ping"})"},
      {"application/json", "[" + result("2") + "]"},
  };
  for (const auto& row : table) {
    CAPTURE(row.body);
    Driver driver;
    driver.handshake();
    driver.posted(driver.call(42).tag, 200, row.type, row.body);
    CHECK(driver.all<Reply>().empty());
    driver.event(result("2"));
    CHECK(driver.all<Reply>().size() == 1);
  }
}

TEST_CASE("an error of the service arrives with its code") {
  Driver driver;
  driver.handshake();
  driver.call(1, "resources/read", json::Value::object({{"uri", "hiring://x"}}));
  driver.event(R"({"id":2,"error":{"code":-32002,"message":"no such\u001b[31m thing"}})");
  const Reply reply = driver.only<Reply>();
  REQUIRE_FALSE(reply.result);
  CHECK(reply.result.error().kind == Kind::not_found);
  CHECK(reply.result.error().code == "-32002");
  CHECK(reply.result.error().message == "resources/read hiring://x was refused: no such\\x1b[31m thing");
}

TEST_CASE("a failed POST tells not sent from unknown") {
  struct {
    Posted posted;
    std::optional<Kind> kind; // nothing: the answer may still come on the stream
    bool over;
  } const table[] = {
      {{0, 0, "", "", Error{Kind::unavailable, "connection refused"}}, Kind::unavailable, false},
      {{0, 0, "", "", Error{Kind::outcome_unknown, "reset"}}, std::nullopt, false},
      {{0, 0}, std::nullopt, false},
      {{0, 401, "", "", Error{Kind::auth, "no"}}, Kind::auth, false},
      {{0, 429, "", "", Error{Kind::rate_limited, "slow down"}}, Kind::rate_limited, false},
      {{0, 500, "", "", Error{Kind::unavailable, "oops"}}, Kind::outcome_unknown, false},
      {{0, 404, "", "", Error{Kind::not_found, "no session"}}, Kind::unavailable, true},
      {{0, 400, "application/json", R"({"id":2,"error":{"code":-32602,"message":"x"}})"},
       Kind::failed,
       false},
  };
  for (const auto& row : table) {
    CAPTURE(row.posted.status);
    Driver driver;
    driver.handshake();
    Posted posted = row.posted;
    posted.tag = driver.call(1, "tools/call").tag;
    driver.on(posted);
    CHECK(driver.all<Reply>().size() == (row.kind ? 1U : 0U));
    if (row.kind)
      CHECK(driver.only<Reply>().result.error().kind == *row.kind);
    CHECK(driver.session.over() == row.over);
  }
}

TEST_CASE("the death of the stream answers everybody at once") {
  Driver driver;
  driver.handshake();
  driver.call(1, "tools/call", json::Value::object({{"name", "submit_hiring_result"}}));
  driver.call(2);
  driver.bytes("retry: 4000\n");
  driver.on(Ended{});
  const auto replies = driver.all<Reply>();
  REQUIRE(replies.size() == 2);
  for (const Reply& reply : replies)
    CHECK(reply.result.error().kind == Kind::outcome_unknown);
  CHECK(replies[0].result.error().message.find("tools/call submit_hiring_result") != std::string::npos);
  CHECK(driver.only<Failed>().error.retry_after == Millis{4000});
  CHECK(driver.all<WaitUntil>().empty());

  driver.on(Call{3, "ping"});
  CHECK(driver.only<Reply>().result.error().kind == Kind::unavailable);
  driver.event(R"({"id":1,"method":"ping"})");
  CHECK(driver.last.empty());
}

TEST_CASE("a call not yet sent when the stream dies is known not to be sent") {
  Driver driver;
  driver.open();
  driver.on(Call{1, "tools/call"});
  driver.on(Ended{Error{Kind::unavailable, "reset by peer"}});
  CHECK(driver.only<Reply>().result.error().kind == Kind::unavailable);
  CHECK(driver.only<Failed>().error.message == "reset by peer");
}

TEST_CASE("every wait is bounded") {
  Driver driver;
  driver.open();
  SUBCASE("for the endpoint") {
    driver.after(Millis{9999});
    CHECK_FALSE(driver.session.over());
    driver.after(Millis{1});
  }
  SUBCASE("for the answer to initialize") {
    driver.event("/m", "endpoint");
    driver.after(Millis{30'000});
  }
  SUBCASE("for the end of the handshake") {
    driver.event("/m", "endpoint");
    driver.event(result("1", k_server));
    driver.after(Millis{30'000});
  }
  CHECK(driver.only<Failed>().error.kind == Kind::unavailable);
}

TEST_CASE("a call times out alone") {
  Driver driver;
  driver.handshake();
  driver.on(Call{1, "slow", {}, Millis{60'000}});
  driver.on(Call{2, "quick", {}, Millis{5000}});
  CHECK(driver.only<WaitUntil>().at == driver.now + Millis{5000});
  driver.after(Millis{5000});
  CHECK(driver.only<Reply>().call == 2);
  CHECK(driver.only<Reply>().result.error().kind == Kind::outcome_unknown);
  driver.event(result("3"));
  CHECK(driver.all<Reply>().empty());
  driver.event(result("2"));
  CHECK(driver.only<Reply>().call == 1);
}

TEST_CASE("silence is answered by a ping, and silence after that is death") {
  Driver driver;
  driver.handshake();
  CHECK(driver.only<WaitUntil>().at == driver.now + Millis{45'000});
  driver.after(Millis{45'000});
  const Post ping = driver.only<Post>();
  CHECK(ping.body == R"({"jsonrpc":"2.0","id":2,"method":"ping"})");
  CHECK(driver.only<WaitUntil>().at == driver.now + Millis{10'000});

  SUBCASE("nothing") {
    driver.after(Millis{10'000});
    CHECK(driver.session.over());
  }
  SUBCASE("a comment is life") {
    driver.bytes(": keepalive\n\n");
    CHECK(driver.only<WaitUntil>().at == driver.now + Millis{45'000});
    driver.after(Millis{10'000});
    CHECK_FALSE(driver.session.over());
  }
  SUBCASE("a pong in the body is none from a service that answers on the stream") {
    driver.posted(ping.tag, 200, "application/json", result("2"));
    driver.after(Millis{10'000});
    CHECK(driver.session.over());
  }
  SUBCASE("the ping could not be sent") {
    driver.on(Posted{ping.tag, 0, "", "", Error{Kind::unavailable, "refused"}});
    CHECK(driver.session.over());
  }
}

TEST_CASE("a pong in the body counts when the service answers nowhere else") {
  Driver driver;
  driver.open();
  driver.event("/m", "endpoint");
  driver.posted(driver.only<Post>().tag, 200, "application/json", result("1", k_server));
  driver.posted(driver.only<Post>().tag);
  driver.after(Millis{45'000});
  driver.posted(driver.only<Post>().tag, 200, "application/json", result("2"));
  CHECK(driver.only<WaitUntil>().at == driver.now + Millis{45'000});
}

TEST_CASE("nonsense is skipped and counted") {
  Driver driver;
  driver.handshake();
  driver.bytes("data: {\n\ndata\n\ndata: []\n\nevent: other\ndata: {\n\ndata: {\"id\":99,\"result\":{}}\n\n");
  CHECK(driver.all<Post>().empty());
  CHECK(driver.session.counters().unreadable == 2);
  CHECK(driver.session.ready());
  driver.bytes("data: " + std::string(std::size_t{11} << 20, 'x') + "\n\n");
  CHECK(driver.session.counters().oversized == 1);
  CHECK(driver.session.ready());
}

TEST_CASE("initialize may be refused or answered in a revision we know") {
  struct {
    std::string answer;
    bool over;
  } const table[] = {
      {R"({"id":1,"error":{"code":-32602,"message":"no"}})", true},
      {result("1", R"({"protocolVersion":"2026-07-28"})"), true},
      {result("1", R"({"protocolVersion":"2025-06-18"})"), false},
      {result("1", "{}"), false},
  };
  for (const auto& row : table) {
    CAPTURE(row.answer);
    Driver driver;
    driver.open();
    driver.event("/m", "endpoint");
    driver.event(row.answer);
    CHECK(driver.session.over() == row.over);
  }
}

TEST_CASE("the end of the handshake may be refused") {
  for (const int status : {0, 400, 404, 500}) {
    Driver driver;
    driver.open();
    driver.event("/m", "endpoint");
    driver.event(result("1", k_server));
    driver.posted(driver.only<Post>().tag, status);
    CHECK(driver.session.over());
  }
}
