// SPDX-License-Identifier: MIT
#pragma once

#include "mcp/backoff.hpp"
#include "play.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// A day of a marketplace, a machine and the workers that live and die on it, in virtual time: outages of all
/// kinds fall on it as a seed says.
namespace agr::serve::day {

/// What is wrong with the way to the marketplace.
enum class Trouble {
  none,
  unreachable, ///< nothing arrives: no name, no route, no server
  breaks,      ///< half of what is sent takes effect, and is answered with 5xx or not at all
  silent,      ///< streams look alive and carry nothing; requests get through
};

/// What becomes of a hiring.
enum class Story { delivers, fails, waits, cancelled, retried };

struct Hiring {
  Story story = Story::delivers;
  std::string status = "in_progress";
  int dispatch = 1;
  std::map<int, int> runs = {};     // of its handler, by dispatch
  std::map<int, int> results = {};  // taken, by dispatch
  std::map<int, int> failures = {}; // taken, by dispatch
};

/// All that outlives a worker, and the clock.
struct World {
  explicit World(std::uint64_t seed) : random(seed) {}

  SeededRandom random;
  Time now{Millis(1'800'000'000'000)};
  std::multimap<Time, std::function<void()>> agenda = {};

  std::map<std::string, Hiring> hirings = {};
  Trouble trouble = Trouble::none;
  std::function<void()> on_news = [] {}; // the marketplace has something to say on its streams

  std::map<std::string, Entry> journal = {}; // what was synced
  struct Attempt {
    bool claimed = false; // by a supervisor, or void
    std::optional<Time> ends = {};
    int code = 0;
  };
  std::map<std::pair<std::string, int>, Attempt> spool = {};
  bool may_kill = true;
  int kills = 0;
  std::map<long long, int> requests = {}; // by hour
  std::map<long long, int> events = {};   // told to a worker, by hour

  bool chance(int percent) { return random.below(100) < static_cast<std::uint64_t>(percent); }
  Millis within(long long low, long long high) {
    return Millis(low + static_cast<long long>(random.below(static_cast<std::uint64_t>(high - low + 1))));
  }
  void after(Millis delay, std::function<void()> fn) { agenda.emplace(now + delay, std::move(fn)); }
  [[nodiscard]] long long hour() const { return now.time_since_epoch().count() / 3'600'000; }
  void run_until(Time end) {
    while (!agenda.empty() && agenda.begin()->first <= end) {
      const auto next = agenda.extract(agenda.begin());
      now = next.key();
      next.mapped()();
    }
    now = end;
  }

