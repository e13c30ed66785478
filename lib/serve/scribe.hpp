// SPDX-License-Identifier: MIT
#pragma once

#include "base/time.hpp"
#include "net/loop.hpp"
#include "serve/journal.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace agr::serve {

/// Writes the journal beside the loop, in one commit for all that came while the last one was being synced:
/// a slow disk delays effects, never pongs, and a hundred hirings at once cost one sync.
class Scribe {
public:
  /// `on_failure` is called instead of everything that waits; after it nothing is written any more.
  Scribe(net::Loop& loop, Journal journal, std::function<void(Error)> on_failure);

  /// Calls `then` when these lines, and all before them, are on disk.
  void write(std::vector<Entry> lines, Time now, std::function<void()> then);

private:
  struct Batch {
    std::vector<Entry> lines;
    std::vector<std::function<void()>> then;
    Time now{};
  };

  void commit();
  void committed(const Result<void>& result);

  net::Loop& m_loop;
  std::shared_ptr<Journal> m_journal; // also of a commit that outlives this
  std::function<void(Error)> m_on_failure;
  Batch m_next;
  std::shared_ptr<Batch> m_current; // being synced
  bool m_failed = false;
};

} // namespace agr::serve
