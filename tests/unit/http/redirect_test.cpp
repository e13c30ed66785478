// SPDX-License-Identifier: MIT
#include "http/redirect.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace agr;
using namespace agr::http;

namespace {

Request request_to(std::string method, std::string url, Follow rule) {
  Request request{.method = std::move(method), .url = std::move(url), .follow = rule};
  request.body = request.reads_only() ? "" : "{}";
  request.headers = {{"Content-Type", "application/json"}};
  request.credential = Credential{"Authorization", "Bearer ", Secret("ah_secret"), "https://market.example"};
  return request;
}

Response moved(int status, std::string location) {
  return {.status = status, .headers = {{"Location", location}}};
}

} // namespace

TEST_CASE("where a redirect leads") {
  constexpr Follow same = Follow::same_origin;
  constexpr Follow pair = Follow::www_pair;
  struct {
    std::string method;
    std::string url;
    Follow rule;
    int status;
    std::string location;
    std::string goes; // "METHOD url", empty: refused
  } const table[] = {
      {"GET", "https://market.example/a", same, 301, "/b", "GET https://market.example/b"},
      {"GET", "https://market.example/a", same, 302, "b?c=1", "GET https://market.example/b?c=1"},
      {"HEAD", "https://market.example/a", same, 303, "/b", "HEAD https://market.example/b"},
      {"GET", "https://market.example/a", same, 308, "https://market.example:443/b",
       "GET https://market.example/b"},
      {"POST", "https://market.example/a", same, 307, "/b", "POST https://market.example/b"},
      {"POST", "https://market.example/a", same, 308, "/b", "POST https://market.example/b"},
      {"POST", "https://market.example/a", same, 303, "/b", "GET https://market.example/b"},
      {"POST", "https://market.example/a", same, 301, "/b", ""},
      {"POST", "https://market.example/a", same, 302, "/b", ""},
      {"GET", "https://market.example/a", same, 302, "https://evil.example/a", ""},
      {"GET", "https://market.example/a", same, 302, "//evil.example/a", ""},
      {"GET", "https://market.example/a", same, 302, "http://market.example/a", ""},
      {"GET", "https://market.example/a", same, 302, "https://market.example:8443/a", ""},
      {"GET", "https://market.example/a", same, 301, "https://www.market.example/a", ""},
      {"GET", "https://market.example/a", Follow::none, 302, "/b", ""},
      {"GET", "https://market.example/a", same, 302, "ftp://market.example/a", ""},
      {"GET", "https://market.example/a", same, 302, "", ""},
      {"GET", "https://market.example/a?x=1", pair, 301, "https://www.market.example/a?x=1",
       "GET https://www.market.example/a?x=1"},
      {"POST", "https://market.example/a", pair, 301, "https://www.market.example/a",
       "POST https://www.market.example/a"},
      {"POST", "https://www.market.example/a", pair, 308, "https://market.example/a",
       "POST https://market.example/a"},
      {"POST", "https://market.example/a", pair, 303, "https://www.market.example/a",
       "GET https://www.market.example/a"},
      {"PATCH", "https://market.example/a", pair, 302, "https://www.market.example/a",
       "PATCH https://www.market.example/a"},
      {"DELETE", "https://www.market.example/a", pair, 307, "https://market.example/a",
       "DELETE https://market.example/a"},
      {"POST", "https://market.example/a", pair, 308, "https://www.evil.example/a", ""},
      {"POST", "https://market.example/a", pair, 301, "https://www.market.example/b", ""},
      {"POST", "https://market.example/a", pair, 301, "https://www.market.example/a?x=1", ""},
      {"POST", "https://market.example/a", pair, 301, "https://www.market.example:444/a", ""},
      {"POST", "https://market.example/a", pair, 301, "http://www.market.example/a", ""},
      {"POST", "https://market.example/a", pair, 301, "https://ww.market.example/a", ""},
      {"POST", "https://market.example/a", pair, 301, "https://www.www.market.example/a", ""},
      {"POST", "http://market.example/a", pair, 301, "http://www.market.example/a", ""},
  };
  for (const auto& row : table) {
    CAPTURE(row.method);
    CAPTURE(row.location);
    const auto next = follow(request_to(row.method, row.url, row.rule), moved(row.status, row.location), 0);
    if (row.goes.empty()) {
      REQUIRE_FALSE(next);
      CHECK(next.error().kind == Kind::protocol);
    } else {
      REQUIRE(next);
      CHECK(next->method + " " + next->url == row.goes);
      CHECK(next->body.empty() == next->reads_only());
    }
  }
}

TEST_CASE("a refusal names the target") {
  const auto next = follow(request_to("GET", "https://market.example/a", Follow::same_origin),
                           moved(302, "https://evil.example/x"), 0);
  REQUIRE_FALSE(next);
  CHECK(next.error().message.find("https://evil.example/x") != std::string::npos);
  CHECK(next.error().message.find("ah_secret") == std::string::npos);
}

TEST_CASE("five in a row at most, to the pair once") {
  const Request request = request_to("GET", "https://market.example/a", Follow::www_pair);
  CHECK(follow(request, moved(302, "/b"), 4));
  CHECK_FALSE(follow(request, moved(302, "/b"), 5));
  CHECK(follow(request, moved(302, "https://www.market.example/a"), 0));
  CHECK_FALSE(follow(request, moved(302, "https://www.market.example/a"), 1));
}

TEST_CASE("only some statuses are redirects") {
  for (const int status : {301, 302, 303, 307, 308})
    CHECK(is_redirect({.status = status}));
  for (const int status : {200, 300, 304, 305, 306, 309, 400})
    CHECK_FALSE(is_redirect({.status = status}));
}
