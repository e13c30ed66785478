// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace agr::process {

/// The whole life of a supervisor: claims the spool, runs its command, keeps what it writes, sees to it that
/// no process of it is left and writes down how it ended. Gives the exit code of the supervisor itself: 0
/// when the spool holds an ending, 1 when this attempt was not ours to run or could not be recorded.
///
/// It stands between a worker and a handler so that the handler outlives the worker and its exit status
/// is not lost with it. TERM stops the handler, with grace; INT kills it.
///
/// Takes over the process: signal mask, child subreaper. Call it from a process that does nothing else.
int supervise(const std::string& spool);

} // namespace agr::process
