// SPDX-License-Identifier: MIT
#pragma once

#include "agrenting/types.hpp"
#include "base/result.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace agr::agrenting {

/// An agent chosen among several, and the reason in words.
struct Choice {
  Agent agent;
  std::string
      why; ///< "available, reputation 4.90, 2.00 USD; best of 3 (1 busy, 1 offline, 1 above 5.00 USD)"
};

/// The best agent for a capability: one that is there and free, at most `most` USD, of the highest
/// reputation, among equals the cheapest. One whose availability the service does not tell comes after
/// those that are free; busy and offline ones are not taken. Errors: Kind::not_found with what stood in the
/// way of each.
Result<Choice> choose(std::span<const Agent> agents, std::string_view capability,
                      std::optional<Decimal> most);

} // namespace agr::agrenting
