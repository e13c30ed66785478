// SPDX-License-Identifier: MIT
#pragma once

#include "http/message.hpp"

#include <cstdint>
#include <optional>

namespace agr::http {

struct RetryRule {
  int tries = 3;
  Millis first{500};       ///< pause after the first failure; doubles, with jitter
  Millis cap{30'000};      ///< longest pause of our own choosing
  Millis max_wait{60'000}; ///< all pauses of one request together, Retry-After included
};

/// Where a request stands when its outcome is judged.
struct Progress {
  std::optional<Time> now = {}; ///< for a Retry-After date from a service that tells no Date of its own
  int attempts = 1;             ///< made so far
  Millis waited{0};             ///< between them
  bool tasted = false;          ///< part of the body went to the sink and cannot be taken back
};

/// What may be done with this request again; whatever was claimed, only GET and HEAD are safe.
Repeat repeat_of(const Request& request);

/// The pause before trying again, or nothing: this outcome is the last. Only safe and keyed requests are
/// repeated, on a broken connection and on 408, 425, 429, 502, 503 and 504. A Retry-After is a minimum,
/// and what does not fit into max_wait is not waited for at all. 429 with a Retry-After may use up
/// max_wait, however many tries that takes. `random` spreads the pauses.
std::optional<Millis> retry_pause(const Request& request, const Result<Response>& outcome,
                                  const Progress& progress, const RetryRule& rule, std::uint64_t random);

/// Retry-After in either form. A date is measured against the answer's own Date, so that clocks which
/// differ do no harm; without one against `now`.
std::optional<Millis> retry_after_of(const Response& response, std::optional<Time> now = {});

} // namespace agr::http
