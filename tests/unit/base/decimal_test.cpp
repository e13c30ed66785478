// SPDX-License-Identifier: MIT
#include "base/decimal.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace agr;

namespace {

Decimal dec(std::string_view text) {
  const auto parsed = Decimal::parse_signed(text);
  REQUIRE(parsed);
  return *parsed;
}

} // namespace

TEST_CASE("an amount is printed as it was written, money with two decimals at least") {
  struct Row {
    std::string_view text, to_string, money;
  };
  for (const Row& row : {
           Row{"0", "0", "0.00"},
           Row{"25", "25", "25.00"},
           Row{"25.0", "25.0", "25.00"},
           Row{"25.00", "25.00", "25.00"},
           Row{"0.1", "0.1", "0.10"},
           Row{"007", "7", "7.00"},
           Row{"0.000000000000000001", "0.000000000000000001", "0.000000000000000001"},
           Row{"999999999999999.999999999999999999", "999999999999999.999999999999999999",
               "999999999999999.999999999999999999"},
       }) {
    CAPTURE(row.text);
    const auto parsed = Decimal::parse(row.text);
    REQUIRE(parsed);
    CHECK(parsed->to_string() == row.to_string);
    CHECK(parsed->money() == row.money);
  }
}

TEST_CASE("what is not plainly an amount is refused") {
  for (const std::string_view text :
       {"", ".", "1.", ".5", "-1", "+1", "1e3", "1,000", "1_000", "$1", " 1", "1 ", "1.2.3", "0x10", "NaN",
        "inf", "1234567890123456", "1.1234567890123456789", "١"}) {
    CAPTURE(text);
    const auto parsed = Decimal::parse(text);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().kind == Kind::usage);
    CHECK_FALSE(parsed.error().hint.empty());
  }
  CHECK_FALSE(Decimal::parse_signed("--1"));
  CHECK_FALSE(Decimal::parse_signed("-"));
}

TEST_CASE("sums are exact where binary fractions are not") {
  CHECK(dec("0.1") + dec("0.2") == dec("0.3"));
  CHECK((dec("0.1") + dec("0.2")).money() == "0.30");
  CHECK((dec("10.00") - dec("0.5")).money() == "9.50");
  CHECK((dec("1") - dec("2.5")).to_string() == "-1.5");
  CHECK(dec("-0").is_zero());
  CHECK_FALSE(dec("-0").is_negative());
  CHECK(dec("-0.01").is_negative());
  Decimal total;
  for (int i = 0; i < 1000; ++i)
    total = total + dec("0.001");
  CHECK(total == dec("1"));
}

TEST_CASE("comparison goes by value, not by spelling") {
  CHECK(dec("25") == dec("25.000"));
  CHECK(dec("9.99") < dec("10"));
  CHECK(dec("-1") < dec("0"));
  CHECK(dec("0.000000000000000001") > dec("0"));
}

TEST_CASE("a fee is rounded half up to cents") {
  struct Row {
    std::string_view amount;
    int percent;
    std::string_view fee;
  };
  for (const Row& row : {
           Row{"10.00", 5, "0.50"},
           Row{"2.00", 5, "0.10"},
           Row{"0.10", 5, "0.01"}, // exactly half a cent
           Row{"0.09", 5, "0.00"},
           Row{"0.30", 5, "0.02"}, // 1.5 cents
           Row{"0.299999", 5, "0.01"},
           Row{"19.99", 5, "1.00"},
           Row{"999999999999999.99", 5, "50000000000000.00"},
           Row{"10.00", 0, "0.00"},
           Row{"10.00", 100, "10.00"},
       }) {
    CAPTURE(row.amount);
    CHECK(dec(row.amount).percent_half_up(row.percent).money() == row.fee);
  }
}

TEST_CASE("whole units of a currency, or nothing when something would be lost") {
  CHECK(*dec("45").in_units(6) == "45000000");
  CHECK(*dec("0.000001").in_units(6) == "1");
  CHECK(*dec("12.34").in_units(2) == "1234");
  CHECK(*dec("-12.34").in_units(2) == "-1234");
  CHECK(*dec("12.3400").in_units(2) == "1234");
  CHECK_FALSE(dec("12.345").in_units(2));
  CHECK(*dec("999999999999999").in_units(18) == "999999999999999000000000000000000");
  CHECK(Decimal::from_cents(1234).money() == "12.34");
  CHECK(Decimal::from_cents(-5).money() == "-0.05");
  CHECK(Decimal::from_units(45'000'000, 6) == dec("45"));
}
