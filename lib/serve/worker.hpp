// SPDX-License-Identifier: MIT
#pragma once

#include "base/random.hpp"
#include "serve/jobs.hpp"
#include "serve/polling.hpp"
#include "serve/step.hpp"

#include <map>
#include <set>
#include <unordered_set>

namespace agr::serve {

/// What becomes of a hiring whose handler vanished without a word, with its supervisor or the machine.
enum class OnCrash {
  fail,  ///< it is reported as failed
  retry, ///< it is run again, as often as a handler may ask for it
  hold,  ///< a person decides, with `agr submit`
};

struct WorkerSettings {
  int concurrency = 1;
  bool has_stream = true;         ///< else work is asked for every `poll_while_down`
  bool once = false;              ///< exit when one hiring has ended
  Millis drain_timeout{60'000};   ///< how long handlers may still run after the first signal
  Millis flush_timeout{10'000};   ///< and reports may still be tried after that
  Millis poll_while_down{10'000}; ///< how often to ask for work while there is no stream, about
  Millis poll_while_up{60'000};   ///< and while there is one, should it have missed something
  OnCrash on_crash = OnCrash::fail;
  int most_attempts = 5;      ///< of a handler that asks to be run later or does not start
  Millis later_delay{30'000}; ///< before the second attempt; doubles
};

/// How it stands, for whoever watches from outside.
struct WorkerStatus {
  bool ready = false;                     ///< subscribed, pending work read
  bool draining = false;                  ///< takes nothing new
  bool paused = false;                    ///< its handler cannot be run
  int waiting = 0;                        ///< hirings not begun
  int running = 0;                        ///< handlers
  int held = 0;                           ///< hirings waiting for `agr submit`
  int reporting = 0;                      ///< reports the marketplace has not acknowledged
  std::optional<Time> oldest_report = {}; ///< when the oldest of those hirings was seen
  std::string last_error = {};            ///< of that report, or of the stream
  std::uint64_t done = 0;                 ///< closed in this life, by how
  std::uint64_t failed = 0;
  std::uint64_t handed_back = 0;
  std::uint64_t retries = 0; ///< of reports
};

/// Carries hirings from being offered to being reported, each exactly once, whatever is killed in between.
/// Pure: no clock, file, socket or process inside. It relies on its owner for one thing: the effects in
/// Step::after are carried out only when Step::lines are on disk.
class Worker {
public:
  /// `jobs` are the places it shares with other workers, under the name `id`; none: all it wants.
  Worker(WorkerSettings settings, Random& random, Jobs* jobs = nullptr, JobsId id = {})
      : m_settings(settings), m_random(random), m_jobs(jobs), m_id(id), m_polling(random) {}

  /// `now` must not jump back.
  Step on(const Event& event, Time now);

  /// For what begins from now on.
  void change(const WorkerSettings& settings) { m_settings = settings; }
  [[nodiscard]] WorkerStatus status() const;

private:
  /// What to do next about a hiring nobody is busy with.
  enum class Next { nothing, upload, submit, read };

  struct Hiring {
    Entry entry;
    Next next = Next::nothing;
    Time due{};
    bool reading = false;    // a ReadHiring is under way
    bool waiting = false;    // and its report goes on with the answer
    bool abandoned = false;  // ended by the other side while its handler ran
    bool superseded = false; // and dispatched again since
  };

  /// Something that was offered or announced and is not open, until it is known whether it is new.
  struct Unclear {
    std::optional<Offer> offer = {}; // none when it was only announced
    std::optional<Entry> last = {};  // its closed line
    bool reading = false;            // the marketplace is asked about it
    json::Value extras = json::Value::object();
    std::vector<Ticket> callers = {}; // who announced it
  };

  void take(const HiringsListed& listed);
  void take(const ListFailed& failed);
  void take(const Announced& announced);
  void take(const JournalLoaded& journal);
  void take(const LookedUp& known);
  void take(const JournalFailed& failed);
  void take(const HandlerStarted& started);
  void take(const HandlerEnded& ended);
  void take(const Ordered& ordered);
  void take(const Rung& rung);
  void take(const ArtifactRefused& refused);
  void take(const ArtifactsUploaded& uploaded);
  void take(const Submitted& submitted);
  void take(const ReadBack& read);
  void take(const StreamUp& up);
  void take(const StreamDown& down);
  void take(const LockedOut& locked);
  void take(const Signalled& signalled);
  void take(const Tick& tick);

  void note_offer(const Offer& offer);
  [[nodiscard]] bool has_enough() const;
  void clear_up(const ReadBack& answer);
  void begin(const Unclear& unclear, Offer offer);
  void answer(const std::vector<Ticket>& callers, bool is_safe);
  void note_accepted();
  void come_online();
  void go_offline(const Error& error, Millis retry_in);
  void ignore(const std::string& id, std::string_view why);
  void check_unlisted(const std::unordered_set<std::string_view>& listed);
  void fill_slots();
  void accept(Hiring& hiring);
  void run_later(Hiring& hiring, const std::string& reason, std::string_view detail);
  void run_again(Hiring& hiring, const std::string& reason, std::string_view detail);
  void run_lost(Hiring& hiring, const std::string& reason);
  void hold(Hiring& hiring, const std::string& reason);
  void finish(Hiring& hiring, Report report, std::string reason);
  void count_unrunnable(bool unrunnable);
  void submit(Hiring& hiring);
  void read(Hiring& hiring);
  void wait(Hiring& hiring, Next next, const Error& error);
  void take_failed_try(Hiring& hiring, Next again, const Error& error);
  void give_up_result(Hiring& hiring, const Error& error);
  void take_view(Hiring& hiring, const Offer& view);
  void ended_elsewhere(Hiring& hiring, Log why);
  void close(const std::string& id, State state, bool confirmed, std::optional<Log> log);
  void stop_handlers(process::Stop how);
  void do_what_is_due();
  void end_overdue();
  void look_for_orders();
  void leave_when_done();

  Hiring* find(const std::string& id);
  [[nodiscard]] int busy_slots() const;
  [[nodiscard]] bool is_paused() const;
  [[nodiscard]] bool may_start() const;
  Hiring* next_to_start();
  [[nodiscard]] std::optional<Time> next_wake() const;
  void touch(const Hiring& hiring) { m_touched.insert(hiring.entry.id); }
  void log(Log log) { m_step.now.emplace_back(std::move(log)); }
  Millis jitter(int tries);

  WorkerSettings m_settings;
  Random& m_random;
  Jobs* m_jobs;
  JobsId m_id;
  WorkerStatus m_counts; // only what is counted, not what can be seen
  std::string m_stream_error;
  Time m_now{};
  Step m_step;
  std::unordered_set<std::string> m_touched; // by the event at hand

  std::map<std::string, Hiring> m_open;
  std::map<std::string, Unclear> m_unclear;
  std::set<std::string> m_ignored; // of those listed last: said so already
  int m_unrunnable = 0;            // handlers in a row that could not be run
  bool m_online = false;           // the stream is up, or without one, the last list came
  bool m_was_accepted = false;     // the key, in this life
  std::optional<Time> m_refused_since;
  Polling m_polling;

  int m_signals = 0;
  std::optional<Time> m_drain_until; // set from the first signal on
  std::optional<Time> m_flush_until; // set once the last handler has ended
  bool m_handlers_stopped = false;
  std::optional<int> m_once_code; // how the one hiring ended
  bool m_left = false;
};

} // namespace agr::serve
