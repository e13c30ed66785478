// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/agrenting/hirings.hpp"
#include "emulator/world.hpp"
#include "json/value.hpp"

namespace agr::emulator::agrenting {

/// The hiring as `get_hiring_status` gives it: the hirer's view with last_messages and artifact_ids.
Result<json::Value> status_view(Turn& turn, const Hiring& hiring);

/// The hiring as GET /hirings/:id gives it: with all messages and artifacts.
Result<json::Value> detail_view(Turn& turn, const Hiring& hiring, std::string_view origin);

/// The hirer's view, with the agent looked up.
Result<json::Value> row_view(Turn& turn, const Hiring& hiring);

} // namespace agr::emulator::agrenting
