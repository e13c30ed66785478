// SPDX-License-Identifier: MIT
#include "play.hpp"
#include "serve/health.hpp"

using namespace agr;
using namespace agr::serve;
using namespace agr::serve::play;

namespace {

const Time k_now{Millis(1'800'000'000'000)};

Health of(WorkerStatus status) {
  return Health{.agents = {{"alice", std::move(status)}}, .lag = Millis(12), .now = k_now};
}

} // namespace

TEST_CASE("what a worker shows of itself") {
  Play play({.concurrency = 1});
  CHECK_FALSE(play.worker.status().ready);
  play.on(StreamUp{}).on(listed({offer("h1"), offer("h2")})).on(HandlerStarted{"h1", 1});
  auto status = play.worker.status();
  CHECK(status.ready);
  CHECK(status.running == 1);
  CHECK(status.waiting == 1);
  play.on(exited("h1", 0)).on(ArtifactsUploaded{"h1"}).on(Submitted{"h1", http_error(503)});
  status = play.worker.status();
  CHECK(status.reporting == 1);
  CHECK(status.oldest_report == play.now);
  CHECK(status.last_error == "HTTP 503");
  CHECK(status.retries == 1);
  play.wake().on(read_back("h1", "completed"));
  CHECK(play.worker.status().done == 1);
  play.on(StreamDown{Error{Kind::unavailable, "gone"}, Millis(1)});
  CHECK_FALSE(play.worker.status().ready);
  CHECK(play.worker.status().last_error == "gone");
}

TEST_CASE("ready is who is online and takes work") {
  struct Case {
    WorkerStatus status;
    int code;
    const char* body;
  };
  for (const auto& c :
       {Case{{.ready = true}, 200, "ready\n"}, Case{{}, 503, "agent alice is not online\n"},
        Case{{.ready = true, .draining = true}, 503, "agent alice is draining\n"},
        Case{{.ready = true, .paused = true}, 503, "agent alice is paused: its handler cannot be run\n"}}) {
    const auto answer = answer_health("GET", "/ready", of(c.status));
    CHECK(answer.status == c.code);
    CHECK(answer.body == c.body);
  }
  CHECK(answer_health("GET", "/ready", Health{}).status == 503);
  auto partly = of({.ready = true});
  partly.left = 1;
  CHECK(answer_health("GET", "/ready", partly).status == 503);
}

TEST_CASE("every page answers, and no other") {
  const auto health = of({.ready = true});
  struct Case {
    const char* method;
    const char* target;
    int code;
  };
  for (const auto& c : {Case{"GET", "/live", 200}, Case{"HEAD", "/live", 200}, Case{"POST", "/live", 405},
                        Case{"GET", "/status.json", 200}, Case{"GET", "/metrics?x=1", 200},
                        Case{"GET", "/", 404}, Case{"GET", "/../etc", 404}, Case{"GET", "", 404}}) {
    CAPTURE(c.target);
    CHECK(answer_health(c.method, c.target, health).status == c.code);
  }
}

TEST_CASE("the status as JSON") {
  const auto value = json::parse(answer_health("GET", "/status.json",
                                               of({.ready = true,
                                                   .running = 2,
                                                   .reporting = 1,
                                                   .oldest_report = k_now - Millis(1500),
                                                   .last_error = "down"}))
                                     .body)
                         .value();
  CHECK(value["ready"].as_bool() == true);
  const auto& agent = value["agents"].items().at(0);
  CHECK(agent["running"].as_integer() == 2);
  CHECK(agent["oldest_report_ms"].as_integer() == 1500);
  CHECK(agent["last_error"].text() == "down");
}

TEST_CASE("metrics are in the text format, with names that cannot break out of it") {
  auto health = of({.ready = true, .running = 2, .done = 7, .retries = 3});
  health.agents[0].name = "a\"b\\c\nd";
  const auto text = metrics_of(health);
  const auto has = [&](std::string_view line) { return text.find(line) != std::string::npos; };
  CHECK(has("# TYPE agr_hirings_closed_total counter\n"));
  CHECK(has("agr_agent_ready{agent=\"a\\\"b\\\\c\\nd\"} 1\n"));
  CHECK(has(",state=\"running\"} 2\n"));
  CHECK(has(",how=\"done\"} 7\n"));
  CHECK(has("agr_loop_lag_seconds 0.012\n"));
  CHECK(text.ends_with("\n"));
}
