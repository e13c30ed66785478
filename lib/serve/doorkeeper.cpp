// SPDX-License-Identifier: MIT
#include "serve/doorkeeper.hpp"

#include <algorithm>
#include <utility>

namespace agr::serve {

Visit Doorkeeper::ask(std::function<void()> go_in) {
  const Visit who{++m_last};
  m_waiting[who] = std::move(go_in);
  m_door.ask(who);
  admit_soon();
  return who;
}

void Doorkeeper::passed(Visit who) {
  m_door.passed(who);
  admit_soon();
}

void Doorkeeper::lost(Visit who) {
  m_door.lost(who, m_clock.steady(), m_random.number());
  admit_soon();
}

void Doorkeeper::withdraw(Visit who) {
  m_waiting.erase(who);
  m_door.withdraw(who);
  admit_soon();
}

void Doorkeeper::admit_soon() {
  m_loop.cancel(m_timer);
  m_timer = m_loop.after(Millis(0), [this] { admit(); });
}

/// One who goes in may withdraw another.
void Doorkeeper::admit() {
  for (const auto who : m_door.admit(m_clock.steady()))
    if (const auto called = m_waiting.extract(who))
      called.mapped()();
  if (const auto at = m_door.opens()) {
    m_loop.cancel(m_timer);
    m_timer = m_loop.after(std::max(*at - m_clock.steady(), Millis(1)), [this] { admit(); });
  }
}

} // namespace agr::serve
