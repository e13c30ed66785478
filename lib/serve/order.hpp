// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"
#include "process/spool.hpp"
#include "serve/entry.hpp"

#include <optional>
#include <string>

/// What somebody decided about a hiring with `agr submit`: a file in the spool of its attempt that can be
/// created once. Whoever creates it first, a submitter or serve-agent when it decides without one, is right.
namespace agr::serve {

struct Order {
  Report report = Report::result; ///< result or failure
  std::string reason = {};        ///< of a failure; read without what a hook of the attempt kept secret
  std::string output = {};        ///< file in the spool that holds the result

  friend bool operator==(const Order&, const Order&) = default;
};

/// False when there was one before, or none is taken any more. Durable when this returns.
Result<bool> place_order(const process::Spool& spool, const Order& order);

/// The order; nothing when there is none, or none is taken any more.
Result<std::optional<Order>> read_order(const process::Spool& spool);

/// The same, and from now on none is taken any more.
Result<std::optional<Order>> last_order(const process::Spool& spool);

} // namespace agr::serve
