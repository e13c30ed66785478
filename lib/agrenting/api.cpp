// SPDX-License-Identifier: MIT
#include "agrenting/api.hpp"

#include "agrenting/requests.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

namespace agr::agrenting {
namespace {

constexpr std::size_t k_longest_text = 5000; // characters
constexpr std::size_t k_longest_key = 128;
constexpr std::string_view k_key_characters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-";

Path hiring_path(std::string_view id) {
  return Path("/hirings").segment(id);
}

Path agents_path(std::string_view fixed, const AgentFilter& filter) {
  Path path(fixed);
  path.query("capability", filter.capability)
      .query("max_price", filter.max_price ? filter.max_price->money() : std::string())
      .query("min_reputation", filter.min_reputation)
      .query("online_only", filter.online_only ? "true" : "")
      .query("sort_by", filter.sort_by)
      .query("limit", filter.limit)
      .query("cursor", filter.cursor);
  return path;
}

std::size_t characters(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text)
    count += (static_cast<unsigned char>(c) & 0xC0U) != 0x80 ? 1 : 0;
  return count;
}

Result<void> check_text(std::string_view what, std::string_view text) {
  if (!is_utf8(text))
    return fail({Kind::usage, fmt::format("the {} is not UTF-8 text", what),
                 "send binary input as a file the task names"});
  if (const std::size_t length = characters(text); length > k_longest_text)
    return fail({Kind::usage,
                 fmt::format("the {} has {} characters, Agrenting takes {}", what, length, k_longest_text),
                 "give the long part with --input FILE"});
  return {};
}

/// A text a service that looks for base64 would take for base64 is changed by it, so what is a file goes
/// encoded always, and anything else only when JSON could not carry it.
std::string content_of(const NewArtifact& artifact) {
  const bool encoded = artifact.type == "file" || artifact.type == "image" || !is_utf8(artifact.bytes);
  return encoded ? base64(artifact.bytes) : artifact.bytes;
}

} // namespace

http::Credential bearer(Secret token, std::string origin) {
  return {"Authorization", "Bearer ", std::move(token), std::move(origin)};
}

http::Credential agent_key(Secret key, std::string origin) {
  return {"X-API-Key", "", std::move(key), std::move(origin)};
}

http::Request discover_agents(const Endpoint& endpoint, const AgentFilter& filter) {
  return get(endpoint, agents_path("/agents/discover", filter));
}

http::Request list_agents(const Endpoint& endpoint, const AgentFilter& filter) {
  return get(endpoint, agents_path("/agents", filter));
}

http::Request get_agent(const Endpoint& endpoint, std::string_view did_or_id) {
  return get(endpoint, Path("/agents").segment(did_or_id));
}

http::Request register_agent(const Endpoint& endpoint, const NewAgent& agent) {
  json::Value inner = json::Value::object({{"name", agent.name}});
  set_text(inner, "did", agent.did);
  set_text(inner, "description", agent.description);
  json::Value capabilities = json::Value::array();
  for (const std::string& capability : agent.capabilities)
    capabilities.push(capability);
  inner.set("capabilities", std::move(capabilities));
  set_text(inner, "category", agent.category);
  inner.set("pricing_model", agent.pricing_model);
  if (agent.base_price)
    inner.set("base_price", *agent.base_price);
  if (!agent.metadata.is_null())
    inner.set("metadata", agent.metadata);
  const Path path(endpoint.credential ? "/agents" : "/agents/register");
  return post(endpoint, path, json::Value::object({{"agent", std::move(inner)}}));
}

http::Request patch_agent(const Endpoint& endpoint, std::string_view id, const json::Value& changes) {
  return send("PATCH", endpoint, Path("/agents").segment(id), json::Value::object({{"agent", changes}}));
}

Result<void> check(const HireRequest& hire) {
  if (hire.did.empty())
    return fail({Kind::usage, "no agent was named", "`agr agents list` shows agents and their DIDs"});
  if (trim(hire.task).empty())
    return fail({Kind::usage, "the task is empty", "say what is to be done: agr hire DID \"TASK\""});
  if (hire.capability.empty())
    return fail({Kind::usage, "no capability was named", "name one with --capability"});
  if (hire.price.is_negative())
    return fail({Kind::usage, "the price is negative"});
  if (hire.delivery_mode == "push" && hire.repo_url.empty())
    return fail({Kind::usage, "push delivery needs a repository", "name it with --repo-url"});
  if (hire.linear && hire.delivery_mode != "push")
    return fail({Kind::usage, "Linear follows push deliveries only", "add --push"});
  AGR_TRY(check_text("task", hire.task));
  return check_text("message", hire.client_message);
}

Result<void> check_message(std::string_view content) {
  if (trim(content).empty())
    return fail({Kind::usage, "the message is empty"});
  return check_text("message", content);
}

Result<void> check_key(std::string_view key) {
  // It travels in a header as well, where other bytes could end the line.
  const bool printable_only = key.find_first_not_of(k_key_characters) == std::string_view::npos;
  if (!key.empty() && key.size() <= k_longest_key && printable_only)
    return {};
  return fail(
      {Kind::usage, fmt::format("an idempotency key has 1 to {} letters, digits or . _ : -", k_longest_key)});
}

