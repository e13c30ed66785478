// SPDX-License-Identifier: MIT
#include "settle/lock.hpp"

#include "base/text.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace agr::settle {
namespace {

std::string holder_of(int fd) {
  std::array<char, 32> text{};
  const auto size = pread(fd, text.data(), text.size(), 0);
  return size > 0 ? printable(trim({text.data(), static_cast<std::size_t>(size)})) : "unknown";
}

void write_holder(int fd) {
  const auto pid = fmt::format("{}\n", getpid());
  // The name is for people only; the lock holds without it.
  if (ftruncate(fd, 0) == 0)
    static_cast<void>(pwrite(fd, pid.data(), pid.size(), 0));
}

} // namespace

Result<Lock> Lock::take(const std::string& path) {
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0)
    return fail({.kind = Kind::internal,
                 .message = fmt::format("could not open {}: {}", path, std::strerror(errno))});
  Lock lock(fd);
  if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
    write_holder(fd);
    return lock;
  }
  if (errno != EWOULDBLOCK)
    return fail({.kind = Kind::internal,
                 .message = fmt::format("could not lock {}: {}", path, std::strerror(errno))});
  return fail(
      {.kind = Kind::locked,
       .message = fmt::format("another run is at work on this settlement (process {})", holder_of(fd)),
       .hint = "wait for it to end, then look at `agr settle status`"});
}

Lock::~Lock() {
  if (m_fd >= 0)
    close(m_fd);
}

} // namespace agr::settle
