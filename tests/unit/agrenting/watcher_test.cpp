// SPDX-License-Identifier: MIT
#include "agrenting/watcher.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace agr;
using namespace agr::agrenting;

namespace {

const std::string k_active = "hirings://active";

std::string hiring(const std::string& id, const std::string& status, const std::string& updated = {}) {
  return R"({"hiring_id":")" + id + R"(","status":")" + status + R"(","updated_at":")" + updated + R"("})";
}

/// Plays the loop; what was told is kept as "h1 queued".
struct Play {
  explicit Play(Watcher::Settings settings = {}) : watcher(std::move(settings)) {}

  Watcher watcher;
  Millis now{0};
  std::uint64_t last = 0;
  std::vector<std::string> reads;
  std::vector<std::string> subscribed;
  std::vector<std::string> news;
  std::vector<std::string> written;
  std::optional<Millis> wait;
  std::optional<Error> failed;
  bool finished = false;

  void on(const Watcher::Input& input) {
    wait.reset();
    for (Watcher::Action& action : watcher.on(input, now))
      std::visit([this](auto& what) { take(what); }, action);
  }
  void take(Watcher::Subscribe& what) { subscribed.push_back(what.uri); }
  void take(Watcher::Read& what) {
    reads.push_back(what.uri);
    last = what.id;
  }
  void take(Watcher::News& what) { news.push_back(what.hiring.id + " " + what.hiring.status); }
  void take(Watcher::Written& what) { written.push_back(what.message.content); }
  void take(Watcher::WaitUntil& what) { wait = what.at; }
  void take(Watcher::Finished&) { finished = true; }
  void take(Watcher::Failed& what) { failed = what.error; }

  void up(bool pushes = true) { on(Watcher::Up{pushes}); }
  void push(const std::string& uri) { on(Watcher::Pushed{uri}); }
  void got(const std::string& text) { on(Watcher::Got{last, *json::parse(text)}); }
  void lost(Kind kind) { on(Watcher::Got{last, fail({kind, "no"})}); }
  void tick() {
    REQUIRE(wait);
    now = *wait;
    on(Watcher::Timer{});
  }
};

using Texts = std::vector<std::string>;

} // namespace

