// SPDX-License-Identifier: MIT
#include "mcp/backoff.hpp"

#include <algorithm>

namespace agr::mcp {
namespace {
constexpr int k_max_doublings = 20; // far beyond any cap, far below overflow
}

Millis Backoff::ceiling() const {
  return std::min(m_limits.cap, m_limits.first * (1 << std::min(m_failures, k_max_doublings)));
}

Millis Backoff::next(std::uint64_t random, Millis minimum) {
  const auto spread = static_cast<std::uint64_t>(ceiling().count()) + 1;
  ++m_failures;
  return std::max(minimum, Millis{static_cast<Millis::rep>(random % spread)});
}

void Backoff::session_ended(Millis ready_for, bool brought_work) {
  if (brought_work || ready_for >= m_limits.lived)
    m_failures = 0;
}

} // namespace agr::mcp
