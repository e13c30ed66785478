// SPDX-License-Identifier: MIT
#include "serve/polling.hpp"

#include <algorithm>

namespace agr::serve {
namespace {

constexpr Millis k_shortest{10};
constexpr Millis k_longest{60'000};
constexpr int k_most_doublings = 20;

} // namespace

void Polling::begin(Time now, Millis interval) {
  m_interval = std::max(interval, k_shortest);
  m_due = now + spread(m_interval);
}

void Polling::begin_soon(Time now, Millis interval) {
  m_interval = std::max(interval, k_shortest);
  m_due = now + within(m_interval);
}

void Polling::asked(Time now) {
  m_due = now + spread(interval());
  ++m_unanswered;
}

Millis Polling::interval() const {
  return std::clamp(m_interval * (1 << std::min(m_unanswered, k_most_doublings)), m_interval,
                    std::max(m_interval, k_longest));
}

Millis Polling::spread(Millis interval) {
  return interval / 2 + within(interval);
}

Millis Polling::within(Millis interval) {
  return Millis(static_cast<Millis::rep>(m_random.below(static_cast<std::uint64_t>(interval.count()) + 1)));
}

} // namespace agr::serve
