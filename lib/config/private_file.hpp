// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace agr::config {

/// The content of a file that only its owner may see, or nothing when there is none. Refused, with the
/// command that mends it: a symlink, another owner, anything that is not a regular file, and any mode
/// that lets others read or write. Checked on the opened descriptor, so nothing can be swapped in between.
Result<std::optional<std::string>> read_if_private(const std::string& path);

/// A replacement for `path` being prepared beside it: 0600 from its first moment, removed unless committed.
class Replacement {
public:
  static Result<Replacement> begin(const std::string& path);
  Replacement(Replacement&& other) noexcept;
  Replacement& operator=(Replacement&& other) noexcept;
  ~Replacement();

  /// Writes, syncs, renames over the target and syncs the folder.
  Result<void> commit(std::string_view content);

private:
  Replacement(std::string path, std::string temporary, int fd);
  void discard();
  std::string m_path;
  std::string m_temporary;
  int m_fd = -1;
};

} // namespace agr::config