TEST_CASE("each change is told once, however often it is pushed and read") {
  Play one;
  one.up();
  CHECK(one.subscribed == Texts{k_active});
  one.got("[" + hiring("h1", "queued") + "]");
  CHECK(one.news == Texts{"h1 queued"});
  one.push("hiring://h1/status");
  one.got(hiring("h1", "queued"));
  one.push("hiring://h1/status");
  one.push(k_active);
  one.got(hiring("h1", "in_progress"));
  one.got("[" + hiring("h1", "in_progress") + "]");
  CHECK(one.news == Texts{"h1 queued", "h1 in_progress"});
  REQUIRE(one.wait);
  CHECK(*one.wait - one.now >= Millis{60'000}); // pushes come: nothing is asked by the clock
}

TEST_CASE("what is off the list of open ones is read by itself, to learn how it ended") {
  Play one;
  one.up();
  one.got(R"({"hirings":[)" + hiring("h1", "in_progress") + "]}");
  one.push(k_active);
  one.got(R"({"hirings":[]})");
  CHECK(one.reads.back() == "hiring://h1/status");
  one.got(hiring("h1", "completed"));
  CHECK(one.news.back() == "h1 completed");
  one.push(k_active);
  one.got("[]");
  CHECK(one.reads.back() == k_active); // ended ones are left alone
}

TEST_CASE("a list that holds ended ones, too, tells only of those that go on") {
  Play one;
  one.up(false);
  one.got("[" + hiring("h1", "completed") + "," + hiring("h2", "queued") + "]");
  CHECK(one.news == Texts{"h2 queued"});
}

TEST_CASE("ten thousand pushes are few reads") {
  Play one;
  one.up();
  for (int i = 0; i < 10'000; ++i)
    one.push(i % 2 == 0 ? k_active : "hiring://stranger-" + std::to_string(i) + "/status");
  CHECK(one.reads.size() == 1); // one under way
  one.got("[]");
  CHECK(one.reads.size() == 2); // and one more, because it changed meanwhile
  one.got("[]");
  CHECK(one.reads.size() == 2);
}

TEST_CASE("an older state is never news") {
  struct Case {
    const char* before;
    const char* after;
    const char* before_at;
    const char* after_at;
    bool news;
  };
  for (const Case& c : {
           Case{"queued", "in_progress", "", "", true},
           Case{"in_progress", "queued", "2026-01-01T00:00:02Z", "2026-01-01T00:00:01Z", false},
           Case{"in_progress", "queued", "2026-01-01T00:00:01Z", "2026-01-01T00:00:02Z", true},
           Case{"in_progress", "completed", "2026-01-01T00:00:01Z", "2026-01-01T00:00:01Z", true},
           Case{"completed", "in_progress", "", "", false},
           Case{"completed", "disputed", "", "", true},
           Case{"cancelled", "in_progress", "", "2026-01-01T00:00:01Z", false},
           Case{"failed", "queued", "", "", true}, // tried again
           Case{"failed", "refunded", "", "", true},
           Case{"in_progress", "in_progress", "", "2026-01-01T00:00:01Z", false},
       }) {
    CAPTURE(c.before);
    CAPTURE(c.after);
    Play one;
    one.up();
    one.got("[" + hiring("h1", "paid") + "]");
    one.push("hiring://h1/status");
    one.got(hiring("h1", c.before, c.before_at));
    one.push("hiring://h1/status");
    one.got(hiring("h1", c.after, c.after_at));
    CHECK((one.news.size() == 3) == c.news);
  }
}

TEST_CASE("a lost session is a fresh look at everything, and answers of the old one count for nothing") {
  Play one;
  one.up();
  one.got("[" + hiring("h1", "in_progress") + "," + hiring("h2", "queued") + "]");
  one.push("hiring://h1/status");
  const auto lost = one.last;
  one.on(Watcher::Down{});
  one.up();
  CHECK(one.subscribed == Texts{k_active, k_active});
  CHECK(one.reads.back() == "hiring://h1/status");
  one.on(Watcher::Got{lost, *json::parse(hiring("h1", "failed"))});
  CHECK(one.news.size() == 2);
  one.got(hiring("h1", "completed"));
  one.got("[" + hiring("h2", "in_progress") + "]");
  CHECK(one.news == Texts{"h1 in_progress", "h2 queued", "h1 completed", "h2 in_progress"});
}

TEST_CASE("without pushes it looks again, at growing pauses") {
  Play one;
  one.up(false);
  CHECK(one.subscribed.empty());
  one.got("[" + hiring("h1", "queued") + "]");
  std::vector<Millis> pauses;
  for (int i = 0; i < 8; ++i) {
    REQUIRE(one.wait);
    pauses.push_back(*one.wait - one.now);
    one.tick();
    one.got("[" + hiring("h1", "queued") + "]");
  }
  CHECK(pauses.front() == Millis{250});
  CHECK(pauses.back() == Millis{5000});
  CHECK(std::ranges::is_sorted(pauses));
  CHECK(one.news.size() == 1);
}

TEST_CASE("while the session is gone it looks over REST, and stops when pushes are back") {
  Play one;
  one.on(Watcher::Down{});
  REQUIRE(one.wait);
  one.tick();
  CHECK(one.reads == Texts{k_active});
  one.got("[" + hiring("h1", "queued") + "]");
  CHECK(one.wait);
  one.up();
  one.got("[" + hiring("h1", "in_progress") + "]");
  REQUIRE(one.wait);
  CHECK(*one.wait - one.now >= Millis{60'000});
  CHECK(one.news == Texts{"h1 queued", "h1 in_progress"});
}

TEST_CASE("a push can be lost: after a minute of silence it looks once, and a push begins the minute anew") {
  Play one({.ids = {"h1"}});
  one.up();
  one.got(hiring("h1", "queued"));
  one.now += Millis{50'000};
  one.push("hiring://h1/status");
  one.got(hiring("h1", "queued"));
  REQUIRE(one.wait);
  CHECK(*one.wait - one.now >= Millis{60'000});
  one.tick();
  CHECK(one.reads.size() == 3);
  one.got(hiring("h1", "completed"));
  CHECK(one.finished);
}

TEST_CASE("a subscription that is refused means looking again, until something is pushed all the same") {
  Play one({.ids = {"h1"}});
  one.up();
  one.on(Watcher::Silent{});
  one.got(hiring("h1", "queued"));
  REQUIRE(one.wait);
  CHECK(*one.wait - one.now == Millis{250});
  one.tick();
  CHECK(one.reads.size() == 2);
  one.got(hiring("h1", "queued"));
  one.push("hiring://h1/status");
  one.got(hiring("h1", "in_progress"));
  REQUIRE(one.wait);
  CHECK(*one.wait - one.now >= Millis{60'000});
}

TEST_CASE("what is known already is no news") {
  Hiring known;
  known.id = "h1";
  known.status = "in_progress";
  Play one({.ids = {"h1"}, .told = {known}});
  one.up();
  one.got(hiring("h1", "in_progress"));
  CHECK(one.news.empty());
  one.push("hiring://h1/status");
  one.got(hiring("h1", "completed"));
  CHECK(one.news == Texts{"h1 completed"});
}

TEST_CASE("an answer that makes no sense is asked for again") {
  for (const char* nonsense : {R"({"hiring_id":"h2","status":"completed"})", R"({"words":"none"})", "[]"}) {
    CAPTURE(nonsense);
    Play one({.ids = {"h1"}});
    one.up();
    one.got(nonsense);
    CHECK(one.news.empty());
    one.tick();
    CHECK(one.reads.size() == 2);
    one.got(hiring("h1", "completed"));
    CHECK(one.finished);
  }
}

TEST_CASE("named hirings are followed to their ends") {
  Play one({.ids = {"h1", "h2"}});
  one.up();
  CHECK(one.subscribed == Texts{"hiring://h1/status", "hiring://h2/status"});
  one.got(hiring("h1", "completed"));
  CHECK_FALSE(one.finished);
  one.got(hiring("h2", "in_progress"));
  one.push("hiring://h3/status");
  CHECK(one.reads.size() == 2);
  one.push("hiring://h2/status");
  one.got(hiring("h2", "failed"));
  CHECK(one.finished);
  one.push("hiring://h2/status");
  CHECK(one.reads.size() == 3); // nothing follows
}

TEST_CASE("messages are told once each") {
  Play one({.ids = {"h1"}, .messages = true});
  one.up();
  one.got(hiring("h1", "in_progress"));
  one.got(R"([{"id":"m1","content":"hi"}])");
  one.push("hiring://h1/messages");
  one.got(R"({"messages":[{"id":"m1","content":"hi"},{"id":"m2","content":"there"}]})");
  CHECK(one.written == Texts{"hi", "there"});
  one.push("hiring://h1/status");
  one.got(hiring("h1", "completed"));
  CHECK(one.finished);
}

TEST_CASE("what goes wrong passes, or is final") {
  struct Case {
    Kind kind;
    bool final;
  };
  for (const Case& c : {Case{Kind::unavailable, false}, Case{Kind::outcome_unknown, false},
                        Case{Kind::protocol, false}, Case{Kind::rate_limited, false}, Case{Kind::auth, true},
                        Case{Kind::forbidden, true}, Case{Kind::not_found, true}}) {
    CAPTURE(name_of(c.kind));
    Play one({.ids = {"h1"}});
    one.up();
    one.got(hiring("h1", "queued"));
    one.push("hiring://h1/status");
    one.lost(c.kind);
    CHECK(one.failed.has_value() == c.final);
    if (c.final)
      continue;
    CHECK(one.reads.size() == 2);
    one.tick();
    CHECK(one.reads.size() == 3);
    one.got(hiring("h1", "completed"));
    CHECK(one.finished);
  }
}

TEST_CASE("a Retry-After is kept, and a start that never succeeds ends") {
  Play patient;
  patient.up();
  Error slow{Kind::rate_limited, "slow down"};
  slow.retry_after = Millis{40'000};
  patient.on(Watcher::Got{patient.last, fail(slow)});
  CHECK(patient.wait == Millis{40'000});
  patient.push(k_active);
  CHECK(patient.reads.size() == 1);

  Play dead;
  dead.up();
  for (int i = 0; i < 2; ++i) {
    dead.lost(Kind::unavailable);
    CHECK_FALSE(dead.failed);
    dead.tick();
  }
  dead.lost(Kind::unavailable);
  CHECK(dead.failed);
}
