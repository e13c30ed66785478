// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/agrenting/credentials.hpp"
#include "emulator/agrenting/hirings.hpp"
#include "emulator/world.hpp"
#include "json/value.hpp"

#include <string>

/// Messages of an agent that want an answer, in later versions of the service. Asking does not pause the
/// work, and an answer that comes too late changes nothing.
namespace agr::emulator::agrenting {

extern const std::string_view k_question_schema;

/// Marks a message as a question and wakes whoever waits for one.
Result<void> ask_question(Turn& turn, const Hiring& hiring, const std::string& message);

/// [{question_id, content, asked_at}]: those without an answer, oldest first.
Result<json::Value> open_questions(Turn& turn, const std::string& hiring);

/// Answers with a message; refuses (404) what is no question of this hiring.
Result<json::Value> answer_question(Turn& turn, const Hiring& hiring, const Principal& hirer,
                                    const std::string& question, const std::string& answer);

} // namespace agr::emulator::agrenting
