// SPDX-License-Identifier: MIT
#include "emulator/agrenting/artifacts.hpp"

#include "base/text.hpp"
#include "crypto/digest.hpp"
#include "emulator/agrenting/envelope.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace agr::emulator::agrenting {

const std::string_view k_artifact_schema = R"sql(
CREATE TABLE IF NOT EXISTS agrenting_artifacts(
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, hiring TEXT NOT NULL, type TEXT NOT NULL,
  name TEXT NOT NULL, content_type TEXT NOT NULL, language TEXT, sha256 TEXT NOT NULL,
  size INTEGER NOT NULL, content BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS agrenting_artifacts_by_hiring ON agrenting_artifacts(hiring, number);
)sql";

namespace {

constexpr std::size_t k_max_per_request = 50;
constexpr std::size_t k_max_name = 255;

using Pair = std::pair<std::string_view, std::string_view>;

constexpr std::array k_types = {Pair{"code_block", "text/plain; charset=utf-8"},
                                Pair{"markdown", "text/markdown; charset=utf-8"},
                                Pair{"html", "text/html; charset=utf-8"},
                                Pair{"file", "application/octet-stream"},
                                Pair{"diff", "text/x-diff; charset=utf-8"},
                                Pair{"image", "application/octet-stream"},
                                Pair{"json", "application/json"},
                                Pair{"link", "text/uri-list"},
                                Pair{"text", "text/plain; charset=utf-8"}};

constexpr std::array k_endings = {Pair{".txt", "text/plain; charset=utf-8"},
                                  Pair{".md", "text/markdown; charset=utf-8"},
                                  Pair{".html", "text/html; charset=utf-8"},
                                  Pair{".csv", "text/csv; charset=utf-8"},
                                  Pair{".json", "application/json"},
                                  Pair{".pdf", "application/pdf"},
                                  Pair{".zip", "application/zip"},
                                  Pair{".gz", "application/gzip"},
                                  Pair{".png", "image/png"},
                                  Pair{".jpg", "image/jpeg"},
                                  Pair{".jpeg", "image/jpeg"},
                                  Pair{".gif", "image/gif"},
                                  Pair{".webp", "image/webp"},
                                  Pair{".svg", "image/svg+xml"}};

bool is_kept_as_file(std::string_view type) {
  return type == "file" || type == "image";
}

bool is_type(std::string_view type) {
  return std::any_of(k_types.begin(), k_types.end(), [&](const Pair& known) { return known.first == type; });
}

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

Artifact artifact_from(const store::Row& row) {
  return {row.text("id"),           row.text("hiring"),         row.text("type"),   row.text("name"),
          row.text("content_type"), row.maybe_text("language"), row.text("sha256"), row.integer("size")};
}

json::Value metadata(const Artifact& artifact, std::string_view origin) {
  return json::Value::object(
      {{"id", artifact.id},
       {"hiring_id", artifact.hiring},
       {"name", artifact.name},
       {"artifact_type", artifact.type},
       {"content_type", artifact.content_type},
       {"language", artifact.language},
       {"size_bytes", artifact.size},
       {"sha256", artifact.sha256},
       {"download_url", fmt::format("{}/api/v1/artifacts/{}/download", origin, artifact.id)},
       {"has_content", true},
       {"is_file", is_kept_as_file(artifact.type)}});
}

Result<void> check_one(const json::Value& input, std::size_t index) {
  const auto field = [&](std::string_view name) { return fmt::format("artifacts.{}.{}", index, name); };
  if (!is_type(input["artifact_type"].text()))
    return invalid(field("artifact_type"),
                   "artifact_type is not known: " + printable(input["artifact_type"].text()));
  const auto name = input["name"].as_string();
  if (!name || trim(*name).empty() || name->size() > k_max_name || has_control_character(*name))
    return invalid(field("name"), fmt::format("name must be 1 to {} printable bytes", k_max_name));
  if (!input["content"].is_string())
    return invalid(field("content"), "content must be a string");
  return {};
}

Result<Artifact> store_one(Turn& turn, const std::string& work, const json::Value& input) {
  Artifact artifact;
  AGR_TRY_ASSIGN(artifact.id, turn.world.fresh_uuid());
  artifact.hiring = work;
  artifact.type = input["artifact_type"].text();
  artifact.name = input["name"].text();
  artifact.content_type = content_type_for(artifact.type, artifact.name);
  if (const auto language = input["language"].as_string())
    artifact.language = std::string(*language);
  const std::string content = decode_content(artifact.type, *input["content"].as_string());
  artifact.sha256 = hex(crypto::sha256(content));
  artifact.size = static_cast<std::int64_t>(content.size());
  const store::Cell language = artifact.language ? store::Cell(*artifact.language) : store::Cell(nullptr);
  AGR_TRY(
      turn.db().run("INSERT INTO agrenting_artifacts(id, hiring, type, name, content_type, language, sha256, "
                    "size, content) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    {artifact.id, artifact.hiring, artifact.type, artifact.name, artifact.content_type,
                     language, artifact.sha256, artifact.size, content}));
  return artifact;
}

} // namespace

