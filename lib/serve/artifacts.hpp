// SPDX-License-Identifier: MIT
#pragma once

#include "agrenting/api.hpp"
#include "agrenting/types.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What a handler left in its artifacts folder, on its way to the marketplace.
namespace agr::serve {

struct ArtifactFile {
  std::string name = {}; ///< relative to the folder: "report.md", "src/main.c"
  std::string path = {};
  std::uint64_t size = 0;

  friend bool operator==(const ArtifactFile&, const ArtifactFile&) = default;
};

struct ArtifactFiles {
  std::vector<ArtifactFile> files = {};  ///< by name
  std::vector<std::string> refused = {}; ///< names of what is no plain file: links, sockets, devices
};

/// A folder that is not there has no files.
ArtifactFiles find_artifacts(const std::string& folder);

/// Without those the marketplace has already, by name and size.
std::vector<ArtifactFile> missing(std::span<const ArtifactFile> files,
                                  std::span<const agrenting::Artifact> there);

/// In portions of one request each: by number, and by size so that none gets too big.
std::vector<std::vector<ArtifactFile>> portions(std::span<const ArtifactFile> files);

/// The marketplace's word for this kind of content, by name and by what is in it.
std::string_view artifact_type(std::string_view name, std::string_view bytes);

/// Reads one file, which must still be a plain file. Errors: Kind::internal.
Result<agrenting::NewArtifact> load(const ArtifactFile& file);

} // namespace agr::serve
