// SPDX-License-Identifier: MIT
#include "mcp/backoff.hpp"
#include "play.hpp"

#include <chrono>
#include <csignal>

using namespace agr;
using namespace agr::serve;
using namespace agr::serve::play;
using process::How;

TEST_CASE("a hiring is written down before its handler starts, and goes through to done") {
  Play play;
  play.on(listed({offer("h1")}));
  CHECK(play.lines() == Words{"h1 accepted"});
  CHECK(play.now_words().empty());
  CHECK(play.after_words() == Words{"start h1#1"});

  play.on(HandlerStarted{"h1", 1});
  CHECK(play.lines() == Words{"h1 running"});

  play.on(exited("h1", 0));
  CHECK(play.lines() == Words{"h1 finished"});
  CHECK(play.after_words() == Words{"upload h1"});

  play.on(ArtifactsUploaded{"h1"});
  CHECK(play.lines() == Words{"h1 submitting"});
  CHECK(play.now_words().empty());
  CHECK(play.after_words() == Words{"result h1"});

  play.on(Submitted{"h1"});
  CHECK(play.lines() == Words{"h1 done"});
  CHECK(play.after_words() == Words{"forget h1"});
  CHECK(play.last.lines[0].hiring.empty());
  CHECK(play.logged("submitted"));
}

TEST_CASE("a hiring that comes again starts no second handler") {
  struct Case {
    const char* when;
    void (*bring)(Play&);
  };
  for (const auto& c : {Case{"while it waits", [](Play& p) { p.on(listed({offer("h1")})); }},
                        Case{"while it runs", [](Play& p) { p.running("h1"); }},
                        Case{"while it is submitted", [](Play& p) { p.submitting("h1"); }},
                        Case{"when it is done", [](Play& p) { p.submitting("h1").on(Submitted{"h1"}); }}}) {
    CAPTURE(c.when);
    Play play;
    c.bring(play);
    for (int i = 0; i < 3; ++i) {
      play.on(listed({offer("h1"), offer("h1")}));
      CHECK(play.lines().empty());
      CHECK(play.now_words().empty());
      CHECK(play.after_words().empty());
    }
  }
}

TEST_CASE("only work that is in progress is taken") {
  struct Case {
    const char* status;
    bool taken;
  };
  for (const auto& c : {Case{"in_progress", true}, Case{"paid", true}, Case{"", true}, Case{"queued", false},
                        Case{"completed", false}, Case{"cancelled", false}, Case{"pending_payment", false}}) {
    CAPTURE(c.status);
    Play play;
    play.on(listed({offer("h1", c.status)}));
    CHECK(play.lines().empty() != c.taken);
  }
}

TEST_CASE("an id that is no plain word never becomes a folder") {
  for (const char* id : {"", "../x", "a/b", "a b", "\xc3\xa4", "."}) {
    CAPTURE(id);
    Play play;
    play.on(listed({offer(id)}));
    CHECK(play.lines().empty());
    CHECK(play.logged("ignored"));
  }
}

TEST_CASE("no more handlers than allowed, the first come first") {
  Play play({.concurrency = 2});
  play.on(listed({offer("c")}));
  play.now += Millis(1);
  play.on(listed({offer("c"), offer("b")}));
  play.now += Millis(1);
  play.on(listed({offer("c"), offer("b"), offer("z")}));
  CHECK(play.lines() == Words{"z seen"});
  play.now += Millis(1);
  play.on(listed({offer("c"), offer("b"), offer("z"), offer("a")}));
  CHECK(play.lines() == Words{"a seen"});
  play.on(exited("c", 0));
  CHECK(std::ranges::count(play.after_words(), "start z#1") == 1);
  CHECK(std::ranges::count(play.after_words(), "start a#1") == 0);
}

