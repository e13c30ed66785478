// SPDX-License-Identifier: MIT
#include "cmd/local/throw_away_folder.hpp"

#include "process/files.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <utility>

namespace agr::cmd {
namespace {

constexpr std::string_view k_beginning = "agr-emulator-";
constexpr std::string_view k_lock = "lock";

Result<process::Lock> lock_in(const std::string& folder) {
  return process::Lock::take(fmt::format("{}/{}", folder, k_lock), "an emulator's folder is in use", "");
}

/// Others' folders are not ours to judge; one without a lock is just being made.
bool is_ours(const std::filesystem::path& folder) {
  struct stat found{};
  return folder.filename().string().starts_with(k_beginning) && ::lstat(folder.c_str(), &found) == 0 &&
         S_ISDIR(found.st_mode) && found.st_uid == ::geteuid() &&
         ::access((folder / k_lock).c_str(), F_OK) == 0;
}

void remove_orphans(const std::string& parent) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(parent, ignored))
    if (is_ours(entry.path()) && lock_in(entry.path().string()))
      (void)process::remove_folder(entry.path().string());
}

} // namespace

Result<ThrowAwayFolder> ThrowAwayFolder::make(const std::string& parent) {
  remove_orphans(parent);
  std::string path = fmt::format("{}/{}XXXXXX", parent, k_beginning);
  if (::mkdtemp(path.data()) == nullptr)
    return fail(process::system_error("create", path));
  auto lock = lock_in(path);
  if (!lock) {
    (void)process::remove_folder(path);
    return fail(std::move(lock).error());
  }
  return ThrowAwayFolder(path, std::move(*lock));
}

ThrowAwayFolder::ThrowAwayFolder(ThrowAwayFolder&& other) noexcept
    : m_path(std::exchange(other.m_path, {})), m_lock(std::move(other.m_lock)) {}

ThrowAwayFolder::~ThrowAwayFolder() {
  if (!m_path.empty())
    (void)process::remove_folder(m_path);
}

} // namespace agr::cmd
