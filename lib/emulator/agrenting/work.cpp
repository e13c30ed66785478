// SPDX-License-Identifier: MIT
#include "emulator/agrenting/work.hpp"

#include "emulator/agrenting/envelope.hpp"
#include "emulator/agrenting/lifecycle.hpp"
#include "emulator/agrenting/messages.hpp"
#include "emulator/agrenting/settings.hpp"
#include "emulator/refusal.hpp"

#include <fmt/format.h>

namespace agr::emulator::agrenting {
namespace {

constexpr std::string_view k_default_reason = "Agent reported failure";

Result<void> check_possible(const Hiring& hiring, Happening happening) {
  if (after(hiring.status, happening))
    return {};
  if (hiring.status == Status::disputed)
    return dispute_open();
  if (is_final(hiring.status))
    return refuse(404, "NOT_FOUND", "Hiring not found or already completed");
  return refuse(409, "INVALID_STATE",
                fmt::format("Hiring is {}: work has not begun", name_of(hiring.status)));
}

} // namespace

Result<Hiring> provided_hiring(Turn& turn, const Principal& agent, const std::string& id) {
  AGR_TRY_ASSIGN(auto hiring, hiring_by_id(turn, id));
  if (!hiring)
    return refuse(404, "NOT_FOUND", "Hiring not found or already completed");
  if (hiring->agent != agent.id)
    return refuse(403, "FORBIDDEN", "Forbidden: this hiring belongs to another agent");
  return std::move(*hiring);
}

Result<Hiring> submit(Turn& turn, const Principal& agent, const std::string& id, json::Value output) {
  AGR_TRY_ASSIGN(Hiring hiring, provided_hiring(turn, agent, id));
  AGR_TRY(check_possible(hiring, Happening::result));
  if (output.is_null())
    return invalid("output", "output can't be blank");
  AGR_TRY(complete(turn, hiring, std::move(output)));
  return hiring;
}

Result<Hiring> give_up(Turn& turn, const Principal& agent, const std::string& id,
                       const std::optional<std::string>& reason) {
  AGR_TRY_ASSIGN(Hiring hiring, provided_hiring(turn, agent, id));
  AGR_TRY(check_possible(hiring, Happening::failure));
  const std::string said = reason.value_or(std::string(k_default_reason));
  if (characters(said) > k_max_text)
    return invalid("reason", fmt::format("reason has more than {} characters", k_max_text));
  AGR_TRY(fail_hiring(turn, hiring, said, Blame::reported));
  return hiring;
}

Result<json::Value> pending_work(Turn& turn, const std::string& agent, std::string_view origin) {
  AGR_TRY_ASSIGN(const auto hirings, list_hirings(turn, {.agent = agent, .open_only = true}));
  AGR_TRY_ASSIGN(const Settings settings, settings_of(turn));
  json::Value list = json::Value::array();
  for (const Hiring& hiring : hirings)
    if (hiring.status == Status::in_progress || hiring.status == Status::paid ||
        (hiring.status == Status::queued && settings.queued_in_pending))
      list.push(agent_view(hiring, origin));
  return list;
}

} // namespace agr::emulator::agrenting
