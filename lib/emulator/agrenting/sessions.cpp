// SPDX-License-Identifier: MIT
#include "emulator/agrenting/sessions.hpp"

#include "base/text.hpp"
#include "emulator/agrenting/event_block.hpp"
#include "emulator/agrenting/settings.hpp"
#include "emulator/refusal.hpp"
#include "emulator/timers.hpp"

#include <fmt/format.h>

namespace agr::emulator::agrenting {

const std::string_view k_session_schema = R"sql(
CREATE TABLE IF NOT EXISTS agrenting_sessions(
  id TEXT PRIMARY KEY, surface TEXT NOT NULL, principal TEXT NOT NULL, origin TEXT NOT NULL,
  used INTEGER NOT NULL DEFAULT 0, open INTEGER NOT NULL DEFAULT 1) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS agrenting_sessions_by_principal ON agrenting_sessions(principal, surface);
CREATE TABLE IF NOT EXISTS agrenting_subscriptions(
  session TEXT NOT NULL REFERENCES agrenting_sessions(id) ON DELETE CASCADE, uri TEXT NOT NULL,
  PRIMARY KEY(session, uri)) WITHOUT ROWID;
)sql";

namespace {

constexpr auto k_grace_after_loss = std::chrono::seconds(30);
constexpr auto k_keep_alive = std::chrono::seconds(15);

std::string_view name_of(Surface surface) {
  return surface == Surface::agent ? "agent" : "hirer";
}

std::string_view message_path(Surface surface) {
  return surface == Surface::agent ? "/mcp/messages/" : "/mcp/hirer/messages/";
}

Session session_from(const store::Row& row) {
  return {row.text("id"),           row.text("surface") == "agent" ? Surface::agent : Surface::hirer,
          row.text("principal"),    row.text("origin"),
          row.integer("used") != 0, row.integer("open") != 0};
}

Response stream_response(const std::string& id, const std::string& endpoint) {
  Response response =
      text_response(200, "text/event-stream; charset=utf-8", event_block("endpoint", endpoint));
  response.headers.push_back({"Cache-Control", "no-cache, no-transform"});
  response.headers.push_back({"Connection", "close"});
  response.headers.push_back({"X-Accel-Buffering", "no"});
  response.stream = StreamStart{id, comment_block(), k_keep_alive};
  return response;
}

Timer timer_of(const std::string& session) {
  return {"agrenting", std::string(k_session_timer), session};
}

} // namespace

Result<Response> open_stream(Turn& turn, Surface surface, const Principal& caller, const Request& request) {
  AGR_TRY_ASSIGN(const std::string bytes, turn.world.fresh_bytes());
  const std::string id = hex(bytes.substr(0, 16));
  const std::string origin = request.origin();
  AGR_TRY(turn.db().run("INSERT INTO agrenting_sessions(id, surface, principal, origin) VALUES(?, ?, ?, ?)",
                        {id, std::string(name_of(surface)), caller.id, origin}));
  AGR_TRY_ASSIGN(const Settings settings, settings_of(turn));
  return stream_response(
      id, fmt::format("{}{}{}", settings.relative_endpoint ? "" : origin, message_path(surface), id));
}

Result<Session> find_session(Turn& turn, Surface surface, const Principal& caller, const std::string& id) {
  AGR_TRY_ASSIGN(const auto row,
                 turn.db().first("SELECT * FROM agrenting_sessions WHERE id = ? AND surface = ?",
                                 {id, std::string(name_of(surface))}));
  if (!row)
    return refuse(404, "NOT_FOUND", "No such session; open a new stream");
  Session session = session_from(*row);
  if (session.principal != caller.id)
    return refuse(403, "FORBIDDEN", "This session belongs to another credential");
  return session;
}

Result<bool> mark_used(Turn& turn, const Session& session) {
  return turn.db()
      .run("UPDATE agrenting_sessions SET used = 1 WHERE id = ? AND used = 0", {session.id})
      .map([](int changed) { return changed > 0; });
}