TEST_CASE("how a handler ends decides what is reported") {
  struct Case {
    HandlerEnded ended;
    const char* report;
    State state;
    const char* reason;
  };
  const auto with_errors = [](HandlerEnded e, std::string errors) {
    e.errors = std::move(errors);
    return e;
  };
  const auto signalled = [](int number) {
    auto e = ended("h1", How::signalled);
    e.ending.signal = number;
    return e;
  };
  for (const auto& c : {
           Case{exited("h1", 0), "result h1", State::done, ""},
           Case{exited("h1", 1), "failure h1", State::failed, "handler exited with code 1"},
           Case{with_errors(exited("h1", 3), "no luck\n"), "failure h1", State::failed,
                "handler exited with code 3: no luck"},
           Case{with_errors(exited("h1", 125), "not mine"), "failure h1", State::handed_back,
                "handed back by the handler: not mine"},
           Case{exited("h1", 126), "failure h1", State::handed_back,
                "handed back: the agent's handler cannot be run"},
           Case{with_errors(exited("h1", 127), "/home/me/secret"), "failure h1", State::handed_back,
                "handed back: the agent's handler cannot be run"},
           Case{signalled(SIGSEGV), "failure h1", State::failed, "handler was ended by signal 11 (SIGSEGV)"},
           Case{ended("h1", How::timed_out), "failure h1", State::failed,
                "the deadline passed before the handler was done"},
           Case{ended("h1", How::output_limit), "failure h1", State::failed,
                "the handler wrote more than 0 bytes"},
           Case{ended("h1", How::lost), "failure h1", State::failed,
                "the handler was lost in a crash of the agent's machine; it was not run again"},
       }) {
    CAPTURE(c.reason);
    Play play;
    play.running("h1").on(c.ended);
    CHECK(play.last.lines.at(0).reason == c.reason);
    play.on(ArtifactsUploaded{"h1"});
    CHECK(play.after_words() == Words{c.report});
    play.on(Submitted{"h1"});
    CHECK(play.last.lines.at(0).state == c.state);
  }
}

TEST_CASE("last words are quoted from their end and made safe") {
  Play play;
  play.running("h1");
  auto end = exited("h1", 1);
  end.errors = std::string(5000, 'x') + "\x1b[2Jend";
  play.on(end);
  const auto& reason = play.last.lines.at(0).reason;
  CHECK(reason.size() < 1100);
  CHECK(reason.find('\x1b') == std::string::npos);
  CHECK(reason.ends_with("end"));
}

TEST_CASE("a handler that asks to be run later is, with growing waits, a bounded number of times") {
  Play play({.most_attempts = 3, .later_delay = Millis(1000)});
  play.running("h1");
  for (const int attempt : {1, 2}) {
    play.on(exited("h1", 75, attempt));
    CHECK(play.lines() == Words{"h1 seen"});
    CHECK(play.last.lines.at(0).not_before == play.now + Millis(1000) * attempt);
    play.later(Millis(999) * attempt);
    CHECK(play.after_words().empty());
    play.later(Millis(1) * attempt);
    CHECK(play.after_words() == Words{fmt::format("start h1#{}", attempt + 1)});
    play.on(HandlerStarted{"h1", attempt + 1});
  }
  play.on(exited("h1", 75, 3));
  CHECK(play.lines() == Words{"h1 finished"});
  CHECK(play.last.lines.at(0).reason == "the handler asked to be run later; given up after 3 attempts");
}

