// SPDX-License-Identifier: MIT
#include "mcp/http_session.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace agr;
using namespace agr::mcp;

namespace {

constexpr const char* k_json = "application/json";
constexpr const char* k_events = "text/event-stream";

std::string result(std::string_view id, std::string_view text = "{}") {
  return R"({"jsonrpc":"2.0","id":)" + std::string(id) + R"(,"result":)" + std::string(text) + "}";
}

struct Driver {
  HttpSession session{Settings{.stream_url = "https://market.example/mcp/hirer", .client_version = "1"}};
  Millis now{1000};
  std::vector<Action> last;

  void on(const Input& input) { last = session.on(input, now); }
  void posted(PostTag tag, int status, std::string type = "", std::string body = "", std::string id = "") {
    on(Posted{tag, status, std::move(type), std::move(body), {}, std::move(id)});
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
  Post begin() {
    last = session.start(now);
    return only<Post>();
  }
  void handshake(std::string session_id = "s1") {
    posted(begin().tag, 200, k_json, result("1", R"({"protocolVersion":"2025-06-18"})"),
           std::move(session_id));
    posted(only<Post>().tag, 202);
    REQUIRE(session.ready());
  }
  Post call(CallId id) {
    on(Call{id, "tools/call", json::Value::object({{"name", "check_balance"}})});
    return only<Post>();
  }
};

} // namespace

TEST_CASE("the handshake asks for the newest revision and repeats what was agreed on every request") {
  Driver driver;
  const Post initialize = driver.begin();
  CHECK(initialize.headers.empty());
  CHECK(initialize.body.find(R"("protocolVersion":"2025-11-25")") != std::string::npos);
  driver.on(Call{7, "tools/list"});
  CHECK(driver.all<Post>().empty()); // waits for the handshake
  driver.posted(initialize.tag, 200, k_json, result("1", R"({"protocolVersion":"2025-06-18"})"), "s1");
  const Post initialized = driver.only<Post>();
  CHECK(initialized.body.find("notifications/initialized") != std::string::npos);
  driver.posted(initialized.tag, 202);
  CHECK(driver.all<Ready>().size() == 1);
  using Headers = std::vector<std::pair<std::string, std::string>>;
  CHECK(driver.only<Post>().headers ==
        Headers{{"Mcp-Session-Id", "s1"}, {"MCP-Protocol-Version", "2025-06-18"}});
}

TEST_CASE("an answer comes as JSON or among the events of a short stream") {
  struct Case {
    const char* type;
    std::string body;
  };
  for (const Case& c : {Case{k_json, result("2", R"({"x":1})")},
                        Case{"application/json; charset=utf-8", result("2", R"({"x":1})")},
                        Case{k_events, "data: " + result("2", R"({"x":1})") + "\n\n"},
                        Case{k_events, "id: 1\ndata:\n\nevent: message\ndata: " + result("9") +
                                           "\n\ndata: " + result("2", R"({"x":1})") + "\n\n"}}) {
    CAPTURE(c.body);
    Driver driver;
    driver.handshake();
    driver.posted(driver.call(5).tag, 200, c.type, c.body);
    const Reply reply = driver.only<Reply>();
    CHECK(reply.call == 5);
    REQUIRE(reply.result);
    CHECK((*reply.result)["x"].as_integer() == 1);
  }
}

TEST_CASE("what comes with an answer is taken too") {
  Driver driver;
  driver.handshake();
  driver.posted(driver.call(5).tag, 200, k_events,
                "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/resources/updated\"}\n\n"
                "data: {\"jsonrpc\":\"2.0\",\"id\":\"p\",\"method\":\"ping\"}\n\ndata: " +
                    result("2") + "\n\n");
  CHECK(driver.all<Notification>().size() == 1);
  CHECK(driver.only<Post>().kind == PostKind::pong);
  CHECK(driver.only<Post>().body == R"({"jsonrpc":"2.0","id":"p","result":{}})");
  CHECK(driver.all<Reply>().size() == 1);
}

TEST_CASE("each way to fail is told apart") {
  struct Case {
    int status;
    const char* type;
    std::string body;
    Kind kind;
    bool over;
  };
  const std::string refused = R"({"jsonrpc":"2.0","id":2,"error":{"code":-32602,"message":"bad"}})";
  for (const Case& c :
       {Case{200, k_json, refused, Kind::failed, false},
        Case{200, k_json, result("3"), Kind::outcome_unknown, false},
        Case{200, "text/html", "<html>", Kind::outcome_unknown, false},
        Case{202, "", "", Kind::outcome_unknown, false}, Case{404, k_json, "{}", Kind::unavailable, true},
        Case{500, "", "", Kind::outcome_unknown, false}, Case{0, "", "", Kind::outcome_unknown, false}}) {
    CAPTURE(c.status);
    CAPTURE(c.body);
    Driver driver;
    driver.handshake();
    driver.posted(driver.call(5).tag, c.status, c.type, c.body);
    CHECK(driver.only<Reply>().result.error().kind == c.kind);
    CHECK(driver.session.over() == c.over);
    CHECK(driver.all<Failed>().size() == (c.over ? 1U : 0U));
  }
}

TEST_CASE("an address that does not speak this is known by its answer to initialize") {
  for (const auto& [status, foreign] :
       {std::pair{404, true}, {405, true}, {400, true}, {401, false}, {503, false}}) {
    CAPTURE(status);
    Driver driver;
    driver.on(Call{7, "tools/list"}); // before the start: waits all the same
    driver.posted(driver.begin().tag, status);
    CHECK(driver.session.is_foreign() == foreign);
    CHECK(driver.session.over());
    CHECK(driver.only<Reply>().result.error().kind == Kind::unavailable); // not sent
    CHECK(driver.all<Failed>().size() == 1);
  }
}

TEST_CASE("a call that is never answered ends at its time") {
  Driver driver;
  driver.handshake();
  driver.call(5);
  CHECK(driver.only<WaitUntil>().at == Millis{31'000});
  driver.now = Millis{31'000};
  driver.on(Timer{});
  CHECK(driver.only<Reply>().result.error().kind == Kind::outcome_unknown);
}

TEST_CASE("pushes come on the GET stream, and a service without one is no failure") {
  Driver driver;
  driver.handshake();
  driver.on(Opened{405, "application/json"});
  CHECK_FALSE(driver.session.hears_pushes());
  CHECK(driver.session.ready());
  driver.on(Opened{200, "text/event-stream; charset=utf-8"});
  CHECK(driver.session.hears_pushes());
  const std::string wire = "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/resources/updated\"}\n\n";
  std::size_t told = 0;
  for (const char c : wire) {
    driver.on(Bytes{std::string_view(&c, 1)});
    told += driver.all<Notification>().size();
  }
  CHECK(told == 1);
  driver.on(Ended{});
  CHECK_FALSE(driver.session.hears_pushes());
  CHECK(driver.session.ready());
}
