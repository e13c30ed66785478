// SPDX-License-Identifier: MIT
#include "agrenting_bench.hpp"
#include "base/text.hpp"
#include "emulator/agrenting/route.hpp"

#include <doctest/doctest.h>

using namespace agr;
using namespace agr::emulator;
using namespace agr::emulator::test;

namespace {

using agrenting::Admits;
using agrenting::Route;

/// The pattern with something in place of each variable.
std::string path_of(const Route& route) {
  std::vector<std::string> parts = split(route.pattern, '/');
  for (std::string& part : parts)
    if (part.starts_with(':'))
      part = "nobody";
  return join(parts, "/");
}

bool is_admitted(const Route& route, std::string_view who) {
  return route.admits == Admits::anyone || (who != "nobody" && route.admits == Admits::either) ||
         (who == "user" && route.admits == Admits::user) || (who == "agent" && route.admits == Admits::agent);
}

} // namespace

// rows: envelope text.unauthorized quirk.empty_body
TEST_CASE("every route, asked by anybody about nothing, answers in words") {
  for (const Route& route : agrenting::routes()) {
    Bench bench;
    const std::pair<std::string_view, std::string> callers[] = {
        {"nobody", ""}, {"user", bench.user}, {"agent", bench.alice}};
    for (const auto& [who, key] : callers) {
      CAPTURE(who);
      CAPTURE(route.method);
      CAPTURE(route.pattern);
      const Outcome outcome = bench.rest(route.method, path_of(route), key);
      CHECK(outcome.status < 500);
      CHECK((outcome.body.is_object() || outcome.response.stream));
      CHECK((outcome.status == 401) == !is_admitted(route, who));
      if (outcome.status >= 400 && !route.pattern.starts_with("/mcp/"))
        CHECK_FALSE(outcome.body["errors"].items().at(0)["message"].text().empty());
    }
    CHECK(bench.books_balance());
  }
}

// rows: scopes text.scope
TEST_CASE("a token without a scope is refused by every route that wants it, in the documented words") {
  Bench bench;
  const std::string token =
      bench
          .rest("POST", "/api/v1/user/tokens", bench.user,
                json::Value::object(
                    {{"name", "poor"}, {"scopes", json::Value::array({json::Value("account:read")})}}))
          .body.at_path("data.token")
          .text();
  for (const Route& route : agrenting::routes()) {
    if (route.scope.empty())
      continue;
    CAPTURE(route.pattern);
    const Outcome refused = bench.rest(route.method, path_of(route), token);
    CHECK(refused.status == 403);
    CHECK(refused.response.body.find("Token missing required scope: " + std::string(route.scope)) !=
          std::string::npos);
  }
}
