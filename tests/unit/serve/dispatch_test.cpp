// SPDX-License-Identifier: MIT
// A hirer may retry a failed hiring, which keeps its id: the new dispatch runs once, and news of the old one
// start nothing.
#include "play.hpp"

#include <csignal>

using namespace agr;
using namespace agr::serve;
using namespace agr::serve::play;
using process::How;

namespace {

const Time k_then{Millis(1'700'000'000'000)};

Offer offer_of(const std::string& id, Dispatch dispatch) {
  auto made = offer(id);
  made.dispatch = std::move(dispatch);
  return made;
}

/// A hiring that was failed by its handler, and the marketplace knows.
void fail_one(Play& play, const Dispatch& dispatch = {}) {
  play.on(listed({offer_of("h1", dispatch)})).on(HandlerStarted{"h1", 1}).on(exited("h1", 1));
  play.on(ArtifactsUploaded{"h1"}).on(Submitted{"h1"});
  REQUIRE(play.lines() == Words{"h1 failed"});
}

} // namespace

TEST_CASE("two views of a hiring") {
  struct Case {
    Dispatch a;
    Dispatch b;
    Same same;
  };
  for (const auto& c :
       {Case{{}, {}, Same::unknown}, Case{{.id = "d1"}, {}, Same::unknown},
        Case{{.id = "d1"}, {.id = "d1"}, Same::yes}, Case{{.id = "d1"}, {.id = "d2"}, Same::no},
        Case{{.number = 1}, {.number = 1}, Same::yes}, Case{{.number = 1}, {.number = 2}, Same::no},
        Case{{.id = "d1", .number = 1}, {.number = 2}, Same::no},
        Case{{.id = "d1", .number = 1}, {.id = "d1", .number = 2}, Same::yes},
        Case{{.started = k_then}, {.started = k_then}, Same::unknown},
        Case{{.started = k_then}, {.started = k_then + Millis(999)}, Same::unknown},
        Case{{.started = k_then}, {.started = k_then + Millis(1'001)}, Same::no},
        Case{{.started = k_then + Millis(1'001)}, {.started = k_then}, Same::no}}) {
    CAPTURE(c.a.id);
    CAPTURE(c.b.id);
    CHECK(compare(c.a, c.b) == c.same);
  }
}

TEST_CASE("a retried hiring runs again, once, when the marketplace says that it waits") {
  struct Case {
    const char* what;
    Dispatch first;
    Dispatch second;
  };
  for (const auto& c :
       {Case{"nothing tells them apart", {}, {}}, Case{"dispatch ids", {.id = "d1"}, {.id = "d2"}},
        Case{"numbers", {.number = 1}, {.number = 2}},
        Case{"times", {.started = k_then}, {.started = k_then + Millis(60'000)}}}) {
    CAPTURE(c.what);
    Play play;
    fail_one(play, c.first);
    for (int i = 0; i < 3; ++i)
      play.on(listed({offer_of("h1", c.second)}));
    CHECK(play.now_words().empty()); // asked once
    play.on(read_back("h1", "in_progress", c.second));
    CHECK(play.lines() == Words{"h1 accepted"});
    CHECK(play.after_words() == Words{"start h1#2"}); // a folder of its own
    CHECK(play.last.lines[0].round == 2);
    play.on(listed({offer_of("h1", c.second)}));
    CHECK(play.after_words().empty());
    play.on(HandlerStarted{"h1", 2}).on(exited("h1", 0, 2)).on(ArtifactsUploaded{"h1"}).on(Submitted{"h1"});
    CHECK(play.lines() == Words{"h1 done"});
    play.on(listed({offer_of("h1", c.second)}));
    CHECK(play.now_words().empty());
    CHECK(play.logged("ignored"));
  }
}

TEST_CASE("what is closed stays closed as long as nothing proves a new dispatch") {
  const auto closed = [](State state, bool confirmed, Dispatch dispatch = {}) {
    return Entry{
        .id = "h1", .state = state, .dispatch = std::move(dispatch), .attempt = 1, .confirmed = confirmed};
  };
  struct Case {
    const char* what;
    Entry last;
    Dispatch offered;
    bool asks;
  };
  for (const auto& c :
       {Case{"delivered", closed(State::done, true), {}, false},
        Case{"failed", closed(State::failed, true), {}, true},
        Case{"handed back", closed(State::handed_back, true), {}, true},
        Case{"nobody knows how it ended", closed(State::failed, false), {}, false},
        Case{"the same dispatch", closed(State::failed, true, {.id = "d1"}), {.id = "d1"}, false},
        Case{"another dispatch", closed(State::failed, false, {.id = "d1"}), {.id = "d2"}, true},
        Case{"delivered, another dispatch", closed(State::done, true, {.id = "d1"}), {.id = "d2"}, true}}) {
    CAPTURE(c.what);
    Play play;
    play.journal["h1"] = c.last;
    play.on(listed({offer_of("h1", c.offered)}));
    CHECK(play.now_words() == (c.asks ? Words{"read h1"} : Words{}));
    CHECK(play.logged("ignored") != c.asks);
    CHECK(play.lines().empty());
    play.on(listed({offer_of("h1", c.offered)}));
    CHECK(play.now_words().empty()); // nor is it said again
    CHECK_FALSE(play.logged("ignored"));
  }
}

TEST_CASE("the answer to the question decides") {
  struct Case {
    const char* what;
    ReadBack read;
    Words lines;
    Words now;
  };
  for (const auto& c : {Case{"still failed: the list was older", read_back("h1", "failed"), {}, {}},
                        Case{"completed", read_back("h1", "completed"), {}, {}},
                        Case{"the old dispatch", read_back("h1", "in_progress", {.number = 1}), {}, {}},
                        Case{"waits", read_back("h1", "in_progress", {.number = 2}), {"h1 accepted"}, {}},
                        Case{"a third one", read_back("h1", "in_progress", {.number = 3}), {}, {"poll"}},
                        Case{"unknown", unknown("h1"), {}, {}},
                        Case{"no answer", {"h1", fail(Error{Kind::unavailable, "down"})}, {}, {}}}) {
    CAPTURE(c.what);
    Play play;
    fail_one(play, {.number = 1});
    play.on(listed({offer_of("h1", {.number = 2})})).on(c.read);
    CHECK(play.lines() == c.lines);
    CHECK(play.now_words() == c.now);
  }
}

TEST_CASE("a question without an answer is asked again with the next list") {
  Play play;
  fail_one(play);
  play.on(listed({offer("h1")})).on(ReadBack{"h1", fail(Error{Kind::unavailable, "down"})});
  CHECK(play.on(listed({offer("h1")})).now_words() == Words{"read h1"});
}

TEST_CASE("a dispatch that was replaced while its handler runs is given up, and the new one runs") {
  Play play;
  play.on(listed({offer_of("h1", {.number = 1})})).on(HandlerStarted{"h1", 1});
  play.on(listed({offer_of("h1", {.number = 2})}));
  CHECK(play.now_words() == Words{"read h1"});
  play.on(read_back("h1", "in_progress", {.number = 2}));
  CHECK(play.now_words() == Words{"stop h1"});
  CHECK(play.logged("superseded"));
  play.on(ended("h1", How::stopped));
  CHECK(play.lines() == Words{"h1 failed"});
  CHECK(play.after_words() == Words{"forget h1", "poll"});
  play.on(listed({offer_of("h1", {.number = 2})})).on(read_back("h1", "in_progress", {.number = 2}));
  CHECK(play.after_words() == Words{"start h1#2"});
}

TEST_CASE("a late list of the dispatch before does no harm to the one that runs") {
  Play play;
  play.on(listed({offer_of("h1", {.number = 2})})).on(HandlerStarted{"h1", 1});
  play.on(listed({offer_of("h1", {.number = 1})})).on(read_back("h1", "in_progress", {.number = 2}));
  CHECK(play.lines().empty());
  CHECK(play.now_words().empty());
}

TEST_CASE("a report for a dispatch that is over is not sent to the next one") {
  Play play;
  play.on(listed({offer_of("h1", {.number = 1})})).on(HandlerStarted{"h1", 1}).on(exited("h1", 1));
  play.on(ArtifactsUploaded{"h1"}).on(Submitted{"h1", http_error(504)}).wake();
  CHECK(play.now_words() == Words{"read h1"});
  play.on(read_back("h1", "in_progress", {.number = 2}));
  CHECK(play.lines() == Words{"h1 failed"});
  CHECK(play.after_words() == Words{"forget h1", "poll"});
}

TEST_CASE("attempts are counted anew in each round") {
  Play play({.most_attempts = 2, .later_delay = Millis(10)});
  fail_one(play);
  play.on(listed({offer("h1")})).on(read_back("h1", "in_progress")).on(exited("h1", 75, 2));
  CHECK(play.lines() == Words{"h1 seen"});
  CHECK(play.last.lines[0].not_before == play.now + Millis(10));
  CHECK(play.wake().after_words() == Words{"start h1#3"});
  CHECK(play.on(exited("h1", 75, 3)).lines() == Words{"h1 finished"});
}

TEST_CASE("a signal while the journal is asked takes nothing new") {
  SeededRandom random{1};
  Worker worker({}, random);
  worker.on(JournalLoaded{}, k_then);
  worker.on(listed({offer("h1"), offer("h2")}), k_then);
  CHECK(worker.on(LookedUp{"h1"}, k_then).lines.size() == 1);
  worker.on(Signalled{SIGTERM}, k_then);
  CHECK(worker.on(LookedUp{"h2"}, k_then).lines.empty());
}