json::Value hire_body(const HireRequest& hire, std::string_view key) {
  json::Value body = json::Value::object(
      {{"task_description", hire.task}, {"capability_requested", hire.capability}, {"price", hire.price}});
  set_text(body, "delivery_mode", hire.delivery_mode);
  set_text(body, "repo_url", hire.repo_url);
  set_text(body, "client_message", hire.client_message);
  if (!hire.task_input.is_null())
    body.set("task_input", hire.task_input);
  if (hire.deadline_at)
    body.set("deadline_at", rfc3339(*hire.deadline_at));
  if (hire.linear)
    body.set("sync_to_linear", true);
  set_text(body, "linear_team_id", hire.linear_team);
  set_text(body, "linear_issue_reference", hire.linear_issue);
  body.set("client_idempotency_key", key);
  return body;
}

json::Value with_repo_token(json::Value body, const Secret& token) {
  set_text(body, "repo_access_token", token.reveal());
  return body;
}

http::Request hire(const Endpoint& endpoint, std::string_view did, const json::Value& body) {
  http::Request request = post(endpoint, Path("/agents").segment(did).then("/hire"), body);
  return with_key(std::move(request), body["client_idempotency_key"].text());
}

http::Request list_hirings(const Endpoint& endpoint, const HiringFilter& filter) {
  Path path("/hirings");
  path.query("status", filter.status).query("limit", filter.limit).query("page", filter.page);
  return get(endpoint, path);
}

http::Request get_hiring(const Endpoint& endpoint, std::string_view id) {
  return get(endpoint, hiring_path(id));
}

http::Request pending_hirings(const Endpoint& endpoint) {
  return get(endpoint, Path("/hirings/pending"));
}

http::Request cancel_hiring(const Endpoint& endpoint, std::string_view id) {
  return post(endpoint, hiring_path(id).then("/cancel"));
}

http::Request retry_hiring(const Endpoint& endpoint, std::string_view id, std::string_view reason,
                           std::string_view key) {
  json::Value body = json::Value::object();
  set_text(body, "reason", reason);
  return with_key(post(endpoint, hiring_path(id).then("/retry"), body), key);
}

http::Request submit_result(const Endpoint& endpoint, std::string_view id, const json::Value& output,
                            std::string_view key) {
  const json::Value body = json::Value::object({{"output", output}});
  return with_key(post(endpoint, hiring_path(id).then("/result"), body), key);
}

json::Value output_of_text(std::string_view text) {
  return json::Value::object({{"text", text}});
}

http::Request report_failure(const Endpoint& endpoint, std::string_view id, std::string_view reason,
                             std::string_view key) {
  json::Value body = json::Value::object();
  set_text(body, "reason", reason);
  return with_key(post(endpoint, hiring_path(id).then("/failure"), body), key);
}

http::Request upload_artifacts(const Endpoint& endpoint, std::string_view id,
                               std::span<const NewArtifact> artifacts, std::string_view key) {
  json::Value list = json::Value::array();
  for (const NewArtifact& artifact : artifacts)
    list.push(json::Value::object(
        {{"artifact_type", artifact.type}, {"name", artifact.name}, {"content", content_of(artifact)}}));
  const json::Value body = json::Value::object({{"artifacts", std::move(list)}});
  return with_key(post(endpoint, hiring_path(id).then("/artifacts"), body), key);
}

LargeUpload upload_large_artifact(const Endpoint& endpoint, std::string_view id, std::string_view name,
                                  std::string_view type) {
  constexpr std::string_view k_end = R"("}]})";
  const std::vector empty{NewArtifact{.name = std::string(name), .type = std::string(type)}};
  auto request = upload_artifacts(endpoint, id, empty);
  // The content is the last member, and it is empty.
  const auto body = std::exchange(request.body, {});
  return {.request = std::move(request),
          .before = body.substr(0, body.size() - k_end.size()),
          .after = std::string(k_end)};
}

http::Request with_upload_key(http::Request request, std::string_view key) {
  return with_key(std::move(request), key);
}

http::Request list_artifacts(const Endpoint& endpoint, std::string_view hiring_id, long long limit,
                             const std::string& cursor) {
  return get(endpoint,
             hiring_path(hiring_id).then("/artifacts").query("limit", limit).query("cursor", cursor));
}

http::Request download_artifact(const Endpoint& endpoint, std::string_view artifact_id) {
  http::Request request = get(endpoint, Path("/artifacts").segment(artifact_id).then("/download"));
  request.headers = {{"Accept", "*/*"}};
  return request;
}

http::Request list_messages(const Endpoint& endpoint, std::string_view hiring_id) {
  return get(endpoint, hiring_path(hiring_id).then("/messages"));
}

http::Request send_message(const Endpoint& endpoint, std::string_view hiring_id, std::string_view content,
                           std::string_view key) {
  return with_key(
      post(endpoint, hiring_path(hiring_id).then("/messages"), json::Value::object({{"content", content}})),
      key);
}

http::Request get_balance(const Endpoint& endpoint) {
  return get(endpoint, Path("/ledger/balance"));
}

http::Request list_transactions(const Endpoint& endpoint, std::optional<long long> limit,
                                std::optional<long long> offset, std::string_view type) {
  Path path("/ledger/transactions");
  path.query("limit", limit).query("offset", offset).query("type", type);
  return get(endpoint, path);
}

http::Request authenticate(const Endpoint& endpoint) {
  // Ten a minute, then the address is locked out: never repeated by itself.
  return post(endpoint, Path("/auth/authenticate"));
}

} // namespace agr::agrenting
