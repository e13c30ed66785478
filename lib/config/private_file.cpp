// SPDX-License-Identifier: MIT
#include "config/private_file.hpp"

#include "config/writer.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

namespace agr::config {
namespace {

constexpr std::size_t k_largest = 16 << 20; // ten thousand agents with all their settings take a quarter

Error failed(std::string_view what, const std::string& path, std::string hint = {}) {
  return {Kind::config, fmt::format("{} {} failed: {}", what, path, std::strerror(errno)), std::move(hint)};
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos)
    return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

/// Closes the descriptor at the end of its life.
struct Descriptor {
  int fd;
  explicit Descriptor(int descriptor) : fd(descriptor) {}
  ~Descriptor() {
    if (fd >= 0)
      close(fd);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
};

Result<void> check_private(int fd, const std::string& path) {
  struct stat info{};
  if (fstat(fd, &info) != 0)
    return fail(failed("looking at", path));
  if (!S_ISREG(info.st_mode))
    return fail(
        {Kind::config, fmt::format("{} is not a regular file", path), "move it away and log in again"});
  if (info.st_uid != geteuid())
    return fail({Kind::config, fmt::format("{} belongs to another user (uid {})", path, info.st_uid),
                 fmt::format("take it over: sudo chown \"$USER\" {}", path)});
  if ((info.st_mode & 077) != 0)
    return fail(
        {Kind::config,
         fmt::format("{} holds keys but others can reach it (mode {:04o})", path, info.st_mode & 07777),
         fmt::format("close it: chmod 600 {}", path)});
  return {};
}

} // namespace

Result<std::optional<std::string>> read_if_private(const std::string& path) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  if (file.fd < 0 && errno == ENOENT)
    return std::nullopt;
  if (file.fd < 0 && errno == ELOOP)
    return fail({Kind::config,
                 fmt::format("{} is a symbolic link; keys are only read from a real file", path),
                 "name the real file with AGR_CONFIG or --config"});
  if (file.fd < 0)
    return fail(failed("opening", path));
  AGR_TRY(check_private(file.fd, path));
  std::string content;
  std::array<char, 16384> buffer{};
  for (;;) {
    const ssize_t got = read(file.fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return fail(failed("reading", path));
    if (got == 0)
      return content;
    content.append(buffer.data(), static_cast<std::size_t>(got));
    if (content.size() > k_largest)
      return fail({Kind::config, fmt::format("{} is larger than 16 MiB", path), "is it the right file?"});
  }
}

Result<std::string> read_private_file(const std::string& path) {
  AGR_TRY_ASSIGN(std::optional<std::string> content, read_if_private(path));
  if (!content)
    return fail({Kind::config, fmt::format("{} does not exist", path)});
  return std::move(*content);
}

Result<Replacement> Replacement::begin(const std::string& path) {
  std::string temporary = path + ".XXXXXX";
  // mkostemp creates with 0600 whatever the umask: there is no moment in which others could read it.
  const int fd = mkostemp(temporary.data(), O_CLOEXEC);
  if (fd < 0)
    return fail(failed("creating a file beside", path,
                       fmt::format("the folder {} must exist and be writable by you", folder_of(path))));
  if (fchmod(fd, 0600) != 0) {
    const Error error = failed("setting the mode of", temporary);
    close(fd);
    unlink(temporary.c_str());
    return fail(error);
  }
  return Replacement(path, std::move(temporary), fd);
}

Replacement::Replacement(std::string path, std::string temporary, int fd)
    : m_path(std::move(path)), m_temporary(std::move(temporary)), m_fd(fd) {}

Replacement::Replacement(Replacement&& other) noexcept
    : m_path(std::move(other.m_path)), m_temporary(std::move(other.m_temporary)),
      m_fd(std::exchange(other.m_fd, -1)) {}

Replacement& Replacement::operator=(Replacement&& other) noexcept {
  if (this != &other) {
    discard();
    m_path = std::move(other.m_path);
    m_temporary = std::move(other.m_temporary);
    m_fd = std::exchange(other.m_fd, -1);
  }
  return *this;
}

Replacement::~Replacement() {
  discard();
}

void Replacement::discard() {
  if (m_fd < 0)
    return;
  close(std::exchange(m_fd, -1));
  unlink(m_temporary.c_str());
}

Result<void> Replacement::commit(std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = write(m_fd, content.data(), content.size());
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      return fail(failed("writing", m_temporary, "free some space on that disk and try again"));
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  if (fsync(m_fd) != 0)
    return fail(failed("syncing", m_temporary));
  if (rename(m_temporary.c_str(), m_path.c_str()) != 0)
    return fail(failed("replacing", m_path));
  close(std::exchange(m_fd, -1));
  const Descriptor folder(open(folder_of(m_path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.fd < 0 || fsync(folder.fd) != 0)
    return fail(failed("syncing the folder of", m_path));
  return {};
}

Result<void> make_private_folder(const std::string& path) {
  if (path.empty())
    return fail({Kind::config, "there is no folder to keep state in", "set HOME or AGR_STATE"});
  std::error_code error;
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  if (!parent.empty())
    std::filesystem::create_directories(parent, error);
  if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
    return fail(failed("creating the folder", path, "set AGR_STATE to a folder you can write to"));
  struct stat info{};
  if (lstat(path.c_str(), &info) != 0 || !S_ISDIR(info.st_mode))
    return fail({Kind::config, fmt::format("{} is not a folder", path), "set AGR_STATE to another place"});
  if (info.st_uid != geteuid() || (info.st_mode & 022) != 0)
    return fail({Kind::config, fmt::format("the folder {} can be written to by others", path),
                 fmt::format("close it: chmod 700 {}", path)});
  return {};
}

} // namespace agr::config
