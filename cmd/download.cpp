// SPDX-License-Identifier: MIT
#include "cmd/download.hpp"

#include "base/text.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

namespace agr::cmd {
namespace {

Error no(Kind kind, std::string_view what, const std::string& path) {
  return {kind, fmt::format("{} {} failed: {}", what, printable(path), std::strerror(errno))};
}

} // namespace

Download::Download(std::string folder, std::string temporary, int fd)
    : m_folder(std::move(folder)), m_temporary(std::move(temporary)), m_fd(fd) {}

Download::Download(Download&& other) noexcept
    : m_folder(std::move(other.m_folder)), m_temporary(std::exchange(other.m_temporary, {})),
      m_fd(std::exchange(other.m_fd, -1)) {}

Download::~Download() {
  if (m_fd >= 0)
    ::close(m_fd);
  if (!m_temporary.empty())
    ::unlink(m_temporary.c_str());
}

Result<Download> Download::begin(const std::string& folder) {
  std::string temporary = folder + "/.agr-download-XXXXXX";
  const int fd = ::mkostemp(temporary.data(), O_CLOEXEC);
  if (fd < 0)
    return fail(no(Kind::usage, "writing into", folder));
  return Download(folder, std::move(temporary), fd);
}

Result<void> Download::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(m_fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      return fail(no(Kind::internal, "writing", m_temporary));
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<std::string> Download::finish(const std::string& name, bool replace) {
  std::string target = m_folder + "/" + name;
  const mode_t mask = ::umask(0);
  ::umask(mask);
  if (::fchmod(m_fd, 0666 & ~mask) != 0 || ::fsync(m_fd) != 0 || ::close(std::exchange(m_fd, -1)) != 0)
    return fail(no(Kind::internal, "writing", m_temporary));
  // Refusing and taking the name must be one step, or two downloads could take the same one.
  if (::renameat2(AT_FDCWD, m_temporary.c_str(), AT_FDCWD, target.c_str(), replace ? 0U : RENAME_NOREPLACE) !=
      0) {
    if (errno == EEXIST)
      return fail({Kind::conflict, fmt::format("{} is there already", printable(target)),
                   "add --force to replace it, or choose another place with --output"});
    return fail(no(Kind::internal, "writing", target));
  }
  m_temporary.clear();
  return target;
}

} // namespace agr::cmd
