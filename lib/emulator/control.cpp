// SPDX-License-Identifier: MIT
#include "emulator/control.hpp"

#include "base/text.hpp"
#include "emulator/fault_rules.hpp"
#include "emulator/marketplace.hpp"
#include "emulator/refusal.hpp"
#include "emulator/router.hpp"

#include <array>

namespace agr::emulator {
namespace {

struct Call {
  const Request& request;
  Params path;
};

Result<json::Value> body_of(const Call& call) {
  auto body = json::parse(call.request.body);
  if (!body || !body->is_object())
    return refuse(400, "bad_request", "the body must be a JSON object");
  return body;
}

Result<Response> health(Turn& turn, const Call&) {
  return json_response(200, json::Value::object({{"status", "ok"}, {"time", rfc3339(turn.now)}}));
}

// A clock that can be set is the driver's and answers before us.
Result<Response> clock(Turn& turn, const Call&) {
  return json_response(200, json::Value::object({{"time", rfc3339(turn.now)}}));
}
Result<Response> set_clock(Turn&, const Call&) {
  return refuse(409, "real_clock", "the clock is the machine's; start the emulator with --clock virtual");
}

Result<Response> books(Turn& turn, const Call&) {
  std::vector<Invariant> more;
  for (const Marketplace* marketplace : marketplaces())
    for (const auto& statements : {marketplace->invariants, marketplace->audits})
      more.insert(more.end(), statements.begin(), statements.end());
  AGR_TRY_ASSIGN(const json::Value report, books_report(turn.world, more));
  return json_response(200, report);
}

Result<Response> list_faults(Turn& turn, const Call&) {
  AGR_TRY_ASSIGN(json::Value rules, list_rules(turn.world));
  return json_response(200, json::Value::object({{"faults", std::move(rules)}}));
}

Result<Response> add_fault(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(const json::Value body, body_of(call));
  AGR_TRY_ASSIGN(const json::Value rule, add_rule(turn, body));
  return json_response(201, rule);
}

Result<Response> clear_faults(Turn& turn, const Call&) {
  AGR_TRY(clear_rules(turn, std::nullopt));
  return json_response(200, json::Value::object());
}

Result<Response> clear_fault(Turn& turn, const Call& call) {
  const auto id = json::Value(call.path.get("id")).as_integer();
  AGR_TRY(clear_rules(turn, id.value_or(0)));
  return json_response(200, json::Value::object());
}

Result<Response> show_log(Turn& turn, const Call& call) {
  const auto after = json::Value(Params::from_query(call.request.query).get("after")).as_integer();
  return json_response(200,
                       json::Value::object({{"requests", turn.world.log().lines(static_cast<std::uint64_t>(
                                                             std::max<long long>(after.value_or(0), 0)))}}));
}

struct Route {
  std::string_view method;
  std::string_view pattern;
  Result<Response> (*handler)(Turn&, const Call&);
};

constexpr std::array k_routes = {
    Route{"GET", "/__emulator/health", health},
    Route{"GET", "/__emulator/books", books},
    Route{"GET", "/__emulator/clock", clock},
    Route{"POST", "/__emulator/clock", set_clock},
    Route{"GET", "/__emulator/log", show_log},
    Route{"GET", "/__emulator/faults", list_faults},
    Route{"POST", "/__emulator/faults", add_fault},
    Route{"DELETE", "/__emulator/faults", clear_faults},
    Route{"DELETE", "/__emulator/faults/:id", clear_fault},
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
  auto match = find_route<Route>(k_routes, request.method, request.path);
  if (!match.route)
    return no_such_route(match.allowed);
  return match.route->handler(turn, {request, std::move(match.params)});
}

} // namespace agr::emulator
