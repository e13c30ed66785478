// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agr::config {

/// A TOML file as a tree: the configuration, mostly. The one place that meets toml++.
class Document {
public:
  /// Errors: Kind::config with file, line and column. `name` is the file's path for messages.
  static Result<Document> parse(std::string_view text, const std::string& name);
  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;
  ~Document();

  using Path = std::vector<std::string>;
  [[nodiscard]] std::optional<std::string> text(const Path& path) const; ///< a string, or a number's digits
  [[nodiscard]] std::vector<std::string> texts(const Path& path) const;  ///< an array of strings
  [[nodiscard]] std::vector<std::string> names(const Path& path) const;  ///< members of a table
  [[nodiscard]] std::size_t count(const Path& path) const;               ///< tables in an array
  [[nodiscard]] bool has(const Path& path) const;
  /// The whole tree as JSON text, for TOML files that are somebody's input. Errors: Kind::usage for a number
  /// with a fraction, which TOML would round: such amounts are written as text.
  [[nodiscard]] Result<std::string> json() const;

  void set(const Path& path, std::string_view value);
  void remove(const Path& path);
  /// Sets members of the table in the array at `path` whose `key` has that value; adds one when there is
  /// none.
  void put_in_array(const Path& path, std::string_view key, std::string_view value,
                    const std::vector<std::pair<std::string, std::string>>& members);
  [[nodiscard]] std::string write() const;

private:
  struct Impl;
  explicit Document(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> m_impl;
};

} // namespace agr::config
