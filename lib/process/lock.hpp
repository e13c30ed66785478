// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"
#include "process/fd.hpp"

#include <string>

namespace agr::process {

/// A file only one process holds at a time. The kernel lets go of it when the holder dies, however it dies;
/// the number of the holder is in the file, for people.
class Lock {
public:
  /// The file is created when needed (0600) and stays. Errors: Kind::locked at once, naming the holder's pid;
  /// `held` says what it does ("agent alice is served"), `hint` what to do about it.
  static Result<Lock> take(const std::string& path, const std::string& held, const std::string& hint);

private:
  explicit Lock(Fd file) : m_file(std::move(file)) {}
  Fd m_file;
};

} // namespace agr::process
