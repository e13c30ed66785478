// SPDX-License-Identifier: MIT
#include "base/error.hpp"

#include <array>

namespace agr {
namespace {

struct Row {
  Kind kind;
  std::string_view name;
  int exit_code;
  bool retryable;
};

constexpr std::array k_rows{
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
    Row{Kind::dry_run, "dry_run", 0, false},
    Row{Kind::internal, "internal", 1, false},
};

const Row& row_of(Kind kind) {
  for (const Row& row : k_rows)
    if (row.kind == kind)
      return row;
  return k_rows.back();
}

} // namespace

std::string_view name_of(Kind kind) {
  return row_of(kind).name;
}
int exit_code(Kind kind) {
  return row_of(kind).exit_code;
}
bool Error::retryable() const {
  return row_of(kind).retryable;
}

} // namespace agr
