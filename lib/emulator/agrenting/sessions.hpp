// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/agrenting/credentials.hpp"
#include "emulator/world.hpp"
#include "json/value.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agr::emulator::agrenting {

extern const std::string_view k_session_schema;
inline constexpr std::string_view k_session_timer = "session";

/// The two MCP surfaces: one for providers, one for hirers.
enum class Surface { agent, hirer };

/// An MCP session: a stream to the client and an address for its messages. After the stream is lost the
/// address is served for another 30 seconds.
struct Session {
  std::string id;
  Surface surface;
  std::string principal; ///< the agent's or user's id
  std::string origin;    ///< scheme://host the stream was opened on
  bool is_used = false;  ///< a message came in: only then the session counts as alive
  bool is_open = true;   ///< the stream is up
};

/// Opens a session and answers with its stream, whose first block is the endpoint event alone.
Result<Response> open_stream(Turn& turn, Surface surface, const Principal& caller, const Request& request);
/// The session, if it exists on that surface: 404; and is the caller's: 403.
Result<Session> find_session(Turn& turn, Surface surface, const Principal& caller, const std::string& id);
/// Notes that a message came in. Tells whether it was the first.
Result<bool> mark_used(Turn& turn, const Session& session);
Result<void> on_stream_closed(Turn& turn, const std::string& id);
Result<void> forget_session(Turn& turn, const std::string& id);
/// No stream outlives the process.
Result<void> forget_all_sessions(Turn& turn);

/// Open sessions of an agent that were used.
Result<std::vector<std::string>> live_sessions(Turn& turn, const std::string& agent);
Result<bool> has_subscribed_session(Turn& turn, const std::string& agent);

/// Writes one JSON-RPC message to a session's stream, if that is up.
Result<void> send(Turn& turn, const std::string& session, const json::Value& message);

Result<void> subscribe(Turn& turn, const std::string& session, const std::string& uri);
Result<void> unsubscribe(Turn& turn, const std::string& session, const std::string& uri);
/// notifications/tools/list_changed to every hirer.
Result<void> announce_tools(Turn& turn);
/// notifications/resources/updated to each open session of `principal` that subscribed to `uri`.
Result<void> notify(Turn& turn, Surface surface, const std::string& principal, const std::string& uri);

} // namespace agr::emulator::agrenting
