// SPDX-License-Identifier: MIT
#pragma once

// The inside of a Loop, for the .cpp files of this room: the only place where Asio shows.

#include "net/loop.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

namespace agr::net {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;

struct Watch {
  asio::posix::stream_descriptor descriptor;
  std::function<void(Interest)> on_ready;
  Interest wanted;
  Interest armed = {}; // directions Asio is waiting for at the moment
};

struct Signal {
  explicit Signal(asio::io_context& context) : set(context) {}
  asio::signal_set set;
  Loop::Callback fn = {};
};

/// Runs it and gives what the exception it ended with says, empty when there was none.
template <class Work>
std::string what_throws(const Work& work) {
  try {
    work();
    return {};
  } catch (const std::exception& thrown) {
    return *thrown.what() != '\0' ? thrown.what() : "an exception without a message";
  } catch (...) {
    return "something that is no std::exception was thrown";
  }
}

struct Loop::Impl {
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> stay = asio::make_work_guard(context);
  std::unordered_map<TimerId, asio::steady_timer> timers;
  std::unordered_map<WatchId, std::shared_ptr<Watch>> watches;
  std::map<int, Signal> signals;
  std::uint64_t last_id = 0;
  std::chrono::steady_clock::duration longest{};
  std::function<void(std::string_view)> report;
  std::optional<asio::thread_pool> pool; // last: dies, and joins its threads, first

  /// Nothing thrown gets past this.
  template <class Work>
  void guard(const Work& work) {
    if (const std::string thrown = what_throws(work); !thrown.empty())
      report(thrown);
  }

  /// Every callback goes through here, so that lag() knows it.
  template <class Callback, class... Arguments>
  void call(const Callback& callback, const Arguments&... arguments) {
    const auto begin = std::chrono::steady_clock::now();
    guard([&] { callback(arguments...); });
    longest = std::max(longest, std::chrono::steady_clock::now() - begin);
  }

  void arm(WatchId id);
  void arm(WatchId id, const std::shared_ptr<Watch>& watch, bool Interest::* direction);
  void on_wait_over(WatchId id, const std::shared_ptr<Watch>& watch, bool Interest::* direction,
                    ErrorCode error);
  void arm(Signal& signal);
};

} // namespace agr::net
