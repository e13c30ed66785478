// SPDX-License-Identifier: MIT
#pragma once

#include "base/secret.hpp"
#include "process/spool.hpp"

#include <variant>

namespace agr::process {

/// An attempt whose supervisor lives: wait until `exit` becomes readable, then find() again.
struct Running {
  Identity supervisor;
  Fd exit; ///< a pidfd
};

/// An attempt whose handler has done its work, and whose supervisor was lost before the steps after it were
/// done: refill() the spool and start() another.
struct Unfinished {};

/// What is known of an attempt: it runs, or how it ended, or that it is to be finished.
using Found = std::variant<Running, Ending, Unfinished>;

/// Starts a supervisor for a filled spool, in a session of its own, so that it outlives this process:
/// `supervisor` are the words of a command that calls supervise() with the folder appended to them. The
/// secret is handed to it, for what takes it; it is nowhere on disk.
Result<Running> start(const Spool& spool, const std::vector<std::string>& supervisor,
                      const Secret& secret = Secret());

/// What became of an attempt, whoever started it and whoever died since. An attempt no supervisor has
/// claimed is declared void on the way: after `never_started` it is certain never to run. What a lost
/// supervisor could not kill any more is killed here.
Result<Found> find(const Spool& spool);

enum class Stop { gently, at_once };

/// Has the supervisor stop its handler: with TERM and, after its grace, KILL; or with KILL.
void stop(const Running& running, Stop how);

/// To be called once `exit` is readable: a supervisor this process started would stay a zombie.
void reap(const Running& running);

} // namespace agr::process
