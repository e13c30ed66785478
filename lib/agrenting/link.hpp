// SPDX-License-Identifier: MIT
#pragma once

#include "agrenting/api.hpp"
#include "base/random.hpp"
#include "http/async.hpp"
#include "mcp/backoff.hpp"
#include "mcp/http_session.hpp"
#include "mcp/session.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <variant>

namespace agr::agrenting {

/// How the hirer's MCP surface is spoken to.
enum class Transport {
  sse,  ///< HTTP and event stream; where a service does not have that, Streamable HTTP is tried
  http, ///< Streamable HTTP alone
};

/// Keeps one MCP session of a hirer open for as long as it lives: connects, shakes hands, and starts over
/// with growing pauses when it is lost. Carries calls out and tells what comes.
class Link {
public:
  /// Calls may be made now. `pushes` says whether the service will tell of changes by itself.
  struct Up {
    bool pushes = true;
  };
  /// The session is gone; it comes back by itself after `wait` unless `final`: the key was refused, or the
  /// address speaks no MCP.
  struct Down {
    Error error;
    Millis wait{0};
    bool final = false;
  };
  /// The resource of that URI has changed, perhaps.
  struct Pushed {
    std::string uri;
  };
  /// The end of one call; each call has exactly one. Errors: as mcp::Reply gives them.
  struct Answered {
    mcp::CallId call = 0;
    Result<json::Value> result;
  };
  using Event = std::variant<Up, Down, Pushed, Answered>;

  struct Parts {
    net::Loop& loop;
    http::Async& async;
    const Clock& clock;
    Random& random;
  };
  struct Taps {
    std::function<void(Event)> tell;
    std::function<void(std::string_view)> trace = {}; ///< what --verbose shows, credentials masked
  };

  Link(Parts parts, Endpoint endpoint, Transport transport, Taps taps);
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  ~Link();

  void open();
  /// Nothing is told any more.
  void close();
  /// Between Down and Up a call is answered at once: not sent.
  void call(const mcp::Call& call);

private:
  using Session = std::variant<std::monostate, mcp::Session, mcp::HttpSession>;

  void open_sse();
  void open_http();
  void listen(const mcp::HttpSession& session);
  http::StreamHandlers stream_handlers();
  void feed(const mcp::Input& input);
  void act_all(const std::vector<mcp::Action>& actions);
  void act(const mcp::Post& post);
  void act(const mcp::Ready& ready);
  void act(const mcp::Reply& reply);
  void act(const mcp::Notification& notification);
  void act(const mcp::Failed& failed);
  void act(const mcp::WaitUntil& wait);
  void come_up(bool pushes);
  void forget_session();
  void lose(const Error& error);
  void trace(std::string_view text) const;
  [[nodiscard]] const mcp::HttpSession* as_http() const { return std::get_if<mcp::HttpSession>(&m_session); }

  Parts m_parts;
  Endpoint m_endpoint;
  Transport m_transport;
  Taps m_taps;
  Session m_session;
  std::uint64_t m_generation = 0; // of the session; what belongs to an older one is nobody's any more
  bool m_up = false;
  bool m_can_push = true; // the service says that it takes subscriptions
  bool m_brought_news = false;
  Millis m_up_since{0};
  mcp::Backoff m_backoff;
  http::StreamId m_stream{};
  net::TimerId m_timer{};
};

} // namespace agr::agrenting
