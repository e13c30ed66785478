// SPDX-License-Identifier: MIT
// A worker, a marketplace and a supervisor in one small world where anything may be killed at any step and
// any answer may be lost. Whatever happens: each handler runs once, each hiring ends once.
#include "play.hpp"

#include <deque>
#include <map>
#include <memory>

using namespace agr;
using namespace agr::serve;
using process::How;

namespace {

/// What survives a crash of the worker.
struct World {
  SeededRandom random;
  Time now{Millis(1'800'000'000'000)};
  std::map<std::string, Entry> journal;

  struct Attempt {
    bool claimed = false; // by a supervisor, or voided
    bool ran = false;
    bool over = false;
  };
  std::map<std::pair<std::string, int>, Attempt> spool;

  std::map<std::string, std::string> hirings; // the marketplace: id to status
  std::map<std::string, int> runs;
  std::map<std::string, int> results;
  int acknowledged = 0; // webhooks

  explicit World(std::uint64_t seed) : random(seed) {}
  bool chance(int percent) { return random.below(100) < static_cast<std::uint64_t>(percent); }

  [[nodiscard]] HiringsListed list() const {
    HiringsListed listed;
    for (const auto& [id, status] : hirings)
      if (status == "in_progress")
        listed.offers.push_back(play::offer(id));
    return listed;
  }

  std::optional<Error> submit(const std::string& id) {
    if (chance(10))
      return Error{Kind::unavailable, "refused"};
    auto& status = hirings.at(id);
    std::optional<Error> answer;
    if (status != "in_progress")
      answer = play::http_error(404);
    else {
      status = "completed";
      ++results[id];
    }
    return chance(30) ? Error{Kind::outcome_unknown, "lost"} : answer;
  }

  Result<std::optional<Offer>> read(const std::string& id) {
    if (chance(20))
      return fail(Error{Kind::unavailable, "down"});
    return play::offer(id, hirings.at(id));
  }
};

/// One life of the worker; dies at a random place.
class Life {
public:
  explicit Life(World& world) : m_world(world), m_worker({.concurrency = 2}, world.random) {
    JournalLoaded journal;
    for (const auto& [id, entry] : world.journal)
      if (is_open(entry.state))
        journal.open.push_back(entry);
    m_events.emplace_back(std::move(journal));
  }

  /// False when this was the last step of this life.
  bool step() {
    if (m_events.empty() || m_world.chance(10))
      m_events.emplace_back(m_world.list());
    if (m_world.chance(5) || m_events.empty())
      m_events.emplace_back(Tick{});
    if (m_world.chance(10))
      announce(fmt::format("h{}", m_world.random.below(m_world.hirings.size())));
    const auto event = std::move(m_events.front());
    m_events.pop_front();
    m_world.now += Millis(static_cast<long long>(m_world.random.below(2'000)));
    const auto step = m_worker.on(event, m_world.now);
    for (const auto& effect : step.now)
      if (m_world.chance(2) || !carry_out(effect))
        return false;
    if (m_world.chance(2))
      return false;
    for (const auto& entry : step.lines)
      m_world.journal[entry.id] = entry;
    for (const auto& effect : step.after)
      if (m_world.chance(2) || !carry_out(effect))
        return false;
    return true;
  }

private:
  /// A webhook, maybe not the first about this hiring.
  void announce(const std::string& id) {
    m_events.emplace_back(Announced{.id = id, .ticket = Ticket(m_announced.size())});
    m_announced.push_back(id);
  }
  bool carry_out(const Effect& effect) {
    std::visit([this](const auto& what) { act(what); }, effect);
    return !m_dead;
  }

  void act(const LookUp& wanted) {
    const auto found = m_world.journal.find(wanted.id);
    m_events.emplace_back(
        LookedUp{wanted.id, found == m_world.journal.end() ? std::nullopt : std::optional(found->second)});
  }
  void act(const StartHandler& start) {
    auto& attempt = m_world.spool[{start.id, start.attempt}];
    REQUIRE_FALSE(attempt.claimed);
    if (m_world.chance(5)) { // killed between the fork and the claim
      m_dead = true;
      return;
    }
    attempt.claimed = attempt.ran = true;
    ++m_world.runs[start.id];
    m_events.emplace_back(HandlerStarted{start.id, start.attempt});
    finish_some_time(start.id, start.attempt);
  }
  void act(const FindHandler& find) {
    auto& attempt = m_world.spool[{find.id, find.attempt}];
    if (!attempt.ran) {
      attempt.claimed = true;
      m_events.emplace_back(play::ended(find.id, How::never_started, find.attempt));
      return;
    }
    if (!attempt.over)
      m_events.emplace_back(HandlerStarted{find.id, find.attempt});
    finish_some_time(find.id, find.attempt);
  }
  void finish_some_time(const std::string& id, int number) {
    m_world.spool[{id, number}].over = true;
    m_events.emplace_back(play::exited(id, 0, number));
  }
  void act(const LookForOrder&) {}
  void act(const StopHandler&) {}
  void act(const UploadArtifacts& upload) {
    ArtifactsUploaded done{upload.id};
    if (m_world.chance(20))
      done.error = m_world.chance(50) ? Error{Kind::outcome_unknown, "lost"} : play::http_error(503);
    m_events.emplace_back(done);
  }
  void act(const SubmitResult& result) {
    m_events.emplace_back(Submitted{result.id, m_world.submit(result.id)});
  }
  void act(const SubmitFailure& failure) {
    FAIL_CHECK("no handler failed, yet ", failure.id, " is reported so");
  }
  void act(const ReadHiring& read) { m_events.emplace_back(ReadBack{read.id, m_world.read(read.id)}); }
  void act(const ListPending&) { m_events.emplace_back(m_world.list()); }
  void act(const Acknowledge& acknowledged) {
    CHECK(m_world.journal.contains(m_announced.at(static_cast<std::size_t>(acknowledged.ticket))));
    ++m_world.acknowledged;
  }
  void act(const Refuse&) {}
  void act(const Forget& forget) { CHECK(m_world.journal.contains(forget.id)); }
  void act(const Log&) {}
  void act(const Exit&) { m_dead = true; }

  World& m_world;
  Worker m_worker;
  std::deque<Event> m_events;
  std::vector<std::string> m_announced; // by ticket
  bool m_dead = false;
};

} // namespace

TEST_CASE("killed anywhere, any number of times: one run, one result") {
  int lives = 0;
  int acknowledged = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    World world(seed);
    for (int i = 0; i < 5; ++i)
      world.hirings[fmt::format("h{}", i)] = "in_progress";
    const auto is_over = [&] {
      return world.journal.size() == world.hirings.size() &&
             std::ranges::none_of(world.journal, [](const auto& line) { return is_open(line.second.state); });
    };
    auto life = std::make_unique<Life>(world);
    for (int steps = 0; !is_over(); ++steps) {
      REQUIRE(steps < 100'000);
      if (!life->step()) {
        life = std::make_unique<Life>(world);
        ++lives;
      }
    }
    acknowledged += world.acknowledged;
    for (const auto& [id, status] : world.hirings) {
      CAPTURE(id);
      CHECK(status == "completed");
      CHECK(world.runs[id] == 1);
      CHECK(world.results[id] == 1);
      CHECK(world.journal[id].state == State::done);
    }
  }
  CHECK(lives > 500);
  CHECK(acknowledged > 300);
}
