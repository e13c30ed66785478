// SPDX-License-Identifier: MIT
#include "base/error.hpp"
#include "base/result.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace agr;

TEST_CASE("every kind has the exit code that `agr help exit-codes` promises") {
  struct Row {
    Kind kind;
    std::string_view name;
    int code;
    bool retryable;
  };
  for (const Row& row : {
           Row{Kind::failed, "failed", 1, false},
           Row{Kind::cancelled, "cancelled", 2, false},
           Row{Kind::partial, "partial", 3, false},
           Row{Kind::auth, "auth", 4, false},
           Row{Kind::forbidden, "forbidden", 5, false},
           Row{Kind::not_found, "not_found", 6, false},
           Row{Kind::conflict, "conflict", 7, false},
           Row{Kind::outcome_unknown, "outcome_unknown", 7, false},
           Row{Kind::pending, "pending", 8, true},
           Row{Kind::money, "money", 10, false},
           Row{Kind::usage, "usage", 64, false},
           Row{Kind::unavailable, "unavailable", 69, true},
           Row{Kind::protocol, "protocol", 69, false},
           Row{Kind::locked, "locked", 75, true},
           Row{Kind::rate_limited, "rate_limited", 75, true},
           Row{Kind::config, "config", 78, false},
           Row{Kind::internal, "internal", 1, false},
       }) {
    CAPTURE(row.name);
    CHECK(name_of(row.kind) == row.name);
    CHECK(exit_code(row.kind) == row.code);
    CHECK(Error{row.kind, "x"}.retryable() == row.retryable);
  }
}

namespace {

Result<int> half(int n) {
  if (n % 2 != 0)
    return fail({Kind::usage, "odd"});
  return n / 2;
}

Result<int> quarter(int n) {
  AGR_TRY_ASSIGN(const int once, half(n));
  AGR_TRY(half(once));
  return once / 2;
}

} // namespace

TEST_CASE("an error travels up unchanged") {
  CHECK(quarter(8) == 2);
  CHECK(quarter(3).error().message == "odd");
  CHECK(quarter(6).error().message == "odd");
}
