// SPDX-License-Identifier: MIT
#include "agrenting/tools.hpp"

#include "agrenting/refusal.hpp"
#include "agrenting/requests.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace agr::agrenting::tools {
namespace {

constexpr std::string_view k_scheme = "hiring://";
constexpr std::string_view k_status = "/status";

/// The texts of a result, one after the other.
std::string text_of(const json::Value& result) {
  std::string text;
  for (const json::Value& item : result["content"].items())
    if (const std::string type = item["type"].text(); type == "text" || type.empty())
      text += item["text"].text();
  return text;
}

/// Some services put `isError` into the content instead of beside it.
bool is_error(const json::Value& result) {
  const auto says_so = [](const json::Value& value) { return value["isError"].as_bool().value_or(false); };
  return says_so(result) || std::ranges::any_of(result["content"].items(), says_so);
}

/// The words of a failure: plain, or inside JSON in one of the forms the REST answers have too.
Error failure(const std::string& text, std::string_view attempted) {
  const auto parsed = json::parse(text);
  const json::Value body = parsed && parsed->is_object() ? *parsed : json::Value();
  const json::Value& first = body["errors"].items().empty() ? body["errors"] : body["errors"].items().front();
  const json::Value& inner = first.is_null() ? body["error"] : first;
  const json::Value& explanation = inner.is_null() ? body : inner;
  std::string words = explanation.is_object() ? explanation.first_of({"message", "detail", "reason"}).text()
                                              : explanation.text();
  if (words.empty())
    words = text.empty() ? "the service did not say why" : text;
  Error error{Kind::failed, fmt::format("{} failed: {}", attempted, shorten(printable(words), 500))};
  error.code = printable(explanation["code"].text());
  return refine(std::move(error));
}

} // namespace

Call list_agents(const Search& search) {
  Call call{"list_agents"};
  set_text(call.arguments, "capability", search.capability);
  set_text(call.arguments, "query", search.query);
  set_text(call.arguments, "min_reputation", search.min_reputation);
  if (search.max_price)
    call.arguments.set("max_price", *search.max_price);
  if (search.limit)
    call.arguments.set("limit", *search.limit);
  return call;
}

Call hire_agent(std::string_view did, const json::Value& body, long long wait_seconds) {
  Call call{.name = "hire_agent", .changes = true};
  call.arguments.set("agent_did", did);
  call.arguments.set("capability", body["capability_requested"]);
  call.arguments.set("task_description", body["task_description"]);
  call.arguments.set("max_price", body["price"]);
  for (const std::string_view name :
       {"delivery_mode", "repo_url", "repo_access_token", "client_message", "task_input", "deadline_at",
        "sync_to_linear", "linear_team_id", "linear_issue_reference"})
    if (!body[name].is_null())
      call.arguments.set(name, body[name]);
  if (wait_seconds > 0)
    call.arguments.set("wait_seconds", std::min(wait_seconds, 25LL));
  call.arguments.set("idempotency_key", body["client_idempotency_key"]);
  return call;
}

Call get_hiring_status(std::string_view hiring_id) {
  return {"get_hiring_status", json::Value::object({{"hiring_id", hiring_id}})};
}

Call get_hiring_status_by_key(std::string_view key) {
  return {"get_hiring_status", json::Value::object({{"idempotency_key", key}})};
}

Call cancel_hiring(std::string_view hiring_id, std::string_view reason) {
  Call call{"cancel_hiring", json::Value::object({{"hiring_id", hiring_id}}), true, false};
  set_text(call.arguments, "reason", reason);
  return call;
}

Call check_balance() {
  return {"check_balance"};
}

Call list_my_hirings(std::string_view status) {
  Call call{"list_my_hirings"};
  set_text(call.arguments, "status", status);
  return call;
}

Call list_hiring_artifacts(std::string_view hiring_id) {
  return {"list_hiring_artifacts", json::Value::object({{"hiring_id", hiring_id}})};
}

Call download_artifact(std::string_view artifact_id, std::optional<long long> max_bytes) {
  Call call{"download_artifact", json::Value::object({{"artifact_id", artifact_id}})};
  if (max_bytes)
    call.arguments.set("max_bytes", *max_bytes);
  return call;
}

