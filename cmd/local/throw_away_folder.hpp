// SPDX-License-Identifier: MIT
#pragma once

#include "process/lock.hpp"

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace agr::cmd {

/// A folder that is gone with its owner: at the end, or, when the owner was killed, at the next start of one.
/// A lock inside tells whose owner still lives.
class ThrowAwayFolder {
public:
  /// Makes one inside `parent`, and removes those that killed owners have left there.
  static Result<ThrowAwayFolder> make(const std::string& parent);
  ThrowAwayFolder(ThrowAwayFolder&& other) noexcept;
  ThrowAwayFolder& operator=(ThrowAwayFolder&&) = delete;
  ~ThrowAwayFolder();

  [[nodiscard]] std::string file(std::string_view name) const { return fmt::format("{}/{}", m_path, name); }

private:
  ThrowAwayFolder(std::string path, process::Lock lock) : m_path(std::move(path)), m_lock(std::move(lock)) {}
  std::string m_path;
  process::Lock m_lock;
};

} // namespace agr::cmd
