// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/step.hpp"
#include "emulator/world.hpp"
#include "json/value.hpp"

#include <optional>
#include <string_view>

/// Both marketplaces as one state machine: no socket, no clock, no thread. Each call is one transaction; the
/// books are checked before it is committed (docs/wire/agrenting.md, "Emulator").
namespace agr::emulator {

/// Serves a request. Always replies.
Step handle(World& world, const Request& request, Time now);

/// Takes note of something that happened outside.
Step on(World& world, const Event& event, Time now);

/// Runs the timers that are due.
Step advance(World& world, Time now);

/// When advance() has something to do next.
std::optional<Time> next_due(World& world);
/// Whether that ends the time a client has to answer a question of ours. A clock that is moved by hand must
/// not pass it before the client had that time.
bool is_answer_awaited(World& world);

/// The ready file: where the emulator is and the credentials of the default world.
json::Value ready_description(const World& world, std::string_view url, long pid);

} // namespace agr::emulator
