// SPDX-License-Identifier: MIT
#include "http/retry.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace agr::http {
namespace {

constexpr int k_too_many_requests = 429;
constexpr long long k_longest_seconds = 10LL * 365 * 86'400; // more is "never" and must not overflow

std::optional<int> number(std::string_view digits) {
  int value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size() || value < 0)
    return std::nullopt;
  return value;
}

std::optional<Millis> whole_seconds(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789") != text.npos)
    return std::nullopt;
  long long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{})
    value = k_longest_seconds;
  return std::chrono::seconds{std::min(value, k_longest_seconds)};
}

/// Sun, 06 Nov 1994 08:49:37 GMT, the one form of HTTP dates that is still written (RFC 9110, 5.6.7).
std::optional<Time> http_date(std::string_view text) {
  constexpr std::array<std::string_view, 12> k_months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (text.size() != 29 || !text.ends_with(" GMT"))
    return std::nullopt;
  const auto month = std::ranges::find(k_months, text.substr(8, 3));
  const auto day = number(text.substr(5, 2));
  const auto year = number(text.substr(12, 4));
  const auto hour = number(text.substr(17, 2));
  const auto minute = number(text.substr(20, 2));
  const auto second = number(text.substr(23, 2));
  if (month == k_months.end() || !day || !year || !hour || !minute || !second)
    return std::nullopt;
  const std::chrono::year_month_day date{
      std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(month - k_months.begin()) + 1},
      std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60)
    return std::nullopt;
  return Time{std::chrono::sys_days{date}} + std::chrono::hours{*hour} + std::chrono::minutes{*minute} +
         std::chrono::seconds{*second};
}

bool is_passing(int status) {
  constexpr std::array k_passing{408, 425, k_too_many_requests, 502, 503, 504};
  return std::ranges::find(k_passing, status) != k_passing.end();
}

bool is_passing(const Result<Response>& outcome) {
  if (outcome)
    return is_passing(outcome->status);
  return outcome.error().kind == Kind::unavailable || outcome.error().kind == Kind::outcome_unknown;
}

/// Between half of and the whole doubling pause.
Millis own_pause(int attempts, const RetryRule& rule, std::uint64_t random) {
  const Millis full = std::min(rule.cap, rule.first * (1 << std::min(attempts - 1, 20)));
  const auto half = static_cast<std::uint64_t>(full.count() / 2);
  return full - Millis{static_cast<Millis::rep>(random % (half + 1))};
}

} // namespace

Repeat repeat_of(const Request& request) {
  if (request.reads_only())
    return Repeat::safe;
  return request.repeat == Repeat::keyed ? Repeat::keyed : Repeat::never;
}

std::optional<Millis> retry_after_of(const Response& response, std::optional<Time> now) {
  const std::string_view text = trim(response.header("Retry-After"));
  if (const std::optional<Millis> seconds = whole_seconds(text))
    return seconds;
  const std::optional<Time> then = http_date(text);
  if (const std::optional<Time> date = http_date(trim(response.header("Date"))))
    now = date;
  if (!then || !now)
    return std::nullopt;
  return std::max(*then - *now, Millis{0});
}

std::optional<Millis> retry_pause(const Request& request, const Result<Response>& outcome,
                                  const Progress& progress, const RetryRule& rule, std::uint64_t random) {
  if (repeat_of(request) == Repeat::never || progress.tasted || !is_passing(outcome))
    return std::nullopt;
  const std::optional<Millis> asked = outcome ? retry_after_of(*outcome, progress.now) : std::nullopt;
  const bool told_when = asked && outcome->status == k_too_many_requests;
  if (progress.attempts >= rule.tries && !told_when)
    return std::nullopt;
  const Millis pause = std::max(own_pause(progress.attempts, rule, random), asked.value_or(Millis{0}));
  if (progress.waited + pause > rule.max_wait)
    return std::nullopt;
  return pause;
}

} // namespace agr::http
