// SPDX-License-Identifier: MIT
#include "emulator/agrenting/webhooks.hpp"

#include "base/text.hpp"
#include "base/url.hpp"
#include "crypto/digest.hpp"
#include "emulator/agrenting/envelope.hpp"
#include "emulator/agrenting/events.hpp"
#include "emulator/agrenting/settings.hpp"
#include "emulator/agrenting/vault.hpp"
#include "emulator/timers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace agr::emulator::agrenting {

const std::string_view k_webhook_schema = R"sql(
CREATE TABLE IF NOT EXISTS agrenting_outgoing(
  id TEXT PRIMARY KEY, subject TEXT NOT NULL, subscription TEXT NOT NULL, url TEXT NOT NULL,
  headers TEXT NOT NULL, body TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS agrenting_outgoing_by_subject ON agrenting_outgoing(subject, subscription);
)sql";

namespace {

constexpr int k_attempts = 5;
constexpr auto k_budget = std::chrono::seconds(10);
constexpr Millis k_longest_wait = std::chrono::seconds(30);
constexpr std::array<std::string_view, 8> k_not_for_callbacks = {
    "connection", "host", "content-length", "transfer-encoding", "upgrade", "te", "trailer", "keep-alive"};

bool is_token(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
  });
}

bool is_one_line(std::string_view value) {
  return std::none_of(value.begin(), value.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

json::Value payload(const Turn& turn, const Hiring& hiring, const Agent& agent) {
  const json::Value view = agent_view(hiring, hiring.origin);
  return json::Value::object({{"hiring_id", hiring.id},
                              {"agent_id", agent.id},
                              {"worker_matrix_id", agent.metadata["worker_matrix_id"]},
                              {"task", json::Value::object({{"description", hiring.task_description}})},
                              {"customer_id", hiring.hirer},
                              {"price", hiring.price},
                              {"capability", hiring.capability},
                              {"task_input", view["task_input"]},
                              {"client_message", hiring.client_message},
                              {"deadline_at", rfc3339(hiring.deadline_at)},
                              {"callback", view["callback"]},
                              {"system_prompt", view["system_prompt"]},
                              {"timestamp", rfc3339(turn.now)}});
}

std::vector<Header> headers_for(const Agent& agent, std::string_view body) {
  std::vector<Header> headers = callback_headers(agent);
  headers.push_back({"Content-Type", "application/json"});
  if (const auto secret = agent.metadata["webhook_secret"].as_string())
    headers.push_back({"X-Webhook-Signature", base64(crypto::hmac_sha256(*secret, body))});
  return headers;
}

std::string write_headers(const std::vector<Header>& headers) {
  json::Value list = json::Value::array();
  for (const Header& header : headers)
    list.push(json::Value::array({json::Value(header.name), json::Value(header.value)}));
  return json::write(list);
}

std::vector<Header> read_headers(const std::string& text) {
  std::vector<Header> headers;
  const json::Value list = json::parse(text).value_or(json::Value());
  for (const json::Value& pair : list.items())
    if (pair.items().size() == 2)
      headers.push_back({pair.items()[0].text(), pair.items()[1].text()});
  return headers;
}

bool is_worth_repeating(std::optional<int> status) {
  return !status || *status >= 500;
}

Millis wait_after(std::int64_t attempts) {
  return std::min<Millis>(k_longest_wait, std::chrono::seconds(1LL << (attempts - 1)));
}

Timer timer_of(const std::string& delivery) {
  return {"agrenting", std::string(k_webhook_timer), delivery};
}

Result<void> drop(Turn& turn, const std::string& id) {
  return turn.db().run("DELETE FROM agrenting_outgoing WHERE id = ?", {id}).map([](int) {});
}

std::string headers_of(const std::string& webhook) {
  return "webhook/headers/" + webhook;
}

std::string body_of(const std::string& webhook) {
  return "webhook/body/" + webhook;
}

} // namespace

bool is_reachable(std::string_view url) {
  return Url::parse(url).map([](const Url& parsed) { return parsed.is_loopback(); }).value_or(false);
}

std::optional<Header> parse_callback_auth(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos)
    return std::nullopt;
  const std::string_view name = text.substr(0, colon);
  std::string_view value = text.substr(colon + 1);
  if (value.starts_with(' '))
    value.remove_prefix(1);
  const bool reserved = std::find(k_not_for_callbacks.begin(), k_not_for_callbacks.end(), lower(name)) !=
                        k_not_for_callbacks.end();
  if (!is_token(name) || !is_one_line(value) || reserved)
    return std::nullopt;
  return Header{std::string(name), std::string(value)};
}

