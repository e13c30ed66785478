// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/agrenting/hirings.hpp"
#include "emulator/world.hpp"
#include "json/value.hpp"

#include <string>
#include <string_view>

/// The Linear issue beside a hiring: a made-up one, which remembers what was done to it.
namespace agr::emulator::agrenting {

extern const std::string_view k_linear_schema;

/// What a hirer asked for; empty texts leave the choice to us.
struct LinearWish {
  std::string team;
  std::string issue; ///< "ENG-42", to attach to
};

/// Opens or attaches the issue of a new hiring; gives {id, identifier}, all that its agent may see.
Result<json::Value> open_issue(Turn& turn, const Hiring& hiring, const LinearWish& wish);

/// Moves the issue, if the hiring has one.
Result<void> move_issue(Turn& turn, const std::string& hiring, std::string_view state);

/// As its agent wishes; both refuse (422) when the hiring has no issue.
Result<json::Value> set_issue_state(Turn& turn, const Hiring& hiring, const json::Value& name);
Result<json::Value> comment_issue(Turn& turn, const Hiring& hiring, const json::Value& text);

/// {id, identifier, team, state, states: [...], comments: [...]}; refuses (422) when there is none.
Result<json::Value> issue_of(Turn& turn, const std::string& hiring);

} // namespace agr::emulator::agrenting
