// SPDX-License-Identifier: MIT
#include "term/qr.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace agr;
using namespace agr::term;

namespace {

/// The square of dark and light every corner but one has.
void check_finder(const QrCode& code, int top, int left) {
  for (int row = 0; row < 7; ++row)
    for (int column = 0; column < 7; ++column) {
      const int ring = std::max(std::abs(row - 3), std::abs(column - 3));
      CHECK(code.is_dark(top + row, left + column) == (ring != 2));
    }
}

} // namespace

TEST_CASE("an address becomes a code that a scanner finds") {
  const auto code = qr_code("TJRyWwFs9wTFGZg3JbrVriFbNfCug5tDeC");
  REQUIRE(code);
  CHECK(code->size == 29); // 34 bytes at level M are version 3
  check_finder(*code, 0, 0);
  check_finder(*code, 0, code->size - 7);
  check_finder(*code, code->size - 7, 0);
}

TEST_CASE("what is too long for a code has none") {
  CHECK(qr_code(std::string(2000, 'x')));
  CHECK_FALSE(qr_code(std::string(4000, 'x')));
  CHECK_FALSE(qr_code(""));
}

TEST_CASE("two modules are one character, light ones drawn, with a margin around") {
  const QrCode code{3, {true, false, true, true, true, false, false, false, true}};
  CHECK(width_of(code) == 7);
  CHECK(half_blocks(code, false) == "███████\n"
                                    "██ ▀▄██\n" // dark over dark, light over dark, dark over light
                                    "████▄██\n"
                                    "▀▀▀▀▀▀▀\n");
  const std::string coloured = half_blocks(code, true);
  CHECK(coloured.starts_with("\x1b[97;40m"));
  CHECK(coloured.ends_with("\x1b[0m\n"));
}
