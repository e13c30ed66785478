// SPDX-License-Identifier: MIT
#include "emulator/agrenting/hire.hpp"

#include "base/text.hpp"
#include "crypto/digest.hpp"
#include "emulator/agrenting/envelope.hpp"
#include "emulator/agrenting/lifecycle.hpp"
#include "emulator/agrenting/messages.hpp"
#include "emulator/agrenting/users.hpp"
#include "emulator/refusal.hpp"

#include <fmt/format.h>

namespace agr::emulator::agrenting {
namespace {

constexpr std::size_t k_max_key = 128;

std::optional<std::string> maybe_text(const json::Value& value) {
  const auto text = value.as_string();
  return text && !trim(*text).empty() ? std::optional(std::string(*text)) : std::nullopt;
}

Result<std::string> required_text(std::string_view name, const json::Value& value) {
  const auto text = maybe_text(value);
  if (!text)
    return invalid(name, fmt::format("{} can't be blank", name));
  if (characters(*text) > k_max_text)
    return invalid(name, fmt::format("{} has more than {} characters", name, k_max_text));
  return *text;
}

Result<std::optional<Decimal>> read_price(const json::Value& value) {
  if (value.is_null())
    return std::nullopt;
  const auto price = value.as_decimal();
  if (!price || price->is_negative() || !to_units(*price))
    return refuse(
        422, "INVALID_AMOUNT",
        fmt::format("\"{}\" is not a price: write a decimal of at most 8 places", printable(value.text())),
        "price");
  return *price;
}

Result<Delivery> read_delivery(const json::Value& value) {
  if (value.is_null() || value.text() == "output")
    return Delivery::output;
  if (value.text() == "push")
    return Delivery::push;
  return invalid("delivery_mode", "delivery_mode must be output or push");
}

Result<std::optional<std::string>> read_key(const json::Value& value) {
  if (value.is_null())
    return std::nullopt;
  const auto key = value.as_string();
  if (!key || key->empty() || characters(*key) > k_max_key)
    return invalid("client_idempotency_key", fmt::format("the key must have 1 to {} characters", k_max_key));
  return std::string(*key);
}

Result<std::optional<Time>> read_deadline(const json::Value& value) {
  if (value.is_null())
    return std::nullopt;
  const auto deadline = parse_rfc3339(value.text());
  if (!deadline)
    return invalid("deadline_at", "deadline_at must be an RFC 3339 time");
  return *deadline;
}

/// "balance" unless it says another way.
Result<bool> read_payment(const json::Value& value) {
  if (value.is_null() || value.text() == "balance")
    return false;
  if (value.text() == "stripe" || value.text() == "crypto")
    return true;
  return invalid("payment_method", "payment_method must be balance, stripe or crypto");
}

Result<std::optional<LinearWish>> read_linear(const json::Value& members, Delivery delivery) {
  if (!members["sync_to_linear"].as_bool().value_or(false))
    return std::nullopt;
  if (delivery != Delivery::push)
    return invalid("sync_to_linear", "sync_to_linear requires delivery_mode push");
  return LinearWish{members["linear_team_id"].text(), members["linear_issue_reference"].text()};
}

/// What makes two requests the same: everything but the key.
std::string fingerprint_of(const HireRequest& request) {
  const json::Value parts = json::Value::object(
      {{"agent", request.agent},
       {"capability", request.capability},
       {"task", request.task_description},
       {"price", request.price},
       {"delivery", name_of(request.delivery)},
       {"repo_url", request.repo_url},
       {"repo_access_token", request.repo_access_token},
       {"client_message", request.client_message},
       {"paid_outside", request.is_paid_outside},
       {"linear",
        request.linear ? json::Value(request.linear->team + "/" + request.linear->issue) : json::Value()},
       {"task_input", request.task_input},
       {"deadline_at", request.deadline_at ? json::Value(rfc3339(*request.deadline_at)) : json::Value()}});
  return hex(crypto::sha256(json::write(parts)));
}

Result<std::optional<Hired>> replay(Turn& turn, const Principal& caller, const HireRequest& request) {
  if (!request.key)
    return std::nullopt;
  AGR_TRY_ASSIGN(auto earlier, hiring_by_key(turn, caller.id, *request.key));
  if (!earlier)
    return std::nullopt;
  AGR_TRY_ASSIGN(const Settings settings, settings_of(turn));
  if (earlier->fingerprint != fingerprint_of(request))
    return fail(key_reused(settings));
  AGR_TRY_ASSIGN(auto agent, agent_by_id(turn, earlier->agent));
  return Hired{std::move(*earlier), agent.value_or(Agent{}), false};
}

Result<void> check_cap(const Principal& caller, Decimal price) {
  if (caller.cap && price > *caller.cap)
    return refuse(403, "FORBIDDEN",
                  fmt::format("Requested price ${} exceeds this token's max_price_per_hire cap ${}",
                              price.money(), caller.cap->money()));
  return {};
}

Result<void> check_agent(const Agent& agent) {
  if (agent.status != "active")
    return refuse(503, "AGENT_UNAVAILABLE", fmt::format("Agent is {}", agent.status));
  if (agent.busy)
    return refuse(409, "AGENT_BUSY", "Agent is currently busy with another hiring");
  return {};
}

Result<void> check_balance(Turn& turn, const Principal& caller, Decimal price) {
  AGR_TRY_ASSIGN(const Decimal free, spendable(turn, caller.id));
  if (free < price)
    return refuse(422, "INSUFFICIENT_BALANCE",
                  fmt::format("Insufficient balance: need ${}, have ${}", price.money(), free.money()));
  return {};
}

/// Fills in the stored GitHub token where the rules allow it; tells whether it did.
Result<bool> complete_repository(Turn& turn, const Principal& caller, HireRequest& request) {
  if (request.delivery == Delivery::output) {
    request.repo_access_token.reset();
    return false;
  }
  if (!request.repo_url)
    return invalid("repo_url", "repo_url is required with delivery_mode push");
  if (request.repo_access_token)
    return false;
  AGR_TRY_ASSIGN(const auto stored, github_token(turn, caller.id));
  if (!stored)
    return invalid("repo_access_token",
                   "repo_access_token is required with delivery_mode push: none was given "
                   "and none is stored");
  request.repo_access_token = stored->token;
  return true;
}

Hiring hiring_from(const HireRequest& request, const Agent& agent, const Principal& caller, Time now) {
  Hiring hiring{{}, agent.id, caller.id};
  hiring.status = request.is_paid_outside ? Status::pending_payment : Status::queued;
  hiring.price = request.price.value_or(agent.base_price);
  hiring.capability = request.capability;
  hiring.task_description = request.task_description;
  hiring.delivery = request.delivery;
  hiring.repo_url = request.repo_url;
  hiring.repo_access_token = request.repo_access_token;
  hiring.task_input = request.task_input;
  hiring.client_message = request.client_message;
  hiring.idempotency_key = request.key;
  hiring.deadline_at = request.deadline_at.value_or(now + k_default_deadline);
  hiring.created_at = now;
  hiring.updated_at = now;
  return hiring;
}

} // namespace

Result<HireRequest> read_hire_request(const json::Value& members, std::string agent) {
  const json::Value& input = members["task_input"];
  HireRequest request{std::move(agent), {}, {}};
  AGR_TRY_ASSIGN(request.task_description, required_text("task_description", members["task_description"]));
  AGR_TRY_ASSIGN(request.capability, required_text("capability_requested",
                                                   members.first_of({"capability_requested", "capability"})));
  AGR_TRY_ASSIGN(request.price, read_price(members.first_of({"price", "max_price"})));
  const json::Value& mode = members["delivery_mode"];
  AGR_TRY_ASSIGN(request.delivery, read_delivery(mode.is_null() ? input["delivery_mode"] : mode));
  AGR_TRY_ASSIGN(request.deadline_at, read_deadline(members["deadline_at"]));
  AGR_TRY_ASSIGN(request.key, read_key(members.first_of({"client_idempotency_key", "idempotency_key"})));
  request.repo_url = maybe_text(members["repo_url"].is_null() ? input["repo_url"] : members["repo_url"]);
  const json::Value& token = members["repo_access_token"];
  request.repo_access_token = maybe_text(token.is_null() ? input["repo_access_token"] : token);
  request.client_message = maybe_text(members["client_message"]);
  AGR_TRY_ASSIGN(request.is_paid_outside, read_payment(members["payment_method"]));
  AGR_TRY_ASSIGN(request.linear, read_linear(members, request.delivery));
  if (input.is_object())
    request.task_input = input;
  request.task_input.remove("repo_access_token");
  return request;
}

Result<Hired> hire(Turn& turn, const Principal& caller, const HireRequest& asked, const std::string& origin) {
  AGR_TRY_ASSIGN(auto earlier, replay(turn, caller, asked));
  if (earlier)
    return std::move(*earlier);
  HireRequest request = asked;
  AGR_TRY_ASSIGN(const Agent agent, find_agent(turn, request.agent));
  const Decimal price = request.price.value_or(agent.base_price);
  AGR_TRY(check_cap(caller, price));
  if (price < agent.base_price)
    return invalid("price", fmt::format("price ${} is below the agent's base price ${}", price.money(),
                                        agent.base_price.money()));
  AGR_TRY(check_agent(agent));
  AGR_TRY_ASSIGN(const bool used_stored_token, complete_repository(turn, caller, request));
  if (!request.is_paid_outside)
    AGR_TRY(check_balance(turn, caller, price));
  Hiring hiring = hiring_from(request, agent, caller, turn.now);
  hiring.fingerprint = fingerprint_of(asked);
  hiring.origin = origin;
  AGR_TRY_ASSIGN(hiring.id, turn.world.fresh_uuid());
  if (request.linear) {
    AGR_TRY_ASSIGN(json::Value issue, open_issue(turn, hiring, *request.linear));
    hiring.task_input.set("linear_issue", std::move(issue));
  }
  AGR_TRY(create(turn, hiring));
  if (used_stored_token)
    AGR_TRY(note_github_token_use(turn, caller.id));
  return Hired{std::move(hiring), agent, true};
}

Result<void> check_retry(Turn& turn, const Principal& caller, const Hiring& hiring) {
  AGR_TRY(check_cap(caller, hiring.price));
  AGR_TRY_ASSIGN(const Agent agent, find_agent(turn, hiring.agent));
  AGR_TRY(check_agent(agent));
  return check_balance(turn, caller, hiring.price);
}

} // namespace agr::emulator::agrenting
