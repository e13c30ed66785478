// SPDX-License-Identifier: MIT
#pragma once

#include "base/time.hpp"

#include <optional>
#include <string>

namespace agr::serve {

/// Which of the times a hiring was handed to its agent is meant. A hirer may retry a failed hiring, and the
/// retry keeps its id (docs/wire/agrenting-rest.md, "Retries"). Older services show nothing but the id.
struct Dispatch {
  std::string id = {};                  ///< `dispatch_id`
  std::optional<long long> number = {}; ///< `trace_attempt`
  std::optional<Time> started = {};     ///< `started_at`
  friend bool operator==(const Dispatch&, const Dispatch&) = default;
};

enum class Same { yes, no, unknown };

/// Whether two views of one hiring show the same dispatch. Times tell dispatches apart only when they are
/// clearly different, and never prove that they are the same: not every service begins them anew.
Same compare(const Dispatch& a, const Dispatch& b);

} // namespace agr::serve
