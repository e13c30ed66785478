// SPDX-License-Identifier: MIT
#include "term/console.hpp"

#include <doctest/doctest.h>

using namespace agr;

TEST_CASE("text wraps at spaces, keeps its own lines and never cuts a word") {
  CHECK(term::wrap("one two three", 9, 0) == "one two\nthree");
  CHECK(term::wrap("one two", 80, 2) == "  one two");
  CHECK(term::wrap("a\n\nb", 80, 0) == "a\n\nb");
  CHECK(term::wrap("unbreakable", 4, 0) == "unbreakable");
  CHECK(term::wrap("ééé ééé", 7, 0) == "ééé ééé");
}

TEST_CASE("colour is only there when enabled") {
  CHECK(term::paint("x", term::Paint::red, false) == "x");
  CHECK(term::paint("x", term::Paint::red, true) == "\x1b[31mx\x1b[0m");
  CHECK(term::paint("", term::Paint::red, true).empty());
}
