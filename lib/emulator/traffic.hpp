// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/step.hpp"
#include "emulator/timers.hpp"
#include "emulator/world.hpp"

/// The way between the wire and the marketplaces, with the faults that lie in wait on it.
namespace agr::emulator {

/// A request comes in; its answer goes out, unless a fault has it.
Step arrive(World& world, const Request& request, Time now);

/// What a marketplace has caused goes out: answers to parked requests and events of streams meet their
/// faults.
void depart(World& world, Step& step, Time now);

/// The peer of a stream is gone.
void forget_stream(World& world, const std::string& stream);

/// A moment a fault has waited for: goes on with what it held up. Other timers are not ours.
Step release(World& world, const Timer& timer, Time now);

/// At the start of a process nothing is on its way.
Result<void> forget_traffic(Turn& turn);

} // namespace agr::emulator
