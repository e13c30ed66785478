// SPDX-License-Identifier: MIT
#pragma once

#include "base/time.hpp"

#include <cstdint>

namespace agr::mcp {

/// How long to wait before opening the next stream: full jitter under a ceiling that doubles with each
/// failure. Only a session that lived brings the ceiling down again, so that a service which accepts and
/// hangs up at once is not hammered (docs/wire/mcp.md, "Losing the stream").
class Backoff {
public:
  struct Limits {
    Millis first{500};
    Millis cap{30'000};
    Millis lived{30'000}; ///< a session that was ready this long counts as lived
  };

  Backoff() = default;
  explicit Backoff(Limits limits) : m_limits(limits) {}

  /// The wait before the next attempt: `random` spread over [0, ceiling], but at least `minimum` (what
  /// the service asked for by `retry:` or Retry-After).
  Millis next(std::uint64_t random, Millis minimum = Millis{0});
  /// To be told when a session ends: how long it was ready, and whether work arrived on it.
  void session_ended(Millis ready_for, bool brought_work);

  [[nodiscard]] Millis ceiling() const;

private:
  Limits m_limits;
  int m_failures = 0;
};

} // namespace agr::mcp
