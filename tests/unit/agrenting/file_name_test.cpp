// SPDX-License-Identifier: MIT
#include "agrenting/file_name.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace agr::agrenting;

TEST_CASE("the name is read from every form of the header") {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {R"(attachment; filename="report.md")", "report.md"},
      {R"(attachment; filename=report.md)", "report.md"},
      {R"(attachment; FileName = "a; b.md" ; size=3)", "a; b.md"},
      {R"(attachment; filename="a \"b\".md")", "a \"b\".md"},
      {R"(attachment; filename="x.md"; filename*=UTF-8''%C3%BCber.md)", "über.md"},
      {R"(attachment; filename="x.md"; filename*=ISO-8859-1''%FC.md)", "x.md"},
      {R"(attachment; filename="x.md"; filename*=utf-8'de'%zz)", "x.md"},
      {"attachment", ""},
      {"", ""},
      {R"(attachment; filename=")", "\""},
  };
  for (const auto& [header, name] : cases) {
    CAPTURE(header);
    CHECK(suggested_name(header) == name);
  }
}

TEST_CASE("no name leaves its folder, hides or reaches the terminal raw") {
  const std::pair<std::string, std::string> cases[] = {
      {"report.md", "report.md"},
      {"../../etc/passwd", "passwd"},
      {"..\\..\\boot.ini", "boot.ini"},
      {"/etc/passwd", "passwd"},
      {"..", "fallback"},
      {".", "fallback"},
      {"", "fallback"},
      {"a/", "fallback"},
      {".bashrc", "bashrc"},
      {"-rf", "rf"},
      {" x. ", "x"},
      {"a\nb\x1b[31m.md", "ab[31m.md"},
      {std::string("a\0b", 3), "ab"},
      {"über.md", "über.md"},
  };
  for (const auto& [name, safe] : cases) {
    CAPTURE(name);
    CHECK(safe_name(name, "fallback") == safe);
  }
  CHECK(safe_name("gpj\u202Eexe.sh", "f").find("\u202E") == std::string::npos);
}

TEST_CASE("a long name is cut between characters") {
  std::string umlauts;
  for (int i = 0; i < 300; ++i)
    umlauts += "ü";
  const std::string safe = safe_name("x" + umlauts, "f");
  CHECK(safe.size() == 199);
  CHECK(safe.ends_with("ü"));
}
