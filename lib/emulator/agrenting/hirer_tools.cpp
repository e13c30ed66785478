// SPDX-License-Identifier: MIT
#include "emulator/agrenting/hirer_tools.hpp"

#include "base/text.hpp"
#include "emulator/agrenting/artifacts.hpp"
#include "emulator/agrenting/envelope.hpp"
#include "emulator/agrenting/hire.hpp"
#include "emulator/agrenting/lifecycle.hpp"
#include "emulator/agrenting/market.hpp"
#include "emulator/agrenting/payments.hpp"
#include "emulator/agrenting/settings.hpp"
#include "emulator/agrenting/status_view.hpp"
#include "emulator/agrenting/users.hpp"
#include "emulator/agrenting/waits.hpp"
#include "emulator/refusal.hpp"

#include <fmt/format.h>

#include <array>

namespace agr::emulator::agrenting {
namespace {

constexpr long long k_longest_wait = 25;
constexpr Millis k_probe_patience{300}; // a hire answers within a second, usually with the probe's outcome
constexpr long long k_default_bytes = 200'000;
constexpr long long k_most_bytes = 1'000'000;
constexpr long long k_default_agents = 20;

Result<RpcReply> list_agents(Turn& turn, const RpcCall&, const json::Value& arguments) {
  AGR_TRY_ASSIGN(const Search search, search_in(arguments));
  const long long limit = std::max(0LL, arguments["limit"].as_integer().value_or(k_default_agents));
  AGR_TRY_ASSIGN(const Found found, find_agents(turn, search, 0, static_cast<std::size_t>(limit)));
  json::Value list = json::Value::array();
  for (const Agent& agent : found.agents)
    list.push(to_json(agent, Audience::everyone, turn.now));
  const std::size_t count = list.items().size();
  return json::Value::object({{"agents", std::move(list)}, {"count", count}});
}

Result<long long> read_wait(const json::Value& value) {
  const auto seconds = value.is_null() ? std::optional(0LL) : value.as_integer();
  if (!seconds || *seconds < 0 || *seconds > k_longest_wait)
    return rpc_refusal(k_invalid_params, "wait_seconds must be a whole number from 0 to 25");
  return *seconds;
}

Result<void> follow(Turn& turn, const RpcCall& call, const Hiring& hiring) {
  if (call.session.empty() || !call.caller.may("hirings:read"))
    return {};
  return subscribe(turn, call.session, fmt::format("hiring://{}/status", hiring.id));
}

Result<RpcReply> hire_agent(Turn& turn, const RpcCall& call, const json::Value& arguments) {
  AGR_TRY_ASSIGN(const long long wait, read_wait(arguments["wait_seconds"]));
  AGR_TRY_ASSIGN(const HireRequest request, read_hire_request(arguments, arguments["agent_did"].text()));
  AGR_TRY_ASSIGN(const Hired hired, hire(turn, call.caller, request, call.origin));
  AGR_TRY(follow(turn, call, hired.hiring));
  const Status status = hired.hiring.status;
  if (wait > 0 && is_open(status))
    return park(turn, hired.hiring, call.session, call.id, Goal::final,
                turn.now + std::chrono::seconds(wait));
  AGR_TRY_ASSIGN(const Settings settings, settings_of(turn));
  if (settings.always_in_progress && status == Status::queued)
    return json::Value::object({{"hiring_id", hired.hiring.id}, {"status", "in_progress"}, {"final", false}});
  if (status == Status::queued)
    return park(turn, hired.hiring, call.session, call.id, Goal::probed, turn.now + k_probe_patience);
  return status_view(turn, hired.hiring);
}

Result<Hiring> own_hiring(Turn& turn, const RpcCall& call, const std::string& id) {
  AGR_TRY_ASSIGN(auto hiring, hiring_by_id(turn, id));
  if (!hiring || hiring->hirer != call.caller.id)
    return refuse(404, "NOT_FOUND", "Hiring not found");
  return std::move(*hiring);
}

Result<Hiring> hiring_by_id_or_key(Turn& turn, const RpcCall& call, const json::Value& arguments) {
  const std::string id = arguments["hiring_id"].text();
  const std::string key = arguments["idempotency_key"].text();
  if (id.empty() == key.empty())
    return rpc_refusal(k_invalid_params, "Give either hiring_id or idempotency_key");
  if (!id.empty())
    return own_hiring(turn, call, id);
  AGR_TRY_ASSIGN(auto hiring, hiring_by_key(turn, call.caller.id, key));
  if (!hiring)
    return refuse(404, "NOT_FOUND", "Hiring not found");
  return std::move(*hiring);
}

Result<RpcReply> get_hiring_status(Turn& turn, const RpcCall& call, const json::Value& arguments) {
  AGR_TRY_ASSIGN(const Hiring hiring, hiring_by_id_or_key(turn, call, arguments));
  return status_view(turn, hiring);
}

Result<RpcReply> cancel_hiring(Turn& turn, const RpcCall& call, const json::Value& arguments) {
  AGR_TRY_ASSIGN(Hiring hiring, own_hiring(turn, call, arguments["hiring_id"].text()));
  if (!after(hiring.status, Happening::cancel))
    return refuse(409, "INVALID_STATE", fmt::format("Hiring is already {}", name_of(hiring.status)));
  AGR_TRY(cancel(turn, hiring));
  return json::Value::object({{"hiring_id", hiring.id},
                              {"status", name_of(hiring.status)},
                              {"final", true},
                              {"refunded", hiring.price}});
}

Result<RpcReply> check_balance(Turn& turn, const RpcCall& call, const json::Value&) {
  return balance_view(turn, call.caller.id);
}

Result<RpcReply> list_my_hirings(Turn& turn, const RpcCall& call, const json::Value& arguments) {
  AGR_TRY_ASSIGN(
      json::Value list,
      hiring_rows(turn, {.hirer = call.caller.id, .status = arguments["status"].text(), .limit = 100}));
  const std::size_t count = list.items().size();
  return json::Value::object({{"hirings", std::move(list)}, {"count", count}});
}

Result<RpcReply> list_hiring_artifacts(Turn& turn, const RpcCall& call, const json::Value& arguments) {
  AGR_TRY_ASSIGN(const Hiring hiring, own_hiring(turn, call, arguments["hiring_id"].text()));
  AGR_TRY_ASSIGN(json::Value list, artifacts_of(turn, hiring.id, call.origin));
  return json::Value::object({{"hiring_id", hiring.id}, {"artifacts", std::move(list)}});
}

/// At most `limit` bytes, ending at a character.
std::string beginning_of(std::string content, std::size_t limit, bool is_text) {
  if (content.size() <= limit)
    return content;
  while (is_text && limit > 0 && (static_cast<unsigned char>(content[limit]) & 0xC0U) == 0x80U)
    --limit;
  content.resize(limit);
  return content;
}

Result<RpcReply> download_artifact(Turn& turn, const RpcCall& call, const json::Value& arguments) {
  AGR_TRY_ASSIGN(const auto artifact, artifact_by_id(turn, arguments["artifact_id"].text()));
  const long long limit = arguments["max_bytes"].as_integer().value_or(k_default_bytes);
  if (limit < 1 || limit > k_most_bytes)
    return rpc_refusal(k_invalid_params, "max_bytes must be a whole number from 1 to 1000000");
  if (!artifact)
    return refuse(404, "NOT_FOUND", "Artifact not found");
  AGR_TRY(own_hiring(turn, call, artifact->hiring));
  AGR_TRY_ASSIGN(std::string content, content_of(turn, artifact->id));
  const bool is_text = is_utf8(content);
  const std::string part = beginning_of(std::move(content), static_cast<std::size_t>(limit), is_text);
  return json::Value::object({{"artifact_id", artifact->id},
                              {"name", artifact->name},
                              {"content_type", artifact->content_type},
                              {"encoding", is_text ? "utf8" : "base64"},
                              {"content", is_text ? part : base64(part)},
                              {"size_bytes", artifact->size},
                              {"truncated", static_cast<std::int64_t>(part.size()) < artifact->size}});
}

Result<RpcReply> generate_deposit_address(Turn& turn, const RpcCall& call, const json::Value& arguments) {
  const std::string currency = arguments["currency"].text();
  const std::string network = arguments["network"].text();
  AGR_TRY_ASSIGN(json::Value deposit, open_deposit(turn, call.caller.id,
                                                   {.currency = currency.empty() ? "USDT" : currency,
                                                    .network = network.empty() ? "TRC20" : network}));
  return deposit;
}

Result<RpcReply> set_token(Turn& turn, const RpcCall& call, const json::Value& arguments) {
  const auto token = arguments["token"].as_string();
  if (!token || trim(*token).empty())
    return invalid("token", "token can't be blank");
  AGR_TRY(set_github_token(turn, call.caller.id, std::string(trim(*token))));
  return json::Value::object({{"set", true}, {"set_at", rfc3339(turn.now)}});
}

Result<RpcReply> token_status(Turn& turn, const RpcCall& call, const json::Value&) {
  AGR_TRY_ASSIGN(const auto token, github_token(turn, call.caller.id));
  const bool used = token && token->last_used_at;
  return json::Value::object(
      {{"set", token.has_value()},
       {"set_at", token ? json::Value(rfc3339(token->set_at)) : json::Value()},
       {"last_used_at", used ? json::Value(rfc3339(*token->last_used_at)) : json::Value()}});
}

Result<RpcReply> clear_token(Turn& turn, const RpcCall& call, const json::Value&) {
  AGR_TRY(clear_github_token(turn, call.caller.id));
  return json::Value::object({{"set", false}, {"set_at", nullptr}});
}

constexpr std::string_view k_reads = R"({"readOnlyHint":true,"openWorldHint":true})";
constexpr std::string_view k_changes =
    R"({"readOnlyHint":false,"destructiveHint":false,"idempotentHint":false})";
constexpr std::string_view k_ends = R"({"readOnlyHint":false,"destructiveHint":true,"idempotentHint":true})";
constexpr std::string_view k_no_arguments = R"({"type":"object","properties":{}})";

constexpr std::array k_tools = {
    Tool{"list_agents", "Search the marketplace for agents.", "agents:discover", k_reads,
         R"({"type":"object","properties":{"capability":{"type":"string"},"query":{"type":"string"},
             "min_reputation":{"type":"number"},"max_price":{"type":["string","number"]},
             "limit":{"type":"integer","minimum":1}}})",
         list_agents},
    Tool{"hire_agent", "Hire an agent; max_price is the price that is held.", "hire:create", k_changes,
         R"({"type":"object","properties":{"agent_did":{"type":"string"},"capability":{"type":"string"},
             "task_description":{"type":"string","maxLength":5000},"max_price":{"type":["string","number"]},
             "delivery_mode":{"type":"string","enum":["output","push"]},"repo_url":{"type":"string"},
             "repo_access_token":{"type":"string"},
             "wait_seconds":{"type":"integer","minimum":0,"maximum":25},
             "idempotency_key":{"type":"string","minLength":1,"maxLength":128}},
             "required":["agent_did","capability","task_description"]})",
         hire_agent},
    Tool{
        "get_hiring_status", "How a hiring stands, by its id or its idempotency key.", "hirings:read",
        k_reads,
        R"({"type":"object","properties":{"hiring_id":{"type":"string"},"idempotency_key":{"type":"string"}}})",
        get_hiring_status},
    Tool{"cancel_hiring", "Cancel a hiring that is not over; the refund is immediate.", "hirings:cancel",
         k_ends,
         R"({"type":"object","properties":{"hiring_id":{"type":"string"},"reason":{"type":"string"}},
             "required":["hiring_id"]})",
         cancel_hiring},
    Tool{"check_balance", "Available and held funds.", "balance:read", k_reads, k_no_arguments,
         check_balance},
    Tool{"list_my_hirings", "Your hirings, newest first.", "hirings:read", k_reads,
         R"({"type":"object","properties":{"status":{"type":"string"}}})", list_my_hirings},
    Tool{"list_hiring_artifacts", "What an agent left with its work.", "artifacts:read", k_reads,
         R"({"type":"object","properties":{"hiring_id":{"type":"string"}},"required":["hiring_id"]})",
         list_hiring_artifacts},
    Tool{"download_artifact", "The beginning of an artifact, as text or base64.", "artifacts:read", k_reads,
         R"({"type":"object","properties":{"artifact_id":{"type":"string"},
             "max_bytes":{"type":"integer","minimum":1,"maximum":1000000}},"required":["artifact_id"]})",
         download_artifact},
    Tool{"generate_deposit_address", "An address to deposit to.", "deposits:create", k_changes,
         R"({"type":"object","properties":{"currency":{"type":"string"},"network":{"type":"string"}}})",
         generate_deposit_address},
    Tool{"set_github_token", "Store the token that push hirings use.", "account:write", k_changes,
         R"({"type":"object","properties":{"token":{"type":"string"}},"required":["token"]})", set_token},
    Tool{"get_github_token_status", "Whether a token is stored.", "account:read", k_reads, k_no_arguments,
         token_status},
    Tool{"clear_github_token", "Forget the stored token.", "account:write", k_ends, k_no_arguments,
         clear_token},
};

} // namespace

std::span<const Tool> hirer_tools() {
  return k_tools;
}

Result<json::Value> hiring_rows(Turn& turn, const HiringFilter& filter) {
  AGR_TRY_ASSIGN(const auto hirings, list_hirings(turn, filter));
  json::Value list = json::Value::array();
  for (const Hiring& hiring : hirings) {
    AGR_TRY_ASSIGN(json::Value row, row_view(turn, hiring));
    list.push(std::move(row));
  }
  return list;
}

} // namespace agr::emulator::agrenting
