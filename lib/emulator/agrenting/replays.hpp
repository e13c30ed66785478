// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/agrenting/route.hpp"
#include "emulator/world.hpp"

#include <optional>

namespace agr::emulator::agrenting {

extern const std::string_view k_replay_schema;

/// The answer this caller got to the same POST or PUT under the same X-Idempotency-Key (or Idempotency-Key)
/// in the last 24 hours. Refuses (422) a key that came with another request. A hire has its own rule.
/// Refuses (409) a request whose key belongs to one that has come in and is held up.
Result<void> check_not_under_way(Turn& turn, const Call& call);

Result<std::optional<Response>> earlier_answer(Turn& turn, const Call& call);

/// Keeps a success for that.
Result<void> remember_answer(Turn& turn, const Call& call, const Response& response);

/// Keeps a refusal that another try cannot change (400, 404, 422). Whatever may pass (409, 429, a fault)
/// leaves the key free.
Result<void> remember_failure(Turn& turn, const Request& request, const Error& error,
                              const Response& response);

} // namespace agr::emulator::agrenting
