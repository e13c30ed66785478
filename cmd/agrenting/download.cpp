// SPDX-License-Identifier: MIT
#include "cmd/agrenting/download.hpp"

#include "base/text.hpp"
#include "crypto/digest.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

namespace agr::cmd {
namespace {

constexpr std::size_t k_identity = 16; // hexadecimal digits: enough, and nothing of a stranger's in a name

Error no(Kind kind, std::string_view what, const std::string& path) {
  return {kind, fmt::format("{} {} failed: {}", what, printable(path), std::strerror(errno))};
}

/// A regular file of ours: what lies under this name may have been put there by somebody else.
bool is_ours(int fd) {
  struct stat about{};
  return ::fstat(fd, &about) == 0 && S_ISREG(about.st_mode) && about.st_uid == ::geteuid() &&
         about.st_nlink == 1;
}

} // namespace

Download::Download(std::string folder, std::string temporary, int fd)
    : m_folder(std::move(folder)), m_temporary(std::move(temporary)), m_fd(fd) {}

Download::Download(Download&& other) noexcept
    : m_folder(std::move(other.m_folder)), m_temporary(std::exchange(other.m_temporary, {})),
      m_fd(std::exchange(other.m_fd, -1)), m_size(other.m_size), m_hasher(std::move(other.m_hasher)) {}

Download::~Download() {
  if (!m_temporary.empty() && m_size == 0)
    discard();
  if (m_fd >= 0)
    ::close(m_fd);
}

void Download::discard() {
  ::unlink(m_temporary.c_str());
  m_temporary.clear();
}

Result<Download> Download::begin(const std::string& folder, std::string_view identity) {
  std::string temporary =
      fmt::format("{}/.agr-{}.part", folder, hex(crypto::sha256(identity)).substr(0, k_identity));
  const int fd = ::open(temporary.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0)
    return fail(no(Kind::usage, "writing into", folder));
  Download download(folder, std::move(temporary), fd);
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    download.m_temporary.clear(); // the other run's
    return fail(
        {Kind::locked, fmt::format("another agr is downloading the same file into {}", printable(folder))});
  }
  if (!is_ours(fd)) {
    const std::string name = std::exchange(download.m_temporary, {});
    return fail({Kind::usage, fmt::format("{} is not a file of yours", printable(name)), "remove it"});
  }
  AGR_TRY(download.read_what_is_there());
  return download;
}

Result<void> Download::read_what_is_there() {
  std::array<char, 64 * 1024> buffer{};
  for (;;) {
    const ssize_t got = ::read(m_fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return fail(no(Kind::internal, "reading", m_temporary));
    if (got == 0)
      return {};
    m_hasher.add({buffer.data(), static_cast<std::size_t>(got)});
    m_size += got;
  }
}

Result<void> Download::restart() {
  if (::ftruncate(m_fd, 0) != 0 || ::lseek(m_fd, 0, SEEK_SET) != 0)
    return fail(no(Kind::internal, "writing", m_temporary));
  (void)m_hasher.take();
  m_size = 0;
  return {};
}

Result<void> Download::write(std::string_view bytes) {
  m_hasher.add(bytes);
  m_size += static_cast<long long>(bytes.size());
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

Result<Download::Finished> Download::finish(const std::string& name, bool replace) {
  std::string target = m_folder + "/" + name;
  const mode_t mask = ::umask(0);
  ::umask(mask);
  if (::fchmod(m_fd, 0666 & ~mask) != 0 || ::fsync(m_fd) != 0 || ::close(std::exchange(m_fd, -1)) != 0)
    return fail(no(Kind::internal, "writing", m_temporary));
  // Refusing and taking the name must be one step, or two downloads could take the same one.
  if (::renameat2(AT_FDCWD, m_temporary.c_str(), AT_FDCWD, target.c_str(), replace ? 0U : RENAME_NOREPLACE) !=
      0) {
    const int why = errno;
    discard();
    errno = why;
    if (why == EEXIST)
      return fail({Kind::conflict, fmt::format("{} is there already", printable(target)),
                   "add --force to replace it, or choose another place with --output"});
    return fail(no(Kind::internal, "writing", target));
  }
  m_temporary.clear();
  return Finished{std::move(target), hex(m_hasher.take())};
}

} // namespace agr::cmd
