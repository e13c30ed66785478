// SPDX-License-Identifier: MIT
// A day of outages in a minute: whatever falls on it, each hiring ends once, each dispatch runs once, no
// result is given up, and nothing turns in circles. AGR_DAYS is how many days; more are worth it after a
// change.
#include "day.hpp"

#include <cstdlib>

using namespace agr;
using namespace agr::serve;
using namespace agr::serve::day;

namespace {

constexpr Millis k_day = std::chrono::hours(24);
constexpr Millis k_calm = std::chrono::hours(2);
constexpr int k_most_requests = 3'000; // in an hour, over all that is open
constexpr int k_most_events = 12'000;

int days() {
  const char* wanted = std::getenv("AGR_DAYS");
  return wanted != nullptr ? std::atoi(wanted) : 60;
}

/// What happens, at its time.
class Fate {
public:
  explicit Fate(World& world) : m_world(world), m_calm_from(world.now + k_day) {
    m_world.on_news = [this] {
      if (m_life)
        m_life->hear_news();
    };
    live();
    hire();
    break_something();
  }

  /// One DNS failure of an hour on every day, on top.
  void lose_the_name() {
    m_world.after(m_world.within(0, 22 * 3'600'000LL),
                  [this] { strike(Trouble::unreachable, Millis(3'600'000)); });
  }

  void calm_down() {
    m_world.may_kill = false;
    strike(Trouble::none, Millis(0));
  }

private:
  [[nodiscard]] bool is_calm() const { return m_world.now >= m_calm_from; }

  /// Somebody starts a new worker soon after each kill.
  void live() {
    if (!m_life || m_life->dead()) {
      m_life = std::make_shared<Life>(m_world);
      m_life->begin();
    }
    if (m_world.may_kill && m_world.chance(1)) {
      ++m_world.kills;
      m_life->die();
    }
    m_world.after(m_world.within(1'000, 60'000), [this] { live(); });
  }

  void hire() {
    const auto id = fmt::format("h{}", m_world.hirings.size());
    auto& hiring = m_world.hirings[id];
    hiring.story = static_cast<Story>(m_world.random.below(5));
    if (hiring.story == Story::cancelled)
      m_world.after(m_world.within(100, 30'000), [&hiring] {
        if (hiring.status == "in_progress")
          hiring.status = "cancelled";
      });
    if (hiring.story == Story::retried)
      retry_when_failed(hiring);
    m_world.on_news();
    if (!is_calm())
      m_world.after(m_world.within(1'000, 1'800'000), [this] { hire(); });
  }

  /// The hirer tries once more, on the same id.
  void retry_when_failed(Hiring& hiring) {
    m_world.after(m_world.within(5'000, 120'000), [this, &hiring] {
      if (hiring.status != "failed")
        return retry_when_failed(hiring);
      hiring.status = "in_progress";
      ++hiring.dispatch;
      m_world.on_news();
    });
  }

  void break_something() {
    if (!is_calm()) {
      const auto trouble = static_cast<Trouble>(1 + m_world.random.below(3));
      strike(trouble,
             m_world.chance(5) ? m_world.within(1'000, 4 * 3'600'000LL) : m_world.within(1'000, 180'000));
      m_world.after(m_world.within(60'000, 2'400'000), [this] { break_something(); });
    }
  }

  void strike(Trouble trouble, Millis length) {
    m_world.trouble = trouble;
    m_life->suffer(trouble);
    const int mine = ++m_strikes;
    if (trouble != Trouble::none)
      m_world.after(length, [this, mine] {
        if (mine == m_strikes)
          strike(Trouble::none, Millis(0));
      });
  }

  World& m_world;
  Time m_calm_from;
  std::shared_ptr<Life> m_life;
  int m_strikes = 0;
};

/// What must be true of a hiring once everything is quiet again.
void check(const Hiring& hiring) {
  CAPTURE(static_cast<int>(hiring.story));
  CHECK(hiring.status != "in_progress");
  int ended = 0;
  for (int dispatch = 1; dispatch <= hiring.dispatch; ++dispatch) {
    const auto count = [&](const std::map<int, int>& by_dispatch) {
      const auto found = by_dispatch.find(dispatch);
      return found == by_dispatch.end() ? 0 : found->second;
    };
    CHECK(count(hiring.runs) <= (hiring.story == Story::waits ? 2 : 1));
    CHECK(count(hiring.results) + count(hiring.failures) <= 1);
    ended += count(hiring.results) + count(hiring.failures);
  }
  const auto& last = hiring.results.contains(hiring.dispatch);
  switch (hiring.story) {
  case Story::delivers:
  case Story::waits:
  case Story::retried:
    CHECK(hiring.status == "completed");
    CHECK(last);
    CHECK(ended == hiring.dispatch);
    break;
  case Story::fails:
    CHECK(hiring.status == "failed");
    CHECK(ended == 1);
    break;
  case Story::cancelled:
    CHECK((hiring.status == "cancelled" || hiring.status == "completed"));
    break;
  }
}

} // namespace

TEST_CASE("a day of outages") {
  int kills = 0;
  std::size_t hirings = 0;
  for (int seed = 1; seed <= days(); ++seed) {
    CAPTURE(seed);
    World world(static_cast<std::uint64_t>(seed));
    const auto start = world.now;
    Fate fate(world);
    fate.lose_the_name();
    world.run_until(start + k_day);
    fate.calm_down();
    world.run_until(start + k_day + k_calm);
    for (const auto& [id, hiring] : world.hirings) {
      CAPTURE(id);
      check(hiring);
      const auto line = world.journal.find(id); // one cancelled at once was never seen
      CHECK((line == world.journal.end() ? hiring.story == Story::cancelled : !is_open(line->second.state)));
    }
    for (const auto& [hour, count] : world.requests)
      CHECK(count < k_most_requests);
    for (const auto& [hour, count] : world.events)
      CHECK(count < k_most_events);
    kills += world.kills;
    hirings += world.hirings.size();
  }
  CHECK(kills > days() * 5);
  CHECK(hirings > static_cast<std::size_t>(days()) * 50);
}
