// SPDX-License-Identifier: MIT
#include "agrenting_bench.hpp"
#include "base/text.hpp"

#include <doctest/doctest.h>

using namespace agr;
using namespace agr::emulator;
using namespace agr::emulator::test;

namespace {

json::Value object(std::initializer_list<std::pair<std::string_view, json::Value>> members) {
  return json::Value::object(members);
}

std::string code_in(const Outcome& outcome) {
  return outcome.body["errors"].items().empty() ? "" : outcome.body["errors"].items()[0]["code"].text();
}

/// A task for alice at $3, as the stdio bridge asks for one.
std::string new_task(Bench& bench) {
  const Outcome made = bench.rest("POST", "/api/v1/tasks", bench.user,
                                  object({{"provider_agent_id", "did:example:alice"},
                                          {"capability", "summarizing"},
                                          {"input", "Summarize this."},
                                          {"max_price", "3.00"},
                                          {"external_client", true}}));
  CHECK(made.status == 201);
  CHECK(made.body.at_path("data.status").text() == "pending");
  return "/api/v1/tasks/" + made.body.at_path("data.id").text();
}

std::string status_of(Bench& bench, const std::string& task) {
  return bench.rest("GET", task, bench.user).body.at_path("data.status").text();
}

} // namespace

// rows: T1 T2 T3 T4 T5 T8 T10 T11 T12
TEST_CASE("a task is held, worked on and paid") {
  Bench bench;
  const std::string task = new_task(bench);
  CHECK(bench.total("escrow") == "3.00");
  const Outcome waiting = bench.rest("GET", "/api/v1/tasks/pending?limit=100", bench.alice);
  REQUIRE(waiting.body.at_path("data.tasks").items().size() == 1);
  CHECK(waiting.body.at_path("data.tasks").items()[0]["input"].text() == "Summarize this.");
  CHECK(bench
            .rest("POST", task + "/messages", bench.user,
                  object({{"message", "Be brief."}, {"message_type", "instruction"}}))
            .status == 201);
  CHECK(bench.rest("POST", task + "/messages", bench.alice, object({{"content", "Yes."}})).status == 201);
  const json::Value file = object({{"artifact_type", "text"}, {"name", "a.txt"}, {"content", "hello"}});
  CHECK(
      bench
          .rest("POST", task + "/artifacts", bench.alice, object({{"artifacts", json::Value::array({file})}}))
          .status == 201);
  CHECK(bench.rest("PUT", task + "/complete", bench.alice, object({{"output", "Short."}})).status == 200);
  CHECK(bench.total("escrow") == "0.00");
  CHECK(bench.total("fees") == "0.15");

  const json::Value done = bench.rest("GET", task, bench.user).body["data"];
  CHECK(done["status"].text() == "completed");
  CHECK(done["output"].text() == "Short.");
  CHECK(done["messages"].items().size() == 2);
  CHECK(done.at_path("payment.status").text() == "released");
  const json::Value files = bench.rest("GET", task + "/artifacts", bench.user).body["data"];
  REQUIRE(files.items().size() == 1);
  CHECK(bench.rest("GET", "/api/v1/artifacts/" + files.items()[0]["id"].text() + "/download", bench.user)
            .response.body == "hello");
  CHECK(bench.rest("GET", task + "/payments", bench.user).body["data"].items().size() == 1);
  const json::Value events = bench.rest("GET", task + "/timeline", bench.user).body.at_path("data.events");
  CHECK(events.items().front()["event_type"].text() == "task.created");
  CHECK(events.items().back()["event_type"].text() == "task.completed");
  CHECK(bench.rest("GET", "/api/v1/tasks?status=completed", bench.user).body["data"].items().size() == 1);
  CHECK(bench.rest("GET", "/api/v1/tasks?status=pending", bench.user).body["data"].items().empty());
  CHECK(bench.books_balance());
}

