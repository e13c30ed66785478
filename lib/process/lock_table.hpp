// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"
#include "process/fd.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace agr::process {

/// One of the locks of a LockTable; let go of when it dies, or its process, however that dies.
class Hold {
public:
  Hold(Hold&&) noexcept = default;
  Hold& operator=(Hold&&) = delete;
  ~Hold();

private:
  friend class LockTable;
  Hold(std::shared_ptr<const Fd> file, std::int64_t place) : m_file(std::move(file)), m_place(place) {}
  std::shared_ptr<const Fd> m_file; // null when moved from
  std::int64_t m_place;
};

/// Locks by name over one open file, a byte of it for each name: thousands of them cost one descriptor. The
/// file stays empty. Between processes only: one process gets each of its locks again, and must open a table
/// once, because closing the file anywhere in it lets go of all (fcntl(2), F_SETLK).
class LockTable {
public:
  /// The file is created when needed (0600).
  static Result<LockTable> open(const std::string& path);

  /// `pid_file` tells people who holds it: written when it is taken, and read for the error. Errors:
  /// Kind::locked at once, naming the holder's pid; `held` says what it does ("agent alice is served"),
  /// `hint` what to do about it.
  [[nodiscard]] Result<Hold> take(std::string_view name, const std::string& pid_file, const std::string& held,
                                  const std::string& hint) const;

private:
  explicit LockTable(Fd file) : m_file(std::make_shared<const Fd>(std::move(file))) {}
  std::shared_ptr<const Fd> m_file;
};

} // namespace agr::process
