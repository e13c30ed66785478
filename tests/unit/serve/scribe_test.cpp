// SPDX-License-Identifier: MIT
#include "play.hpp"
#include "serve/scribe.hpp"
#include "support/scratch.hpp"

#include <filesystem>

using namespace agr;
using namespace agr::serve;

namespace {

constexpr Time k_now{Millis(1'800'000'000'000)};

Entry line(std::string id, State state) {
  return Entry{.id = std::move(id), .state = state, .seen_at = k_now};
}

struct Desk {
  test::Scratch folder;
  std::string path = folder.path("journal.db");
  net::Loop loop;
  Scribe scribe{loop, path, [](const Error& error) { FAIL(error.message); }};

  std::vector<Entry> on_disk() {
    auto journal = Journal::open(path);
    REQUIRE(journal);
    return journal->open_entries().value();
  }
};

} // namespace

TEST_CASE("what nobody waits for costs no sync of its own") {
  Desk desk;
  desk.scribe.note({line("h1", State::running)}, k_now);
  desk.loop.post([&] { desk.loop.stop(); });
  desk.loop.run();
  CHECK_FALSE(std::filesystem::exists(desk.path));

  desk.scribe.write({line("h2", State::accepted)}, k_now, [&] {
    CHECK(desk.on_disk().size() == 2);
    desk.loop.stop();
  });
  desk.loop.run();
}

TEST_CASE("a later line of the same hiring wins, and a look-up knows what was noted") {
  Desk desk;
  desk.scribe.note({line("h1", State::accepted)}, k_now);
  desk.scribe.note({line("h1", State::running)}, k_now);
  desk.scribe.look_up("h1", [&](const std::optional<Entry>& known) {
    REQUIRE(known);
    CHECK(known->state == State::running);
    desk.loop.stop();
  });
  desk.loop.run();
}
