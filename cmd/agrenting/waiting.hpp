// SPDX-License-Identifier: MIT
#pragma once

#include "agrenting/state.hpp"
#include "cmd/agrenting/hirer.hpp"

#include <optional>

namespace agr::cmd {

/// Follows a hiring until it has ended or `limit` has passed, telling a watching person each change of state:
/// by pushes over MCP where they can be had, else, and with --via rest, by looking again and again. The last
/// thing seen comes back either way; a few failed looks in a row are borne, more are the error.
Result<agrenting::Hiring> wait_for_end(Context& context, const Hirer& hirer, agrenting::Hiring hiring,
                                       std::optional<Millis> limit);

/// The exit code of a command that waited for a hiring to end; says why on stderr when it did not complete.
int exit_of_wait(Context& context, const agrenting::Hiring& hiring);

/// How a person sees one hiring: its fields, below them what was delivered.
output::View view_of(const agrenting::Hiring& hiring);

/// The object as it came, with `id`, `status` and `final` in any case.
json::Value complete_value(const agrenting::Hiring& hiring);

} // namespace agr::cmd