  [[nodiscard]] Offer view(const std::string& id) const {
    const auto& hiring = hirings.at(id);
    auto offer = play::offer(id, hiring.status);
    offer.dispatch = {.id = fmt::format("d{}", hiring.dispatch), .number = hiring.dispatch};
    return offer;
  }
  [[nodiscard]] HiringsListed list() const {
    HiringsListed listed;
    for (const auto& [id, hiring] : hirings)
      if (hiring.status == "in_progress")
        listed.offers.push_back(view(id));
    return listed;
  }
  /// A repeated report is answered with 404.
  std::optional<Error> take(const std::string& id, Report report) {
    auto& hiring = hirings.at(id);
    if (hiring.status != "in_progress")
      return play::http_error(404);
    hiring.status = report == Report::result ? "completed" : "failed";
    ++(report == Report::result ? hiring.results : hiring.failures)[hiring.dispatch];
    return std::nullopt;
  }
};

/// One worker, from its start to the kill that ends it.
class Life : public std::enable_shared_from_this<Life> {
public:
  explicit Life(World& world)
      : m_world(world), m_worker({.concurrency = 3, .later_delay = Millis(20'000)}, world.random) {}

  void begin() {
    JournalLoaded journal;
    for (const auto& [id, entry] : m_world.journal)
      if (is_open(entry.state))
        journal.open.push_back(entry);
    tell(std::move(journal));
    connect();
  }
  void die() { m_dead = true; }
  [[nodiscard]] bool dead() const { return m_dead; }

  /// The stream is told, unless it only looks alive.
  void hear_news() {
    if (m_stream == Stream::up && m_world.trouble == Trouble::none)
      read_through_stream();
  }
  void suffer(Trouble trouble) {
    if (m_stream == Stream::down)
      return;
    if (trouble == Trouble::silent) {
      m_stream = Stream::silent;
      later(Millis(55'000), [this] { // as long as it takes to notice
        if (m_stream == Stream::silent)
          lose();
      });
    } else if (trouble != Trouble::none) {
      lose();
    }
  }
  [[nodiscard]] bool has_stream() const { return m_stream != Stream::down; }
  [[nodiscard]] bool says_ready() const { return m_worker.status().ready; }

private:
  enum class Stream { down, up, silent };

  void later(Millis delay, std::function<void()> fn) {
    m_world.after(delay, [self = shared_from_this(), fn = std::move(fn)] {
      if (!self->m_dead)
        fn();
    });
  }
  void tell(Event event) {
    later(Millis(0), [this, event = std::move(event)] { dispatch(event); });
  }

  /// A kill strikes before anything, between any two things, and after everything.
  bool is_killed() {
    if (!m_world.may_kill || m_world.random.below(2'000) != 0)
      return m_dead;
    ++m_world.kills;
    m_dead = true;
    return true;
  }

  void dispatch(const Event& event) {
    ++m_world.events[m_world.hour()];
    auto step = m_worker.on(event, m_world.now);
    if (m_worker.status().ready && !has_stream())
      FAIL("ready without a stream");
    for (const auto& effect : step.now)
      carry_out(effect);
    if (!step.lines.empty() || !step.after.empty())
      later(m_world.within(1, 50), [this, step] { // the disk
        if (is_killed())
          return;
        for (const auto& entry : step.lines)
          m_world.journal[entry.id] = entry;
        for (const auto& effect : step.after)
          carry_out(effect);
      });
    ++m_alarm;
    if (step.wake)
      later(std::max(*step.wake - m_world.now, Millis(0)), [this, mine = m_alarm] {
        if (mine == m_alarm)
          tell(Tick{});
      });
  }

  void carry_out(const Effect& effect) {
    if (!is_killed())
      std::visit([this](const auto& what) { act(what); }, effect);
  }

  // ---- the way to the marketplace ----------------------------------------------------------------------

  /// Sends it, does `there` where it arrives, and tells what `back` makes of the answer.
  template <class There, class Back>
  void ask(There there, Back back) {
    ++m_world.requests[m_world.hour()];
    later(m_world.within(20, 300), [this, there, back] {
      if (m_world.trouble == Trouble::unreachable)
        return tell(back(fail(Error{Kind::unavailable, "nothing answers"})));
      const bool breaks = m_world.trouble == Trouble::breaks || m_world.chance(1);
      if (breaks && m_world.chance(50))
        return tell(back(fail(play::http_error(503))));
      auto answer = there();
      if (breaks)
        return tell(back(fail(Error{Kind::outcome_unknown, "the answer was lost"})));
      later(m_world.within(20, 300), [this, back, answer] { tell(back(answer)); });
    });
  }

  void connect() {
    ++m_world.requests[m_world.hour()];
    later(m_world.within(100, 2'000), [this] {
      if (m_world.trouble == Trouble::unreachable || m_world.trouble == Trouble::breaks)
        return lose();
      m_stream = m_world.trouble == Trouble::silent ? Stream::silent : Stream::up;
      if (m_stream == Stream::silent)
        return lose(); // the handshake is not answered
      m_up_since = m_world.now;
      tell(m_world.list());
      tell(StreamUp{});
    });
  }
  void read_through_stream() {
    ++m_world.requests[m_world.hour()];
    later(m_world.within(20, 300), [this] {
      if (m_stream == Stream::up && m_world.trouble == Trouble::none)
        tell(m_world.list());
    });
  }
  void lose() {
    if (std::exchange(m_stream, Stream::down) == Stream::up)
      m_backoff.session_ended(m_world.now - m_up_since, false);
    const auto wait = m_backoff.next(m_world.random.number());
    dispatch(StreamDown{Error{Kind::unavailable, "lost"}, wait});
    later(wait, [this] { connect(); });
  }

  // ---- effects -----------------------------------------------------------------------------------------

  void act(const LookUp& wanted) {
    later(m_world.within(1, 20), [this, id = wanted.id] {
      const auto found = m_world.journal.find(id);
      tell(LookedUp{id, found == m_world.journal.end() ? std::nullopt : std::optional(found->second)});
    });
  }
  void act(const StartHandler& start) {
    auto& attempt = m_world.spool[{start.id, start.attempt}];
    if (attempt.claimed)
      FAIL("attempt ", start.attempt, " of ", start.id, " was started twice");
    attempt.claimed = true;
    auto& hiring = m_world.hirings.at(start.id);
    const int run = ++hiring.runs[hiring.dispatch];
    attempt.ends = m_world.now + m_world.within(100, m_world.chance(10) ? 600'000 : 20'000);
    const bool fails =
        hiring.story == Story::fails || (hiring.story == Story::retried && hiring.dispatch == 1);
    attempt.code = fails ? 1 : hiring.story == Story::waits && run == 1 ? 75 : 0;
    watch(start.id, start.attempt);
  }
  void act(const FindHandler& find) {
    auto& attempt = m_world.spool[{find.id, find.attempt}];
    if (attempt.ends)
      return watch(find.id, find.attempt);
    attempt.claimed = true;
    tell(play::ended(find.id, process::How::never_started, find.attempt));
  }
  void watch(const std::string& id, int number) {
    const auto& attempt = m_world.spool.at({id, number});
    tell(HandlerStarted{id, number});
    later(std::max(*attempt.ends - m_world.now, Millis(0)),
          [this, id, number, code = attempt.code] { tell(play::exited(id, code, number)); });
  }
  void act(const StopHandler& stop) {
    for (auto& [key, attempt] : m_world.spool)
      if (key.first == stop.id && attempt.ends && *attempt.ends > m_world.now) {
        attempt.ends = m_world.now + Millis(100);
        watch(key.first, key.second);
      }
  }
  void act(const UploadArtifacts& upload) {
    ask([] { return Result<void>{}; },
        [id = upload.id](const Result<void>& answer) {
          return ArtifactsUploaded{id, answer ? std::nullopt : std::optional(answer.error())};
        });
  }
  void act(const SubmitResult& result) { report(result.id, Report::result); }
  void act(const SubmitFailure& failure) { report(failure.id, Report::failure); }
  void report(const std::string& id, Report report) {
    ask(
        [this, id, report]() -> Result<void> {
          const auto refused = m_world.take(id, report);
          return refused ? Result<void>(fail(*refused)) : Result<void>{};
        },
        [id](const Result<void>& answer) {
          return Submitted{id, answer ? std::nullopt : std::optional(answer.error())};
        });
  }
  void act(const ReadHiring& read) {
    ask([this, id = read.id]() -> Result<std::optional<Offer>> { return std::optional(m_world.view(id)); },
        [id = read.id](const Result<std::optional<Offer>>& answer) { return ReadBack{id, answer}; });
  }
  void act(const ListPending&) {
    ask([this]() -> Result<HiringsListed> { return m_world.list(); },
        [](const Result<HiringsListed>& answer) -> Event {
          return answer ? Event(*answer) : Event(ListFailed{answer.error()});
        });
  }
  void act(const Forget& forget) {
    if (is_open(m_world.journal.at(forget.id).state))
      FAIL("the spool of ", forget.id, " is removed while it is open");
  }
  void act(const LookForOrder&) {}
  void act(const Acknowledge&) {}
  void act(const Refuse&) {}
  void act(const Log&) {}
  void act(const Exit& exit) { FAIL("left with ", exit.code); }

  World& m_world;
  Worker m_worker;
  mcp::Backoff m_backoff;
  Stream m_stream = Stream::down;
  Time m_up_since{};
  int m_alarm = 0;
  bool m_dead = false;
};

} // namespace agr::serve::day
