// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"

#include <compare>
#include <string>
#include <string_view>

namespace agr {

/// An exact decimal number: money never touches binary floating point. Up to 15 digits before and 18
/// after the point. Remembers how many decimals were written, so "25.00" prints as "25.00".
class Decimal {
public:
  constexpr Decimal() = default;

  /// Reads digits with an optional point; no sign, exponent, separator or symbol. Errors: Kind::usage.
  static Result<Decimal> parse(std::string_view text);
  /// As parse, but accepts a leading minus (ledger entries).
  static Result<Decimal> parse_signed(std::string_view text);
  /// `units` hundredths: 1234 is 12.34.
  static Decimal from_cents(long long cents);
  /// `units` in steps of 10^-scale; scale is 0 to 18.
  static Decimal from_units(long long units, int scale);

  /// With the number of decimals it was written with, at least two.
  [[nodiscard]] std::string money() const;
  /// As written.
  [[nodiscard]] std::string to_string() const;
  /// The number in steps of 10^-scale as an integer, or nothing when it has finer decimals.
  [[nodiscard]] Result<std::string> in_units(int scale) const;

  [[nodiscard]] bool is_zero() const { return m_value == 0; }
  [[nodiscard]] bool is_negative() const { return m_value < 0; }

  friend Decimal operator+(Decimal a, Decimal b);
  friend Decimal operator-(Decimal a, Decimal b);
  Decimal operator-() const;
  /// `percent` hundredths of it, rounded half up to cents (a fee).
  [[nodiscard]] Decimal percent_half_up(int percent) const;

  friend bool operator==(Decimal a, Decimal b) { return a.m_value == b.m_value; }
  friend std::strong_ordering operator<=>(Decimal a, Decimal b) { return a.m_value <=> b.m_value; }

private:
  __extension__ using Wide = __int128;
  constexpr Decimal(Wide value, int scale) : m_value(value), m_scale(scale) {}

  Wide m_value = 0; // in steps of 10^-18
  int m_scale = 0;  // decimals to print
};

} // namespace agr
