// SPDX-License-Identifier: MIT
#include "emulator/dispatch.hpp"

#include "base/text.hpp"
#include "emulator/control.hpp"
#include "emulator/guard.hpp"
#include "emulator/refusal.hpp"

#include <algorithm>

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

/// A count that goes up with every row that is written, by triggers too: where it stands still the books are
/// as they were when they were last checked.
Result<std::int64_t> rows_written(World& world) {
  AGR_TRY_ASSIGN(const auto row, world.db().first("SELECT total_changes() AS count"));
  return row->integer("count");
}

Result<void> check_everything(World& world) {
  AGR_TRY(check(world, ledger_invariants()));
  for (const Marketplace* marketplace : marketplaces())
    AGR_TRY(check(world, marketplace->invariants));
  return {};
}

/// A marketplace's own controls are under /__emulator/NAME/, and its to serve.
bool is_core_control(std::string_view path) {
  const auto parts = split(path, '/');
  return is_control_path(path) && !(parts.size() > 3 && named(parts[2]));
}

Result<Reply> serve(Turn& turn, const Request& request) {
  AGR_TRY(guard(request));
  if (is_core_control(request.path))
    return control(turn, request).map([](Response response) { return Reply(std::move(response)); });
  return owner_of(request.path).handle(turn, request);
}

Response last_resort(const Error& error) {
  return json_response(500, json::Value::object({{"error", error.message}}));
}

/// A timer whose step fails must not fire for ever.
void drop_failing_timer(Turn& turn) {
  (void)as_one_step(turn, [&] { return take_due_timer(turn).map([](const auto&) {}); });
}

} // namespace

Result<void> as_one_step(Turn& turn, const std::function<Result<void>()>& work) {
  auto done = turn.db().transaction([&]() -> Result<void> {
    AGR_TRY_ASSIGN(const std::int64_t before, rows_written(turn.world));
    AGR_TRY(work());
    AGR_TRY_ASSIGN(const std::int64_t after, rows_written(turn.world));
    return before == after ? Result<void>{} : check_everything(turn.world);
  });
  if (!done)
    turn.actions.clear();
  return done;
}

Step dispatch(World& world, const Request& request, Time now) {
  Turn turn{world, now};
  Step step;
  const auto done = as_one_step(turn, [&]() -> Result<void> {
    AGR_TRY_ASSIGN(step.reply, serve(turn, request));
    return {};
  });
  if (!done) {
    step.reply = explain(world, request, done.error(), now);
    if (!is_refusal(done.error()))
      step.fault = done.error();
  }
  step.actions = std::move(turn.actions);
  return step;
}

Step dispatch(World& world, const Event& event, Time now) {
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
  return step;
}

Fired fire_timer(World& world, Time now) {
  Turn turn{world, now};
  Fired fired;
  const auto done = as_one_step(turn, [&]() -> Result<void> {
    AGR_TRY_ASSIGN(fired.timer, take_due_timer(turn));
    const Marketplace* marketplace = fired.timer ? named(fired.timer->marketplace) : nullptr;
    return marketplace ? marketplace->on_timer(turn, *fired.timer) : Result<void>{};
  });
  if (!done) {
    fired.step.fault = done.error();
    drop_failing_timer(turn);
  }
  fired.step.actions = std::move(turn.actions);
  return fired;
}

Response explain(World& world, const Request& request, const Error& error, Time now) {
  Turn turn{world, now};
  Response response = last_resort(error);
  const auto done = as_one_step(turn, [&]() -> Result<void> {
    AGR_TRY_ASSIGN(response, owner_of(request.path).explain(turn, request, error));
    return {};
  });
  return done ? response : last_resort(done.error());
}

std::optional<Who> who_asks(World& world, const Request& request, Time now) {
  Turn turn{world, now};
  const Marketplace& owner = owner_of(request.path);
  return owner.who ? owner.who(turn, request).value_or(std::nullopt) : std::nullopt;
}

} // namespace agr::emulator
