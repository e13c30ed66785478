// SPDX-License-Identifier: MIT
#include "emulator/emulator.hpp"

#include "emulator/control.hpp"
#include "emulator/dispatch.hpp"
#include "emulator/guard.hpp"
#include "emulator/marketplace.hpp"
#include "emulator/snapshots.hpp"
#include "emulator/traffic.hpp"

#include <algorithm>
#include <iterator>

namespace agr::emulator {
namespace {

void mark(Response& response) {
  response.headers.push_back({"X-AGR-Emulator", "1"});
}

void mark_all(Step& step) {
  if (step.reply)
    if (auto* response = std::get_if<Response>(&*step.reply))
      mark(*response);
  for (Action& action : step.actions)
    if (auto* answer = std::get_if<Answer>(&action))
      mark(answer->response);
}

void append(Step& all, Step&& more) {
  std::move(more.actions.begin(), more.actions.end(), std::back_inserter(all.actions));
  if (more.fault)
    all.fault = std::move(more.fault);
}

Step serve(World& world, const Request& request, Time now) {
  if (is_about_the_world(request.path) && guard(request))
    return change_world(world, request, now);
  if (!is_control_path(request.path))
    return arrive(world, request, now);
  Step step = dispatch(world, request, now);
  depart(world, step, now);
  return step;
}

} // namespace

Step handle(World& world, const Request& request, Time now) {
  Step step = serve(world, request, now);
  mark_all(step);
  return step;
}

Step on(World& world, const Event& event, Time now) {
  if (const auto* closed = std::get_if<StreamClosed>(&event))
    forget_stream(world, closed->stream);
  Step step = dispatch(world, event, now);
  depart(world, step, now);
  mark_all(step);
  return step;
}

Step advance(World& world, Time now) {
  Step all;
  for (;;) {
    Fired fired = fire_timer(world, now);
    depart(world, fired.step, now);
    append(all, std::move(fired.step));
    if (!fired.timer)
      break;
    append(all, release(world, *fired.timer, now));
  }
  mark_all(all);
  return all;
}

std::optional<Time> next_due(World& world) {
  const auto next = next_timer(world).value_or(std::nullopt);
  return next ? std::optional(next->due) : std::nullopt;
}

bool is_answer_awaited(World& world) {
  const auto next = next_timer(world).value_or(std::nullopt);
  return next && std::ranges::any_of(marketplaces(), [&](const Marketplace* marketplace) {
           return marketplace->name == next->timer.marketplace &&
                  std::ranges::count(marketplace->questions, next->timer.kind) > 0;
         });
}

json::Value ready_description(const World& world, std::string_view url, long pid) {
  json::Value description = json::Value::object({{"url", url}, {"pid", pid}});
  for (const Marketplace* marketplace : marketplaces())
    description.set(marketplace->name, marketplace->describe(world));
  return description;
}

} // namespace agr::emulator
