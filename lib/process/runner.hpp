// SPDX-License-Identifier: MIT
#pragma once

#include "process/child.hpp"
#include "process/sandbox.hpp"
#include "process/spool.hpp"
#include "process/tail.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string_view>

namespace agr::process {

/// How one program of an attempt ended; the same words as of an Ending.
struct Outcome {
  How how = How::exited;
  int code = 0;
  int signal = 0;
  std::string message = {};

  [[nodiscard]] bool succeeded() const { return how == How::exited && code == 0; }
};

/// Runs the programs of one attempt (hooks, the handler, what a repository needs), one after the other and
/// all by the same rules: stopped at the deadline, by TERM with grace and by INT at once; no process of
/// theirs is left when run() returns. Takes over the signals of this process.
class Runner {
public:
  struct Rules {
    std::optional<Time> deadline = {};
    Millis straggler_grace{2'000};
    Millis kill_grace{10'000};
    /// Looked at every now and then while a program runs; what it answers is why the program is killed.
    std::function<std::optional<How>()> check = {};
  };
  /// Gets what a program writes to stdout; what it answers is why the program is killed.
  using Keep = std::function<std::optional<How>(std::string_view)>;

  /// `errors` gets what the programs write to stderr.
  Runner(Rules rules, Tail& errors);

  /// When the attempt was stopped before, the program is not started, and that is its outcome.
  Outcome run(const Program& program, const Keep& keep);
  /// For what has to run in any case: also when the attempt was stopped, and for this time instead of until
  /// the deadline.
  Outcome run_anyway(const Program& program, const Keep& keep, Millis time);
  /// Why the attempt was stopped, when it was.
  [[nodiscard]] std::optional<How> stopped() const { return m_why; }

private:
  using Steady = std::chrono::steady_clock;

  std::optional<StartFailure> start(const Program& program);
  [[nodiscard]] bool is_over() const;
  void step(const Keep& keep);
  [[nodiscard]] int milliseconds_to_wait() const;
  void read_all(const Keep& keep);
  void take_wishes();
  void look_for_the_end();
  void keep_time();
  void look_around();
  void stop_because(How why);
  void kill_because(How why);
  void signal_all(int number) const;
  int sweep();
  [[nodiscard]] Outcome outcome_of(int status) const;

  Rules m_rules;
  Tail& m_errors;
  Fd m_signals;
  Child m_child;
  std::optional<SandboxReport> m_sandbox; ///< of the program that runs, when it runs in one
  bool m_reaped = true;
  std::optional<How> m_why;  ///< stopped for
  std::optional<How> m_late; ///< the same, when the program had ended already
  std::optional<Steady::time_point> m_stop_at;
  std::optional<Steady::time_point> m_kill_at;
  std::optional<Steady::time_point> m_check_at;
  std::optional<Steady::time_point> m_straggler_until; ///< set once the program has ended
};

} // namespace agr::process
