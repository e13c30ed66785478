// SPDX-License-Identifier: MIT
#include "base/time.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace agr;
using namespace std::chrono_literals;

namespace {

constexpr long long k_noon = 1'768'478'400; // 2026-01-15T12:00:00Z
const Time k_now{std::chrono::seconds{k_noon}};

} // namespace

TEST_CASE("RFC 3339 in all its spellings") {
  struct Row {
    std::string_view text, utc;
  };
  for (const Row& row : {
           Row{"2026-01-15T12:00:00Z", "2026-01-15T12:00:00.000Z"},
           Row{"2026-01-15t12:00:00z", "2026-01-15T12:00:00.000Z"},
           Row{"2026-01-15 12:00:00Z", "2026-01-15T12:00:00.000Z"},
           Row{"2026-01-15T12:00:00.5Z", "2026-01-15T12:00:00.500Z"},
           Row{"2026-01-15T12:00:00.123456Z", "2026-01-15T12:00:00.123Z"},
           Row{"2026-01-15T12:00:00+02:00", "2026-01-15T10:00:00.000Z"},
           Row{"2026-01-15T12:00:00-05:30", "2026-01-15T17:30:00.000Z"},
           Row{"2026-01-01T00:30:00+01:00", "2025-12-31T23:30:00.000Z"},
           Row{"2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"},
           Row{"2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z"}, // a leap second
           Row{"1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"},
           Row{"9999-12-31T23:59:59Z", "9999-12-31T23:59:59.000Z"},
       }) {
    CAPTURE(row.text);
    const auto time = parse_rfc3339(row.text);
    REQUIRE(time);
    CHECK(rfc3339(*time) == row.utc);
  }
}

TEST_CASE("what is no time is nothing") {
  for (const std::string_view text : {"",
                                      "2026",
                                      "2026-01-15",
                                      "2026-01-15T12:00:00",
                                      "2026-01-15T12:00Z",
                                      "2026-13-01T00:00:00Z",
                                      "2026-00-01T00:00:00Z",
                                      "2026-02-30T00:00:00Z",
                                      "2025-02-29T00:00:00Z",
                                      "2026-01-15T24:00:00Z",
                                      "2026-01-15T12:60:00Z",
                                      "2026-01-15T12:00:61Z",
                                      "2026-01-15T12:00:00.Z",
                                      "2026-01-15T12:00:00+0200",
                                      "2026-01-15T12:00:00+24:00",
                                      "2026-01-15T12:00:00+01:60",
                                      "2026-01-15T12:00:00Zx",
                                      "2026-1-15T12:00:00Z",
                                      "-026-01-15T12:00:00Z",
                                      " 2026-01-15T12:00:00Z",
                                      "yesterday"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_rfc3339(text));
    if (text != "2026")
      CHECK_FALSE(parse_time(text));
  }
}

TEST_CASE("services answer in text, seconds or milliseconds") {
  CHECK(parse_time("2026-01-15T12:00:00Z") == k_now);
  CHECK(parse_time("1768478400") == k_now);
  CHECK(parse_time("1768478400000") == k_now);
  CHECK(parse_time("0") == Time{});
  for (const std::string_view text : {"-1", "1e9", "1.5", "99999999999999999999", "999999999999999999"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_time(text));
  }
}

TEST_CASE("times for people") {
  struct Row {
    Millis from_now;
    std::string_view shown;
  };
  for (const Row& row : {Row{0ms, "just now"}, Row{-1999ms, "just now"}, Row{-5s, "5 seconds ago"},
                         Row{-60s, "1 minute ago"}, Row{2h, "in 2 hours"}, Row{-25h, "1 day ago"},
                         Row{-59 * 24h, "59 days ago"}, Row{90 * 24h, "in 3 months"}}) {
    CAPTURE(row.shown);
    CHECK(relative(k_now + row.from_now, k_now) == row.shown);
  }
  CHECK(for_people(15ms) == "15 ms");
  CHECK(for_people(2s) == "2 s");
  CHECK(for_people(1500ms) == "1.5 s");
  CHECK(for_people(3min) == "3 min");
  CHECK(for_people(2h) == "2 h");
}
