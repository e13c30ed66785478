// SPDX-License-Identifier: MIT
#pragma once

#include "base/random.hpp"
#include "http/message.hpp"
#include "http/retry.hpp"

#include <functional>
#include <string_view>

namespace agr::http {

struct Policy {
  Millis max_wait{60'000}; ///< how long one request may wait for a service that asks for patience
  int tries = 3;
  std::function<void(std::string_view)> trace = {};  ///< gets what --verbose shows, credentials masked
  std::function<void(std::string_view)> notice = {}; ///< told before each pause, one line without its end
};

/// What every one-shot command sends through: prepared, repeated where that is harmless, redirected where
/// that is safe.
class Client {
public:
  /// All of it must outlive the client.
  Client(Transport& transport, Clock& clock, Random& random, Policy policy = {});

  /// The final answer, of whatever status (error_of makes an error of it). Errors: as prepare, follow and
  /// the transport give them.
  Result<Response> send(Request request);

private:
  Result<Response> exchange(Request request, Progress& progress);
  void pause(Millis wait, const Request& request, const Result<Response>& outcome);

  Transport& m_transport;
  Clock& m_clock;
  Random& m_random;
  Policy m_policy;
};

} // namespace agr::http
