// SPDX-License-Identifier: MIT
#pragma once

#include "agentsgethired/types.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "settle/journal.hpp"

#include <optional>
#include <string>
#include <vector>

namespace agr::settle {

/// What an answer to the execute request proves.
enum class Proof {
  refused,  ///< a definite no: this request did nothing
  not_sent, ///< the connection failed before anything left
  conflict, ///< 409: the settlement must be read again to learn why
  unclear,  ///< timeout, 408, 425, 429, 5xx, an unreadable answer: it may have been done
};
Proof proof_of(const Error& error);

/// How an execution ended, and what the marketplace last showed.
struct Ending {
  State state = State::unknown;
  std::optional<agentsgethired::Settlement> seen = {};
  std::optional<Error> error = {}; ///< set unless executed
};

/// What to do next. `record` goes into the journal, synced, before anything else happens.
struct Action {
  enum class Do {
    send,   ///< POST, once, after its intent is written
    read,   ///< GET the settlement after `wait`
    finish, ///< `ending` is the outcome
  };
  Do what = Do::finish;
  std::optional<State> record = {};
  std::string note = {}; ///< goes with `record`
  Millis wait{0};
  Ending ending = {};
};

/// One attempt at one payment, as a machine without clock, disk or network: answers go in, actions come
/// out. It sends at most once. After an answer that proves nothing it reads the settlement back; a second
/// request needs a new Execution that was told to resume.
class Execution {
public:
  enum class Start {
    fresh,     ///< nothing is open: send
    look,      ///< an open line was found: read back, send nothing
    try_again, ///< an open line was found and a person wants it sent again: read back first
  };
  /// `patience`: how long to go on looking after an unclear answer; it looks once in any case.
  Execution(Line line, Start start, Millis patience = k_patience);
  /// A transfer may take effect late, and a minute's look spares a person one.
  static constexpr Millis k_patience{61'000};

  Action begin();
  Action on_answer(const Result<agentsgethired::Settlement>& answer);
  Action on_seen(const Result<agentsgethired::Settlement>& seen);

private:
  enum class Phase { opening, conflict, unclear };
  Action read_back(Phase phase, Error why);
  Action read_again();
  Action after_unmoved(const agentsgethired::Settlement& seen);
  Action conclude(State state, std::optional<agentsgethired::Settlement> seen,
                  std::optional<Error> error) const;
  Action leave_unknown(std::optional<agentsgethired::Settlement> seen) const;
  [[nodiscard]] bool paid_by_other(const agentsgethired::Settlement& seen) const;

  Line m_line;
  Start m_start;
  Phase m_phase = Phase::opening;
  std::vector<Millis> m_waits; ///< before each look that is left
  std::optional<Error> m_why;  ///< the answer that made us read back
};

} // namespace agr::settle
