// SPDX-License-Identifier: MIT
#pragma once

#include "agentsgethired/operations.hpp"
#include "base/result.hpp"
#include "json/value.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace agr::agentsgethired {

/// A list as one answer brought it.
struct Page {
  std::vector<json::Value> items;
  std::string next; ///< cursor of the next page; empty at the end
};

/// The one object an answer is about, out of whatever it is wrapped in: the operation's member, `data`,
/// `item`, `result`, or nothing. An empty body (204) is null. Errors: Kind::protocol for no JSON or no
/// object, Kind::failed for `"ok":false`.
Result<json::Value> decode_one(const Operation& operation, std::string_view body);

/// The list an answer is about: bare, under the operation's plural, `items`, `data` or `results`, also one
/// level down. Errors: as decode_one.
Result<Page> decode_list(const Operation& operation, std::string_view body);

/// The answer as it came, for what stands beside the object (`apiKey`, `contract`). Errors: as decode_one.
Result<json::Value> decode_whole(const Operation& operation, std::string_view body);

} // namespace agr::agentsgethired
