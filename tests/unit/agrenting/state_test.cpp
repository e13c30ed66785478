// SPDX-License-Identifier: MIT
#include "agrenting/state.hpp"

#include <doctest/doctest.h>

using namespace agr;
using namespace agr::agrenting;

namespace {

Hiring hiring(std::string status, std::optional<bool> final = {}) {
  Hiring one;
  one.id = "h1";
  one.status = std::move(status);
  one.final = final;
  return one;
}

int exit_of(const Hiring& one) {
  const auto result = verdict(one);
  return result ? 0 : exit_code(result.error().kind);
}

} // namespace

TEST_CASE("a state says whether to go on waiting and how to exit") {
  struct Case {
    const char* status;
    std::optional<bool> final;
    Ending ending;
    int exit;
  };
  const Case cases[] = {
      {"pending_payment", {}, Ending::none, 8},  {"paid", {}, Ending::none, 8},
      {"queued", false, Ending::none, 8},        {"in_progress", false, Ending::none, 8},
      {"completed", true, Ending::completed, 0}, {"completed", {}, Ending::completed, 0},
      {"failed", true, Ending::failed, 1},       {"cancelled", true, Ending::failed, 1},
      {"disputed", false, Ending::failed, 1},    {"refunded", {}, Ending::failed, 1},
      {"resting", {}, Ending::none, 8},          {"resting", false, Ending::none, 8},
      {"vanished", true, Ending::failed, 1},     {"", {}, Ending::none, 8},
  };
  for (const Case& c : cases) {
    CAPTURE(c.status);
    CHECK(ending_of(hiring(c.status, c.final)) == c.ending);
    CHECK(exit_of(hiring(c.status, c.final)) == c.exit);
  }
}

TEST_CASE("a failed hiring says why, harmlessly") {
  Hiring one = hiring("failed");
  one.failed_reason = "no luck\x1b[31m";
  const auto result = verdict(one);
  CHECK(result.error().message.find("no luck") != std::string::npos);
  CHECK(result.error().message.find('\x1b') == std::string::npos);
}

TEST_CASE("looks grow rarer, and Retry-After is a floor") {
  CHECK(next_look(0) == Millis{250});
  CHECK(next_look(1) == Millis{500});
  CHECK(next_look(8) == Millis{5000});
  CHECK(next_look(1'000'000) == Millis{5000});
  CHECK(next_look(-1) == Millis{250});
  CHECK(next_look(0, Millis{30'000}) == Millis{30'000});
  CHECK(next_look(9, Millis{10}) == Millis{5000});
}