// rows: T5 T6 T7 T9 T12 E6 code.DISPUTE_OPEN
TEST_CASE("a task fails, is given to another, is cancelled, is contested") {
  Bench bench;
  const std::string task = new_task(bench);
  const auto post = [&](std::string_view what, const std::string& key, const json::Value& body) {
    return bench.rest("POST", task + std::string(what), key, body);
  };
  SUBCASE("failed, then given to another") {
    CHECK(bench.rest("PUT", task + "/fail", bench.alice, object({{"error_reason", "no"}})).status == 200);
    CHECK(bench.total("escrow") == "0.00");
    CHECK(post("/reassign", bench.user, object({{"new_provider_agent_did", "did:example:coder"}})).status ==
          200);
    CHECK(bench.total("escrow") == "3.00");
    CHECK(bench.rest("GET", task, bench.alice).status == 404);
    CHECK(bench.rest("PUT", task + "/complete", bench.coder, object({{"output", "ok"}})).status == 200);
    const json::Value attempts =
        bench.rest("GET", task + "/attempts", bench.user).body.at_path("data.attempts");
    REQUIRE(attempts.items().size() == 2);
    CHECK(attempts.items()[0]["status"].text() == "reassigned");
    CHECK(attempts.items()[1]["status"].text() == "completed");
  }
  SUBCASE("cancelled") {
    CHECK(post("/cancel", bench.alice, {}).status == 403);
    CHECK(post("/cancel", bench.user, {}).status == 200);
    CHECK(status_of(bench, task) == "cancelled");
    CHECK(code_in(post("/cancel", bench.user, {})) == "INVALID_STATE");
  }
  SUBCASE("contested and split") {
    CHECK(post("/dispute", bench.user, object({{"reason", "nothing came"}})).status == 200);
    CHECK(bench.total("escrow") == "3.00");
    CHECK(code_in(post("/cancel", bench.user, {})) == "DISPUTE_OPEN");
    const std::string control = "/__emulator/agrenting" + task.substr(std::string_view("/api/v1").size());
    CHECK(bench.rest("POST", control + "/resolve", "", object({{"outcome", "split"}, {"refund", "4.00"}}))
              .status == 422);
    CHECK(bench.rest("POST", control + "/resolve", "", object({{"outcome", "split"}, {"refund", "1.00"}}))
              .status == 200);
    CHECK(status_of(bench, task) == "completed");
    CHECK(bench.total("available") == "998.00");
  }
  CHECK(bench.total("escrow") == "0.00");
  CHECK(bench.books_balance());
}

// rows: T2 T11
TEST_CASE("a task to be paid another way is held when the payment is made") {
  Bench bench;
  const Outcome made = bench.rest("POST", "/api/v1/tasks", bench.user,
                                  object({{"provider_agent_id", bench.alice_id},
                                          {"capability", "summarizing"},
                                          {"input", object({{"text", "x"}})},
                                          {"payment_type", "crypto"}}));
  CHECK(bench.total("escrow") == "0.00");
  CHECK(made.body.at_path("data.payment").is_null());
  const std::string path = "/api/v1/tasks/" + made.body.at_path("data.id").text() + "/payments";
  const Outcome paid = bench.rest("POST", path, bench.user, object({{"payment_type", "crypto"}}));
  CHECK(paid.status == 201);
  CHECK(paid.body.at_path("data.status").text() == "escrowed");
  CHECK(bench.total("escrow") == "2.00");
}

// rows: T2 T3 code.AGENT_UNAVAILABLE
TEST_CASE("what a task may not be") {
  Bench bench;
  bench.rest("PATCH", "/api/v1/agents/" + bench.coder_id, bench.coder, object({{"status", "inactive"}}));
  struct Case {
    json::Value body;
    int status;
    std::string_view code;
  };
  for (const Case& c :
       {Case{object({{"capability", "x"}}), 404, "NOT_FOUND"},
        Case{object({{"provider_agent_id", "did:example:alice"}}), 422, "VALIDATION_ERROR"},
        Case{object({{"provider_agent_id", "did:example:coder"}, {"capability", "x"}}), 503,
             "AGENT_UNAVAILABLE"},
        Case{object({{"provider_agent_id", "did:example:alice"}, {"capability", "x"}, {"max_price", "-1"}}),
             422, "INVALID_AMOUNT"},
        Case{object({{"provider_agent_id", "did:example:alice"}, {"capability", "x"}, {"max_price", "2000"}}),
             422, "INSUFFICIENT_BALANCE"}}) {
    CAPTURE(json::write(c.body));
    const Outcome refused = bench.rest("POST", "/api/v1/tasks", bench.user, c.body);
    CHECK(refused.status == c.status);
    CHECK(code_in(refused) == c.code);
  }
  CHECK(bench.rest("GET", new_task(bench), bench.coder).status == 404);
}

// rows: D1 D2
TEST_CASE("documents go up and come down") {
  Bench bench;
  for (const char* path : {"/api/v1/documents", "/api/v1/uploads"}) {
    const Outcome made = bench.rest("POST", path, bench.user,
                                    object({{"name", "task-patch.diff"},
                                            {"content", base64("--- a\n+++ b\n")},
                                            {"content_type", "text/plain"},
                                            {"document_type", "patch"}}));
    CHECK(made.status == 201);
    CHECK(made.body.at_path("data.document_type").text() == "patch");
    const std::string id = made.body.at_path("data.id").text();
    const Outcome read = bench.rest("GET", "/api/v1/documents/" + id + "/download", bench.alice);
    CHECK(read.response.body == "--- a\n+++ b\n");
    CHECK(read.response.header("Content-Type") == "text/plain");
  }
  CHECK(bench.rest("GET", "/api/v1/documents/nobody/download", bench.user).status == 404);
  CHECK(bench
            .rest("POST", "/api/v1/documents", bench.user,
                  object({{"name", "x"}, {"content", "y"}, {"content_type", "a/b\r\nX: 1"}}))
            .status == 422);
}
