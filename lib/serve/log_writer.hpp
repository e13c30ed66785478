// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace agr::serve {

/// Writes the log on a thread of its own: a terminal held with Ctrl-S, or a pipe nobody reads, must not hold
/// up a pong. What does not fit into its memory meanwhile is dropped, and said to be.
class LogWriter {
public:
  using Sink = std::function<void(std::string_view)>;

  /// `sink` may block; it is never called from two threads at once.
  explicit LogWriter(Sink sink, std::size_t most_bytes = std::size_t{1} << 20);
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;
  /// Gives what is left a second to get out.
  ~LogWriter();

  void write(std::string_view line);

private:
  struct Queue;
  std::shared_ptr<Queue> m_queue; // the thread's too: it may be stuck when this ends
};

} // namespace agr::serve
