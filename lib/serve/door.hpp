// SPDX-License-Identifier: MIT
#pragma once

#include "base/time.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <vector>

namespace agr::serve {

/// Names one visit at a Door: of one session, once; never used twice.
enum class Visit : std::uint64_t {};

/// How many sessions of one process may be on their way up at once, first come, first served. Whoever goes in
/// takes a place until the session is up or lost. The place of one that was lost stays shut for a while:
/// full jitter under a ceiling that doubles with each loss, until one session gets up, which opens them all.
/// So thousands of agents whose marketplace is down knock a few times a second and not thousands of times,
/// and are back soon after it is. Pure.
class Door {
public:
  struct Limits {
    std::size_t places = 256;
    Millis first{500};
    Millis cap{30'000};
  };

  Door() = default;
  explicit Door(const Limits& limits) : m_limits(limits) {}

  /// To the end of the line.
  void ask(Visit who);
  /// It is up. Who is not inside is ignored, here and below.
  void passed(Visit who);
  /// It was lost on its way; `random` decides how long its place stays shut.
  void lost(Visit who, Millis now, std::uint64_t random);
  /// It wants no longer, in line or inside.
  void withdraw(Visit who);

  /// Who goes in now, in order. `now` is a steady time.
  std::vector<Visit> admit(Millis now);
  /// When to admit again, should nothing happen before.
  [[nodiscard]] std::optional<Millis> opens() const;

private:
  [[nodiscard]] Millis ceiling() const;

  Limits m_limits;
  int m_losses = 0; // since one got up
  std::deque<Visit> m_line;
  std::set<Visit> m_inside;
  std::multiset<Millis> m_shut; // places, until when
};

} // namespace agr::serve
