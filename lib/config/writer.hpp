// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"
#include "base/secret.hpp"
#include "config/environment.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace agr::config {

/// Changes the configuration file. Opening it takes the lock, checks the present file and creates the
/// replacement (0600 from its first moment) beside it, so that everything that can go wrong goes wrong
/// before a key exists that only we would know. Without commit nothing changes.
class Writer {
public:
  static Result<Writer> open(const Paths& paths);
  Writer(Writer&&) noexcept;
  Writer& operator=(Writer&&) noexcept;
  ~Writer();

  /// Sets a value at a dotted path, e.g. set({"profile", "default", "agrenting", "url"}, "https://…").
  void set(const std::vector<std::string>& path, std::string_view value);
  void set(const std::vector<std::string>& path, const Secret& value);
  void remove(const std::vector<std::string>& path);
  /// Adds or replaces (same name) one of the profile's Agrenting agents.
  void put_agent(std::string_view profile, std::string_view name, std::string_view did, std::string_view id,
                 const Secret& api_key);

  /// Replaces the file atomically and syncs it and its folder. Errors: Kind::config.
  Result<void> commit();

private:
  struct Impl;
  explicit Writer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> m_impl;
};

/// Creates the folder (and parents) with mode 0700; refuses one that others can write to.
Result<void> make_private_folder(const std::string& path);

/// Reads a file that holds a secret: a regular file, ours, closed to others. Errors: Kind::config.
Result<std::string> read_private_file(const std::string& path);

} // namespace agr::config
