// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"
#include "net/loop.hpp"
#include "net/message.hpp"

#include <functional>
#include <string>

namespace agr::net {

/// One request to somebody else's server: plain http, no redirects, no credentials of ours.
struct OutgoingRequest {
  std::string method = "GET";
  std::string url = {};
  Headers headers = {};
  std::string body = {};
  Millis budget{5'000};                            ///< for everything, the name lookup included
  std::size_t answer_bytes = std::size_t{1} << 20; ///< a larger answer is an error
};

struct IncomingAnswer {
  int status = 0;
  Headers headers = {};
  std::string body = {};
};

/// Sends it on the loop and calls `done` there, exactly once, never from inside this call. Errors:
/// Kind::usage (not an http address), Kind::unavailable (no connection, no answer in time),
/// Kind::protocol (the answer is no HTTP).
void send(Loop& loop, const OutgoingRequest& request, std::function<void(Result<IncomingAnswer>)> done);

} // namespace agr::net
