// SPDX-License-Identifier: MIT
#pragma once

#include "base/time.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

namespace agr::net {

/// Directions of a descriptor: what somebody waits for, or what has come.
struct Interest {
  bool read = false;
  bool write = false;
  friend bool operator==(Interest, Interest) = default;
};

/// Names one timer of a loop; the default names none.
enum class TimerId : std::uint64_t {};
/// Names one watched descriptor of a loop; the default names none.
enum class WatchId : std::uint64_t {};

/// One thread that waits for everything: timers, descriptors, signals, work done elsewhere. All callbacks
/// run on the thread inside run(), one at a time and never from inside the call that asked for them, so
/// what they touch needs no locks. An exception that leaves a callback is reported and the loop goes on.
/// Only post and stop may be called from other threads. Nothing slow belongs on the loop: see background.
class Loop {
public:
  using Callback = std::function<void()>;

  Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  /// Waits for background work that has begun; what has not begun, and every callback still due, is dropped.
  ~Loop();

  /// Runs callbacks until stop. May be called again afterwards.
  void run();
  /// Ends run after the callback that is running; called before run, it ends the next run at once.
  void stop();

  /// Runs `fn` on the loop soon, in the order posted.
  void post(Callback fn);

  /// Runs `fn` once, `delay` from now on the monotonic clock.
  TimerId after(Millis delay, Callback fn);
  /// After this its callback does not run any more. Spent and unknown timers are ignored.
  void cancel(TimerId timer);

  /// Calls `on_ready` each time the descriptor is ready for something wanted, again and again as long as
  /// it is. Readiness is a hint: it may be stale, so try, and on EAGAIN wait for the next call. The
  /// descriptor stays the caller's, becomes non-blocking, has one watch at most and must be unwatched before
  /// it is closed. One that cannot be watched is reported ready once: the caller's own read or write says
  /// why.
  WatchId watch(int descriptor, Interest wanted, std::function<void(Interest ready)> on_ready);
  /// Wants something else from now on; wanting nothing pauses the watch.
  void change(WatchId watch, Interest wanted);
  /// After this `on_ready` does not run any more. Unknown watches are ignored.
  void unwatch(WatchId watch);

  /// Runs `fn` on the loop each time the process gets the signal, instead of what it would do by default.
  /// One callback per signal: a second call replaces it.
  void on_signal(int signal_number, Callback fn);

  /// Runs `work` on another thread, of which there are two, then `done` on the loop. For what blocks: name
  /// lookups, syncing files, large files. `work` must not touch anything the loop's callbacks touch.
  void background(Callback work, Callback done);

  /// The longest time one callback has kept all others waiting since this was last asked.
  Millis lag();

  /// Where exceptions that left a callback go; by default to stderr, one line each.
  void on_exception(std::function<void(std::string_view what)> report);

  struct Impl;
  /// For the rest of this room only.
  [[nodiscard]] Impl& impl() { return *m_impl; }

private:
  std::unique_ptr<Impl> m_impl;
};

} // namespace agr::net
