// SPDX-License-Identifier: MIT
#include "json/value.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace agr;

TEST_CASE("what is read is what is written, digit for digit") {
  for (const std::string text :
       {R"({"price":25.00,"big":12345678901234567890,"e":1e3,"id":"1"})", R"([])", R"({})", R"("a\"b\\c\n")",
        R"([true,false,null,-0.5,[[]],{"a":{}}])", R"("é😀")"}) {
    CAPTURE(text);
    const auto value = json::parse(text);
    REQUIRE(value);
    CHECK(json::write(*value) == text);
  }
}

TEST_CASE("malformed input is an error, never a value") {
  for (const std::string text :
       {"",    " ",         "{",     "[1,]",  "{\"a\":1,}", "01",  "1.",    "-",   "nul",     "truee",
        "\"a", "{\"a\" 1}", "{} {}", "[1] x", "\"\x80\"",   "'a'", "[1 2]", "NaN", "\"\\x\"", "{\"a\":}"}) {
    CAPTURE(text);
    const auto value = json::parse(text);
    REQUIRE_FALSE(value);
    CHECK(value.error().kind == Kind::protocol);
  }
}

TEST_CASE("limits hold") {
  CHECK_FALSE(json::parse(std::string(100, '[') + std::string(100, ']')));
  CHECK(json::parse(std::string(60, '[') + std::string(60, ']')));
  CHECK_FALSE(json::parse(R"({"a":1,"a":2})", {.allow_duplicate_names = false}));
  CHECK(json::parse(R"({"a":1,"a":2})")->operator[]("a").text() == "1");
  CHECK_FALSE(json::parse(std::string(100, ' ') + "1", {.bytes = 50}));
}

TEST_CASE("ASCII output escapes the rest as UTF-16") {
  const json::Value value = "é\u2028😀";
  CHECK(json::write_ascii(value) == R"("\u00e9\u2028\ud83d\ude00")");
  CHECK(*json::parse(json::write_ascii(value)) == value);
}

TEST_CASE("reading is forgiving about absence and type") {
  const auto value = *json::parse(R"({"a":{"b":[1,"2"]},"n":"7","money":"12.50","neg":-3})");
  CHECK(value.at_path("a.b").items().size() == 2);
  CHECK(value.at_path("a.x.y").is_null());
  CHECK(value["n"].as_integer() == 7);
  CHECK(value["money"].as_decimal()->money() == "12.50");
  CHECK(value["neg"].as_decimal()->to_string() == "-3");
  CHECK_FALSE(value["a"].as_string());
  CHECK(value.first_of({"x", "n"}).text() == "7");
}

TEST_CASE("invalid UTF-8 in our own strings is repaired on the way out") {
  CHECK(json::parse(json::write(json::Value(std::string("a\xFF")))));
}
