// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/frame/context.hpp"

#include <string>
#include <vector>

namespace agr::cmd {

/// The one place where an error becomes text (or one JSON object) on stderr and an exit code.
int report(const Error& error, Context& context);

/// Enough of the global options to report a mistake in the words themselves in the wanted form.
Globals globals_hint(const std::vector<std::string>& words);

} // namespace agr::cmd
