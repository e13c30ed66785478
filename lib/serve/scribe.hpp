// SPDX-License-Identifier: MIT
#pragma once

#include "base/time.hpp"
#include "net/loop.hpp"
#include "serve/journal.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace agr::serve {

/// Reads and writes the journal beside the loop, in one commit for all that came while the last one was
/// being synced: a slow disk delays effects, never pongs, and a hundred hirings at once cost one sync. The
/// file is open only while it is used, because one process may serve thousands of agents.
class Scribe {
public:
  /// `on_failure` is called instead of everything that waits; after it nothing is written any more.
  Scribe(net::Loop& loop, std::string path, std::function<void(Error)> on_failure);
  Scribe(const Scribe&) = delete;
  Scribe& operator=(const Scribe&) = delete;
  ~Scribe();

  /// Calls `then` when these lines, and all before them, are on disk.
  void write(std::vector<Entry> lines, Time now, std::function<void()> then);
  /// The same for lines nothing waits for: they go with the next that somebody waits for, or after a second.
  void note(std::vector<Entry> lines, Time now);
  /// Calls `then` with the latest line of that hiring, those of calls before this one included.
  void look_up(const std::string& id, std::function<void(std::optional<Entry>)> then);
  /// Drops lines closed before that time.
  void compact(Time before);

private:
  struct Batch {
    std::vector<Entry> lines;
    Time now{};
    std::vector<std::string> wanted;
    std::optional<Time> compact_before;
    std::vector<std::optional<Entry>> known; // of those wanted, once done
    std::vector<std::function<void(const Batch&)>> then;
  };
  struct File; // touched on the other thread only, by one job at a time

  static Result<void> carry_out(File& file, Batch& batch);
  void append(std::vector<Entry> lines, Time now);
  void begin_soon();
  void commit();
  void committed(const Result<void>& result);
  void close_when_idle();

  net::Loop& m_loop;
  std::shared_ptr<File> m_file; // also of a commit that outlives this
  std::function<void(Error)> m_on_failure;
  Batch m_next;
  std::shared_ptr<Batch> m_current; // being synced
  net::TimerId m_idle{};
  net::TimerId m_no_later{}; // for what was noted
  bool m_is_noted = false;
  bool m_failed = false;
};

} // namespace agr::serve
