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

/// A file as it leaves: what the marketplace has of it, once it is there.
struct StagedArtifact {
  ArtifactFile file = {};
  std::string name = {};   ///< without secrets
  std::string type = {};   ///< the marketplace's word for it
  bool is_text = false;    ///< then it leaves without secrets
  std::uint64_t size = 0;  ///< as it leaves
  std::string sha256 = {}; ///< hex, as it leaves
};

struct ArtifactFiles {
  std::vector<ArtifactFile> files = {}; ///< by name
  std::vector<std::string> refused =
      {}; ///< what is no plain file (links, sockets, devices), or has a name that hides
};

/// A folder that is not there has no files.
ArtifactFiles find_artifacts(const std::string& folder);

/// Whether that is this artifact, as far as the marketplace shows: by name, size and digest.
bool is_same(const StagedArtifact& artifact, const agrenting::Artifact& there);

/// Without those the marketplace has already.
std::vector<StagedArtifact> missing(std::span<const StagedArtifact> artifacts,
                                    std::span<const agrenting::Artifact> there);

/// In portions of one request each: by number, and by size so that none gets too big. One that is too large
/// for memory has a portion for itself.
std::vector<std::vector<StagedArtifact>> portions(std::span<const StagedArtifact> artifacts);
bool is_large(std::span<const StagedArtifact> portion);

/// The marketplace's word for this kind of content, by how it begins and by name; `is_text`: all of it is.
std::string artifact_type(std::string_view name, std::string_view begin, bool is_text);

} // namespace agr::serve
