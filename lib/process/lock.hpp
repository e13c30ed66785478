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
  /// Errors: Kind::locked naming the holder's pid; `what` is what it holds: "agent alice".
  static Result<Lock> take(const std::string& path, const std::string& what);

private:
  explicit Lock(Fd file) : m_file(std::move(file)) {}
  Fd m_file;
};

} // namespace agr::process