Call generate_deposit_address(std::string_view currency, std::string_view network) {
  Call call{.name = "generate_deposit_address", .changes = true};
  set_text(call.arguments, "currency", currency);
  set_text(call.arguments, "network", network);
  return call;
}

Call messages_of(std::string_view hiring_id) {
  return {k_read, json::Value::object({{"uri", messages_uri(hiring_id)}})};
}

Call set_github_token(const Secret& token) {
  return {"set_github_token", json::Value::object({{"token", token.reveal()}}), true};
}

Call get_github_token_status() {
  return {"get_github_token_status"};
}

Call clear_github_token() {
  return {.name = "clear_github_token", .changes = true};
}

std::string_view method_of(const Call& call) {
  return call.name == k_read ? k_read : "tools/call";
}

json::Value params_of(const Call& call) {
  if (call.name == k_read)
    return call.arguments;
  return json::Value::object({{"name", call.name}, {"arguments", call.arguments}});
}

json::Value shown_params_of(const Call& call) {
  Call shown = call;
  for (const std::string_view name : {"token", "repo_access_token"})
    if (shown.arguments.has(name))
      shown.arguments.set(name, "[redacted]");
  return params_of(shown);
}

Result<json::Value> read_result(const json::Value& result, std::string_view attempted) {
  const std::string text = text_of(result);
  if (is_error(result))
    return fail(failure(text, attempted));
  if (text.empty() && result["structuredContent"].is_object())
    return result["structuredContent"];
  auto payload = json::parse(text);
  if (!payload || !(payload->is_object() || payload->is_array()))
    return fail({Kind::protocol, fmt::format("{}: Agrenting's answer is no JSON: {}", attempted,
                                             shorten(printable(text), 200))});
  return payload;
}

Result<json::Value> read_answer(const Call& call, const json::Value& result, std::string_view attempted) {
  if (call.name == k_read)
    return read_resource(result, call.arguments["uri"].text());
  return read_result(result, attempted);
}

Error refuse(Error error, std::string_view attempted) {
  constexpr std::string_view k_unknown_tool = "-32602";
  const bool no_such_tool = error.code == k_unknown_tool &&
                            lower(error.message).find("tool") != std::string::npos &&
                            lower(error.message).find("unknown") != std::string::npos;
  error.message = fmt::format("{} failed: {}", attempted, error.message);
  if (no_such_tool)
    error.hint = "this service has no such tool; try it over REST: --via rest";
  return refine(std::move(error));
}

std::string status_uri(std::string_view hiring_id) {
  return fmt::format("{}{}{}", k_scheme, hiring_id, k_status);
}

std::string messages_uri(std::string_view hiring_id) {
  return fmt::format("{}{}/messages", k_scheme, hiring_id);
}

std::string hiring_of_status_uri(std::string_view uri) {
  if (!uri.starts_with(k_scheme) || !uri.ends_with(k_status) ||
      uri.size() <= k_scheme.size() + k_status.size())
    return {};
  return std::string(uri.substr(k_scheme.size(), uri.size() - k_scheme.size() - k_status.size()));
}

Result<json::Value> read_resource(const json::Value& result, std::string_view uri) {
  const json::Value::Array& contents = result["contents"].items();
  const auto named =
      std::ranges::find_if(contents, [&](const json::Value& one) { return one["uri"].text() == uri; });
  const json::Value& chosen = named != contents.end() ? *named
                              : !contents.empty()     ? contents.front()
                                                      : json::Value();
  auto value = json::parse(chosen["text"].text());
  if (!value)
    return fail({Kind::protocol, fmt::format("what Agrenting gave for {} is no JSON", printable(uri))});
  return value;
}

Result<Piece> read_piece(const json::Value& payload) {
  const std::string content = payload.first_of({"content", "data", "text"}).text();
  Piece piece{payload["name"].text(), payload["content_type"].text(), content,
              payload["truncated"].as_bool().value_or(false)};
  if (payload["encoding"].text() != "base64")
    return piece;
  auto bytes = base64_decode(content);
  if (!bytes)
    return fail({Kind::protocol, "the artifact claims to be base64 and is not"});
  piece.bytes = std::move(*bytes);
  return piece;
}

} // namespace agr::agrenting::tools
