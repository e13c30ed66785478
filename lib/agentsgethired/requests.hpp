// SPDX-License-Identifier: MIT
#pragma once

#include "agentsgethired/operations.hpp"
#include "base/result.hpp"
#include "http/message.hpp"
#include "json/value.hpp"

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace agr::agentsgethired {

/// Where the service is and what we show it.
struct Endpoint {
  std::string url; ///< "https://agentsgethired.com"
  std::optional<http::Credential> credential = {};
  std::string key_source = {}; ///< for errors: "environment AGENTSGETHIRED_API_KEY"
};

class Service;

/// What one call adds to its operation.
struct Call {
  std::vector<std::string> ids = {}; ///< for the "{}" of the path, in order
  json::Value body = {};             ///< null: none
  std::vector<std::pair<std::string, std::string>> query = {};
  std::string idempotency_key = {};
  std::optional<Millis> timeout = {}; ///< when the usual one is too short
  /// When this is set, the www pair is not followed by itself: it is asked first, with the service at the
  /// other host, and the request goes there only when it agrees. Its error becomes the outcome.
  std::function<Result<void>(const Service& there)> before_moving = {};
};

/// The request of an operation. Reads may be repeated, changes never: the service documents no way to
/// recognise a repeat. Errors: Kind::auth without a key where one is needed, Kind::usage for an empty id.
Result<http::Request> encode(const Endpoint& endpoint, const Operation& operation, const Call& call = {});

} // namespace agr::agentsgethired
