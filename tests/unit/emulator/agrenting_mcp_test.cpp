// SPDX-License-Identifier: MIT
#include "agrenting_bench.hpp"
#include "emulator/agrenting/event_block.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace agr;
using namespace agr::emulator;
using namespace agr::emulator::test;
using namespace std::chrono_literals;

namespace {

json::Value arguments(std::string_view did = "did:example:alice", std::string_view price = "2.00") {
  return json::Value::object({{"agent_did", did},
                              {"capability", "summarizing"},
                              {"task_description", "Summarize this."},
                              {"max_price", price}});
}

json::Value uri(std::string_view text) {
  return json::Value::object({{"uri", text}});
}

/// A hirer's session.
struct Hirer {
  Bench& bench;
  std::string token;
  std::string stream;
  std::string path;

  Hirer(Bench& b, std::string key)
      : bench(b), token(std::move(key)), stream(bench.open(k_hirer_stream, token)),
        path("/mcp/hirer/messages/" + stream) {
    bench.received(stream);
  }
  json::Value tool(std::string_view name, const json::Value& args) {
    return bench.tool(path, token, name, args);
  }
  json::Value rpc(std::string_view method, const json::Value& params) {
    return bench.rpc(path, token, method, params);
  }
  std::vector<std::string> pushes() {
    std::vector<std::string> uris;
    for (const json::Value& message : bench.received(stream))
      if (message["method"].text() == "notifications/resources/updated")
        uris.push_back(message.at_path("params.uri").text());
    return uris;
  }
};

Options without_probe() {
  Options options = Bench::quiet();
  options.probe = ProbePolicy::off;
  return options;
}

} // namespace

// rows: mcp.framing
TEST_CASE("every write to a stream fills whole blocks of 512 bytes with one line of ASCII data") {
  for (const std::size_t size : {0U, 1U, 470U, 480U, 481U, 482U, 483U, 484U, 485U, 490U, 1000U}) {
    CAPTURE(size);
    const std::string block = agrenting::event_block("message", std::string(size, 'x'));
    CHECK(block.size() % 512 == 0);
    CHECK(block.starts_with("event: message\ndata: "));
    CHECK(block.ends_with("\n"));
  }
  CHECK(agrenting::comment_block().size() == 512);
  CHECK(agrenting::comment_block().find("data") == std::string::npos);
}

// rows: M1 M3 mcp.framing
TEST_CASE("a stream begins with its endpoint, alone in the first block") {
  Bench bench;
  for (const auto& [path, key, base] :
       {std::tuple{k_agent_stream, bench.alice, std::string("http://127.0.0.1:4012/mcp/messages/")},
        std::tuple{k_hirer_stream, bench.user, std::string("http://127.0.0.1:4012/mcp/hirer/messages/")}}) {
    const Response opened = bench.rest("GET", path, key).response;
    REQUIRE(opened.stream);
    CHECK(opened.body.size() == 512);
    CHECK(opened.body.starts_with("event: endpoint\ndata: " + base + opened.stream->id + "\n\n:"));
    CHECK(opened.header("content-type") == "text/event-stream; charset=utf-8");
    CHECK(opened.header("connection") == "close");
    CHECK_FALSE(opened.header("content-length"));
    CHECK(opened.stream->keep_alive.size() == 512);
  }
  CHECK(bench.rest("GET", k_agent_stream, "").status == 401);
  CHECK(bench.rest("GET", k_agent_stream, bench.user).status == 401);
}

