// SPDX-License-Identifier: MIT
#include "emulator/control.hpp"

#include "base/text.hpp"
#include "emulator/marketplace.hpp"
#include "emulator/router.hpp"

#include <array>

namespace agr::emulator {
namespace {

Result<Response> health(Turn& turn) {
  return json_response(200, json::Value::object({{"status", "ok"}, {"time", rfc3339(turn.now)}}));
}

Result<Response> books(Turn& turn) {
  std::vector<Invariant> more;
  for (const Marketplace* marketplace : marketplaces())
    more.insert(more.end(), marketplace->invariants.begin(), marketplace->invariants.end());
  AGR_TRY_ASSIGN(const json::Value report, books_report(turn.world, more));
  return json_response(200, report);
}

struct Route {
  std::string_view method;
  std::string_view pattern;
  Result<Response> (*handler)(Turn&);
};

constexpr std::array k_routes = {
    Route{"GET", "/__emulator/health", health},
    Route{"GET", "/__emulator/books", books},
};

Response no_such_route(const std::vector<std::string>& allowed) {
  Response response = json_response(allowed.empty() ? 404 : 405,
                                    json::Value::object({{"error", "the emulator has no such control"}}));
  if (!allowed.empty())
    response.headers.push_back({"Allow", join(allowed, ", ")});
  return response;
}

} // namespace

bool is_control_path(std::string_view path) {
  return path.starts_with("/__emulator/");
}

Result<Response> control(Turn& turn, const Request& request) {
  const auto match = find_route<Route>(k_routes, request.method, request.path);
  return match.route ? match.route->handler(turn) : no_such_route(match.allowed);
}

} // namespace agr::emulator
