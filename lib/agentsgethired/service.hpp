// SPDX-License-Identifier: MIT
#pragma once

#include "agentsgethired/requests.hpp"

#include <functional>
#include <optional>
#include <vector>

namespace agr::agentsgethired {

/// The marketplace as a command sees it: an operation in, an object or a list out, errors explained.
class Service {
public:
  /// How a request goes out and an answer of any status comes back.
  using Send = std::function<Result<http::Response>(http::Request)>;
  /// Which items of a list are wanted.
  using Keep = std::function<bool(const json::Value&)>;

  Service(Endpoint endpoint, Send send)
      : m_endpoint(std::move(endpoint)), m_here(m_endpoint), m_send(std::move(send)) {}

  /// As configured, whatever redirects said since.
  [[nodiscard]] const Endpoint& endpoint() const { return m_endpoint; }

  Result<json::Value> one(const Operation& operation, const Call& call = {}) const;
  /// Follows the pages as far as the service offers any, or until `limit` items are there. Filters are
  /// sent in the query, and applied here by `keep`: whether the service knows them is not documented.
  Result<std::vector<json::Value>> list(const Operation& operation, Call call = {},
                                        std::optional<long long> limit = {}, const Keep& keep = {}) const;
  /// The body of the answer, for those who read more out of it than the object.
  Result<std::string> body(const Operation& operation, const Call& call = {}) const;

private:
  Result<http::Response> go_along(http::Request request, const http::Response& redirect,
                                  const Call& call) const;
  [[nodiscard]] Endpoint at(const std::string& url) const;

  Endpoint m_endpoint;
  mutable Endpoint m_here; ///< the host that answered last: a redirect is followed once, not every time
  Send m_send;
};

} // namespace agr::agentsgethired
