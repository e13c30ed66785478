// SPDX-License-Identifier: MIT
#include "emulator/emulator.hpp"

#include "emulator/control.hpp"
#include "emulator/guard.hpp"
#include "emulator/marketplace.hpp"
#include "emulator/refusal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace agr::emulator {
namespace {

const Marketplace& owner_of(std::string_view path) {
  const auto all = marketplaces();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Marketplace* m) { return m->owns(path); });
  return found == all.end() ? *all.back() : **found;
}

const Marketplace* named(std::string_view name) {
  const auto all = marketplaces();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Marketplace* m) { return m->name == name; });
  return found == all.end() ? nullptr : *found;
}

Result<void> check_everything(World& world) {
  AGR_TRY(check(world, ledger_invariants()));
  for (const Marketplace* marketplace : marketplaces())
    AGR_TRY(check(world, marketplace->invariants));
  return {};
}

/// Runs `work` as one transaction with the books checked at its end. When it fails, nothing has happened.
Result<void> as_one_step(Turn& turn, const std::function<Result<void>()>& work) {
  auto done = turn.db().transaction([&]() -> Result<void> {
    AGR_TRY(work());
    return check_everything(turn.world);
  });
  if (!done)
    turn.actions.clear();
  return done;
}

Result<Reply> serve(Turn& turn, const Request& request) {
  AGR_TRY(guard(request));
  if (is_control_path(request.path))
    return control(turn, request).map([](Response response) { return Reply(std::move(response)); });
  return owner_of(request.path).handle(turn, request);
}

Response last_resort(const Error& error) {
  return json_response(500, json::Value::object({{"error", error.message}}));
}

/// The marketplace puts a refusal into its own envelope, in a transaction of its own.
Response explain(Turn& turn, const Request& request, const Error& error) {
  Response response = last_resort(error);
  const auto done = as_one_step(turn, [&]() -> Result<void> {
    AGR_TRY_ASSIGN(response, owner_of(request.path).explain(turn, request, error));
    return {};
  });
  return done ? response : last_resort(done.error());
}

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

Result<bool> fire_one(Turn& turn) {
  AGR_TRY_ASSIGN(const auto timer, take_due_timer(turn));
  if (!timer)
    return false;
  if (const Marketplace* marketplace = named(timer->marketplace))
    AGR_TRY(marketplace->on_timer(turn, *timer));
  return true;
}

/// A timer whose step fails must not fire for ever.
void drop_failing_timer(Turn& turn) {
  (void)as_one_step(turn, [&] { return take_due_timer(turn).map([](const auto&) {}); });
}

void append(std::vector<Action>& all, std::vector<Action>& more) {
  std::move(more.begin(), more.end(), std::back_inserter(all));
}

} // namespace

Step handle(World& world, const Request& request, Time now) {
  Turn turn{world, now};
  Step step;
  const auto done = as_one_step(turn, [&]() -> Result<void> {
    AGR_TRY_ASSIGN(step.reply, serve(turn, request));
    return {};
  });
  if (!done) {
    step.reply = explain(turn, request, done.error());
    if (!is_refusal(done.error()))
      step.fault = done.error();
  }
  step.actions = std::move(turn.actions);
  mark_all(step);
  return step;
}

Step on(World& world, const Event& event, Time now) {
  Turn turn{world, now};
  Step step;
  const auto done = as_one_step(turn, [&]() -> Result<void> {
    for (const Marketplace* marketplace : marketplaces())
      AGR_TRY(marketplace->on_event(turn, event));
    return {};
  });
  if (!done)
    step.fault = done.error();
  step.actions = std::move(turn.actions);
  mark_all(step);
  return step;
}

Step advance(World& world, Time now) {
  Step step;
  for (bool more = true; more;) {
    Turn turn{world, now};
    const auto done = as_one_step(turn, [&]() -> Result<void> {
      AGR_TRY_ASSIGN(more, fire_one(turn));
      return {};
    });
    if (!done) {
      step.fault = done.error();
      drop_failing_timer(turn);
    }
    append(step.actions, turn.actions);
  }
  mark_all(step);
  return step;
}

std::optional<Time> next_due(World& world) {
  return next_timer_due(world).value_or(std::nullopt);
}

json::Value ready_description(const World& world, std::string_view url, long pid) {
  json::Value description = json::Value::object({{"url", url}, {"pid", pid}});
  for (const Marketplace* marketplace : marketplaces())
    description.set(marketplace->name, marketplace->describe(world));
  return description;
}

} // namespace agr::emulator