TEST_CASE("later is no answer when the deadline comes first") {
  Play play;
  auto soon = offer("h1");
  soon.deadline = play.now + Millis(20'000);
  play.on(listed({soon})).on(HandlerStarted{"h1", 1}).on(exited("h1", 75));
  CHECK(play.lines() == Words{"h1 finished"});
}

TEST_CASE("work whose deadline has passed is reported, not begun") {
  Play play;
  auto late = offer("h1");
  late.deadline = play.now;
  play.on(listed({late}));
  CHECK(play.lines() == Words{"h1 finished"});
  CHECK(play.after_words() == Words{"upload h1"});
}

TEST_CASE("an attempt that certainly never ran is made again") {
  Play play;
  play.on(listed({offer("h1")})).on(ended("h1", How::never_started));
  CHECK(play.lines() == Words{"h1 accepted"});
  CHECK_FALSE(play.logged("finished"));
  CHECK(play.after_words() == Words{"start h1#2"});
}

TEST_CASE("one that could not be started for a reason waits first, and the reason is not for the hirer") {
  Play play({.most_attempts = 2, .later_delay = Millis(10)});
  auto not_started = ended("h1", How::never_started);
  not_started.ending.message = "cannot create /home/me: no space left";
  play.on(listed({offer("h1")})).on(not_started);
  CHECK(play.lines() == Words{"h1 seen"});
  CHECK(play.logged("later"));
  CHECK(play.wake().after_words() == Words{"start h1#2"});
  not_started.attempt = 2;
  play.on(not_started);
  CHECK(play.lines() == Words{"h1 finished"});
  CHECK(play.last.lines.at(0).reason == "the handler could not be started; given up after 2 attempts");
}

TEST_CASE("news of another attempt are ignored") {
  Play play;
  play.running("h1").on(exited("h1", 0, 7));
  CHECK(play.lines().empty());
  play.on(HandlerStarted{"h1", 1}).on(exited("h2", 0));
  CHECK(play.lines().empty());
}

TEST_CASE("three handlers in a row that cannot be run pause the agent") {
  Play play;
  for (const char* id : {"h1", "h2", "h3"}) {
    play.running(id).on(exited(id, 127));
    CHECK(play.logged("paused") == (std::string_view(id) == "h3"));
  }
  play.on(listed({offer("h4")}));
  CHECK(play.lines() == Words{"h4 seen"});
}

TEST_CASE("one that can be run in between is no reason to pause") {
  Play play;
  for (const int code : {127, 126, 1, 127, 127}) {
    const auto id = fmt::format("h{}", play.now.time_since_epoch().count());
    play.running(id).on(exited(id, code));
    CHECK_FALSE(play.logged("paused"));
    play.now += Millis(1);
  }
}

TEST_CASE("after an unclear answer the hiring is read before anything is sent again") {
  struct Case {
    const char* what;
    Error error;
    const char* next; // after the wait
  };
  for (const auto& c :
       {Case{"server error", http_error(500), "read h1"}, Case{"gateway", http_error(502), "read h1"},
        Case{"not found, or completed already", http_error(404), "read h1"},
        Case{"conflict", http_error(409), "read h1"}, Case{"request timeout", http_error(408), "read h1"},
        Case{"answer lost", Error{Kind::outcome_unknown, "timeout"}, "read h1"},
        Case{"answer unreadable", Error{Kind::protocol, "no JSON"}, "read h1"},
        Case{"rate limited", http_error(429), "result h1"},
        Case{"nobody there", Error{Kind::unavailable, "refused"}, "result h1"}}) {
    CAPTURE(c.what);
    Play play;
    play.submitting("h1").on(Submitted{"h1", c.error});
    CHECK(play.now_words().empty());
    CHECK(play.after_words().empty());
    CHECK(play.last.lines.at(0).tries == 1);
    CHECK(play.last.lines.at(0).last_error == c.error.message);
    play.wake();
    auto all = play.now_words();
    for (const auto& word : play.after_words())
      all.push_back(word);
    CHECK(all == Words{c.next});
  }
}

TEST_CASE("what is read back decides") {
  struct Case {
    int exit;
    const char* status;
    const char* line;
    Words after;
  };
  for (const auto& c :
       {Case{0, "completed", "h1 done", {"forget h1"}},
        Case{0, "in_progress", "h1 submitting", {"result h1"}},
        Case{0, "something_new", "h1 submitting", {"result h1"}},
        Case{0, "failed", "h1 failed", {"forget h1"}}, Case{0, "cancelled", "h1 failed", {"forget h1"}},
        Case{1, "failed", "h1 failed", {"forget h1"}}, Case{125, "failed", "h1 handed_back", {"forget h1"}},
        Case{1, "in_progress", "h1 submitting", {"failure h1"}},
        Case{1, "completed", "h1 failed", {"forget h1"}}}) {
    CAPTURE(c.exit);
    CAPTURE(c.status);
    Play play;
    play.running("h1")
        .on(exited("h1", c.exit))
        .on(ArtifactsUploaded{"h1"})
        .on(Submitted{"h1", http_error(500)})
        .wake();
    CHECK(play.now_words() == Words{"read h1"});
    play.on(read_back("h1", c.status));
    CHECK(play.lines() == Words{c.line});
    CHECK(play.after_words() == c.after);
  }
}

TEST_CASE("a hiring nobody knows any more ends") {
  Play play;
  play.submitting("h1").on(Submitted{"h1", http_error(404)}).wake();
  play.on(unknown("h1"));
  CHECK(play.lines() == Words{"h1 failed"});
  CHECK(play.logged("gone"));
}

TEST_CASE("reading back goes on for as long as it fails") {
  Play play;
  play.submitting("h1").on(Submitted{"h1", http_error(503)});
  for (int i = 0; i < 200; ++i) {
    while (play.wake().now_words() != Words{"read h1"})
      REQUIRE(play.now_words() == Words{"poll"});
    play.on(ReadBack{"h1", fail(Error{Kind::unavailable, "down"})});
    CHECK(play.after_words().empty());
  }
  CHECK(play.last.lines.at(0).tries == 201);
}

TEST_CASE("waits between tries grow, stay under a minute, and obey Retry-After") {
  Play play;
  play.submitting("h1");
  Millis longest{0};
  for (int i = 0; i < 50; ++i) {
    play.on(Submitted{"h1", Error{Kind::unavailable, "down"}});
    const auto due = play.now + Millis(60'000);
    CHECK(*play.last.wake <= due);
    longest = std::max(longest, *play.last.wake - play.now);
    while (play.wake().after_words().empty()) {
    }
  }
  CHECK(longest > Millis(5'000));
  auto limited = http_error(429);
  limited.retry_after = Millis(600'000);
  play.on(Submitted{"h1", limited});
  play.later(Millis(599'999));
  CHECK(play.after_words().empty());
  play.later(Millis(1));
  CHECK(play.after_words() == Words{"result h1"});
}

TEST_CASE("a result the marketplace will not take is reported as a failure, once") {
  Play play;
  play.submitting("h1").on(Submitted{"h1", http_error(422)});
  CHECK(play.lines() == Words{"h1 submitting"});
  CHECK(play.after_words() == Words{"failure h1"});
  CHECK(play.last.lines.at(0).reason == "the marketplace did not take the result: HTTP 422");
  play.on(Submitted{"h1", http_error(403)});
  CHECK(play.lines() == Words{"h1 failed"});
  CHECK(play.logged("refused"));
}

TEST_CASE("artifacts go up first; only a final refusal goes on without them") {
  struct Case {
    Error error;
    const char* next;
  };
  for (const auto& c : {Case{http_error(500), "read h1"}, Case{http_error(409), "read h1"},
                        Case{Error{Kind::unavailable, "down"}, "upload h1"}}) {
    Play play;
    play.running("h1").on(exited("h1", 0)).on(ArtifactsUploaded{"h1", c.error});
    CHECK(play.after_words().empty());
    play.wake();
    CHECK(play.now_words() == Words{c.next});
  }
  Play play;
  play.running("h1").on(exited("h1", 0)).on(ArtifactsUploaded{"h1", http_error(422)});
  CHECK(play.logged("artifacts_refused"));
  CHECK(play.after_words() == Words{"result h1"});

  Play again;
  again.running("h1").on(exited("h1", 0)).on(ArtifactsUploaded{"h1", http_error(500)}).wake();
  again.on(read_back("h1", "in_progress"));
  CHECK(again.now_words() == Words{"upload h1"});
}

TEST_CASE("a hiring cancelled while its handler runs: handler stopped, nothing submitted") {
  Play play;
  play.running("h1").on(listed({}));
  CHECK(play.now_words() == Words{"read h1"});
  play.on(listed({}));
  CHECK(play.now_words().empty()); // asked already
  play.on(read_back("h1", "cancelled"));
  CHECK(play.now_words() == Words{"stop h1"});
  CHECK(play.logged("cancelled"));
  play.on(listed({}));
  CHECK(play.now_words().empty());
  play.on(ended("h1", How::stopped));
  CHECK(play.lines() == Words{"h1 failed"});
  CHECK(play.after_words() == Words{"forget h1"});
}

TEST_CASE("a hiring that is merely not listed goes on") {
  for (const auto& read : {read_back("h1", "in_progress"), unknown("h1"),
                           ReadBack{"h1", fail(Error{Kind::unavailable, "down"})}}) {
    Play play;
    play.running("h1").on(listed({})).on(read);
    CHECK(play.lines().empty());
    CHECK(play.now_words().empty());
  }
}

TEST_CASE("an answer overtaken by the report does not send it twice") {
  Play play;
  play.running("h1").on(listed({}));
  play.on(exited("h1", 0)).on(ArtifactsUploaded{"h1"});
  play.on(read_back("h1", "in_progress"));
  CHECK(play.now_words().empty());
  CHECK(play.after_words().empty());
  CHECK(play.on(Submitted{"h1"}).lines() == Words{"h1 done"});
}

TEST_CASE("a waiting hiring withdrawn by the hirer is dropped") {
  Play play;
  play.running("h1").on(listed({offer("h1"), offer("h2")}));
  play.on(listed({offer("h1")}));
  CHECK(play.now_words() == Words{"read h2"});
  play.on(read_back("h2", "cancelled"));
  CHECK(play.lines() == Words{"h2 failed"});
}

TEST_CASE("a restart goes on where the journal ends") {
  const auto entry = [](std::string id, State state, Report report = Report::none) {
    return Entry{.id = std::move(id), .state = state, .attempt = 1, .hiring = "{}", .report = report};
  };
  struct Case {
    Entry entry;
    Words now;
    Words after;
  };
  for (const auto& c : {Case{entry("h1", State::seen), {}, {"start h1#2"}},
                        Case{entry("h1", State::accepted), {"find h1#1"}, {}},
                        Case{entry("h1", State::running), {"find h1#1"}, {}},
                        Case{entry("h1", State::finished, Report::result), {"upload h1"}, {}},
                        Case{entry("h1", State::submitting, Report::result), {"read h1"}, {}}}) {
    CAPTURE(name_of(c.entry.state));
    const Play play({}, JournalLoaded{.open = {c.entry}});
    CHECK(play.now_words() == c.now);
    CHECK(play.after_words() == c.after);
    CHECK(play.logged("recovered"));
  }
}

TEST_CASE("polling takes over while the stream is down and stays in the background while it is up") {
  Play play({.poll_while_down = Millis(10'000), .poll_while_up = Millis(60'000)});
  CHECK(play.later(Millis(4'999)).now_words().empty());
  CHECK(play.later(Millis(10'001)).now_words() == Words{"poll"});
  play.on(listed({})).on(StreamUp{});
  CHECK(play.logged("ready"));
  CHECK(play.later(Millis(29'999)).now_words().empty());
  CHECK(play.later(Millis(60'001)).now_words() == Words{"poll"});
  play.on(listed({})).on(StreamDown{Error{Kind::unavailable, "gone"}, Millis(100)});
  CHECK(play.logged("reconnecting"));
  CHECK(play.later(Millis(10'000)).now_words() == Words{"poll"});
  play.on(listed({})).on(StreamDown{Error{Kind::unavailable, "gone"}, Millis(100)});
  CHECK(play.later(Millis(4'999)).now_words().empty());
  CHECK(play.later(Millis(10'001)).now_words() == Words{"poll"});
}

TEST_CASE("a key that was never accepted ends the worker with code 4") {
  const Error refused{.kind = Kind::auth, .message = "no such key", .http_status = 401};
  Play play;
  CHECK(play.on(LockedOut{refused}).after_words() == Words{"exit 4"});
}

TEST_CASE("a key that is refused in the middle is tried for an hour") {
  const Error refused{.kind = Kind::auth, .message = "no such key", .http_status = 401};
  constexpr Millis k_minute{60'000};
  Play play;
  play.submitting("h1").on(StreamUp{}).on(LockedOut{refused});
  CHECK(play.logged("key_refused"));
  play.on(StreamDown{refused, Millis(500)}).on(Submitted{"h1", refused});
  CHECK_FALSE(play.logged("key_refused")); // once is enough
  CHECK(play.lines() == Words{"h1 submitting"});
  while (play.last.after.empty())
    play.wake();
  CHECK(play.after_words() == Words{"result h1"});
  for (int minute = 1; minute < 60; ++minute)
    CHECK(play.later(k_minute).on(LockedOut{refused}).after_words().empty());

  // Accepted again, the hour begins anew.
  CHECK(play.on(StreamUp{}).logged("ready"));
  CHECK(play.later(k_minute).on(LockedOut{refused}).logged("key_refused"));
  for (int minute = 1; minute < 60; ++minute)
    CHECK(play.later(k_minute).on(LockedOut{refused}).after_words().empty());
  CHECK(play.later(k_minute).on(LockedOut{refused}).after_words() == Words{"exit 4"});
}

TEST_CASE("a key that may not go where it should is no matter of patience") {
  Play play;
  play.on(StreamUp{}).on(LockedOut{Error{Kind::config, "the key belongs elsewhere"}});
  CHECK(play.after_words() == Words{"exit 78"});
}

TEST_CASE("an hour without a marketplace loses nothing and hammers nobody") {
  Play play;
  mcp::Backoff backoff;
  const Error no_name{Kind::unavailable, "the name could not be looked up"};
  play.on(StreamUp{}).submitting("h1");
  play.on(Submitted{"h1", no_name});
  const Time end = play.now + std::chrono::hours(1);
  Time reconnect = play.now;
  int streams = 0;
  int polls = 0;
  int reports = 0;
  while (play.now < end) {
    if (reconnect <= play.now) {
      ++streams;
      const auto wait = backoff.next(play.random.number());
      reconnect = play.now + wait;
      play.on(StreamDown{no_name, wait});
    }
    const auto next = std::min(reconnect, play.last.wake.value_or(reconnect));
    play.now = std::max(play.now, next);
    play.on(Tick{});
    for (const auto& word : play.now_words())
      if (word == "poll") {
        ++polls;
        play.on(ListFailed{no_name});
      }
    if (play.after_words() == Words{"result h1"} || play.now_words() == Words{"read h1"}) {
      ++reports;
      play.on(play.after_words().empty() ? Event(ReadBack{"h1", fail(no_name)})
                                         : Event(Submitted{"h1", no_name}));
    }
  }
  CHECK(streams > 120); // one in 30 s at least
  CHECK(streams < 400);
  CHECK(polls > 50); // one in a minute, about
  CHECK(polls < 100);
  CHECK(reports > 60);
  CHECK(reports < 300);
  // It is back: the report goes out, and new work is taken.
  play.on(StreamUp{});
  CHECK(play.logged("ready"));
  while (play.last.after.empty())
    play.wake();
  CHECK(play.after_words() == Words{"result h1"});
  play.on(Submitted{"h1"});
  CHECK(play.lines() == Words{"h1 done"});
}

TEST_CASE("a journal that cannot be written ends the worker") {
  Play play;
  play.on(listed({offer("h1")})).on(JournalFailed{Error{Kind::internal, "disk full"}});
  CHECK(play.now_words() == Words{"exit 1"});
  CHECK(play.on(HandlerStarted{"h1", 1}).lines().empty());
}

TEST_CASE("a first signal drains: nothing new, handlers finish, reports go out, exit 0") {
  Play play({.drain_timeout = Millis(5'000)});
  play.running("h1").on(Signalled{SIGTERM});
  CHECK(play.now_words().empty());
  play.on(listed({offer("h1"), offer("h2")}));
  CHECK(play.lines().empty());
  play.on(exited("h1", 0)).on(ArtifactsUploaded{"h1"}).on(Submitted{"h1"});
  CHECK(play.lines() == Words{"h1 done"});
  CHECK(play.after_words() == Words{"forget h1", "exit 0"});
  CHECK(play.logged("drained"));
}

TEST_CASE("an idle worker leaves at the first signal") {
  Play play;
  CHECK(play.on(Signalled{SIGINT}).after_words() == Words{"exit 0"});
}

TEST_CASE("handlers that take too long to drain are stopped and reported as failed") {
  Play play({.drain_timeout = Millis(5'000)});
  play.running("h1").on(Signalled{SIGTERM});
  play.later(Millis(4'999));
  CHECK(play.now_words().empty());
  CHECK(play.wake().now_words() == Words{"stop h1"});
  play.on(ended("h1", How::stopped));
  CHECK(play.last.lines.at(0).reason == "the agent was stopped before the work was done");
  CHECK(play.on(ArtifactsUploaded{"h1"}).after_words() == Words{"failure h1"});
  CHECK(play.on(Submitted{"h1"}).after_words() == Words{"forget h1", "exit 0"});
}

TEST_CASE("a report that cannot be delivered does not hold up the drain for ever") {
  Play play({.flush_timeout = Millis(10'000)});
  play.submitting("h1").on(Signalled{SIGTERM});
  CHECK(play.after_words().empty());
  while (play.after_words() != Words{"exit 0"}) {
    if (std::ranges::count(play.after_words(), "result h1") > 0)
      play.on(Submitted{"h1", Error{Kind::unavailable, "down"}});
    play.wake();
    REQUIRE(play.now <= Time(Millis(1'800'000'000'000)) + Millis(10'000));
  }
}

TEST_CASE("a second signal cancels, a third leaves at once") {
  Play play;
  play.running("h1").on(Signalled{SIGTERM}).on(Signalled{SIGTERM});
  CHECK(play.now_words() == Words{"kill h1"});
  play.on(Signalled{SIGINT});
  CHECK(play.now_words() == Words{"exit 130"});
  CHECK(play.lines().empty());
}

TEST_CASE("work not begun waits for the next start when draining") {
  Play play({.later_delay = Millis(10)});
  play.on(listed({offer("h1"), offer("h2")})).on(Signalled{SIGTERM}).on(ended("h1", How::never_started));
  CHECK(play.lines() == Words{"h1 seen"});
  CHECK(play.after_words() == Words{"exit 0"});
}

TEST_CASE("--once takes one hiring and exits with how it went") {
  for (const int code : {0, 1}) {
    Play play({.concurrency = 2, .once = true});
    play.on(listed({offer("h1"), offer("h2")}));
    CHECK(play.lines() == Words{"h1 accepted"});
    play.on(HandlerStarted{"h1", 1}).on(exited("h1", code)).on(ArtifactsUploaded{"h1"}).on(Submitted{"h1"});
    CHECK(play.after_words() == Words{"forget h1", fmt::format("exit {}", code)});
  }
}

TEST_CASE("nothing happens after leaving") {
  Play play;
  play.on(Signalled{SIGINT});
  play.on(listed({offer("h1")}));
  CHECK(play.lines().empty());
  CHECK(play.after_words().empty());
  CHECK_FALSE(play.last.wake);
}
