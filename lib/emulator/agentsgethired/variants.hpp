// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/agentsgethired/call.hpp"
#include "emulator/agentsgethired/settings.hpp"

#include <optional>

/// What the settings change about every request alike.
namespace agr::emulator::agentsgethired {

/// The redirect to the host that serves, when this one only redirects.
std::optional<Response> other_host(const Request& request, const Settings& settings);

/// Refuses with 429 who asks too often. The control surface is never counted.
Result<void> count_request(const Call& call, const Settings& settings);

/// The same answer with its amounts as the settings want them.
Response in_wanted_form(Response response, const Settings& settings);

} // namespace agr::emulator::agentsgethired
