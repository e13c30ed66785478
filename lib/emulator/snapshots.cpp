// SPDX-License-Identifier: MIT
#include "emulator/snapshots.hpp"

#include <algorithm>
#include <array>

namespace agr::emulator {
namespace {

struct Route {
  std::string_view method;
  std::string_view path;
  Result<Step> (*run)(World&, const Request&, Time);
};

Result<Step> take_snapshot(World& world, const Request&, Time now) {
  AGR_TRY_ASSIGN(std::string image, world.image(now));
  return Step{.reply = text_response(200, "application/vnd.sqlite3", std::move(image))};
}

Step replaced(Time time) {
  return {.reply = json_response(200, json::Value::object({{"time", rfc3339(time)}})),
          .actions = {HangUp{}, SetClock{time}}};
}

Result<Step> restore(World& world, const Request& request, Time now) {
  return world.become(request.body, now).map(replaced);
}

Result<Step> reset(World& world, const Request&, Time now) {
  return world.start_anew(now).map(replaced);
}

constexpr auto k_routes = std::to_array<Route>({
    {"GET", "/__emulator/snapshot", take_snapshot},
    {"POST", "/__emulator/restore", restore},
    {"POST", "/__emulator/reset", reset},
});

const Route* route_of(std::string_view path) {
  const auto found =
      std::find_if(k_routes.begin(), k_routes.end(), [&](const Route& r) { return r.path == path; });
  return found == k_routes.end() ? nullptr : &*found;
}

Step refused(int status, std::string_view why) {
  return {.reply = json_response(status, json::Value::object({{"error", why}}))};
}

} // namespace

bool is_about_the_world(std::string_view path) {
  return route_of(path) != nullptr;
}

Step change_world(World& world, const Request& request, Time now) {
  const Route* route = route_of(request.path);
  if (route->method != request.method)
    return refused(405, "the emulator has no such control");
  auto step = route->run(world, request, now);
  if (step)
    return std::move(*step);
  return refused(step.error().kind == Kind::usage ? 400 : 500, step.error().message);
}

} // namespace agr::emulator
