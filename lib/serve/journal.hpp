// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"
#include "serve/entry.hpp"
#include "store/database.hpp"

#include <span>
#include <string>
#include <vector>

namespace agr::serve {

/// What a worker must not forget: one line per dispatch of a hiring, replaced as it moves on. The lines of
/// `finished` and `submitting` ones are the outbox. A closed one keeps its line without the task for a
/// while, so that it is known when it comes again. Errors: Kind::internal, among them a full disk.
class Journal {
public:
  /// Opens or creates the file (0600).
  static Result<Journal> open(const std::string& path);

  /// All of them or none, synced to disk when this returns.
  Result<void> write(std::span<const Entry> lines, Time now);

  /// In the order they were seen.
  Result<std::vector<Entry>> open_entries();
  /// The latest dispatch of a hiring.
  Result<std::optional<Entry>> latest(const std::string& id);
  /// The newest lines first, closed ones too; of one hiring when an id is given.
  struct Line {
    Entry entry;
    Time changed_at;
  };
  Result<std::vector<Line>> lines(std::size_t limit, const std::string& id = "");
  /// What is wrong with the file, in the database's words; empty when nothing is.
  Result<std::string> faults();
  /// Gives the room of dropped lines back to the disk. Nobody may be writing meanwhile.
  Result<void> shrink();
  /// Drops lines closed before that time; gives their number. The file keeps its size, and what is free in
  /// it is used again.
  Result<int> compact(Time before);

private:
  explicit Journal(store::Database database) : m_database(std::move(database)) {}
  Result<void> write_line(const Entry& entry, Time now);
  store::Database m_database;
};

/// The journals of all agents in a state folder, as paths.
std::vector<std::string> journals_in(const std::string& state);

} // namespace agr::serve
