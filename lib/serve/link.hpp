// SPDX-License-Identifier: MIT
#pragma once

#include "agrenting/api.hpp"
#include "base/random.hpp"
#include "http/async.hpp"
#include "mcp/backoff.hpp"
#include "mcp/session.hpp"
#include "serve/doorkeeper.hpp"
#include "serve/step.hpp"

#include <functional>
#include <memory>

namespace agr::serve {

/// The way back: one event to the worker.
using Tell = std::function<void(Event)>;

/// Keeps one event stream to the marketplace open for as long as it lives: connects, shakes hands,
/// subscribes, reads the pending work, reads it again whenever it changed, and starts over when anything of
/// that fails. Pongs go out from here, before and beside everything else.
class Link {
public:
  Link(net::Loop& loop, http::Async& async, const Clock& clock, Random& random, Doorkeeper& doorkeeper,
       agrenting::Endpoint endpoint, Tell tell);
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  ~Link();

  /// When the doorkeeper lets it.
  void open();
  /// From now on as somebody else, or somewhere else; hangs up until open.
  void use(agrenting::Endpoint endpoint);
  /// Nothing is told any more.
  void close();

private:
  void connect();
  void hang_up();
  void feed(const mcp::Input& input);
  void act(const mcp::Action& action);
  void act(const mcp::Post& post);
  void act(const mcp::Ready& ready);
  void act(const mcp::Reply& reply);
  void act(const mcp::Notification& notification);
  void act(const mcp::Failed& failed);
  void act(const mcp::WaitUntil& wait);
  [[nodiscard]] http::Lane lane_of(mcp::PostKind kind) const;
  void read_pending();
  void take_pending(const json::Value& result);
  void lose(const Error& error);

  net::Loop& m_loop;
  http::Async& m_async;
  const Clock& m_clock;
  Random& m_random;
  Doorkeeper& m_doorkeeper;
  agrenting::Endpoint m_endpoint;
  Tell m_tell;

  mcp::Backoff m_backoff;
  std::unique_ptr<mcp::Session> m_session; // none between two streams
  std::uint64_t m_generation = 0;          // of the session; what comes for an older one is dropped
  Visit m_visit{};
  http::StreamId m_stream{};
  net::TimerId m_timer{};
  bool m_reading = false;
  bool m_changed = false; // while a read was under way
  bool m_ready = false;   // said so
  bool m_brought_work = false;
  Millis m_ready_since{0};
};

} // namespace agr::serve
