// SPDX-License-Identifier: MIT
#include "emulator/agrenting/envelope.hpp"
#include "emulator/agrenting/handlers.hpp"
#include "emulator/agrenting/lifecycle.hpp"
#include "emulator/agrenting/linear.hpp"
#include "emulator/agrenting/payments.hpp"
#include "emulator/agrenting/sessions.hpp"
#include "emulator/agrenting/settings.hpp"
#include "emulator/agrenting/status_view.hpp"
#include "emulator/agrenting/tasks.hpp"
#include "emulator/refusal.hpp"

#include <fmt/format.h>

/// What in the real service people do: in a dashboard, at a payment provider, in Linear, as an arbiter.
namespace agr::emulator::agrenting {
namespace {

Result<Hiring> any_hiring(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(auto hiring, hiring_by_id(turn, call.path.get("id")));
  if (!hiring)
    return refuse(404, "NOT_FOUND", "Hiring not found");
  return std::move(*hiring);
}

Result<Reply> hiring_reply(Turn& turn, const Hiring& hiring) {
  AGR_TRY_ASSIGN(json::Value view, row_view(turn, hiring));
  return success(turn, 200, std::move(view));
}

Result<void> check_possible(const Hiring& hiring, Happening happening, std::string_view what) {
  if (after(hiring.status, happening))
    return {};
  return refuse(409, "INVALID_STATE",
                fmt::format("Hiring is {}: it cannot be {}", name_of(hiring.status), what));
}

/// {"outcome": "refund" | "release" | "split", "refund": "1.00"}: how much goes back of `price`.
Result<Decimal> read_verdict(const json::Value& body, Decimal price) {
  const std::string outcome = body["outcome"].text();
  if (outcome == "refund")
    return price;
  if (outcome == "release")
    return Decimal();
  const auto refund = body["refund"].as_decimal();
  if (outcome != "split" || !refund || refund->is_negative() || *refund > price || !to_units(*refund))
    return invalid("outcome", "outcome must be refund, release, or split with a refund up to the price");
  return *refund;
}

} // namespace

Result<Reply> show_settings(Turn& turn, const Call&) {
  AGR_TRY_ASSIGN(const Settings settings, settings_of(turn));
  return success(turn, 200, to_json(settings));
}

Result<Reply> patch_settings(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(const json::Value body, read_body(call.request));
  AGR_TRY_ASSIGN(const Settings before, settings_of(turn));
  AGR_TRY_ASSIGN(const Settings settings, change_settings(turn, body));
  if (settings.newer_tools != before.newer_tools)
    AGR_TRY(announce_tools(turn));
  return success(turn, 200, to_json(settings));
}

Result<Reply> resolve_hiring(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(Hiring hiring, any_hiring(turn, call));
  AGR_TRY_ASSIGN(const json::Value body, read_body(call.request));
  AGR_TRY(check_possible(hiring, Happening::release, "resolved"));
  AGR_TRY_ASSIGN(const Decimal refund, read_verdict(body, hiring.price));
  AGR_TRY(settle_dispute(turn, hiring, refund));
  return hiring_reply(turn, hiring);
}

Result<Reply> resolve_task(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(auto task, task_by_id(turn, call.path.get("id")));
  if (!task)
    return refuse(404, "NOT_FOUND", "Task not found");
  AGR_TRY_ASSIGN(const json::Value body, read_body(call.request));
  AGR_TRY_ASSIGN(const Decimal refund, read_verdict(body, task->price));
  AGR_TRY(settle_task_dispute(turn, *task, refund));
  return success(turn, 200, to_json(*task));
}

Result<Reply> pay_for_hiring(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(Hiring hiring, any_hiring(turn, call));
  AGR_TRY(check_possible(hiring, Happening::payment, "paid"));
  AGR_TRY(receive_payment(turn, hiring));
  return hiring_reply(turn, hiring);
}

Result<Reply> confirm_deposit(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(const json::Value body, read_body(call.request));
  AGR_TRY_ASSIGN(json::Value view, confirm_deposit(turn, call.path.get("id"), body["amount"]));
  return success(turn, 200, std::move(view));
}

Result<Reply> show_issue(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(json::Value issue, issue_of(turn, call.path.get("id")));
  return success(turn, 200, std::move(issue));
}

Result<Reply> end_issue(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(Hiring hiring, any_hiring(turn, call));
  AGR_TRY(issue_of(turn, hiring.id));
  AGR_TRY_ASSIGN(const json::Value body, read_body(call.request));
  const std::string state = body["state"].text();
  if (state != "completed" && state != "canceled")
    return invalid("state", "state must be completed or canceled");
  const bool done = state == "completed";
  AGR_TRY(check_possible(hiring, done ? Happening::result : Happening::cancel, "ended from Linear"));
  AGR_TRY(done ? complete(turn, hiring, json::Value::object({{"summary", "Completed in Linear"}}))
               : cancel(turn, hiring));
  AGR_TRY(move_issue(turn, hiring.id, state));
  return hiring_reply(turn, hiring);
}

} // namespace agr::emulator::agrenting
