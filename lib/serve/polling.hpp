// SPDX-License-Identifier: MIT
#pragma once

#include "base/random.hpp"
#include "base/time.hpp"

#include <optional>

namespace agr::serve {

/// When to ask for work next. Thousands of agents of one marketplace must not ask in step, not even after
/// what happened to all of them at once, so each wait is anything from half to one and a half of the
/// interval. Questions that are not answered double it, up to a minute. Pure.
class Polling {
public:
  explicit Polling(Random& random) : m_random(random) {}

  /// From now on every `interval`.
  void begin(Time now, Millis interval);
  /// The same, but the first time soon: at any time within the interval.
  void begin_soon(Time now, Millis interval);
  void asked(Time now);
  void answered() { m_unanswered = 0; }

  /// Nothing before begin.
  [[nodiscard]] std::optional<Time> due() const { return m_due; }

private:
  [[nodiscard]] Millis interval() const;
  Millis spread(Millis interval);
  Millis within(Millis interval);

  Random& m_random;
  Millis m_interval{0};
  int m_unanswered = 0;
  std::optional<Time> m_due;
};

} // namespace agr::serve
