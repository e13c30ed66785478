// SPDX-License-Identifier: MIT
#include "process/lock.hpp"

#include "base/text.hpp"
#include "process/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include <cerrno>

namespace agr::process {

Result<Lock> Lock::take(const std::string& path, const std::string& held, const std::string& hint) {
  Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.is_open())
    return fail(system_error("open", path));
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK)
      return fail(system_error("lock", path));
    const auto holder = std::string(trim(read_file(path).value_or("")));
    return fail(
        Error{.kind = Kind::locked,
              .message = fmt::format("{} by another process already{}", held,
                                     holder.empty() ? "" : fmt::format(", pid {}", printable(holder))),
              .hint = hint});
  }
  const auto pid = fmt::format("{}\n", ::getpid());
  // Only people read it, so a full disk is no reason not to hold the lock.
  if (::ftruncate(file.get(), 0) == 0) [[maybe_unused]]
    const auto written = ::pwrite(file.get(), pid.data(), pid.size(), 0);
  return Lock(std::move(file));
}

} // namespace agr::process
