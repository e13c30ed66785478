// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/world.hpp"
#include "json/value.hpp"

#include <optional>
#include <string>
#include <string_view>

/// Files that travel with tasks: instructions, patches.
namespace agr::emulator::agrenting {

extern const std::string_view k_document_schema;

/// Stores {name, content, content_type?, document_type?, task_id?}; padded base64 is decoded, anything else
/// is taken as it is. Gives {id, name, file_url, content_type, file_hash, document_type, …}.
Result<json::Value> store_document(Turn& turn, const std::string& owner, const json::Value& body,
                                   const std::string& origin);

struct Document {
  std::string owner;
  std::string task; ///< may be empty
  std::string name;
  std::string content_type;
  std::string content;
};
Result<std::optional<Document>> document_by_id(Turn& turn, const std::string& id);

} // namespace agr::emulator::agrenting
