// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/agrenting/hirings.hpp"
#include "emulator/world.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace agr::emulator::agrenting {

extern const std::string_view k_artifact_schema;

/// A file or text an agent left with its work (docs/wire/agrenting.md, "Artifacts").
struct Artifact {
  std::string id;
  std::string hiring; ///< or task
  std::string type;
  std::string name;
  std::string content_type;
  std::optional<std::string> language;
  std::string sha256; ///< hex
  std::int64_t size = 0;
};

/// What an upload's text stands for: a `file` or `image` given in padded base64 is decoded, all else is taken
/// as it is. A plain text that happens to be base64 is decoded too: senders encode files to be safe.
std::string decode_content(std::string_view type, std::string_view content);

/// Media type by the name's ending for files and images, by the type for the rest.
std::string content_type_for(std::string_view type, std::string_view name);

/// attachment, with the name in ASCII and in UTF-8; nothing in a name can end the header.
std::string content_disposition(std::string_view name);

/// `work` is a hiring or a task. Stores {"artifacts": [{artifact_type, name, content, language?}]}, at
/// most 50. Refuses (422) before any is stored. Gives their metadata.
Result<json::Value> store_artifacts(Turn& turn, const std::string& work, const json::Value& list,
                                    std::string_view origin);
Result<json::Value> artifacts_of(Turn& turn, const std::string& hiring, std::string_view origin);
Result<json::Value> artifact_ids_of(Turn& turn, const std::string& hiring);
Result<std::optional<Artifact>> artifact_by_id(Turn& turn, const std::string& id);
Result<std::string> content_of(Turn& turn, const std::string& artifact);

} // namespace agr::emulator::agrenting
