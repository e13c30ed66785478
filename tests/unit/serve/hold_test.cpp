// SPDX-License-Identifier: MIT
// Handlers that vanish, and handlers that accept now and deliver later.
#include "play.hpp"
#include "process/files.hpp"
#include "serve/verdict.hpp"

#include <csignal>
#include <cstdlib>
#include <filesystem>

using namespace agr;
using namespace agr::serve;
using namespace agr::serve::play;
using process::How;

namespace {

const Order k_result{.report = Report::result, .output = "delivered.1"};
const Order k_failure{.report = Report::failure, .reason = "no luck"};

Play& held(Play& play) {
  play.running("h1").on(exited("h1", k_submits_later));
  REQUIRE(play.lines() == Words{"h1 held"});
  return play;
}

} // namespace

TEST_CASE("what becomes of a hiring whose handler was lost is the operator's choice") {
  struct Case {
    OnCrash on_crash;
    const char* line;
    Words after;
  };
  for (const auto& c : {Case{OnCrash::fail, "h1 finished", {"upload h1"}},
                        Case{OnCrash::retry, "h1 seen", {}}, Case{OnCrash::hold, "h1 held", {"order? h1"}}}) {
    Play play({.on_crash = c.on_crash});
    play.running("h1").on(ended("h1", How::lost));
    CHECK(play.lines() == Words{c.line});
    CHECK(play.after_words() == c.after);
  }
}

TEST_CASE("a lost handler is not tried for ever") {
  Play play({.on_crash = OnCrash::retry, .most_attempts = 2});
  play.running("h1").on(ended("h1", How::lost)).later(Millis(30'000));
  CHECK(play.after_words() == Words{
                                  "start h1#2",
                              });
  play.on(HandlerStarted{"h1", 2}).on(ended("h1", How::lost, 2));
  CHECK(play.lines() == Words{"h1 finished"});
}

TEST_CASE("a handler that delivers later leaves its place to the next, and agr submit ends the hiring") {
  Play play;
  play.on(listed({offer("h1"), offer("h2")})).on(HandlerStarted{"h1", 1});
  play.on(exited("h1", k_submits_later));
  auto lines = play.lines();
  std::ranges::sort(lines);
  CHECK(lines == Words{"h1 held", "h2 accepted"});
  play.on(Ordered{"h1", 1, k_result});
  CHECK(play.lines() == Words{"h1 finished"});
  CHECK(play.on(ArtifactsUploaded{"h1"}).after_words() == Words{"result h1"});
  play.on(Ordered{"h1", 1, k_failure});
  CHECK(play.lines().empty());
  CHECK(play.on(Submitted{"h1"}).lines() == Words{"h1 done"});
}

TEST_CASE("a failure may be submitted, too") {
  Play play;
  held(play).on(Ordered{"h1", 1, k_failure}).on(ArtifactsUploaded{"h1"});
  CHECK(play.after_words() == Words{"failure h1"});
  CHECK(play.last.lines[0].reason == "no luck");
}

TEST_CASE("what was submitted while the handler ran counts, however it ended") {
  for (const int code : {0, 1, 75, 125, k_submits_later}) {
    Play play;
    auto end = exited("h1", code);
    end.order = k_result;
    play.running("h1").on(end);
    CHECK(play.lines() == Words{"h1 finished"});
    CHECK(play.last.lines[0].report == Report::result);
  }
}

TEST_CASE("orders for other attempts and for what is not held are ignored") {
  Play play;
  CHECK(play.running("h1").on(Ordered{"h1", 1, k_result}).lines().empty());
  Play other;
  CHECK(held(other).on(Ordered{"h1", 2, k_result}).lines().empty());
  CHECK(other.on(Ordered{"h2", 1, k_result}).lines().empty());
}

TEST_CASE("a held hiring is looked after: at each poll, at its deadline, when the other side ends it") {
  Play play;
  held(play);
  while (play.wake().now_words() != Words{"poll", "order? h1"}) {
  }
  CHECK(play.on(listed({})).now_words() == Words{"read h1"});
  CHECK(play.on(read_back("h1", "cancelled")).lines() == Words{"h1 failed"});

  Play late;
  auto soon = offer("h1");
  soon.deadline = late.now + Millis(5'000);
  late.on(listed({soon})).on(HandlerStarted{"h1", 1}).on(exited("h1", k_submits_later));
  CHECK(late.wake().lines() == Words{"h1 finished"});
  CHECK(late.last.lines[0].reason == "the deadline passed before the result was delivered");
}

TEST_CASE("a held hiring survives a restart and does not hold up a drain") {
  const Entry entry{.id = "h1", .state = State::held, .attempt = 1, .hiring = "{}"};
  Play play({}, JournalLoaded{.open = {entry}});
  CHECK(play.now_words() == Words{"order? h1"});
  CHECK(play.on(Signalled{SIGTERM}).after_words() == Words{"exit 0"});
}

TEST_CASE("of several orders one is taken, and none after the decision") {
  std::string pattern = (std::filesystem::temp_directory_path() / "agr-order-XXXXXX").string();
  const process::Spool spool(::mkdtemp(pattern.data()));
  CHECK_FALSE(read_order(spool).value());
  CHECK(place_order(spool, k_result).value());
  CHECK_FALSE(place_order(spool, k_failure).value());
  CHECK(read_order(spool).value() == k_result);
  CHECK(last_order(spool).value() == k_result);
  ::unlink(spool.path("order").c_str());
  CHECK_FALSE(last_order(spool).value());
  CHECK_FALSE(place_order(spool, k_result).value());
  CHECK_FALSE(read_order(spool).value());
  REQUIRE(process::remove_folder(spool.folder()));
}
