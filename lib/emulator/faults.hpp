// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"
#include "emulator/message.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace agr::emulator {

/// One thing that goes wrong with a request, its answer or an event of the stream it opened. Written as one
/// word, the same on the command line, on the control surface and in lists (fault_words).
struct Fault {
  enum class Does {
    drop,     ///< the connection ends without an answer
    reset,    ///< the connection is reset
    status,   ///< an error of that status, in the marketplace's own envelope
    delay,    ///< it takes `number` milliseconds longer
    truncate, ///< `number` bytes of the body, then the connection ends
    html,     ///< 502 with a web page, as a proxy in between answers
    x402,     ///< 402 with an x402 challenge
    mpp,      ///< 402 with an MPP challenge
    redirect, ///< `number` and a Location made of `text`
    event_drop,
    event_duplicate,
    event_reorder, ///< it is sent after the next one
    event_tear,    ///< `number` bytes of it, then the stream ends
  };

  Does does = Does::drop;
  bool before = false; ///< the marketplace never sees the request (a delay: sees it later)
  long long number = 0;
  std::string text = {};
  std::optional<std::chrono::seconds> retry_after = {}; ///< said beside a status
  std::string word = {};                                ///< as it was written

  [[nodiscard]] bool is_about_events() const { return does >= Does::event_drop; }
};

/// Reads "drop_after_commit", "503_before", "delay_before=1500", "redirect_301=http://…". Errors:
/// Kind::usage.
Result<Fault> parse_fault(std::string_view word);

/// Every word there is, with what it does, for help and error messages: one line each.
std::string_view fault_words();

/// The answer of somebody in between who never asked the marketplace: html, x402, mpp and redirect.
Response stand_in_answer(const Fault& fault, const Request& request);

/// Lets an answer that was made go wrong on its way: drop, reset, truncate.
void spoil(Response& response, const Fault& fault);

} // namespace agr::emulator
