// SPDX-License-Identifier: MIT
#include "emulator/agrenting/events.hpp"

#include "base/text.hpp"
#include "crypto/digest.hpp"
#include "emulator/agrenting/envelope.hpp"
#include "emulator/agrenting/vault.hpp"
#include "emulator/agrenting/webhooks.hpp"
#include "emulator/refusal.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace agr::emulator::agrenting {

const std::string_view k_subscription_schema = R"sql(
CREATE TABLE IF NOT EXISTS agrenting_event_subscriptions(
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, owner TEXT NOT NULL, url TEXT NOT NULL,
  events TEXT NOT NULL, secret TEXT NOT NULL, last_delivery_at INTEGER, failures INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS agrenting_event_subscriptions_by_owner ON agrenting_event_subscriptions(owner);
)sql";

namespace {

std::string place_of(const std::string& subscription) {
  return "subscription/" + subscription;
}

json::Value parsed(const std::string& text) {
  return json::parse(text).value_or(json::Value());
}

json::Value view(const store::Row& row) {
  return json::Value::object(
      {{"id", row.text("id")},
       {"callback_url", row.text("url")},
       {"event_types", parsed(row.text("events"))},
       {"status", "active"},
       {"last_delivery_at", row.is_null("last_delivery_at")
                                ? json::Value()
                                : json::Value(rfc3339(time_from_cell(row.integer("last_delivery_at"))))},
       {"failure_count", row.integer("failures")}});
}

Result<json::Value> read_events(const json::Value& list) {
  if (!list.is_array() || list.items().empty())
    return invalid("event_types", "event_types must be a list of at least one event");
  for (const json::Value& item : list.items())
    if (item.text() != "*" && std::find(k_events.begin(), k_events.end(), item.text()) == k_events.end())
      return invalid("event_types", fmt::format("\"{}\" is not an event", printable(item.text())));
  return list;
}

bool has_event(const json::Value& list, std::string_view event) {
  return std::any_of(list.items().begin(), list.items().end(),
                     [&](const json::Value& item) { return item.text() == "*" || item.text() == event; });
}

Result<void> deliver(Turn& turn, const store::Row& subscription, std::string_view event,
                     const json::Value& body) {
  const std::string id = subscription.text("id");
  AGR_TRY_ASSIGN(const std::string secret, unseal(turn.world, place_of(id), subscription.text("secret")));
  Webhook webhook{body["task_id"].text(), subscription.text("url"), {}, json::write(body), id};
  webhook.headers = {{"Content-Type", "application/json"},
                     {"X-Webhook-Event", std::string(event)},
                     {"X-Webhook-Signature", base64(crypto::hmac_sha256(secret, webhook.body))}};
  if (!webhook.subject.empty())
    webhook.headers.push_back({"X-Webhook-Task-Id", webhook.subject});
  return send_webhook(turn, webhook);
}

std::vector<std::string_view> events_of(Status status) {
  switch (status) {
  case Status::pending_payment:
  case Status::queued:
    return {"task.created"};
  case Status::paid:
    return {"payment.confirmed"};
  case Status::in_progress:
    return {"task.claimed", "task.in_progress"};
  case Status::completed:
    return {"task.completed"};
  case Status::failed:
    return {"task.failed"};
  case Status::disputed:
    return {"task.disputed"};
  case Status::cancelled:
  case Status::refunded:
    return {"task.cancelled"};
  }
  return {};
}

json::Value event_body(const Hiring& hiring) {
  return json::Value::object(
      {{"task_id", hiring.id},
       {"hiring_id", hiring.id},
       {"status", name_of(hiring.status)},
       {"output", hiring.task_output},
       {"error_reason", hiring.failed_reason},
       {"created_at", rfc3339(hiring.created_at)},
       {"completed_at", hiring.ended_at ? json::Value(rfc3339(*hiring.ended_at)) : json::Value()}});
}

} // namespace

