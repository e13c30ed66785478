// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/world.hpp"

namespace agr::emulator {

/// The surface under /__emulator/ that no marketplace has: health, the ledger's report, fault rules.
bool is_control_path(std::string_view path);
Result<Response> control(Turn& turn, const Request& request);

} // namespace agr::emulator
