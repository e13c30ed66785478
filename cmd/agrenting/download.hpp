// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"
#include "crypto/hasher.hpp"

#include <string>
#include <string_view>

namespace agr::cmd {

/// A file on its way to disk: written beside its place under a name made of what it is (`identity`), there
/// under its own name only once it is whole. What was begun and not finished stays for the next run to go on
/// with; two runs never write the same one.
class Download {
public:
  /// `folder` must exist. Errors: Kind::usage when it cannot be written to, Kind::locked when another run is
  /// at it.
  static Result<Download> begin(const std::string& folder, std::string_view identity);
  Download(Download&& other) noexcept;
  Download& operator=(Download&&) = delete;
  ~Download();

  /// Bytes that are there, those of an earlier run included.
  [[nodiscard]] long long size() const { return m_size; }
  Result<void> write(std::string_view bytes); ///< errors: Kind::internal (disk full)
  /// Forgets what is there.
  Result<void> restart();

  struct Finished {
    std::string path;
    std::string sha256; ///< hexadecimal
  };
  /// Gives it its name. Errors: Kind::conflict when there is such a file and `replace` is not set.
  Result<Finished> finish(const std::string& name, bool replace);

private:
  Download(std::string folder, std::string temporary, int fd);
  Result<void> read_what_is_there();
  void discard();

  std::string m_folder;
  std::string m_temporary;
  int m_fd = -1;
  long long m_size = 0;
  crypto::Hasher m_hasher;
};

} // namespace agr::cmd
