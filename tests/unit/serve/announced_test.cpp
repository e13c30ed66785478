// SPDX-License-Identifier: MIT
// A webhook tells of one hiring: it is read before it is begun, and acknowledged once the journal has it.
#include "play.hpp"

#include <csignal>

using namespace agr;
using namespace agr::serve;
using namespace agr::serve::play;

namespace {

Announced announced(std::string id, int ticket) {
  return Announced{.id = std::move(id), .ticket = Ticket(ticket)};
}

ReadBack unreadable(std::string id) {
  return ReadBack{std::move(id), fail(Error{Kind::unavailable, "down"})};
}

} // namespace

TEST_CASE("an announced hiring is read, written down, and then acknowledged") {
  Play play;
  CHECK(play.on(announced("h1", 1)).now_words() == Words{"read h1"});
  CHECK(play.lines().empty());
  play.on(read_back("h1", "in_progress"));
  CHECK(play.lines() == Words{"h1 accepted"});
  CHECK(play.after_words() == Words{"ack 1", "start h1#1"});
  CHECK(play.now_words().empty());
}

TEST_CASE("what the marketplace says of an announced hiring decides") {
  struct Case {
    const char* what;
    ReadBack answer;
    Words now;
    Words after;
  };
  for (const auto& c : {Case{"paid", read_back("h1", "paid"), {}, {"ack 1", "start h1#1"}},
                        Case{"no status", read_back("h1", ""), {}, {"ack 1", "start h1#1"}},
                        Case{"not yet", read_back("h1", "queued"), {"refuse 1"}, {}},
                        Case{"over", read_back("h1", "cancelled"), {}, {"ack 1"}},
                        Case{"never heard of it", unknown("h1"), {"refuse 1"}, {}},
                        Case{"does not answer", unreadable("h1"), {"refuse 1"}, {}}}) {
    CAPTURE(c.what);
    Play play;
    play.on(announced("h1", 1)).on(c.answer);
    CHECK(play.now_words() == c.now);
    CHECK(play.after_words() == c.after);
    // Told again, it is asked again, unless it is here.
    const bool is_here = c.after.size() == 2;
    CHECK(play.on(announced("h1", 2)).now_words() == (is_here ? Words{} : Words{"read h1"}));
    CHECK(play.after_words() == (is_here ? Words{"ack 2"} : Words{}));
  }
}

TEST_CASE("one hiring by webhook, list and webhook again is begun once") {
  Play play;
  play.on(announced("h1", 1));
  // The list is an answer, too.
  CHECK(play.on(listed({offer("h1")})).after_words() == Words{"ack 1", "start h1#1"});
  CHECK(play.on(read_back("h1", "in_progress")).after_words().empty());
  CHECK(play.on(announced("h1", 2)).after_words() == Words{"ack 2"});
  play.on(HandlerStarted{"h1", 1}).on(exited("h1", 0)).on(ArtifactsUploaded{"h1"}).on(Submitted{"h1"});
  CHECK(play.lines() == Words{"h1 done"});
  // Delivered is delivered: there is nothing to ask.
  play.on(announced("h1", 3));
  CHECK(play.now_words().empty());
  CHECK(play.after_words() == Words{"ack 3"});
}

TEST_CASE("many callers with the same hiring hear the same, and it is read once") {
  Play play;
  CHECK(play.on(announced("h1", 1)).now_words() == Words{"read h1"});
  CHECK(play.on(announced("h1", 2)).now_words().empty());
  CHECK(play.on(read_back("h1", "in_progress")).after_words() == Words{"ack 1", "ack 2", "start h1#1"});
}

