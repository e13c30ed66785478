// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/marketplace.hpp"

namespace agr::emulator::agrenting {

/// Agrenting: paths under /api/v1/ and /mcp/ (docs/wire/agrenting.md).
extern const Marketplace k_marketplace;

} // namespace agr::emulator::agrenting