std::vector<Header> callback_headers(const Agent& agent) {
  const auto header = parse_callback_auth(agent.metadata["callback_auth_header"].as_string().value_or(""));
  return header ? std::vector{*header} : std::vector<Header>{};
}

Result<void> deliver_hiring(Turn& turn, const Hiring& hiring, const Agent& agent) {
  const std::string body = json::write(payload(turn, hiring, agent));
  return send_webhook(turn, {hiring.id, agent.callback_url(), headers_for(agent, body), body});
}

Result<void> withdraw_delivery(Turn& turn, const std::string& hiring) {
  return turn.db()
      .run("DELETE FROM agrenting_outgoing WHERE subject = ? AND subscription = ''", {hiring})
      .map([](int) {});
}

Result<void> send_webhook(Turn& turn, const Webhook& webhook) {
  if (!is_reachable(webhook.url))
    return {};
  AGR_TRY_ASSIGN(const std::string id, turn.world.fresh_uuid());
  // Both carry secrets: a key for the receiver, a token for a repository.
  AGR_TRY_ASSIGN(const std::string headers, seal(turn, headers_of(id), write_headers(webhook.headers)));
  AGR_TRY_ASSIGN(const std::string body, seal(turn, body_of(id), webhook.body));
  AGR_TRY(turn.db().run("INSERT INTO agrenting_outgoing(id, subject, subscription, url, headers, body) "
                        "VALUES(?, ?, ?, ?, ?, ?)",
                        {id, webhook.subject, webhook.subscription, webhook.url, headers, body}));
  return redeliver(turn, id);
}

Result<void> check_callback(Turn& turn, std::string_view field, std::string_view url) {
  const auto parsed = Url::parse(url);
  if (!parsed)
    return invalid(field, fmt::format("{} must be an http or https address", field));
  AGR_TRY_ASSIGN(const Settings settings, settings_of(turn));
  if (settings.public_callbacks && (parsed->scheme != "https" || parsed->is_loopback()))
    return invalid(field, fmt::format("{} must use https and must not be a private address", field));
  return {};
}

Result<void> on_webhook_answered(Turn& turn, const WebhookAnswered& answer) {
  AGR_TRY_ASSIGN(
      const auto row,
      turn.db().first("SELECT attempts, subscription FROM agrenting_outgoing WHERE id = ?", {answer.id}));
  if (!row)
    return {};
  const std::int64_t attempts = row->integer("attempts");
  const bool arrived = answer.status && *answer.status >= 200 && *answer.status < 300;
  AGR_TRY(note_delivery(turn, row->text("subscription"), arrived));
  if (!is_worth_repeating(answer.status) || attempts >= k_attempts)
    return drop(turn, answer.id);
  return set_timer(turn, timer_of(answer.id), turn.now + wait_after(attempts));
}

Result<void> redeliver(Turn& turn, const std::string& id) {
  AGR_TRY_ASSIGN(const auto row,
                 turn.db().first("UPDATE agrenting_outgoing SET attempts = attempts + 1 WHERE id = ? "
                                 "RETURNING url, headers, body",
                                 {id}));
  if (!row)
    return {};
  AGR_TRY_ASSIGN(const std::string headers, unseal(turn.world, headers_of(id), row->text("headers")));
  AGR_TRY_ASSIGN(std::string body, unseal(turn.world, body_of(id), row->text("body")));
  turn.actions.emplace_back(
      WebhookPost{id, row->text("url"), read_headers(headers), std::move(body), k_budget});
  return {};
}

Result<void> resume_webhooks(Turn& turn) {
  AGR_TRY_ASSIGN(const auto rows, turn.db().query("SELECT id FROM agrenting_outgoing ORDER BY id"));
  for (const store::Row& row : rows)
    AGR_TRY(set_timer(turn, timer_of(row.text("id")), turn.now));
  return {};
}

} // namespace agr::emulator::agrenting
