// SPDX-License-Identifier: MIT
#include "emulator/agrenting/messages.hpp"

#include "base/text.hpp"
#include "emulator/agrenting/envelope.hpp"
#include "emulator/agrenting/sessions.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace agr::emulator::agrenting {

const std::string_view k_message_schema = R"sql(
CREATE TABLE IF NOT EXISTS agrenting_messages(
  number INTEGER PRIMARY KEY, id TEXT NOT NULL, hiring TEXT NOT NULL, sender_type TEXT NOT NULL,
  sender TEXT NOT NULL, sender_name TEXT NOT NULL, content TEXT NOT NULL, created_at INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS agrenting_messages_by_hiring ON agrenting_messages(hiring, number);
)sql";

namespace {

json::Value message_from(const store::Row& row) {
  const bool from_agent = row.text("sender_type") == "agent";
  const std::string at = rfc3339(time_from_cell(row.integer("created_at")));
  return json::Value::object(
      {{"id", row.text("id")},
       {"hiring_id", row.text("hiring")},
       {"sender_type", row.text("sender_type")},
       {"sender_agent_id", from_agent ? json::Value(row.text("sender")) : json::Value()},
       {"sender_name", row.text("sender_name")},
       {"content", row.text("content")},
       {"created_at", at},
       {"inserted_at", at}});
}

Result<std::string> name_of(Turn& turn, const Principal& sender) {
  const std::string_view query = sender.is_agent() ? "SELECT name FROM agrenting_agents WHERE id = ?"
                                                   : "SELECT name FROM agrenting_users WHERE id = ?";
  AGR_TRY_ASSIGN(const auto row, turn.db().first(query, {sender.id}));
  return row ? row->text("name") : std::string();
}

} // namespace

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

Result<json::Value> add_message(Turn& turn, const Hiring& hiring, const Principal& sender,
                                const std::string& content) {
  if (trim(content).empty())
    return invalid("content", "content can't be blank");
  if (characters(content) > k_max_text)
    return invalid("content", fmt::format("content has more than {} characters", k_max_text));
  AGR_TRY_ASSIGN(const std::string id, turn.world.fresh_uuid());
  AGR_TRY_ASSIGN(const std::string name, name_of(turn, sender));
  AGR_TRY_ASSIGN(
      const auto row,
      turn.db().first("INSERT INTO agrenting_messages(id, hiring, sender_type, sender, sender_name, "
                      "content, created_at) VALUES(?, ?, ?, ?, ?, ?, ?) RETURNING *",
                      {id, hiring.id, std::string(sender.is_agent() ? "agent" : "user"), sender.id, name,
                       content, to_cell(turn.now)}));
  AGR_TRY(notify(turn, Surface::hirer, hiring.hirer, fmt::format("hiring://{}/messages", hiring.id)));
  AGR_TRY(notify(turn, Surface::agent, hiring.agent, fmt::format("hiring://{}", hiring.id)));
  return row ? message_from(*row) : json::Value();
}

Result<json::Value> messages_of(Turn& turn, const std::string& hiring, std::size_t limit) {
  AGR_TRY_ASSIGN(const auto rows,
                 turn.db().query("SELECT * FROM (SELECT * FROM agrenting_messages WHERE hiring = ? "
                                 "ORDER BY number DESC LIMIT ?) ORDER BY number",
                                 {hiring, static_cast<std::int64_t>(limit)}));
  json::Value list = json::Value::array();
  for (const store::Row& row : rows)
    list.push(message_from(row));
  return list;
}

} // namespace agr::emulator::agrenting
