// SPDX-License-Identifier: MIT
#include "serve/log_writer.hpp"

#include <fmt/format.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

namespace agr::serve {
namespace {
constexpr auto k_last_wait = std::chrono::seconds(1);
} // namespace

struct LogWriter::Queue {
  Sink sink;
  std::size_t most_bytes;
  std::mutex mutex = {};
  std::condition_variable changed = {};
  std::string waiting = {};
  std::size_t dropped = 0; // lines
  bool busy = false;       // the sink has some
  bool closed = false;

  /// Takes all that waits; nothing once the log is closed and empty.
  std::string take() {
    std::unique_lock lock(mutex);
    busy = false;
    changed.notify_all();
    changed.wait(lock, [this] { return closed || !waiting.empty(); });
    auto lines = std::exchange(waiting, {});
    if (const auto count = std::exchange(dropped, 0))
      lines += fmt::format("({} lines of the log were dropped here: nobody read them)\n", count);
    busy = !lines.empty();
    return lines;
  }
};

LogWriter::LogWriter(Sink sink, std::size_t most_bytes)
    : m_queue(new Queue{.sink = std::move(sink), .most_bytes = most_bytes}) {
  std::thread([queue = m_queue] {
    for (auto lines = queue->take(); !lines.empty(); lines = queue->take())
      queue->sink(lines);
  }).detach();
}

LogWriter::~LogWriter() {
  std::unique_lock lock(m_queue->mutex);
  m_queue->closed = true;
  m_queue->changed.notify_all();
  m_queue->changed.wait_for(lock, k_last_wait, [this] { return m_queue->waiting.empty() && !m_queue->busy; });
}

void LogWriter::write(std::string_view line) {
  const std::lock_guard lock(m_queue->mutex);
  if (m_queue->waiting.size() + line.size() > m_queue->most_bytes) {
    ++m_queue->dropped;
    return;
  }
  m_queue->waiting += line;
  m_queue->changed.notify_all();
}

} // namespace agr::serve
