// SPDX-License-Identifier: MIT
#pragma once

#include "base/decimal.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace agr::store {

/// What goes into a statement and comes out of a row.
using Cell = std::variant<std::nullptr_t, std::int64_t, std::string>;

/// One row of an answer, by column name. Absent columns and NULL read as empty, zero or nothing.
class Row {
public:
  Row(std::shared_ptr<const std::vector<std::string>> names, std::vector<Cell> cells)
      : m_names(std::move(names)), m_cells(std::move(cells)) {}

  [[nodiscard]] bool is_null(std::string_view column) const;
  [[nodiscard]] std::string text(std::string_view column) const;
  [[nodiscard]] std::optional<std::string> maybe_text(std::string_view column) const;
  [[nodiscard]] std::int64_t integer(std::string_view column) const;

private:
  [[nodiscard]] const Cell* cell(std::string_view column) const;
  std::shared_ptr<const std::vector<std::string>> m_names;
  std::vector<Cell> m_cells;
};

enum class Durability {
  power_loss, ///< synchronous=FULL: a committed line survives a power cut
  crash,      ///< synchronous=NORMAL: it survives the death of the process
};

/// One SQLite database: WAL when it is a file, statements cached by their text. Not for use from two
/// threads at once. Errors: Kind::internal (disk full, corrupt file, wrong SQL), Kind::locked (busy).
class Database {
public:
  /// Opens or creates the file with mode 0600. ":memory:" keeps everything in memory.
  static Result<Database> open(const std::string& path, Durability durability);
  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  ~Database();

  /// Runs several statements without parameters: schema, pragmas.
  Result<void> script(std::string_view sql);
  /// Runs one statement; gives the number of rows it changed.
  Result<int> run(std::string_view sql, std::initializer_list<Cell> values = {});
  Result<std::vector<Row>> query(std::string_view sql, std::initializer_list<Cell> values = {});
  /// The first row, or nothing.
  Result<std::optional<Row>> first(std::string_view sql, std::initializer_list<Cell> values = {});

  /// Runs `work` in one transaction: committed (and synced, as the durability says) when it succeeds,
  /// rolled back when it fails or throws. Not nestable.
  Result<void> transaction(const std::function<Result<void>()>& work);

  /// The whole database as the bytes of a file.
  Result<std::string> dump();
  /// Replaces everything by what dump() gave. Errors: Kind::usage when the bytes are no sound database; then
  /// nothing has changed. Not within a transaction.
  Result<void> load(std::string_view bytes);

private:
  struct Impl;
  explicit Database(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> m_impl;
};

} // namespace agr::store
