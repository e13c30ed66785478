// SPDX-License-Identifier: MIT
#include "serve/artifacts.hpp"

#include "base/text.hpp"
#include "process/fd.hpp"
#include "process/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>

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
constexpr auto k_image_types = std::to_array<std::string_view>({".png", ".jpg", ".jpeg", ".gif", ".webp"});

void add(ArtifactFiles& found, const fs::directory_entry& entry, const fs::path& folder) {
  std::error_code code;
  if (entry.is_directory(code) && !entry.is_symlink(code))
    return;
  auto name = entry.path().lexically_relative(folder).generic_string();
  // A link could lead out of the folder, to files of ours.
  if (!entry.is_regular_file(code) || entry.is_symlink(code) || !is_utf8(name)) {
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

std::vector<ArtifactFile> missing(std::span<const ArtifactFile> files,
                                  std::span<const agrenting::Artifact> there) {
  std::vector<ArtifactFile> left;
  std::ranges::copy_if(files, std::back_inserter(left), [&](const ArtifactFile& file) {
    return std::ranges::none_of(there, [&](const agrenting::Artifact& artifact) {
      const auto size = static_cast<long long>(file.size);
      return artifact.name == file.name && artifact.size.value_or(size) == size;
    });
  });
  return left;
}

std::vector<std::vector<ArtifactFile>> portions(std::span<const ArtifactFile> files) {
  std::vector<std::vector<ArtifactFile>> all;
  std::uint64_t bytes = 0;
  for (const auto& file : files) {
    const bool is_full = all.empty() || all.back().size() == agrenting::k_most_artifacts ||
                         bytes + file.size > k_portion_bytes;
    if (is_full) {
      all.emplace_back();
      bytes = 0;
    }
    all.back().push_back(file);
    bytes += file.size;
  }
  return all;
}

std::string_view artifact_type(std::string_view name, std::string_view bytes) {
  const auto small = lower(name);
  for (const auto suffix : k_image_types)
    if (small.ends_with(suffix))
      return "image";
  if (!is_utf8(bytes) || bytes.find('\0') != std::string_view::npos)
    return "file";
  for (const auto& [suffix, type] : k_text_types)
    if (small.ends_with(suffix))
      return type;
  return "text";
}

Result<agrenting::NewArtifact> load(const ArtifactFile& file) {
  const process::Fd fd(::open(file.path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat info{};
  if (!fd.is_open() || ::fstat(fd.get(), &info) != 0)
    return fail(process::system_error("open artifact", file.path));
  if (!S_ISREG(info.st_mode))
    return fail(
        Error{.kind = Kind::internal, .message = "artifact " + printable(file.name) + " is no plain file"});
  AGR_TRY_ASSIGN(auto bytes, process::read_file("/proc/self/fd/" + std::to_string(fd.get())));
  const auto type = artifact_type(file.name, bytes);
  return agrenting::NewArtifact{.name = file.name, .type = std::string(type), .bytes = std::move(bytes)};
}

} // namespace agr::serve
