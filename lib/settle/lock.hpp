// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"

#include <string>

namespace agr::settle {

/// Holds one name on this machine for as long as it lives. The system lets go of it when the process dies,
/// however it dies.
class Lock {
public:
  /// `path` is created when needed (0600) and stays. Errors: Kind::locked at once when somebody holds it,
  /// with their process id.
  static Result<Lock> take(const std::string& path);
  Lock(Lock&& other) noexcept : m_fd(other.m_fd) { other.m_fd = -1; }
  Lock& operator=(Lock&&) = delete;
  Lock(const Lock&) = delete;
  ~Lock();

private:
  explicit Lock(int fd) : m_fd(fd) {}
  int m_fd;
};

} // namespace agr::settle
