// SPDX-License-Identifier: MIT
#include "serve/artifacts.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

namespace agr::serve {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t k_portion_bytes = std::uint64_t{2} << 20;

struct Suffix {
  std::string_view suffix;
  std::string_view type;
};

constexpr auto k_text_types = std::to_array<Suffix>({
    {".md", "markdown"},    {".markdown", "markdown"}, {".html", "html"},     {".htm", "html"},
    {".json", "json"},      {".diff", "diff"},         {".patch", "diff"},    {".c", "code_block"},
    {".cc", "code_block"},  {".cpp", "code_block"},    {".h", "code_block"},  {".hpp", "code_block"},
    {".go", "code_block"},  {".java", "code_block"},   {".js", "code_block"}, {".ts", "code_block"},
    {".py", "code_block"},  {".rb", "code_block"},     {".rs", "code_block"}, {".sh", "code_block"},
    {".sql", "code_block"},
});
constexpr auto k_image_begins =
    std::to_array<std::string_view>({"\x89PNG\r\n\x1a\n", "\xff\xd8\xff", "GIF87a", "GIF89a"});

bool is_image(std::string_view begin) {
  const auto begins = [begin](std::string_view magic) { return begin.starts_with(magic); };
  const bool is_webp = begin.starts_with("RIFF") && begin.substr(0, 12).ends_with("WEBP");
  return is_webp || std::ranges::any_of(k_image_begins, begins);
}

/// Without a word that says otherwise in its name, a text says by its beginning what it is.
std::string_view text_type(std::string_view begin) {
  begin = trim(begin);
  const auto small = lower(begin.substr(0, 64));
  if (small.starts_with("<!doctype html") || small.starts_with("<html"))
    return "html";
  if (begin.starts_with("diff --git ") || (begin.starts_with("--- ") && begin.find("\n+++ ") < 4096))
    return "diff";
  return begin.starts_with("#!") ? "code_block" : "text";
}

void add(ArtifactFiles& found, const fs::directory_entry& entry, const fs::path& folder) {
  std::error_code code;
  if (entry.is_directory(code) && !entry.is_symlink(code))
    return;
  auto name = entry.path().lexically_relative(folder).generic_string();
  // A link could lead out of the folder, to files of ours; a name could act on the hirer's terminal.
  const bool is_plain = entry.is_regular_file(code) && !entry.is_symlink(code);
  if (!is_plain || !is_utf8(name) || printable(name) != name) {
    found.refused.push_back(printable(to_utf8(name)));
    return;
  }
  const auto size = entry.file_size(code);
  found.files.push_back({.name = std::move(name), .path = entry.path().string(), .size = code ? 0 : size});
}

} // namespace

ArtifactFiles find_artifacts(const std::string& folder) {
  ArtifactFiles found;
  std::error_code code;
  // The walk itself follows no links.
  for (fs::recursive_directory_iterator at(folder, fs::directory_options::skip_permission_denied, code), end;
       !code && at != end; at.increment(code))
    add(found, *at, folder);
  std::ranges::sort(found.files, {}, &ArtifactFile::name);
  return found;
}

bool is_same(const StagedArtifact& artifact, const agrenting::Artifact& there) {
  const auto size = static_cast<long long>(artifact.size);
  return there.name == artifact.name && there.size.value_or(size) == size &&
         (there.sha256.empty() || lower(there.sha256) == artifact.sha256);
}

std::vector<StagedArtifact> missing(std::span<const StagedArtifact> artifacts,
                                    std::span<const agrenting::Artifact> there) {
  std::vector<StagedArtifact> left;
  std::ranges::copy_if(artifacts, std::back_inserter(left), [&](const StagedArtifact& artifact) {
    return std::ranges::none_of(there, [&](const auto& other) { return is_same(artifact, other); });
  });
  return left;
}

std::vector<std::vector<StagedArtifact>> portions(std::span<const StagedArtifact> artifacts) {
  std::vector<std::vector<StagedArtifact>> all;
  std::uint64_t bytes = 0;
  for (const auto& artifact : artifacts) {
    const bool is_full = all.empty() || all.back().size() == agrenting::k_most_artifacts ||
                         bytes + artifact.size > k_portion_bytes;
    if (is_full) {
      all.emplace_back();
      bytes = 0;
    }
    all.back().push_back(artifact);
    bytes += artifact.size;
  }
  return all;
}

bool is_large(std::span<const StagedArtifact> portion) {
  return portion.size() == 1 && portion.front().size > k_portion_bytes;
}

std::string artifact_type(std::string_view name, std::string_view begin, bool is_text) {
  if (is_image(begin))
    return "image";
  if (!is_text)
    return "file";
  const auto small = lower(name);
  for (const auto& [suffix, type] : k_text_types)
    if (small.ends_with(suffix))
      return std::string(type);
  return std::string(text_type(begin));
}

} // namespace agr::serve
