// SPDX-License-Identifier: MIT
#pragma once

#include "process/spool.hpp"

#include <string>
#include <string_view>

namespace agr::serve {

/// Exit code of a handler that has taken the work on and delivers it later (`agr submit`).
inline constexpr int k_submits_later = 79;

/// What the end of a handler means (man/topics/handlers.md, "Exit codes").
struct Verdict {
  enum class Kind {
    deliver,   ///< its output is the result
    fail,      ///< the hiring failed, for `reason`
    hand_back, ///< the handler does not want it, or cannot be run at all
    later,     ///< the handler asks to be run again later
    again,     ///< it certainly never ran
    hold,      ///< the handler took the work on; `agr submit` delivers it
    lost,      ///< it ran, nobody knows how far
  };
  Kind kind = Kind::fail;
  std::string reason = {}; ///< for the hirer
  bool unrunnable = false; ///< 126 or 127: the next hiring would fare no better
};

/// `errors` is the end of the handler's stderr, already free of secrets.
Verdict judge(const process::Ending& ending, std::string_view errors);

} // namespace agr::serve
