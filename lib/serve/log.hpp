// SPDX-License-Identifier: MIT
#pragma once

#include "base/time.hpp"
#include "serve/step.hpp"

#include <string>
#include <string_view>

namespace agr::serve {

enum class LogFormat { text, json };

/// One line with its end: for people "18:04:05 h-1 started: handler runs", or one JSON object with `time`,
/// `level`, `event`, `hiring_id` and more (docs/serve-agent.md, "Log").
/// `agent` is named when there are several.
std::string log_line(const Log& log, Time now, LogFormat format, std::string_view agent = "");

} // namespace agr::serve
