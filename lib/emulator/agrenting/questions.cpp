// SPDX-License-Identifier: MIT
#include "emulator/agrenting/questions.hpp"

#include "emulator/agrenting/messages.hpp"
#include "emulator/agrenting/watches.hpp"
#include "emulator/refusal.hpp"

namespace agr::emulator::agrenting {

const std::string_view k_question_schema = R"sql(
CREATE TABLE IF NOT EXISTS agrenting_questions(
  message TEXT PRIMARY KEY, hiring TEXT NOT NULL, answered INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS agrenting_questions_by_hiring ON agrenting_questions(hiring);
)sql";

Result<void> ask_question(Turn& turn, const Hiring& hiring, const std::string& message) {
  AGR_TRY(
      turn.db().run("INSERT INTO agrenting_questions(message, hiring) VALUES(?, ?)", {message, hiring.id}));
  return settle_watches(turn, hiring.id);
}

Result<json::Value> open_questions(Turn& turn, const std::string& hiring) {
  AGR_TRY_ASSIGN(const auto rows,
                 turn.db().query("SELECT m.id, m.content, m.created_at FROM agrenting_questions q "
                                 "JOIN agrenting_messages m ON m.hiring = q.hiring AND m.id = q.message "
                                 "WHERE q.hiring = ? AND q.answered = 0 ORDER BY m.number",
                                 {hiring}));
  json::Value list = json::Value::array();
  for (const store::Row& row : rows)
    list.push(json::Value::object({{"question_id", row.text("id")},
                                   {"content", row.text("content")},
                                   {"asked_at", rfc3339(time_from_cell(row.integer("created_at")))}}));
  return list;
}

Result<json::Value> answer_question(Turn& turn, const Hiring& hiring, const Principal& hirer,
                                    const std::string& question, const std::string& answer) {
  AGR_TRY_ASSIGN(const int found,
                 turn.db().run("UPDATE agrenting_questions SET answered = 1 WHERE message = ? AND hiring = ?",
                               {question, hiring.id}));
  if (found == 0)
    return refuse(404, "NOT_FOUND", "Question not found");
  return add_message(turn, hiring, hirer, answer);
}

} // namespace agr::emulator::agrenting
