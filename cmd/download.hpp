// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace agr::cmd {

/// A file on its way to disk: written beside its place under a name of its own, there only once it is
/// whole, removed when it never gets there.
class Download {
public:
  /// `folder` must exist. Errors: Kind::usage when it cannot be written to.
  static Result<Download> begin(const std::string& folder);
  Download(Download&& other) noexcept;
  Download& operator=(Download&&) = delete;
  ~Download();

  Result<void> write(std::string_view bytes); ///< errors: Kind::internal (disk full)
  /// Gives it its name. Errors: Kind::conflict when there is such a file and `replace` is not set.
  Result<std::string> finish(const std::string& name, bool replace);

private:
  Download(std::string folder, std::string temporary, int fd);
  std::string m_folder;
  std::string m_temporary;
  int m_fd = -1;
};

} // namespace agr::cmd
