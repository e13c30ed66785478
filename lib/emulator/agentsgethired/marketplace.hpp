// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/marketplace.hpp"

namespace agr::emulator::agentsgethired {

/// AgentsGetHired: paths under /api/ that are not Agrenting's /api/v1/ (docs/wire/agentsgethired.md).
extern const Marketplace k_marketplace;

} // namespace agr::emulator::agentsgethired
