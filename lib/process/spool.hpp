// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "process/identity.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// A spool is the folder of one attempt to run a program. A worker fills it, a supervisor (a process of its
/// own, see supervise.hpp) runs the program and leaves there what came of it, and any later worker can read
/// that, whoever was killed in between. Its files:
///
///   command.json  what to run            worker, before the supervisor starts
///   input.json    the program's stdin    worker
///   claim         who owns the attempt   the first of supervisor and worker to create it
///   environment   what a hook added      supervisor, before the program runs
///   begun         it may run from here   supervisor, when steps came before
///   stdout        the output             supervisor, while the program runs
///   stderr        its last part          supervisor, when the program has ended
///   ended.json    how the program ended  supervisor, when steps come after
///   claim.N       who does those steps   the first to create it, when a supervisor was lost meanwhile
///   status.json   how the attempt ended  supervisor, last and durably
namespace agr::process {

/// Programs of the operator that run around the handler, each with its arguments; empty when there is none.
struct Hooks {
  std::vector<std::string> environment = {}; ///< prints NAME=VALUE lines for the handler's environment
  std::vector<std::string> before = {};
  std::vector<std::string> after = {}; ///< also when the handler failed or was stopped

  friend bool operator==(const Hooks&, const Hooks&) = default;
};

/// A program of ours that goes with the handler, by the same rules.
struct Step {
  std::vector<std::string> argv = {};
  std::vector<std::string> environment = {};
  bool takes_secret = false; ///< is handed the attempt's secret: handover.hpp

  friend bool operator==(const Step&, const Step&) = default;
};

struct Command {
  std::vector<std::string> argv = {};        ///< the first is a path; PATH is not searched
  std::vector<std::string> environment = {}; ///< "NAME=value"; exactly this, nothing is inherited
  std::string folder = {};                   ///< the working directory
  std::vector<std::string> sandbox = {};     ///< words to put before argv: sandbox.hpp
  Hooks hooks = {};
  /// Run before the hook before. Each must exit with 0, or the handler is not run; 75 asks for it later.
  std::vector<Step> before = {};
  /// Run when all of it went well, and from the start again when a supervisor was lost in the middle.
  std::vector<Step> after = {};
  bool takes_secret = false; ///< the handler itself is handed the attempt's secret; not with a sandbox
  std::optional<Time> deadline = {}; ///< stopped when it is still running then
  Millis straggler_grace{2'000};     ///< how long leftover processes may hold the outputs open
  Millis kill_grace{10'000};         ///< from TERM to KILL
  Millis after_time{60'000};         ///< for the hook after the handler, whatever the deadline
  std::uint64_t max_output = 0;      ///< bytes of stdout; one more and it is killed
  std::uint64_t max_disk = 0;        ///< bytes below the spool; killed beyond; 0: no limit
};

enum class How {
  exited,        ///< with `code`; 126 and 127 also stand for "could not be started", as in a shell
  signalled,     ///< by `signal`
  timed_out,     ///< stopped at its deadline
  output_limit,  ///< killed because it wrote too much
  disk_full,     ///< killed because its output could not be kept
  stopped,       ///< stopped on the worker's wish
  lost,          ///< its supervisor vanished without a word: it ran, nobody knows how far
  never_started, ///< certain not to have run, and not to run any more
  disk_limit,    ///< killed because there was too much in its folders
  step_failed,   ///< a step before or after; what it wrote to stderr says why
};

/// "exited", "timed_out", …
std::string_view name_of(How how);

struct Ending {
  How how = How::exited;
  int code = 0;
  int signal = 0;
  std::string message = {}; ///< why, when neither code nor signal say it
  std::string hook = {};    ///< which hook it was that ended, when it was not the handler
  Time started{};
  Time finished{};
  std::uint64_t output_bytes = 0;

  friend bool operator==(const Ending&, const Ending&) = default;
};

/// Who owns an attempt: a supervisor, or a worker that declared it void before one came.
struct Claim {
  std::optional<Identity> supervisor = {};
};

class Spool {
public:
  explicit Spool(std::string folder) : m_folder(std::move(folder)) {}

  [[nodiscard]] const std::string& folder() const { return m_folder; }
  [[nodiscard]] std::string path(std::string_view file) const;

  /// Writes command and input into the folder, which must exist and be empty of both.
  [[nodiscard]] Result<void> fill(const Command& command, std::string_view input) const;
  [[nodiscard]] Result<Command> command() const;
  /// Replaces the command of an attempt of which only the steps after are left.
  [[nodiscard]] Result<void> refill(const Command& command) const;

  /// True for exactly one caller in the life of the spool, so that one attempt never runs twice.
  [[nodiscard]] Result<bool> claim(const Claim& claim) const;
  /// The same for what is left of an attempt whose handler has ended: for one caller after each loss.
  [[nodiscard]] Result<bool> claim_rest(const Claim& claim) const;
  /// The latest of either.
  [[nodiscard]] Result<std::optional<Claim>> claimed() const;

  [[nodiscard]] Result<void> note_begun() const;
  [[nodiscard]] bool has_begun() const;
  [[nodiscard]] Result<void> note_ended(const Ending& ending) const;
  [[nodiscard]] Result<std::optional<Ending>> ended() const;

  [[nodiscard]] Result<void> conclude(const Ending& ending) const;
  [[nodiscard]] Result<std::optional<Ending>> ending() const;

private:
  [[nodiscard]] std::string claim_of_rest(int number) const;

  std::string m_folder;
};

} // namespace agr::process
