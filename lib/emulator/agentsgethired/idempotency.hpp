// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/agentsgethired/call.hpp"

#include <optional>

namespace agr::emulator::agentsgethired {

/// A POST with an Idempotency-Key happens once: the same request gets the first answer again, another one
/// under the same key is refused. Refused requests leave no trace, so they may be repeated
/// (docs/wire/agentsgethired.md, "Idempotency").

/// The kept answer, when this request was carried out before. Refuses with 409 when the key was used for
/// another request, 400 when it is no key.
Result<std::optional<Response>> replay(const Call& call);

/// Keeps the answer of a request that was carried out.
Result<void> remember(const Call& call, const Response& response);

} // namespace agr::emulator::agentsgethired
