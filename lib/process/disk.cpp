// SPDX-License-Identifier: MIT
#include "process/disk.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <vector>

namespace agr::process {
namespace {

namespace fs = std::filesystem;

/// Blocks rather than sizes: a file may have holes.
std::uint64_t blocks_of(const fs::path& path) {
  constexpr std::uint64_t k_block = 512;
  struct stat info{};
  return ::lstat(path.c_str(), &info) == 0 ? static_cast<std::uint64_t>(info.st_blocks) * k_block : 0;
}

} // namespace

std::uint64_t disk_use(const std::string& folder, std::uint64_t limit) {
  std::uint64_t used = 0;
  std::vector<fs::path> folders{folder};
  while (!folders.empty() && used <= limit) {
    const auto current = std::move(folders.back());
    folders.pop_back();
    // What vanishes or closes itself while it is looked through does not end the count of the rest.
    std::error_code code;
    for (fs::directory_iterator at(current, code), end; !code && at != end; at.increment(code)) {
      std::error_code ignored;
      used += blocks_of(at->path());
      if (at->symlink_status(ignored).type() == fs::file_type::directory)
        folders.push_back(at->path());
    }
  }
  return used;
}

} // namespace agr::process
