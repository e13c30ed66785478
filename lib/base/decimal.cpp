// SPDX-License-Identifier: MIT
#include "base/decimal.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace agr {
namespace {

__extension__ using Wide = __int128;

constexpr int k_max_scale = 18;
constexpr std::size_t k_max_whole = 15;

constexpr Wide power_of_ten(int exponent) {
  Wide result = 1;
  for (int i = 0; i < exponent; ++i)
    result *= 10;
  return result;
}

std::string digits_of(Wide value) {
  if (value == 0)
    return "0";
  std::string reversed;
  for (; value != 0; value /= 10)
    reversed += static_cast<char>('0' + static_cast<int>(value % 10));
  return {reversed.rbegin(), reversed.rend()};
}

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string written(Wide value, int scale) {
  const bool negative = value < 0;
  if (negative)
    value = -value;
  const Wide whole = value / power_of_ten(k_max_scale);
  std::string result = (negative ? "-" : "") + digits_of(whole);
  if (scale > 0) {
    std::string fraction = digits_of(value % power_of_ten(k_max_scale));
    fraction.insert(0, static_cast<std::size_t>(k_max_scale) - fraction.size(), '0');
    result += "." + fraction.substr(0, static_cast<std::size_t>(scale));
  }
  return result;
}

} // namespace

Result<Decimal> Decimal::parse(std::string_view text) {
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view fraction =
      point == std::string_view::npos ? std::string_view{} : text.substr(point + 1);
  const bool bad_point = point != std::string_view::npos && fraction.empty();
  if (whole.empty() || whole.size() > k_max_whole || fraction.size() > k_max_scale || bad_point ||
      !all_digits(whole) || !all_digits(fraction))
    return fail({Kind::usage, fmt::format("\"{}\" is not an amount", text.substr(0, 40)),
                 "write digits with an optional point, such as 25 or 25.00"});
  Wide value = 0;
  for (const char c : whole)
    value = value * 10 + (c - '0');
  value *= power_of_ten(k_max_scale);
  Wide step = power_of_ten(k_max_scale - 1);
  for (const char c : fraction) {
    value += (c - '0') * step;
    step /= 10;
  }
  return Decimal(value, static_cast<int>(fraction.size()));
}

Result<Decimal> Decimal::parse_signed(std::string_view text) {
  if (!text.starts_with('-'))
    return parse(text);
  return parse(text.substr(1)).map([](Decimal d) { return -d; });
}

Decimal Decimal::from_cents(long long cents) {
  return from_units(cents, 2);
}

Decimal Decimal::from_units(long long units, int scale) {
  return {static_cast<Wide>(units) * power_of_ten(k_max_scale - scale), scale};
}

std::string Decimal::money() const {
  return written(m_value, std::max(m_scale, 2));
}

std::string Decimal::to_string() const {
  return written(m_value, m_scale);
}

Result<std::string> Decimal::in_units(int scale) const {
  const Wide step = power_of_ten(k_max_scale - scale);
  if (m_value % step != 0)
    return fail({Kind::usage, fmt::format("{} has more than {} decimals", to_string(), scale)});
  const Wide units = m_value / step;
  return units < 0 ? "-" + digits_of(-units) : digits_of(units);
}

Decimal operator+(Decimal a, Decimal b) {
  return {a.m_value + b.m_value, std::max(a.m_scale, b.m_scale)};
}
Decimal operator-(Decimal a, Decimal b) {
  return {a.m_value - b.m_value, std::max(a.m_scale, b.m_scale)};
}
Decimal Decimal::operator-() const {
  return {-m_value, m_scale};
}

Decimal Decimal::percent_half_up(int percent) const {
  const Wide cent = power_of_ten(k_max_scale - 2);
  const Wide hundredfold = m_value * percent; // in steps of 10^-20
  const Wide cents = (hundredfold + cent * 50) / (cent * 100);
  return {cents * cent, 2};
}

} // namespace agr