// rows: M2 M4 mcp.twice
TEST_CASE("requests are answered in the body and on the stream, the rest with an empty 202") {
  Bench bench;
  const std::string stream = bench.open(k_agent_stream, bench.alice);
  const std::string path = "/mcp/messages/" + stream;
  bench.received(stream);
  const json::Value answer = bench.rpc(path, bench.alice, "initialize");
  CHECK(answer.at_path("result.protocolVersion").text() == "2024-11-05");
  CHECK(answer.at_path("result.capabilities.resources.subscribe").as_bool() == true);
  const auto twin = bench.received(stream);
  REQUIRE(twin.size() == 1);
  CHECK(twin[0] == answer);
  for (const char* method : {"initialized", "notifications/initialized", "notifications/unheard-of"}) {
    const Outcome taken =
        bench.post(path, bench.alice, json::Value::object({{"jsonrpc", "2.0"}, {"method", method}}));
    CHECK(taken.status == 202);
    CHECK(taken.response.body.empty());
  }
  CHECK(bench.received(stream).empty());
}

// rows: mcp.errors
TEST_CASE("what is wrong with a message is said in JSON-RPC") {
  Bench bench;
  const std::string stream = bench.open(k_agent_stream, bench.alice);
  struct Case {
    std::string body;
    int status;
    int code;
  };
  const Case cases[] = {
      {"{", 400, -32700},
      {"", 400, -32700},
      {"[]", 400, -32600},
      {"{}", 400, -32600},
      {R"({"id":1})", 400, -32600},
      {R"({"id":null,"method":"ping"})", 400, -32600},
      {R"({"id":1,"method":"ping","params":[]})", 400, -32600},
      {R"({"id":1,"method":"no/such"})", 200, -32601},
      {R"({"id":1,"method":"tools/call","params":{"name":"no_such"}})", 200, -32602},
      {R"({"id":1,"method":"tools/call","params":{"name":"submit_hiring_result","arguments":{}}})", 200,
       -32602},
      {R"({"id":1,"method":"prompts/get","params":{"name":"no"}})", 200, -32602},
      {R"({"id":1,"method":"resources/read","params":{"uri":"hiring://nobody"}})", 200, -32002},
      {R"({"id":1,"method":"resources/subscribe","params":{"uri":"file:///etc/passwd"}})", 200, -32002},
  };
  for (const Case& c : cases) {
    CAPTURE(c.body);
    Request request{"POST", "/mcp/messages/" + stream, "", {{"X-API-Key", bench.alice}}, c.body};
    const Outcome outcome = bench.request(request);
    CHECK(outcome.status == c.status);
    CHECK(outcome.body.at_path("error.code").as_integer() == c.code);
  }
}

// rows: mcp.errors
TEST_CASE("an id comes back as it was") {
  Bench bench;
  const std::string stream = bench.open(k_agent_stream, bench.alice);
  for (const std::string id : {"12345678901234567890", "1.0", "\"a\\u00e9b\"", "-7"}) {
    const std::string body = R"({"jsonrpc":"2.0","method":"ping","id":)" + id + "}";
    Request request{"POST", "/mcp/messages/" + stream, "", {{"X-API-Key", bench.alice}}, body};
    CHECK(bench.request(request).body["id"] == json::parse(id).value());
  }
}

// rows: mcp.auth
TEST_CASE("a session belongs to its credential and outlives its stream by 30 seconds") {
  Bench bench;
  const std::string stream = bench.open(k_agent_stream, bench.alice);
  const std::string path = "/mcp/messages/" + stream;
  const json::Value ping = json::Value::object({{"jsonrpc", "2.0"}, {"id", 1}, {"method", "ping"}});
  CHECK(bench.post(path, bench.coder, ping).status == 403);
  CHECK(bench.post(path, "", ping).status == 401);
  CHECK(bench.post("/mcp/messages/unknown", bench.alice, ping).status == 404);
  CHECK(bench.post("/mcp/hirer/messages/" + stream, bench.user, ping).status == 404);
  bench.report(StreamClosed{stream});
  bench.pass(29s);
  CHECK(bench.post(path, bench.alice, ping).status == 200);
  CHECK(bench.received(stream).empty());
  bench.pass(2s);
  CHECK(bench.post(path, bench.alice, ping).status == 404);
}

// rows: tool.submit_hiring_result tool.add_hiring_message tool.report_hiring_failure resource.pending
// rows: resource.hiring
TEST_CASE("an agent works through its tools") {
  Bench bench(without_probe());
  const std::string stream = bench.open(k_agent_stream, bench.alice);
  const std::string path = "/mcp/messages/" + stream;
  const std::string id = bench.rest("POST", k_hire_alice, bench.user, task()).body.at_path("data.id").text();
  bench.pass(1ms);
  const json::Value read = bench.rpc(path, bench.alice, "resources/read", uri("hiring://pending"));
  const json::Value pending = json::parse(read.at_path("result.contents").items()[0]["text"].text()).value();
  REQUIRE(pending.items().size() == 1);
  CHECK(pending.items()[0]["id"].text() == id);
  CHECK_FALSE(pending.items()[0]["system_prompt"].text().empty());

  const json::Value note = json::Value::object({{"hiring_id", id}, {"text", "Working."}});
  CHECK(bench.tool(path, bench.alice, "add_hiring_message", note)["content"].text() == "Working.");
  const json::Value result = json::Value::object({{"hiring_id", id}, {"output", "Short."}});
  CHECK(bench.tool(path, bench.alice, "submit_hiring_result", result)["status"].text() == "completed");
  CHECK(bench.tool(path, bench.alice, "submit_hiring_result", result)["error"].text() ==
        "Hiring not found or already completed");
  const json::Value done = bench.rest("GET", "/api/v1/hirings/" + id, bench.user).body["data"];
  CHECK(done["task_output"].text() == "Short.");
  CHECK(done["messages"].items().size() == 1);
  CHECK(bench.total("fees") == "0.10");
}

// rows: tool.hire_agent
TEST_CASE("hire_agent is answered when the probe is over, or after 300 ms") {
  Bench bench;
  const std::string agent = bench.open(k_agent_stream, bench.alice);
  Hirer hirer(bench, bench.user);
  const json::Value call = json::Value::object({{"name", "hire_agent"}, {"arguments", arguments()}});
  const Outcome parked = bench.post(
      hirer.path, bench.user,
      json::Value::object({{"jsonrpc", "2.0"}, {"id", "h"}, {"method", "tools/call"}, {"params", call}}));
  REQUIRE_FALSE(parked.parked.empty());
  std::string expected = "in_progress";
  SUBCASE("with a pong") {
    bench.pass(1ms);
    bench.answer_pings(agent, bench.alice);
  }
  SUBCASE("without") {
    expected = "queued";
    bench.pass(299ms);
    CHECK(bench.answers.empty());
    bench.pass(1ms);
  }
  REQUIRE(bench.answers.contains(parked.parked));
  const Response& answer = bench.answers[parked.parked];
  CHECK(answer.header("X-AGR-Emulator") == "1");
  const json::Value message = json::parse(answer.body).value();
  CHECK(message["id"].text() == "h");
  const auto hiring = json::parse(message.at_path("result.content").items()[0]["text"].text()).value();
  CHECK(hiring["status"].text() == expected);
  CHECK(hiring["final"].as_bool() == false);
  const auto streamed = bench.received(hirer.stream);
  CHECK(std::count(streamed.begin(), streamed.end(), message) == 1);
}

// rows: tool.hire_agent
TEST_CASE("wait_seconds waits for the end") {
  Bench bench(without_probe());
  Hirer hirer(bench, bench.user);
  json::Value args = arguments();
  args.set("wait_seconds", 25);
  const json::Value call = json::Value::object({{"name", "hire_agent"}, {"arguments", args}});
  const Outcome parked = bench.post(
      hirer.path, bench.user,
      json::Value::object({{"jsonrpc", "2.0"}, {"id", 1}, {"method", "tools/call"}, {"params", call}}));
  bench.pass(1s);
  CHECK(bench.answers.empty());
  SUBCASE("completed meanwhile") {
    const json::Value list = hirer.tool("list_my_hirings", json::Value::object());
    const std::string id = list["hirings"].items()[0]["id"].text();
    bench.rest("POST", "/api/v1/hirings/" + id + "/result", bench.alice,
               json::Value::object({{"output", "x"}}));
    REQUIRE(bench.answers.contains(parked.parked));
    CHECK(bench.answers[parked.parked].body.find("completed") != std::string::npos);
  }
  SUBCASE("not over in time") {
    bench.pass(24s);
    REQUIRE(bench.answers.contains(parked.parked));
    CHECK(bench.answers[parked.parked].body.find("in_progress") != std::string::npos);
  }
}

// rows: text.scope text.cap text.did
TEST_CASE("a hirer's tool fails with the documented words") {
  Bench bench;
  Hirer all(bench, bench.user), reader(bench, bench.read_only), capped(bench, bench.capped);
  CHECK(reader.tool("hire_agent", arguments())["error"].text() ==
        "Token missing required scope: hire:create");
  CHECK(reader.tool("set_github_token", json::Value::object({{"token", "x"}}))["error"].text() ==
        "Token missing required scope: account:write");
  CHECK(capped.tool("hire_agent", arguments("did:example:alice", "10.01"))["error"].text() ==
        "Requested price $10.01 exceeds this token's max_price_per_hire cap $10.00");
  CHECK(all.tool("hire_agent", arguments("did:example:alice", "1000.01"))["error"].text() ==
        "Insufficient balance: need $1000.01, have $1000.00");
  CHECK(all.tool("hire_agent", arguments("did:example:codr"))["error"].text() ==
        "No agent found with did=did:example:codr. Did you mean did:example:coder?");
  CHECK(all.tool("get_hiring_status", json::Value::object({{"hiring_id", "x"}}))["error"].text() ==
        "Hiring not found");
  json::Value long_wait = arguments();
  long_wait.set("wait_seconds", 26);
  CHECK(all.tool("hire_agent", long_wait)["error"].text() ==
        "wait_seconds must be a whole number from 0 to 25");
  bench.rest("POST", k_hire_alice, bench.user, task());
  CHECK(all.tool("hire_agent", arguments())["error"].text() == "Agent is currently busy with another hiring");
}

// rows: tool.list_agents tool.hire_agent tool.get_hiring_status tool.cancel_hiring tool.check_balance
// rows: tool.list_my_hirings tool.list_hiring_artifacts tool.download_artifact
// rows: tool.generate_deposit_address tool.set_github_token tool.get_github_token_status
// rows: tool.clear_github_token
TEST_CASE("the twelve tools") {
  Bench bench(without_probe());
  Hirer hirer(bench, bench.user);
  CHECK(hirer.rpc("tools/list", json::Value::object()).at_path("result.tools").items().size() == 12);
  CHECK(hirer.tool("list_agents", json::Value::object({{"capability", "coding"}}))["count"].as_integer() ==
        1);
  CHECK(hirer.tool("check_balance", json::Value::object())["available"].text() == "1000.00");
  CHECK(hirer.tool("generate_deposit_address", json::Value::object())["network"].text() == "TRC20");
  CHECK(hirer.tool("set_github_token", json::Value::object({{"token", "ghp_x"}})).has("token") == false);
  CHECK(hirer.tool("get_github_token_status", json::Value::object())["set"].as_bool() == true);

  json::Value push = arguments("did:example:coder", "5.00");
  push.set("delivery_mode", "push");
  push.set("repo_url", "https://github.com/x/y");
  push.set("idempotency_key", "k");
  bench.tool(hirer.path, bench.user, "check_balance", json::Value::object());
  hirer.rpc("tools/call", json::Value::object({{"name", "hire_agent"}, {"arguments", push}}));
  bench.pass(1ms);
  const json::Value status = hirer.tool("get_hiring_status", json::Value::object({{"idempotency_key", "k"}}));
  const std::string id = status["hiring_id"].text();
  CHECK(status["status"].text() == "in_progress");
  CHECK(json::write(status).find("ghp_x") == std::string::npos);
  const json::Value seen =
      bench.rest("GET", "/api/v1/hirings/pending", bench.coder).body["data"].items().at(0);
  CHECK(seen["repo_access_token"].text() == "ghp_x");
  CHECK_FALSE(hirer.tool("get_github_token_status", json::Value::object())["last_used_at"].is_null());
  CHECK(hirer.tool("clear_github_token", json::Value::object())["set"].as_bool() == false);

  json::Value upload = json::Value::array();
  upload.push(
      json::Value::object({{"artifact_type", "text"}, {"name", "a.txt"}, {"content", "h\xC3\xA9llo"}}));
  bench.rest("POST", "/api/v1/hirings/" + id + "/artifacts", bench.coder,
             json::Value::object({{"artifacts", upload}}));
  const json::Value list = hirer.tool("list_hiring_artifacts", json::Value::object({{"hiring_id", id}}));
  const std::string artifact = list["artifacts"].items().at(0)["id"].text();
  const json::Value part =
      hirer.tool("download_artifact", json::Value::object({{"artifact_id", artifact}, {"max_bytes", 2}}));
  CHECK(part["content"].text() == "h");
  CHECK(part["truncated"].as_bool() == true);
  CHECK(hirer.tool("cancel_hiring", json::Value::object({{"hiring_id", id}}))["refunded"].text() == "5.00");
  CHECK(hirer.tool("list_my_hirings", json::Value::object({{"status", "cancelled"}}))["count"].as_integer() ==
        1);
  CHECK(bench.books_balance());
}

// rows: resource.active resource.status mcp.autosubscribe
TEST_CASE("a hirer hears of its hirings without asking, before and after a reconnect") {
  Bench bench(without_probe());
  Hirer first(bench, bench.user);
  const std::string id = bench.rest("POST", k_hire_alice, bench.user, task()).body.at_path("data.id").text();
  CHECK(first.pushes() == std::vector<std::string>{"hirings://active"});
  Hirer second(bench, bench.user);
  bench.pass(1ms);
  const std::vector<std::string> both = {"hirings://active", "hiring://" + id + "/status"};
  CHECK(second.pushes() == both);
  second.rpc("resources/subscribe", uri("hiring://" + id + "/messages"));
  second.pushes();
  bench.rest("POST", "/api/v1/hirings/" + id + "/messages", bench.alice,
             json::Value::object({{"content", "Hi"}}));
  CHECK(second.pushes() == std::vector<std::string>{"hiring://" + id + "/messages"});
  const json::Value read = second.rpc("resources/read", uri("hiring://" + id + "/messages"));
  CHECK(read.at_path("result.contents").items()[0]["text"].text().find("\"Hi\"") != std::string::npos);
}

// rows: mcp.scope
TEST_CASE("a token without hirings:read reads no resource") {
  Bench bench;
  const Outcome made =
      bench.rest("POST", "/api/v1/user/tokens", bench.user,
                 json::Value::object(
                     {{"name", "blind"}, {"scopes", json::Value::array({json::Value("balance:read")})}}));
  REQUIRE(made.status == 201);
  Hirer blind(bench, made.body.at_path("data.token").text());
  for (const char* method :
       {"resources/list", "resources/read", "resources/subscribe", "resources/unsubscribe"})
    CHECK(blind.rpc(method, uri("hirings://active")).at_path("error.message").text() ==
          "Token missing required scope: hirings:read");
  bench.rest("POST", k_hire_alice, bench.user, task());
  CHECK(blind.pushes().empty());
}

// rows: mcp.framing
TEST_CASE("what goes on a stream is ASCII, whatever a hirer wrote") {
  Bench bench(without_probe());
  const std::string stream = bench.open(k_agent_stream, bench.alice);
  json::Value body = task();
  body.set("task_description", "\xE2\x80\xA8 na\xC3\xAFve \xF0\x9F\x8E\x89\r\ndata: x");
  bench.rest("POST", k_hire_alice, bench.user, body);
  bench.pass(1ms);
  bench.streams[stream].clear();
  bench.rpc("/mcp/messages/" + stream, bench.alice, "resources/read", uri("hiring://pending"));
  const std::string& bytes = bench.streams[stream];
  CHECK(std::all_of(bytes.begin(), bytes.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; }));
  CHECK(bytes.find("\ndata: x") == std::string::npos);
}

// rows: M5 mcp.streamable
TEST_CASE("JSON-RPC without a session") {
  Bench bench;
  const json::Value list = json::Value::object({{"jsonrpc", "2.0"}, {"id", 1}, {"method", "tools/list"}});
  for (const char* path : {"/mcp/hirer", "/mcp/hirer/sse"})
    CHECK(bench.rest("POST", path, bench.user, list).body.at_path("result.tools").items().size() == 12);
  const json::Value discover =
      json::Value::object({{"jsonrpc", "2.0"}, {"id", 1}, {"method", "server/discover"}});
  CHECK(bench.rest("POST", "/mcp/hirer", bench.user, discover).status == 400);
  const json::Value note = json::Value::object({{"jsonrpc", "2.0"}, {"method", "notifications/initialized"}});
  CHECK(bench.rest("POST", "/mcp/hirer", bench.user, note).status == 202);
}

// rows: mcp.streamable
TEST_CASE("the revision without a session is the client's, on a stream the marketplace's") {
  Bench bench;
  const auto initialize = [](std::string_view revision) {
    return json::Value::object({{"jsonrpc", "2.0"},
                                {"id", 1},
                                {"method", "initialize"},
                                {"params", json::Value::object({{"protocolVersion", revision}})}});
  };
  const std::string stream = "/mcp/hirer/messages/" + bench.open(k_hirer_stream, bench.user);
  for (const auto& [asked, given] :
       std::vector<std::pair<std::string_view, std::string_view>>{{"2024-11-05", "2024-11-05"},
                                                                  {"2025-03-26", "2025-03-26"},
                                                                  {"2025-06-18", "2025-06-18"},
                                                                  {"2025-11-25", "2025-11-25"},
                                                                  {"2026-07-28", "2025-11-25"},
                                                                  {"", "2025-11-25"}}) {
    CAPTURE(asked);
    const json::Value single = bench.rest("POST", "/mcp/hirer", bench.user, initialize(asked)).body;
    CHECK(single.at_path("result.protocolVersion").text() == given);
    const json::Value streamed = bench.rest("POST", stream, bench.user, initialize(asked)).body;
    CHECK(streamed.at_path("result.protocolVersion").text() == "2024-11-05");
  }
}

// rows: mcp.streamable
TEST_CASE("the edges of an address without a session") {
  Bench bench;
  const json::Value list = json::Value::object({{"jsonrpc", "2.0"}, {"id", 1}, {"method", "tools/list"}});
  const auto status = [&](std::string_view method, std::string_view path, std::vector<Header> headers = {}) {
    return bench.rest(method, path, bench.user, list, std::move(headers)).status;
  };
  CHECK(status("POST", "/mcp/hirer/") == 200);
  CHECK(status("GET", "/mcp/hirer") == 405);
  CHECK(status("DELETE", "/mcp/hirer") == 405);
  CHECK(status("POST", "/mcp/hirer", {{"Accept", "*/*"}}) == 200);
  CHECK(status("POST", "/mcp/hirer", {{"Mcp-Session-Id", "of-another-server"}}) == 200);
  for (const auto& [revision, expected] : std::vector<std::pair<std::string, int>>{{"2024-11-05", 200},
                                                                                   {"2025-06-18", 200},
                                                                                   {"2026-07-28", 400},
                                                                                   {"2025-07-01", 400},
                                                                                   {"1999-01-01", 400},
                                                                                   {"soon", 400}}) {
    CAPTURE(revision);
    CHECK(status("POST", "/mcp/hirer", {{"MCP-Protocol-Version", revision}}) == expected);
  }
  const Outcome batch = bench.rest("POST", "/mcp/hirer", bench.user, json::Value::array({list}));
  CHECK(batch.status == 400);
  CHECK(batch.body.at_path("error.code").as_integer() == -32600);
}
