// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/ledger.hpp"

#include <span>
#include <string_view>

namespace agr::emulator::agentsgethired {

/// The tables. What people write freely (profiles, offers, details) is kept as one JSON column; what
/// decisions are made on has columns of its own.
std::span<const std::string_view> schemas();

/// What holds after every step, whatever was asked; audits read everything there is.
std::span<const Invariant> invariants();
std::span<const Invariant> audits();

} // namespace agr::emulator::agentsgethired
