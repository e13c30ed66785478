// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/world.hpp"

#include <optional>
#include <string>

namespace agr::emulator {

/// Something a marketplace wants to be woken for. One per marketplace, kind and subject.
struct Timer {
  std::string marketplace;
  std::string kind;
  std::string subject;
};

extern const std::string_view k_timer_schema;

/// Sets or moves a timer.
Result<void> set_timer(Turn& turn, const Timer& timer, Time due);
/// Sets a timer; one that is set stays as it is.
Result<void> set_timer_once(Turn& turn, const Timer& timer, Time due);
Result<void> clear_timer(Turn& turn, const Timer& timer);

struct DueTimer {
  Timer timer;
  Time due;
};
/// The next one to be due.
Result<std::optional<DueTimer>> next_timer(World& world);
/// Takes the earliest timer that is due out of the table.
Result<std::optional<Timer>> take_due_timer(Turn& turn);

} // namespace agr::emulator
