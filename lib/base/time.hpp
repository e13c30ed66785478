// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace agr {

using Millis = std::chrono::milliseconds;
/// Wall-clock time in milliseconds since 1970, UTC.
using Time = std::chrono::sys_time<Millis>;

/// 2026-01-15T12:00:00.000Z
std::string rfc3339(Time time);
/// Any RFC 3339 text, with or without fraction, any offset.
std::optional<Time> parse_rfc3339(std::string_view text);
/// RFC 3339, or a count of Unix seconds or milliseconds: the three forms services answer in.
std::optional<Time> parse_time(std::string_view text);
/// "in 2 hours", "5 minutes ago", "just now".
std::string relative(Time time, Time now);
/// "1.5 s", "3 min", "2 h": a duration for people.
std::string for_people(Millis duration);

/// Where time comes from. `now` may jump; deadlines are measured on `steady`.
class Clock {
public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Time now() const = 0;
  [[nodiscard]] virtual Millis steady() const = 0;
  virtual void sleep(Millis duration) = 0;
};

Clock& system_clock();

} // namespace agr
