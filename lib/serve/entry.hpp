// SPDX-License-Identifier: MIT
#pragma once

#include "base/time.hpp"
#include "serve/dispatch.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace agr::serve {

/// Where a hiring stands on this worker. It only ever moves to the right, except that a handler may ask to
/// be run later (back to `seen`) and a refused result is reported as a failure (back to `finished`).
enum class State {
  seen,       ///< known, waiting for its turn
  accepted,   ///< a handler is about to be started
  running,    ///< a handler runs
  held,       ///< no handler runs any more; `agr submit` will say what is to be reported
  finished,   ///< it has ended; what is to be reported is decided
  submitting, ///< the report may have reached the marketplace
  done,       ///< result delivered
  failed,     ///< failure reported, or ended by the other side
  handed_back,
};

/// The stable name, as the journal keeps it.
std::string_view name_of(State state);
std::optional<State> state_named(std::string_view name);
bool is_open(State state);
/// A handler has it, or is about to.
bool is_busy(State state);
/// What is to be reported is decided, and the marketplace has not acknowledged it.
bool is_reporting(State state);

/// What the marketplace is to be told once a handler has ended.
enum class Report { none, result, failure, hand_back };

/// The stable name, as the log has it.
std::string_view name_of(Report report);

/// All that must survive the worker about one dispatch of a hiring: one line of the journal.
struct Entry {
  std::string id;
  State state = State::seen;
  int round = 1;                     ///< which of the hiring's dispatches that came here, from 1
  Dispatch dispatch = {};            ///< and which one that is at the marketplace
  int attempt = 0;                   ///< of the handler: counted when accepted, from 1, over all rounds
  int attempts_before = 0;           ///< of them in earlier rounds
  std::string hiring = {};           ///< as JSON, for the handler; without credentials
  std::optional<Time> deadline = {}; ///< after which the marketplace takes the work back
  Time seen_at{};
  Time not_before{}; ///< when a handler asked to be run later
  Report report = Report::none;
  std::string reason = {};     ///< of a failure or hand-back: goes to the hirer
  int tries = 0;               ///< of reporting
  std::string last_error = {}; ///< of the last try that failed
  bool confirmed = false;      ///< once closed: the marketplace itself said that this dispatch has ended

  friend bool operator==(const Entry&, const Entry&) = default;
};

} // namespace agr::serve