Result<void> on_stream_closed(Turn& turn, const std::string& id) {
  AGR_TRY_ASSIGN(const int changed,
                 turn.db().run("UPDATE agrenting_sessions SET open = 0 WHERE id = ?", {id}));
  if (changed == 0)
    return {};
  return set_timer(turn, timer_of(id), turn.now + k_grace_after_loss);
}

Result<void> forget_session(Turn& turn, const std::string& id) {
  AGR_TRY(turn.db().run("DELETE FROM agrenting_sessions WHERE id = ?", {id}));
  return {};
}

Result<void> forget_all_sessions(Turn& turn) {
  return turn.db().run("DELETE FROM agrenting_sessions").map([](int) {});
}

Result<std::vector<std::string>> live_sessions(Turn& turn, const std::string& agent) {
  AGR_TRY_ASSIGN(
      const auto rows,
      turn.db().query("SELECT id FROM agrenting_sessions WHERE principal = ? AND surface = 'agent' "
                      "AND open = 1 AND used = 1 ORDER BY id",
                      {agent}));
  std::vector<std::string> ids;
  for (const store::Row& row : rows)
    ids.push_back(row.text("id"));
  return ids;
}

Result<bool> has_subscribed_session(Turn& turn, const std::string& agent) {
  return turn.db()
      .first("SELECT 1 FROM agrenting_sessions s JOIN agrenting_subscriptions u ON u.session = s.id "
             "WHERE s.principal = ? AND s.surface = 'agent' AND s.open = 1",
             {agent})
      .map([](const auto& row) { return row.has_value(); });
}

Result<void> send(Turn& turn, const std::string& session, const json::Value& message) {
  AGR_TRY_ASSIGN(const auto row,
                 turn.db().first("SELECT 1 FROM agrenting_sessions WHERE id = ? AND open = 1", {session}));
  if (row)
    turn.actions.emplace_back(SendEvent{session, event_block("message", json::write_ascii(message))});
  return {};
}

Result<void> subscribe(Turn& turn, const std::string& session, const std::string& uri) {
  AGR_TRY(turn.db().run("INSERT OR IGNORE INTO agrenting_subscriptions(session, uri) VALUES(?, ?)",
                        {session, uri}));
  return {};
}

Result<void> unsubscribe(Turn& turn, const std::string& session, const std::string& uri) {
  AGR_TRY(turn.db().run("DELETE FROM agrenting_subscriptions WHERE session = ? AND uri = ?", {session, uri}));
  return {};
}

Result<void> announce_tools(Turn& turn) {
  AGR_TRY_ASSIGN(const auto rows,
                 turn.db().query("SELECT id FROM agrenting_sessions WHERE surface = 'hirer' ORDER BY id"));
  for (const store::Row& row : rows)
    AGR_TRY(send(turn, row.text("id"),
                 json::Value::object({{"jsonrpc", "2.0"}, {"method", "notifications/tools/list_changed"}})));
  return {};
}

Result<void> notify(Turn& turn, Surface surface, const std::string& principal, const std::string& uri) {
  AGR_TRY_ASSIGN(const auto rows,
                 turn.db().query("SELECT s.id FROM agrenting_sessions s JOIN agrenting_subscriptions u "
                                 "ON u.session = s.id WHERE s.principal = ? AND s.surface = ? AND u.uri = ? "
                                 "ORDER BY s.id",
                                 {principal, std::string(name_of(surface)), uri}));
  for (const store::Row& row : rows)
    AGR_TRY(send(turn, row.text("id"),
                 json::Value::object({{"jsonrpc", "2.0"},
                                      {"method", "notifications/resources/updated"},
                                      {"params", json::Value::object({{"uri", uri}})}})));
  return {};
}

} // namespace agr::emulator::agrenting
