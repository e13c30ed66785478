// SPDX-License-Identifier: MIT
#include "process/files.hpp"

#include "process/fd.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace agr::process {
namespace {

Result<void> write_all(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR)
      return fail(system_error("write", path));
    if (written > 0)
      bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> sync_folder_of(const std::string& path) {
  const auto folder = std::filesystem::path(path).parent_path().string();
  const Fd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.is_open() || ::fsync(fd.get()) != 0)
    return fail(system_error("sync", folder));
  return {};
}

Result<void> write_synced(const std::string& path, std::string_view bytes) {
  const Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!fd.is_open())
    return fail(system_error("create", path));
  AGR_TRY(write_all(fd.get(), bytes, path));
  if (::fsync(fd.get()) != 0)
    return fail(system_error("sync", path));
  return {};
}

/// No other process writes the same temporary file.
std::string temporary_of(const std::string& path) {
  return fmt::format("{}.{}", path, ::getpid());
}

} // namespace

Error system_error(std::string_view what, std::string_view path) {
  return Error{.kind = Kind::internal,
               .message = fmt::format("cannot {} {}: {}", what, path, std::strerror(errno))};
}

Result<std::string> read_file(const std::string& path) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.is_open())
    return fail(system_error("open", path));
  std::string bytes;
  char piece[16384];
  for (;;) {
    const auto got = ::read(fd.get(), piece, sizeof piece);
    if (got == 0)
      return bytes;
    if (got > 0)
      bytes.append(piece, static_cast<std::size_t>(got));
    else if (errno != EINTR)
      return fail(system_error("read", path));
  }
}

Result<void> write_private(const std::string& path, std::string_view bytes) {
  const Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd.is_open())
    return fail(system_error("create", path));
  return write_all(fd.get(), bytes, path);
}

Result<void> write_durably(const std::string& path, std::string_view bytes) {
  const auto temporary = temporary_of(path);
  AGR_TRY(write_synced(temporary, bytes));
  if (::rename(temporary.c_str(), path.c_str()) != 0)
    return fail(system_error("replace", path));
  return sync_folder_of(path);
}

Result<bool> create_once(const std::string& path, std::string_view bytes) {
  const auto temporary = temporary_of(path);
  AGR_TRY(write_synced(temporary, bytes));
  // link(2) fails when the name is taken, and never shows a half-written file under it.
  const bool won = ::link(temporary.c_str(), path.c_str()) == 0;
  const int reason = errno;
  ::unlink(temporary.c_str());
  errno = reason;
  if (!won && reason != EEXIST)
    return fail(system_error("create", path));
  AGR_TRY(sync_folder_of(path));
  return won;
}

Result<void> make_private_folder(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
    return fail(system_error("create folder", path));
  return {};
}

Result<void> remove_folder(const std::string& path) {
  std::error_code code;
  std::filesystem::remove_all(path, code);
  if (code)
    return fail(
        Error{.kind = Kind::internal, .message = fmt::format("cannot remove {}: {}", path, code.message())});
  return {};
}

} // namespace agr::process