std::string decode_content(std::string_view type, std::string_view content) {
  if (is_kept_as_file(type) && content.size() % 4 == 0)
    if (auto bytes = base64_decode(content); bytes && base64(*bytes) == content)
      return std::move(*bytes);
  return std::string(content);
}

std::string content_type_for(std::string_view type, std::string_view name) {
  const std::string lowered = lower(name);
  if (is_kept_as_file(type))
    for (const auto& [ending, media_type] : k_endings)
      if (lowered.ends_with(ending))
        return std::string(media_type);
  for (const auto& [known, media_type] : k_types)
    if (known == type)
      return std::string(media_type);
  return "application/octet-stream";
}

std::string content_disposition(std::string_view name) {
  std::string plain;
  for (const char c : name) {
    const bool safe = c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
    plain += safe ? c : '_';
  }
  return fmt::format("attachment; filename=\"{}\"; filename*=UTF-8''{}", plain, percent_encode(name));
}

Result<json::Value> store_artifacts(Turn& turn, const std::string& work, const json::Value& list,
                                    std::string_view origin) {
  const auto& inputs = list.items();
  if (inputs.empty() || inputs.size() > k_max_per_request)
    return invalid("artifacts", fmt::format("artifacts must be a list of 1 to {}", k_max_per_request));
  for (std::size_t i = 0; i < inputs.size(); ++i)
    AGR_TRY(check_one(inputs[i], i));
  json::Value stored = json::Value::array();
  for (const json::Value& input : inputs) {
    AGR_TRY_ASSIGN(const Artifact artifact, store_one(turn, work, input));
    stored.push(metadata(artifact, origin));
  }
  return stored;
}

Result<json::Value> artifacts_of(Turn& turn, const std::string& hiring, std::string_view origin) {
  AGR_TRY_ASSIGN(const auto rows,
                 turn.db().query("SELECT id, hiring, type, name, content_type, language, sha256, size "
                                 "FROM agrenting_artifacts WHERE hiring = ? ORDER BY number",
                                 {hiring}));
  json::Value list = json::Value::array();
  for (const store::Row& row : rows)
    list.push(metadata(artifact_from(row), origin));
  return list;
}

Result<json::Value> artifact_ids_of(Turn& turn, const std::string& hiring) {
  AGR_TRY_ASSIGN(
      const auto rows,
      turn.db().query("SELECT id FROM agrenting_artifacts WHERE hiring = ? ORDER BY number", {hiring}));
  json::Value ids = json::Value::array();
  for (const store::Row& row : rows)
    ids.push(row.text("id"));
  return ids;
}

Result<std::optional<Artifact>> artifact_by_id(Turn& turn, const std::string& id) {
  AGR_TRY_ASSIGN(const auto row,
                 turn.db().first("SELECT id, hiring, type, name, content_type, language, sha256, size "
                                 "FROM agrenting_artifacts WHERE id = ?",
                                 {id}));
  return row ? std::optional(artifact_from(*row)) : std::nullopt;
}

Result<std::string> content_of(Turn& turn, const std::string& artifact) {
  AGR_TRY_ASSIGN(const auto row,
                 turn.db().first("SELECT content FROM agrenting_artifacts WHERE id = ?", {artifact}));
  return row ? row->text("content") : std::string();
}

} // namespace agr::emulator::agrenting
