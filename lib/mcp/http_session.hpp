// SPDX-License-Identifier: MIT
#pragma once

#include "mcp/session.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace agr::mcp {

/// The client's side of one MCP session over Streamable HTTP (revisions 2025-03-26 and later): each message
/// is a POST to one address and is answered there, as JSON or as a short event stream. Pushes come on a GET
/// stream, which a service need not offer. Pure, with the inputs and actions of Session
/// (docs/wire/mcp.md, "Streamable HTTP"). After Failed, make a new one.
class HttpSession {
public:
  /// `settings.stream_url` is the one address.
  explicit HttpSession(Settings settings);

  /// The handshake begins. Gives the POST of `initialize`.
  std::vector<Action> start(Millis now);
  /// What to do about this, in order. Opened, Bytes and Ended are those of the GET stream, opened by the
  /// caller with headers() once the session is ready.
  std::vector<Action> on(const Input& input, Millis now);

  [[nodiscard]] bool ready() const { return m_stage == Stage::ready; }
  [[nodiscard]] bool over() const { return m_stage == Stage::over; }
  /// Whether pushes arrive: the GET stream is open.
  [[nodiscard]] bool hears_pushes() const { return m_listening; }
  /// Whether the address turned out not to speak this: 400, 404 or 405 to `initialize`.
  [[nodiscard]] bool is_foreign() const { return m_foreign; }
  /// What every request of this session carries.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> headers() const;

private:
  enum class Stage { idle, initializing, confirming, ready, over };
  struct Sent {
    PostKind kind = PostKind::request;
    std::string id;
    CallId call = 0;
    std::string label;
    Millis deadline{0};
  };

  void take(const Opened& opened);
  void take(const Bytes& bytes);
  void take(const Ended& ended);
  void take(const Posted& posted);
  void take(const Timer& timer);
  void take(const Call& call);

  void request(const Call& call);
  void post(PostKind kind, std::string body, Sent sent);
  void take_answer(const Sent& sent, const Posted& posted);
  void take_refused(const Sent& sent, const Posted& posted);
  void take_initialized(const Message& response, const Posted& posted);
  std::optional<Message> read_answer(const Sent& sent, const Posted& posted);
  void take_unasked(const Message& message);
  void give_up(const Sent& sent, Error error);
  void die(Error error);
  std::vector<Action> collect();

  Settings m_settings;
  Stage m_stage = Stage::idle;
  Millis m_now{0};
  std::string m_session_id;
  std::string m_revision;
  json::Value m_server;
  bool m_foreign = false;
  bool m_listening = false;
  sse::Parser m_parser; // of the GET stream
  std::uint64_t m_last_id = 0;
  PostTag m_last_tag = 0;
  std::map<PostTag, Sent> m_sent;
  std::vector<Call> m_queued; // until ready
  std::vector<Action> m_actions;
};

} // namespace agr::mcp