TEST_CASE("a webhook between an offer and its look into the journal") {
  SeededRandom random{7};
  Worker worker({}, random);
  const Time now{};
  worker.on(JournalLoaded{}, now);
  CHECK(words(worker.on(listed({offer("h1")}), now).now) == Words{"look up h1"});
  CHECK(words(worker.on(announced("h1", 1), now).now).empty());
  CHECK(words(worker.on(LookedUp{"h1"}, now).after) == Words{"ack 1", "start h1#1"});
  // The other way round.
  CHECK(words(worker.on(announced("h2", 2), now).now) == Words{"look up h2"});
  CHECK(words(worker.on(listed({offer("h1"), offer("h2")}), now).now).empty());
  CHECK(words(worker.on(LookedUp{"h2"}, now).after) == Words{"ack 2"});
  CHECK(worker.status().waiting == 1);
}

TEST_CASE("a failed hiring is begun anew when it was dispatched again, however late its old webhook comes") {
  Play play;
  play.running("h1").on(exited("h1", 1)).on(ArtifactsUploaded{"h1"}).on(Submitted{"h1"});
  REQUIRE(play.lines() == Words{"h1 failed"});
  CHECK(play.on(announced("h1", 1)).now_words() == Words{"read h1"});
  CHECK(play.on(read_back("h1", "failed")).after_words() == Words{"ack 1"});
  CHECK_FALSE(play.logged("ignored"));
  play.on(announced("h1", 2)).on(read_back("h1", "in_progress"));
  CHECK(play.lines() == Words{"h1 accepted"});
  CHECK(play.after_words() == Words{"ack 2", "start h1#2"});
  CHECK(play.journal["h1"].round == 2);
}

TEST_CASE("the dispatch that is begun is the one that was read") {
  Play play;
  play.on(announced("h1", 1)).on(read_back("h1", "in_progress", {.id = "d7"}));
  CHECK(play.journal["h1"].dispatch.id == "d7");
}

TEST_CASE("what only the webhook says reaches the handler, and hides nothing") {
  Play play;
  auto told = announced("h1", 1);
  told.extras.set("customer_id", "c1").set("status", "lies");
  auto view = offer("h1");
  view.hiring = R"({"id":"h1","status":"in_progress","customer_id":null})";
  play.on(told).on(ReadBack{"h1", std::optional(view)});
  CHECK(play.journal["h1"].hiring == R"({"id":"h1","status":"in_progress","customer_id":"c1"})");
}

TEST_CASE("who takes nothing new refuses, but acknowledges what is here") {
  Play play;
  play.running("h1").on(announced("h3", 3)).on(Signalled{SIGTERM});
  CHECK(play.on(announced("h2", 1)).now_words() == Words{"refuse 1"});
  CHECK(play.on(announced("h1", 2)).after_words() == Words{"ack 2"});
  CHECK(play.on(read_back("h3", "in_progress")).now_words() == Words{"refuse 3"});
}

TEST_CASE("an id that is no plain word is refused") {
  Play play;
  CHECK(play.on(announced("../h1", 1)).now_words() == Words{"refuse 1"});
}

TEST_CASE("without a stream, ready is said when the first list came, and taken back when one does not") {
  Play play({.has_stream = false});
  CHECK_FALSE(play.worker.status().ready);
  CHECK(play.on(ListFailed{Error{Kind::unavailable, "down"}}).logged("reconnecting"));
  CHECK(play.worker.status().last_error == "down");
  CHECK(play.on(listed({})).logged("ready"));
  CHECK(play.worker.status().ready);
  CHECK_FALSE(play.on(listed({})).logged("ready"));
  // As often as while a stream is down.
  CHECK(play.later(Millis(15'000)).now_words() == Words{"poll"});
  play.on(listed({}));
  CHECK(play.later(Millis(15'000)).now_words() == Words{"poll"});
  CHECK(play.on(ListFailed{Error{Kind::unavailable, "down"}}).logged("reconnecting"));
  CHECK_FALSE(play.worker.status().ready);
  CHECK(play.on(listed({})).logged("ready"));
}

TEST_CASE("with a stream, a list says nothing about being ready") {
  Play play;
  play.on(listed({}));
  CHECK_FALSE(play.worker.status().ready);
  play.on(StreamUp{}).on(ListFailed{Error{Kind::unavailable, "down"}});
  CHECK(play.worker.status().ready);
}
