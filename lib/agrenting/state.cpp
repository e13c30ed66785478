// SPDX-License-Identifier: MIT
#include "agrenting/state.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace agr::agrenting {
namespace {

struct State {
  std::string_view name;
  Ending ending;
};

constexpr std::array k_states{
    State{"pending_payment", Ending::none}, State{"paid", Ending::none},
    State{"queued", Ending::none},          State{"in_progress", Ending::none},
    State{"completed", Ending::completed},  State{"failed", Ending::failed},
    State{"cancelled", Ending::failed},     State{"disputed", Ending::failed},
    State{"refunded", Ending::failed},
};

Error ended_badly(const Hiring& hiring) {
  std::string message = fmt::format("hiring {} ended as {}", hiring.id, printable(hiring.status));
  if (!hiring.failed_reason.empty())
    message += fmt::format(": {}", printable(hiring.failed_reason));
  Error error{Kind::failed, std::move(message)};
  if (hiring.status == "failed")
    error.hint = "the money was returned; `agr balance` shows it, `agr agents list` shows other agents";
  return error;
}

} // namespace

Ending ending_of(const Hiring& hiring) {
  const auto* state =
      std::find_if(k_states.begin(), k_states.end(), [&](const State& s) { return s.name == hiring.status; });
  if (state != k_states.end())
    return state->ending;
  return hiring.final.value_or(false) ? Ending::failed : Ending::none;
}

Result<void> verdict(const Hiring& hiring) {
  switch (ending_of(hiring)) {
  case Ending::completed:
    return {};
  case Ending::failed:
    return fail(ended_badly(hiring));
  case Ending::none:
    break;
  }
  return fail({Kind::pending,
               fmt::format("hiring {} is still {}", hiring.id,
                           hiring.status.empty() ? "going on" : printable(hiring.status)),
               fmt::format("`agr hirings wait {}` waits on", hiring.id)});
}

Standing standing_of(const Hiring& hiring) {
  return {hiring.status, parse_time(hiring.raw["updated_at"].text()), ending_of(hiring)};
}

bool is_news(const Standing& told, const Standing& seen) {
  const bool older = told.updated_at && seen.updated_at && *seen.updated_at < *told.updated_at;
  const bool may_follow =
      told.ending == Ending::none || seen.ending != Ending::none || told.status == "failed";
  return !older && may_follow && seen.status != told.status;
}

Millis next_look(int looks, std::optional<Millis> retry_after) {
  constexpr Millis k_first{250};
  constexpr Millis k_longest{5000};
  const Millis wait = std::min(k_longest, k_first * (1 << std::clamp(looks, 0, 10)));
  return std::max(wait, retry_after.value_or(Millis{0}));
}

} // namespace agr::agrenting
