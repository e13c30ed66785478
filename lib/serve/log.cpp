// SPDX-License-Identifier: MIT
#include "serve/log.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

namespace agr::serve {
namespace {

std::string_view name_of(Log::Level level) {
  switch (level) {
  case Log::Level::info:
    return "info";
  case Log::Level::warning:
    return "warning";
  case Log::Level::error:
    return "error";
  }
  return "info";
}

std::string json_line(const Log& log, Time now, std::string_view agent) {
  auto value =
      json::Value::object({{"time", rfc3339(now)}, {"level", name_of(log.level)}, {"event", log.event}});
  if (!agent.empty())
    value.set("agent", agent);
  if (!log.hiring_id.empty())
    value.set("hiring_id", log.hiring_id);
  if (!log.text.empty())
    value.set("text", log.text);
  for (const auto& [name, field] : log.fields.members())
    value.set(name, field);
  return json::write_ascii(value) + "\n";
}

std::string text_line(const Log& log, Time now, std::string_view agent) {
  auto line = rfc3339(now).substr(11, 8) + "  ";
  if (!agent.empty())
    line += printable(agent) + "  ";
  line += log.event;
  if (!log.hiring_id.empty())
    line += " " + printable(log.hiring_id);
  if (!log.text.empty())
    line += ": " + printable(log.text);
  return line + "\n";
}

} // namespace

std::string log_line(const Log& log, Time now, LogFormat format, std::string_view agent) {
  return format == LogFormat::json ? json_line(log, now, agent) : text_line(log, now, agent);
}

} // namespace agr::serve
