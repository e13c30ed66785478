// SPDX-License-Identifier: MIT
#include "emulator/agrenting/linear.hpp"

#include "base/text.hpp"
#include "emulator/agrenting/envelope.hpp"
#include "emulator/agrenting/messages.hpp"

#include <fmt/format.h>

namespace agr::emulator::agrenting {

const std::string_view k_linear_schema = R"sql(
CREATE TABLE IF NOT EXISTS agrenting_issues(
  number INTEGER PRIMARY KEY, id TEXT NOT NULL, hiring TEXT NOT NULL UNIQUE, identifier TEXT NOT NULL,
  team TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS agrenting_issue_changes(
  number INTEGER PRIMARY KEY, hiring TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS agrenting_issue_changes_by_hiring ON agrenting_issue_changes(hiring, number);
)sql";

namespace {

Result<void> note(Turn& turn, const std::string& hiring, std::string_view kind, std::string_view text) {
  return turn.db()
      .run("INSERT INTO agrenting_issue_changes(hiring, kind, text) VALUES(?, ?, ?)",
           {hiring, std::string(kind), std::string(text)})
      .map([](int) {});
}

Result<std::string> read_text(std::string_view name, const json::Value& value) {
  const auto text = value.as_string();
  if (!text || trim(*text).empty() || characters(*text) > k_max_text)
    return invalid(name, fmt::format("{} must have 1 to {} characters", name, k_max_text));
  return std::string(*text);
}

} // namespace

Result<json::Value> open_issue(Turn& turn, const Hiring& hiring, const LinearWish& wish) {
  AGR_TRY_ASSIGN(const std::string id, turn.world.fresh_uuid());
  AGR_TRY_ASSIGN(const auto row, turn.db().first("SELECT COUNT(*) + 1 AS next FROM agrenting_issues"));
  const std::string identifier =
      wish.issue.empty() ? fmt::format("AGR-{}", row ? row->integer("next") : 1) : wish.issue;
  AGR_TRY(turn.db().run("INSERT INTO agrenting_issues(id, hiring, identifier, team) VALUES(?, ?, ?, ?)",
                        {id, hiring.id, identifier, wish.team}));
  AGR_TRY(note(turn, hiring.id, "state", "Todo"));
  return json::Value::object({{"id", id}, {"identifier", identifier}});
}

Result<void> move_issue(Turn& turn, const std::string& hiring, std::string_view state) {
  AGR_TRY_ASSIGN(const auto row,
                 turn.db().first("SELECT 1 FROM agrenting_issues WHERE hiring = ?", {hiring}));
  return row ? note(turn, hiring, "state", state) : Result<void>{};
}

Result<json::Value> set_issue_state(Turn& turn, const Hiring& hiring, const json::Value& name) {
  AGR_TRY(issue_of(turn, hiring.id));
  AGR_TRY_ASSIGN(const std::string state, read_text("state_name", name));
  AGR_TRY(note(turn, hiring.id, "state", state));
  return issue_of(turn, hiring.id);
}

Result<json::Value> comment_issue(Turn& turn, const Hiring& hiring, const json::Value& text) {
  AGR_TRY(issue_of(turn, hiring.id));
  AGR_TRY_ASSIGN(const std::string comment, read_text("body", text));
  AGR_TRY(note(turn, hiring.id, "comment", comment));
  return issue_of(turn, hiring.id);
}

Result<json::Value> issue_of(Turn& turn, const std::string& hiring) {
  AGR_TRY_ASSIGN(const auto issue,
                 turn.db().first("SELECT * FROM agrenting_issues WHERE hiring = ?", {hiring}));
  if (!issue)
    return invalid("sync_to_linear", "This hiring is not synced to Linear");
  AGR_TRY_ASSIGN(
      const auto changes,
      turn.db().query("SELECT * FROM agrenting_issue_changes WHERE hiring = ? ORDER BY number", {hiring}));
  json::Value states = json::Value::array();
  json::Value comments = json::Value::array();
  for (const store::Row& change : changes)
    (change.text("kind") == "state" ? states : comments).push(change.text("text"));
  const json::Value state = states.items().empty() ? json::Value() : states.items().back();
  return json::Value::object({{"id", issue->text("id")},
                              {"identifier", issue->text("identifier")},
                              {"team", issue->text("team")},
                              {"state", state},
                              {"states", std::move(states)},
                              {"comments", std::move(comments)}});
}

} // namespace agr::emulator::agrenting
