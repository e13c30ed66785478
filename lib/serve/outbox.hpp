// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"
#include "serve/entry.hpp"

#include <string>
#include <vector>

namespace agr::serve {

/// Reports of all agents of this machine that the marketplace has not acknowledged yet, oldest first: the
/// hirings in `finished` and `submitting`, with tries and last error. `state` is the state folder;
/// serve-agent may be running or not.
Result<std::vector<Entry>> read_outbox(const std::string& state);

} // namespace agr::serve
