// SPDX-License-Identifier: MIT
#include "serve/door.hpp"

#include <algorithm>

namespace agr::serve {
namespace {
constexpr int k_most_doublings = 20;
} // namespace

void Door::ask(Visit who) {
  m_line.push_back(who);
}

void Door::passed(Visit who) {
  if (m_inside.erase(who) == 0)
    return;
  m_losses = 0;
  m_shut.clear();
}

void Door::lost(Visit who, Millis now, std::uint64_t random) {
  if (m_inside.erase(who) == 0)
    return;
  const auto spread = static_cast<std::uint64_t>(ceiling().count()) + 1;
  m_shut.insert(now + Millis(static_cast<Millis::rep>(random % spread)));
  ++m_losses;
}

/// It doubles when every place has seen a loss.
Millis Door::ceiling() const {
  const auto rounds = static_cast<int>(static_cast<std::size_t>(m_losses) / m_limits.places);
  return std::min(m_limits.cap, m_limits.first * (1 << std::min(rounds, k_most_doublings)));
}

void Door::withdraw(Visit who) {
  if (m_inside.erase(who) == 0)
    std::erase(m_line, who);
}

std::vector<Visit> Door::admit(Millis now) {
  m_shut.erase(m_shut.begin(), m_shut.upper_bound(now));
  std::vector<Visit> admitted;
  while (!m_line.empty() && m_inside.size() + m_shut.size() < m_limits.places) {
    admitted.push_back(m_line.front());
    m_inside.insert(m_line.front());
    m_line.pop_front();
  }
  return admitted;
}

std::optional<Millis> Door::opens() const {
  return m_line.empty() || m_shut.empty() ? std::nullopt : std::optional(*m_shut.begin());
}

} // namespace agr::serve
