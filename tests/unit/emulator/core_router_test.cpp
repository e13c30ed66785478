// SPDX-License-Identifier: MIT
#include "emulator/router.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace agr::emulator;

TEST_CASE("a path is compared segment by segment and decoded") {
  struct Case {
    std::string_view pattern, path;
    bool fits;
    std::string_view id;
  };
  const Case cases[] = {
      {"/agents/:id", "/agents/a", true, "a"},
      {"/agents/:id", "/agents/did%3Aexample%3Aalice", true, "did:example:alice"},
      {"/agents/:id", "/agents/did:example:alice", true, "did:example:alice"},
      {"/agents/:id", "/agents/a%2Fb", true, "a/b"},
      {"/agents/:id", "/agents/%zz", true, "%zz"},
      {"/agents/:id", "/agents/", false, ""},
      {"/agents/:id", "/agents", false, ""},
      {"/agents", "/agents/", false, ""},
      {"/agents", "/agents/a", false, ""},
      {"/agents", "/agent", false, ""},
      {"/agents", "//agents", false, ""},
      {"/agents/:id", "/agents/a/", false, ""},
      {"/agents/:id/hire", "/agents/a/hire", true, "a"},
      {"/agents/:id/hire", "/agents/a/fire", false, ""},
      {"/", "/", true, ""},
  };
  for (const Case& c : cases) {
    CAPTURE(c.path);
    const auto params = match_path(c.pattern, c.path);
    CHECK(params.has_value() == c.fits);
    if (params)
      CHECK(params->get("id") == c.id);
  }
}

TEST_CASE("a table gives its row, or the methods a path has, or nothing") {
  struct Row {
    std::string_view method, pattern;
  };
  static constexpr std::array table = {Row{"GET", "/a/me"}, Row{"GET", "/a/:id"}, Row{"POST", "/a/:id"}};
  const std::span<const Row> rows(table);
  CHECK(find_route(rows, "GET", "/a/me").route == &table[0]);
  CHECK(find_route(rows, "HEAD", "/a/x").route == &table[1]);
  CHECK(find_route(rows, "DELETE", "/a/x").allowed == std::vector<std::string>{"GET", "POST"});
  CHECK(find_route(rows, "GET", "/b").allowed.empty());
}

TEST_CASE("a query is decoded like a form") {
  const Params query = Params::from_query("a=1&b=x%20y+z&c&&d=&a=2&e=%zz");
  CHECK(query.get("a") == "1");
  CHECK(query.get("b") == "x y z");
  CHECK(query.find("c") == "");
  CHECK(query.find("nothing") == std::nullopt);
  CHECK(query.get("e") == "%zz");
}
