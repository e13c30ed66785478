// SPDX-License-Identifier: MIT
#include "config/document.hpp"

#include <doctest/doctest.h>

using namespace agr;
using config::Document;

TEST_CASE("a TOML file reads as the JSON it amounts to") {
  const auto document = Document::parse(
      "name = \"Ox \\\"7\\\"\"\nskills = [\"go\", \"größer\"]\ncount = 7\n[details]\nx = true\n",
      "profile.toml");
  REQUIRE(document);
  std::string compact = document->json().value_or("");
  std::erase_if(compact, [](char c) { return c == '\n' || c == ' '; });
  CHECK(compact.find(R"("name":"Ox\"7\"")") != std::string::npos);
  CHECK(compact.find(R"("skills":["go","größer"])") != std::string::npos);
  CHECK(compact.find(R"("details":{"x":true})") != std::string::npos);
  CHECK(compact.find(R"("count":7)") != std::string::npos);
  CHECK(*Document::parse("", "empty.toml")->json() == "{}");
}

TEST_CASE("a number with a fraction would be rounded, so it is refused where it stands") {
  const auto json = Document::parse("a = 1\n\n[x]\nlist = [1, 45.10]\n", "role.toml")->json();
  REQUIRE_FALSE(json);
  CHECK(json.error().kind == Kind::usage);
  CHECK(json.error().message.find("line 4") != std::string::npos);
}