json::Value event_body(const Task& task) {
  json::Value body = json::Value::object({});
  const json::Value all = to_json(task);
  for (const std::string_view name : {"task_id", "status", "output", "error_reason", "progress_percent",
                                      "progress_message", "created_at", "completed_at"})
    body.set(name, json::Value(all[name]));
  return body;
}

Result<void> publish(Turn& turn, const std::vector<std::string>& interested, std::string_view event,
                     json::Value body) {
  body.set("event", event);
  body.set("timestamp", rfc3339(turn.now));
  for (const std::string& owner : interested) {
    AGR_TRY_ASSIGN(
        const auto rows,
        turn.db().query("SELECT * FROM agrenting_event_subscriptions WHERE owner = ? ORDER BY number",
                        {owner}));
    for (const store::Row& row : rows)
      if (has_event(parsed(row.text("events")), event))
        AGR_TRY(deliver(turn, row, event, body));
  }
  return {};
}

Result<void> publish_state(Turn& turn, const Hiring& hiring, const Agent& agent) {
  std::vector<std::string> interested = {hiring.hirer, agent.id};
  if (agent.owner && *agent.owner != hiring.hirer)
    interested.push_back(*agent.owner);
  for (const std::string_view event : events_of(hiring.status))
    AGR_TRY(publish(turn, interested, event, event_body(hiring)));
  return {};
}

Result<json::Value> subscribe_to_events(Turn& turn, const std::string& owner, const json::Value& body) {
  const std::string url = body.first_of({"callback_url", "url"}).text();
  AGR_TRY(check_callback(turn, "callback_url", url));
  AGR_TRY_ASSIGN(const json::Value events, read_events(body.first_of({"event_types", "events"})));
  AGR_TRY_ASSIGN(const std::string id, turn.world.fresh_uuid());
  AGR_TRY_ASSIGN(const std::string bytes, turn.world.fresh_bytes());
  const std::string given = body["secret"].text();
  const std::string secret = given.empty() ? "whsec_" + base64url(bytes) : given;
  AGR_TRY_ASSIGN(const std::string sealed, seal(turn, place_of(id), secret));
  AGR_TRY_ASSIGN(const auto row,
                 turn.db().first("INSERT INTO agrenting_event_subscriptions(id, owner, url, events, secret) "
                                 "VALUES(?, ?, ?, ?, ?) RETURNING *",
                                 {id, owner, url, json::write(events), sealed}));
  json::Value made = row ? view(*row) : json::Value::object();
  made.set("secret_key", secret);
  return made;
}

Result<json::Value> event_subscriptions_of(Turn& turn, const std::string& owner) {
  AGR_TRY_ASSIGN(const auto rows,
                 turn.db().query(
                     "SELECT * FROM agrenting_event_subscriptions WHERE owner = ? ORDER BY number", {owner}));
  json::Value list = json::Value::array();
  for (const store::Row& row : rows)
    list.push(view(row));
  return list;
}

Result<void> end_event_subscription(Turn& turn, const std::string& owner, const std::string& id) {
  AGR_TRY_ASSIGN(
      const int ended,
      turn.db().run("DELETE FROM agrenting_event_subscriptions WHERE id = ? AND owner = ?", {id, owner}));
  return ended > 0 ? Result<void>{} : refuse(404, "NOT_FOUND", "Webhook not found");
}

Result<void> note_delivery(Turn& turn, const std::string& subscription, bool arrived) {
  AGR_TRY(turn.db().run(arrived
                            ? "UPDATE agrenting_event_subscriptions SET last_delivery_at = ?2, failures = 0 "
                              "WHERE id = ?1"
                            : "UPDATE agrenting_event_subscriptions SET failures = failures + 1 "
                              "WHERE id = ?1 AND ?2 > 0",
                        {subscription, to_cell(turn.now)}));
  return {};
}

} // namespace agr::emulator::agrenting
