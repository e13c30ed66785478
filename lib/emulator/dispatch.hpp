// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/marketplace.hpp"
#include "emulator/step.hpp"
#include "emulator/world.hpp"

#include <functional>
#include <optional>

/// Requests, events and timers on their way to the marketplace they are for, each as one transaction with the
/// books checked at its end. Knows nothing of what may go wrong on the wire.
namespace agr::emulator {

/// Runs `work` as one transaction. When it fails, nothing has happened.
Result<void> as_one_step(Turn& turn, const std::function<Result<void>()>& work);

/// Serves a request. Always replies.
Step dispatch(World& world, const Request& request, Time now);
/// Tells all marketplaces.
Step dispatch(World& world, const Event& event, Time now);

/// Takes the earliest timer that is due and wakes its marketplace; `timer` is absent when none was due.
struct Fired {
  std::optional<Timer> timer = {};
  Step step = {};
};
Fired fire_timer(World& world, Time now);

/// A failed request's answer, in the envelope of the marketplace it was for.
Response explain(World& world, const Request& request, const Error& error, Time now);

/// Who asks, as the marketplace it is for knows them; nobody when it cannot tell.
std::optional<Who> who_asks(World& world, const Request& request, Time now);

} // namespace agr::emulator
