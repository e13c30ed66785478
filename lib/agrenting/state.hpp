// SPDX-License-Identifier: MIT
#pragma once

#include "agrenting/types.hpp"
#include "base/result.hpp"

#include <optional>
#include <string>

/// What a hiring's state means to somebody who waits for it (docs/wire/agrenting-rest.md, "States").
namespace agr::agrenting {

enum class Ending {
  none,      ///< still going on, or a state nobody here knows
  completed, ///< delivered and paid
  failed,    ///< failed, cancelled, refunded or disputed
};

/// A state this program knows speaks for itself; of an unknown one the service's `final` decides.
Ending ending_of(const Hiring& hiring);

/// Success when completed. Errors: Kind::failed when it ended otherwise (the reason in the message),
/// Kind::pending while it has not ended.
Result<void> verdict(const Hiring& hiring);

/// How a hiring stood when it was read.
struct Standing {
  std::string status;
  std::optional<Time> updated_at; ///< where the service says it
  Ending ending = Ending::none;
};
Standing standing_of(const Hiring& hiring);

/// Whether what was seen changes what was told. A read can be answered by a part of the service that lags
/// behind: an older state is no news, nor is going on after an end, except that a failed hiring can be tried
/// again (docs/wire/agrenting-mcp.md, "Following").
bool is_news(const Standing& told, const Standing& seen);

/// How long to wait before looking again, after `looks` looks: 0.25 s doubling to 5 s. A Retry-After of the
/// service is a floor.
Millis next_look(int looks, std::optional<Millis> retry_after = {});

} // namespace agr::agrenting
