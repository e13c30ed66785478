// SPDX-License-Identifier: MIT
#pragma once

#include "base/time.hpp"
#include "serve/step.hpp"

#include <string>

namespace agr::serve {

enum class LogFormat { text, json };

/// One line with its end: for people "18:04:05 h-1 started: handler runs", or one JSON object with `time`,
/// `level`, `event`, `hiring_id` and more (docs/serve-agent.md, "Log").
std::string log_line(const Log& log, Time now, LogFormat format);

} // namespace agr::serve
