// SPDX-License-Identifier: MIT
#include "emulator/agrenting/documents.hpp"

#include "base/text.hpp"
#include "crypto/digest.hpp"
#include "emulator/agrenting/artifacts.hpp"
#include "emulator/agrenting/envelope.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace agr::emulator::agrenting {

const std::string_view k_document_schema = R"sql(
CREATE TABLE IF NOT EXISTS agrenting_documents(
  id TEXT PRIMARY KEY, owner TEXT NOT NULL, task TEXT NOT NULL, name TEXT NOT NULL,
  content_type TEXT NOT NULL, document_type TEXT NOT NULL, hash TEXT NOT NULL, content BLOB NOT NULL,
  created_at INTEGER NOT NULL);
)sql";

namespace {

constexpr std::size_t k_max_name = 255;

/// A media type goes back into a header.
bool is_one_line(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

std::string text_or(const json::Value& value, std::string_view otherwise) {
  return value.as_string() ? std::string(*value.as_string()) : std::string(otherwise);
}

} // namespace

Result<json::Value> store_document(Turn& turn, const std::string& owner, const json::Value& body,
                                   const std::string& origin) {
  const std::string name = body["name"].text();
  if (trim(name).empty() || name.size() > k_max_name || !is_one_line(name))
    return invalid("name", fmt::format("name must be 1 to {} printable bytes", k_max_name));
  const auto given = body["content"].as_string();
  if (!given)
    return invalid("content", "content must be a string");
  const std::string type = text_or(body["content_type"], "text/plain");
  if (!is_one_line(type))
    return invalid("content_type", "content_type must be a media type");
  const std::string content = decode_content("file", *given);
  const std::string hash = hex(crypto::sha256(content));
  const std::string kind = text_or(body["document_type"], "instructions");
  const std::string task = body["task_id"].text();
  AGR_TRY_ASSIGN(const std::string id, turn.world.fresh_uuid());
  AGR_TRY(turn.db().run("INSERT INTO agrenting_documents VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        {id, owner, task, name, type, kind, hash, content, to_cell(turn.now)}));
  return json::Value::object({{"id", id},
                              {"name", name},
                              {"file_url", fmt::format("{}/api/v1/documents/{}/download", origin, id)},
                              {"content_type", type},
                              {"file_hash", hash},
                              {"document_type", kind},
                              {"agent_id", owner},
                              {"task_id", task.empty() ? json::Value() : json::Value(task)},
                              {"inserted_at", rfc3339(turn.now)},
                              {"updated_at", rfc3339(turn.now)}});
}

Result<std::optional<Document>> document_by_id(Turn& turn, const std::string& id) {
  AGR_TRY_ASSIGN(const auto row, turn.db().first("SELECT * FROM agrenting_documents WHERE id = ?", {id}));
  if (!row)
    return std::nullopt;
  return Document{row->text("owner"), row->text("task"), row->text("name"), row->text("content_type"),
                  row->text("content")};
}

} // namespace agr::emulator::agrenting
