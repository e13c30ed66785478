// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "json/value.hpp"
#include "mcp/message.hpp"
#include "sse/parser.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace agr::mcp {

/// Names one POST, from the action that asks for it to the input that tells its end.
using PostTag = std::uint64_t;
/// Names one call of the caller's; the caller chooses it, distinct among its open calls.
using CallId = std::uint64_t;

// ---- what happened -----------------------------------------------------------------------------------

/// The GET of the stream was answered. `error` explains a status other than 200.
struct Opened {
  int status = 0;
  std::string content_type;
  std::optional<Error> error = {};
};
struct Bytes {
  std::string_view bytes;
};
/// The stream is over; without an error it ended in good order.
struct Ended {
  std::optional<Error> error = {};
};
/// A POST is over. `status` 0 means there was no answer; `error` explains that, or a status that is not 2xx.
struct Posted {
  PostTag tag = 0;
  int status = 0;
  std::string content_type = {};
  std::string body = {};
  std::optional<Error> error = {};
  std::string session_id = {}; ///< the header Mcp-Session-Id
};
/// The time of the last WaitUntil has come.
struct Timer {};
/// The caller wants an answer. Calls made before Ready wait for it.
struct Call {
  CallId id = 0;
  std::string method;
  json::Value params = {};
  std::optional<Millis> timeout = {}; ///< Settings::request_wait when absent
};

using Input = std::variant<Opened, Bytes, Ended, Posted, Timer, Call>;

// ---- what to do --------------------------------------------------------------------------------------

/// A pong goes out on a path of its own: nothing else may delay it.
enum class PostKind { pong, request, notification, answer };

/// POST `body` as application/json to `url`, with the credential of the stream.
struct Post {
  PostTag tag = 0;
  PostKind kind = PostKind::request;
  std::string url;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers = {}; ///< on top
};
/// The handshake is done. `server` is the result of `initialize`.
struct Ready {
  json::Value server;
};
/// The end of a Call. Errors: Kind::unavailable when it was never sent, Kind::outcome_unknown when it may
/// have taken effect; an error of the service's own has its JSON-RPC code in `code`.
struct Reply {
  CallId call = 0;
  Result<json::Value> result;
};
struct Notification {
  std::string method;
  json::Value params;
};
/// The session is over and ignores everything from now on; every open call was answered before this.
/// `error.retry_after` is the least wait the service asked for.
struct Failed {
  Error error;
};
/// Send Timer at this time; replaces the wait asked for before.
struct WaitUntil {
  Millis at{0};
};

using Action = std::variant<Post, Ready, Reply, Notification, Failed, WaitUntil>;

// ---- the session -------------------------------------------------------------------------------------

struct Settings {
  std::string stream_url = {}; ///< where the stream was opened; the endpoint must have the same origin
  std::string client_name = "agr";
  std::string client_version = {};
  Millis endpoint_wait{10'000};
  Millis request_wait{30'000};
  Millis idle_after{45'000}; ///< silence that makes us ask whether the service is still there
  Millis pong_wait{10'000};  ///< and how long it has to show that it is
};

struct Counters {
  std::size_t pings = 0;      ///< the service's, answered
  std::size_t unreadable = 0; ///< messages skipped because they made no sense
  std::size_t oversized = 0;  ///< events skipped because of their size
};

/// The client's side of one MCP session over HTTP+SSE (revision 2024-11-05): one stream, one handshake,
/// many calls. Pure: it holds no socket and no clock. After Failed, make a new one for the next stream
/// (docs/wire/mcp.md).
class Session {
public:
  explicit Session(Settings settings);

  /// What to do about this, in order. Pongs come first. `now` is a steady time.
  std::vector<Action> on(const Input& input, Millis now);

  [[nodiscard]] bool ready() const { return m_stage == Stage::ready; }
  [[nodiscard]] bool over() const { return m_stage == Stage::over; }
  [[nodiscard]] const Counters& counters() const { return m_counters; }

private:
  enum class Stage { opening, awaiting_endpoint, initializing, confirming, ready, over };
  enum class Purpose { initialize, probe, call };

  struct Waiter {
    Purpose purpose = Purpose::call;
    CallId call = 0;
    std::string label; // for error texts
    Millis deadline{0};
  };
  struct Sent {
    PostKind kind = PostKind::request;
    std::string id;   // of a request: whom its body may answer
    std::string body; // of a pong: what to repeat once
  };

  void take(const Opened& opened);
  void take(const Bytes& bytes);
  void take(const Ended& ended);
  void take(const Posted& posted);
  void take(const Timer& timer);
  void take(const Call& call);

  void take_event(const sse::Event& event);
  void adopt_endpoint(const std::string& reference);
  void take_message(Message message);
  void answer(const Message& request);
  bool take_body(const Sent& sent, const Posted& posted);
  void settle(const Message& response);
  void take_initialized(const Message& response);
  void become_ready();
  void take_unanswered(const Sent& sent, const Posted& posted);
  void take_refused(const Sent& sent, const Posted& posted);

  void request(Purpose purpose, const Call& call);
  void post(PostKind kind, std::string body, std::string id = {});
  void give_up_request(const std::string& id, Error error);
  void expire();
  void probe_when_idle();
  void show_life();
  void die(Error error);
  [[nodiscard]] std::optional<Millis> next_deadline() const;
  std::vector<Action> collect();

  Settings m_settings;
  Stage m_stage = Stage::opening;
  Millis m_now{0};
  Millis m_stage_deadline{0}; // of awaiting_endpoint and confirming
  Millis m_last_life{0};
  sse::Parser m_parser;
  std::string m_endpoint;
  json::Value m_server;             // until Ready
  bool m_answers_on_stream = false; // a response came that way once, so silence there is suspicious
  std::uint64_t m_last_id = 0;
  PostTag m_last_tag = 0;
  std::map<std::string, Waiter> m_waiting; // by JSON-RPC id
  std::map<PostTag, Sent> m_sent;
  std::vector<Call> m_queued;   // until ready
  std::vector<Message> m_early; // requests of the service from before it said where answers go
  std::string m_probe;          // id of our open ping
  std::vector<Action> m_pongs;
  std::vector<Action> m_actions;
  Counters m_counters;
};

} // namespace agr::mcp
