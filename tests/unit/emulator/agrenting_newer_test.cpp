// SPDX-License-Identifier: MIT
#include "agrenting_bench.hpp"

#include <doctest/doctest.h>

using namespace agr;
using namespace agr::emulator;
using namespace agr::emulator::test;
using namespace std::chrono_literals;

namespace {

json::Value object(std::initializer_list<std::pair<std::string_view, json::Value>> members) {
  return json::Value::object(members);
}

/// A hirer and alice at work for her, in a world with the newer tools.
struct Scene {
  Scene() {
    bench.rest("PATCH", "/__emulator/agrenting/settings", "",
               object({{"newer_tools", true}, {"probe", "off"}}));
    hirer = bench.open(k_hirer_stream, bench.user);
    hiring = bench.rest("POST", k_hire_alice, bench.user, task()).body.at_path("data.id").text();
    bench.pass(1ms);
    agent = bench.open(k_agent_stream, bench.alice);
  }
  json::Value call(std::string_view name, const json::Value& arguments) {
    return bench.tool("/mcp/hirer/messages/" + hirer, bench.user, name, arguments);
  }
  json::Value work(std::string_view name, const json::Value& arguments) {
    return bench.tool("/mcp/messages/" + agent, bench.alice, name, arguments);
  }
  /// A call that is answered later.
  std::string wait() {
    const json::Value arguments = object({{"hiring_ids", json::Value::array({json::Value(hiring)})}});
    const Outcome parked =
        bench.post("/mcp/hirer/messages/" + hirer, bench.user,
                   object({{"jsonrpc", "2.0"},
                           {"id", 1},
                           {"method", "tools/call"},
                           {"params", object({{"name", "wait_for_hirings"}, {"arguments", arguments}})}}));
    REQUIRE_FALSE(parked.parked.empty());
    return parked.parked;
  }
  json::Value answer(const std::string& parked) {
    REQUIRE(bench.answers.count(parked) == 1);
    const json::Value message = json::parse(bench.answers[parked].body).value();
    return json::parse(message.at_path("result.content").items().at(0)["text"].text()).value();
  }

  Bench bench;
  std::string hirer, agent, hiring;
};

std::size_t tools_of(Bench& bench, const std::string& path, const std::string& key) {
  return bench.rpc(path, key, "tools/list").at_path("result.tools").items().size();
}

} // namespace

// rows: mcp.list_changed E1
TEST_CASE("switching the tools tells every hirer") {
  Bench bench;
  const std::string hirer = bench.open(k_hirer_stream, bench.user);
  const std::string agent = bench.open(k_agent_stream, bench.alice);
  CHECK(tools_of(bench, "/mcp/hirer/messages/" + hirer, bench.user) == 12);
  CHECK(bench.tool("/mcp/hirer/messages/" + hirer, bench.user, "wait_for_hirings", object({}))["error"]
            .text() == "Unknown tool: wait_for_hirings");
  bench.received(hirer);
  bench.rest("PATCH", "/__emulator/agrenting/settings", "", object({{"newer_tools", true}}));
  const auto told = bench.received(hirer);
  REQUIRE(told.size() == 1);
  CHECK(told[0]["method"].text() == "notifications/tools/list_changed");
  CHECK(tools_of(bench, "/mcp/hirer/messages/" + hirer, bench.user) == 14);
  CHECK(tools_of(bench, "/mcp/messages/" + agent, bench.alice) == 4);
}

// rows: tool.wait_for_hirings
TEST_CASE("wait_for_hirings is answered by an end, by a question, by its time") {
  Scene scene;
  SUBCASE("an end") {
    const std::string parked = scene.wait();
    scene.work("submit_hiring_result", object({{"hiring_id", scene.hiring}, {"output", "done"}}));
    CHECK(scene.answer(parked)["ended"].items().at(0).text() == scene.hiring);
  }
  SUBCASE("a question") {
    const std::string parked = scene.wait();
    scene.work("add_hiring_message", object({{"hiring_id", scene.hiring}, {"content", "Hm."}}));
    CHECK(scene.bench.answers.count(parked) == 0);
    scene.work("add_hiring_message",
               object({{"hiring_id", scene.hiring}, {"content", "How long?"}, {"kind", "question"}}));
    const json::Value question = scene.answer(parked)["new_questions"].items().at(0);
    CHECK(question["content"].text() == "How long?");
    CHECK(question["hiring_id"].text() == scene.hiring);
  }
  SUBCASE("time") {
    const std::string parked = scene.wait();
    scene.bench.pass(25s);
    CHECK(scene.answer(parked)["hirings"].items().at(0)["status"].text() == "in_progress");
  }
  SUBCASE("what it may not be asked") {
    CHECK(scene.call("wait_for_hirings", object({{"hiring_ids", json::Value::array()}}))["error"].text() ==
          "hiring_ids must be a list of 1 to 25");
    CHECK(scene
              .call("wait_for_hirings",
                    object({{"hiring_ids", json::Value::array({json::Value("x")})}}))["error"]
              .text() == "Hiring not found");
  }
}

// rows: tool.answer_hiring_question
TEST_CASE("an answer closes its question, even when it comes too late") {
  Scene scene;
  const Outcome asked =
      scene.bench.rest("POST", "/api/v1/hirings/" + scene.hiring + "/messages", scene.bench.alice,
                       object({{"content", "How long?"}, {"kind", "question"}}));
  const std::string id = asked.body.at_path("data.id").text();
  const auto open = [&] {
    return scene.call("get_hiring_status", object({{"hiring_id", scene.hiring}}))["open_questions"]
        .items()
        .size();
  };
  CHECK(open() == 1);
  scene.work("submit_hiring_result", object({{"hiring_id", scene.hiring}, {"output", "done"}}));
  const auto answer = [&](const std::string& question) {
    return scene.call("answer_hiring_question",
                      object({{"hiring_id", scene.hiring}, {"question_id", question}, {"answer", "Short"}}));
  };
  CHECK(answer("nobody")["error"].text() == "Question not found");
  CHECK(answer(id)["content"].text() == "Short");
  CHECK(open() == 0);
  CHECK(scene.call("get_hiring_status", object({{"hiring_id", scene.hiring}}))["status"].text() ==
        "completed");
}

// rows: tool.task_emit_chunk webhook.event
TEST_CASE("progress goes to subscribers") {
  Scene scene;
  scene.bench.rest("POST", "/api/v1/webhooks", scene.bench.user,
                   object({{"callback_url", "http://127.0.0.1:9/x"},
                           {"event_types", json::Value::array({json::Value("stream.chunk")})}}));
  CHECK(scene.work("task_emit_chunk", object({{"task_id", scene.hiring}, {"content", "half"}}))["accepted"]
            .as_bool() == true);
  REQUIRE(scene.bench.webhooks.size() == 1);
  CHECK(json::parse(scene.bench.webhooks[0].body).value()["content"].text() == "half");
}
