// SPDX-License-Identifier: MIT
#include "base/time.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdlib>
#include <thread>

namespace agr {
namespace {

using namespace std::chrono;

/// Reads exactly `count` digits at `at` and moves past them.
std::optional<int> digits(std::string_view text, std::size_t& at, std::size_t count) {
  if (at + count > text.size())
    return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const char c = text[at + i];
    if (c < '0' || c > '9')
      return std::nullopt;
    value = value * 10 + (c - '0');
  }
  at += count;
  return value;
}

bool skip(std::string_view text, std::size_t& at, std::string_view any_of) {
  if (at >= text.size() || any_of.find(text[at]) == std::string_view::npos)
    return false;
  ++at;
  return true;
}

std::string counted(long long count, std::string_view unit) {
  return fmt::format("{} {}{}", count, unit, count == 1 ? "" : "s");
}

class SystemClock final : public Clock {
public:
  [[nodiscard]] Time now() const override {
    return time_point_cast<Millis>(std::chrono::system_clock::now());
  }
  [[nodiscard]] Millis steady() const override {
    return duration_cast<Millis>(steady_clock::now().time_since_epoch());
  }
  void sleep(Millis duration) override { std::this_thread::sleep_for(duration); }
};

} // namespace

std::string rfc3339(Time time) {
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss<Millis> clock{time - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

std::optional<Time> parse_rfc3339(std::string_view text) {
  std::size_t at = 0;
  const auto y = digits(text, at, 4);
  if (!y || !skip(text, at, "-"))
    return std::nullopt;
  const auto mo = digits(text, at, 2);
  if (!mo || !skip(text, at, "-"))
    return std::nullopt;
  const auto d = digits(text, at, 2);
  if (!d || !skip(text, at, "Tt "))
    return std::nullopt;
  const auto h = digits(text, at, 2);
  if (!h || !skip(text, at, ":"))
    return std::nullopt;
  const auto mi = digits(text, at, 2);
  if (!mi || !skip(text, at, ":"))
    return std::nullopt;
  const auto s = digits(text, at, 2);
  if (!s || *h > 23 || *mi > 59 || *s > 60)
    return std::nullopt;
  int milli = 0;
  if (skip(text, at, ".")) {
    int step = 100;
    const std::size_t first = at;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, step /= 10)
      milli += (text[at] - '0') * step;
    if (at == first)
      return std::nullopt;
  }
  minutes offset{0};
  if (!skip(text, at, "Zz")) {
    const bool west = at < text.size() && text[at] == '-';
    if (!skip(text, at, "+-"))
      return std::nullopt;
    const auto oh = digits(text, at, 2);
    if (!oh || !skip(text, at, ":"))
      return std::nullopt;
    const auto om = digits(text, at, 2);
    if (!om || *oh > 23 || *om > 59)
      return std::nullopt;
    offset = minutes{(west ? -1 : 1) * (*oh * 60 + *om)};
  }
  const year_month_day date{year{*y}, month{static_cast<unsigned>(*mo)}, day{static_cast<unsigned>(*d)}};
  if (at != text.size() || !date.ok())
    return std::nullopt;
  return Time{sys_days{date}} + hours{*h} + minutes{*mi} + seconds{*s} + Millis{milli} - offset;
}

std::optional<Time> parse_time(std::string_view text) {
  long long number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc{} && end == text.data() + text.size() && number >= 0) {
    constexpr long long k_seconds_until_year_5138 = 100'000'000'000;
    if (number < k_seconds_until_year_5138)
      return Time{seconds{number}};
    return number < k_seconds_until_year_5138 * 1000 ? std::optional{Time{Millis{number}}} : std::nullopt;
  }
  return parse_rfc3339(text);
}

std::string relative(Time time, Time now) {
  const bool future = time > now;
  const Millis distance = future ? time - now : now - time;
  std::string amount;
  if (distance < seconds{2})
    return "just now";
  if (distance < minutes{1})
    amount = counted(floor<seconds>(distance).count(), "second");
  else if (distance < hours{1})
    amount = counted(floor<minutes>(distance).count(), "minute");
  else if (distance < days{1})
    amount = counted(floor<hours>(distance).count(), "hour");
  else if (distance < days{60})
    amount = counted(floor<days>(distance).count(), "day");
  else
    amount = counted(floor<days>(distance).count() / 30, "month");
  return future ? "in " + amount : amount + " ago";
}

std::string for_people(Millis duration) {
  if (duration < Millis{1000})
    return fmt::format("{} ms", duration.count());
  if (duration < minutes{1})
    return duration.count() % 1000 == 0
               ? fmt::format("{} s", duration.count() / 1000)
               : fmt::format("{:.1f} s", static_cast<double>(duration.count()) / 1000);
  if (duration < hours{1})
    return fmt::format("{} min", floor<minutes>(duration).count());
  return fmt::format("{} h", floor<hours>(duration).count());
}

Clock& system_clock() {
  static SystemClock clock;
  return clock;
}

} // namespace agr
