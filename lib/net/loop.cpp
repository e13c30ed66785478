// SPDX-License-Identifier: MIT
#include "net/loop.hpp"

#include "base/text.hpp"
#include "net/context.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <utility>

namespace agr::net {
namespace {

constexpr std::size_t k_background_threads = 2;
constexpr Millis k_longest_delay = std::chrono::hours(24 * 365); // what Asio can still add to now

void report_to_stderr(std::string_view what) {
  fmt::print(stderr, "agr: internal error: {}\n", printable(what));
}

} // namespace

Loop::Loop() : m_impl(std::make_unique<Impl>()) {
  m_impl->report = report_to_stderr;
}
Loop::~Loop() = default;

void Loop::run() {
  while (!m_impl->context.stopped())
    m_impl->guard([this] { m_impl->context.run(); });
  m_impl->context.restart();
}

void Loop::stop() {
  m_impl->context.stop();
}

void Loop::post(Callback fn) {
  asio::post(m_impl->context, [impl = m_impl.get(), fn = std::move(fn)] { impl->call(fn); });
}

TimerId Loop::after(Millis delay, Callback fn) {
  const TimerId id{++m_impl->last_id};
  asio::steady_timer& timer =
      m_impl->timers.try_emplace(id, m_impl->context, std::min(delay, k_longest_delay)).first->second;
  timer.async_wait([impl = m_impl.get(), id, fn = std::move(fn)](ErrorCode) {
    // Whoever cancelled it took it out of the map, maybe after it had already expired.
    if (impl->timers.erase(id) == 1)
      impl->call(fn);
  });
  return id;
}

void Loop::cancel(TimerId timer) {
  m_impl->timers.erase(timer);
}

WatchId Loop::watch(int descriptor, Interest wanted, std::function<void(Interest)> on_ready) {
  const WatchId id{++m_impl->last_id};
  const auto watch = std::make_shared<Watch>(
      Watch{asio::posix::stream_descriptor(m_impl->context), std::move(on_ready), wanted});
  m_impl->watches.emplace(id, watch);
  ErrorCode error;
  watch->descriptor.assign(descriptor, error);
  if (!error)
    m_impl->arm(id);
  else
    post([impl = m_impl.get(), id, watch] {
      if (impl->watches.contains(id))
        watch->on_ready(watch->wanted);
    });
  return id;
}

void Loop::change(WatchId watch, Interest wanted) {
  const auto found = m_impl->watches.find(watch);
  if (found == m_impl->watches.end())
    return;
  found->second->wanted = wanted;
  m_impl->arm(watch);
}

void Loop::unwatch(WatchId watch) {
  const auto found = m_impl->watches.find(watch);
  if (found == m_impl->watches.end())
    return;
  if (found->second->descriptor.is_open())
    found->second->descriptor.release();
  m_impl->watches.erase(found);
}

void Loop::Impl::arm(WatchId id) {
  const auto found = watches.find(id);
  if (found == watches.end() || !found->second->descriptor.is_open())
    return;
  for (const auto direction : {&Interest::read, &Interest::write})
    arm(id, found->second, direction);
}

void Loop::Impl::arm(WatchId id, const std::shared_ptr<Watch>& watch, bool Interest::* direction) {
  if (!(watch->wanted.*direction) || watch->armed.*direction)
    return;
  watch->armed.*direction = true;
  const auto kind = direction == &Interest::read ? asio::posix::stream_descriptor::wait_read
                                                 : asio::posix::stream_descriptor::wait_write;
  watch->descriptor.async_wait(
      kind, [this, id, watch, direction](ErrorCode error) { on_wait_over(id, watch, direction, error); });
}

void Loop::Impl::on_wait_over(WatchId id, const std::shared_ptr<Watch>& watch, bool Interest::* direction,
                              ErrorCode error) {
  watch->armed.*direction = false;
  if (!watches.contains(id))
    return;
  Interest ready;
  ready.*direction = true;
  // A wait that ended after the wish for it did is not worth a call.
  if (watch->wanted.*direction)
    call(watch->on_ready, ready);
  if (!error)
    arm(id);
}

void Loop::on_signal(int signal_number, Callback fn) {
  const auto [found, added] = m_impl->signals.try_emplace(signal_number, m_impl->context);
  found->second.fn = std::move(fn);
  if (!added)
    return;
  ErrorCode error;
  found->second.set.add(signal_number, error);
  if (!error)
    m_impl->arm(found->second);
}

void Loop::Impl::arm(Signal& signal) {
  signal.set.async_wait([this, &signal](ErrorCode error, int) {
    if (error)
      return;
    // A copy: the callback may replace itself.
    call(Callback(signal.fn));
    arm(signal);
  });
}

void Loop::background(Callback work, Callback done) {
  if (!m_impl->pool)
    m_impl->pool.emplace(k_background_threads);
  asio::post(*m_impl->pool, [this, work = std::move(work), done = std::move(done)]() mutable {
    // Reported on the loop like any other, and `done` runs all the same: somebody waits for it.
    post([impl = m_impl.get(), thrown = what_throws(work), done = std::move(done)] {
      if (!thrown.empty())
        impl->report(thrown);
      done();
    });
  });
}

Millis Loop::lag() {
  return std::chrono::duration_cast<Millis>(std::exchange(m_impl->longest, {}));
}

void Loop::on_exception(std::function<void(std::string_view)> report) {
  m_impl->report = std::move(report);
}

} // namespace agr::net
