// SPDX-License-Identifier: MIT
#pragma once

#include "base/random.hpp"
#include "net/loop.hpp"
#include "serve/door.hpp"

#include <functional>
#include <unordered_map>

namespace agr::serve {

/// The door on the loop: calls who may go in.
class Doorkeeper {
public:
  Doorkeeper(net::Loop& loop, const Clock& clock, Random& random)
      : m_loop(loop), m_clock(clock), m_random(random) {}
  Doorkeeper(const Doorkeeper&) = delete;
  Doorkeeper& operator=(const Doorkeeper&) = delete;
  ~Doorkeeper() { m_loop.cancel(m_timer); }

  /// Calls `go_in` from the loop when it is its turn, and withdraw takes it back. What it is named stays
  /// known until passed, lost or withdraw.
  Visit ask(std::function<void()> go_in);
  void passed(Visit who);
  void lost(Visit who);
  void withdraw(Visit who);

private:
  void admit_soon();
  void admit();

  net::Loop& m_loop;
  const Clock& m_clock;
  Random& m_random;
  Door m_door;
  std::unordered_map<Visit, std::function<void()>> m_waiting;
  std::uint64_t m_last = 0;
  net::TimerId m_timer{};
};

} // namespace agr::serve
