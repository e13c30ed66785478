// SPDX-License-Identifier: MIT
#pragma once

#include "base/time.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agr::sse {

/// One dispatched event. Always valid UTF-8: broken bytes arrive as U+FFFD.
struct Event {
  std::string type = "message";
  std::string data;
  std::string id; ///< the last id the stream named, which may be older than this event
  friend bool operator==(const Event&, const Event&) = default;
};

/// What one stream may make us hold. Beyond it the event is dropped and counted; the stream goes on.
struct Limits {
  std::size_t line = std::size_t{10} << 20;
  std::size_t event = std::size_t{10} << 20;
};

/// Reads a text/event-stream that arrives in pieces cut anywhere (WHATWG HTML, 9.2.6). Comments produce
/// nothing here; whoever feeds the parser sees them as bytes, and bytes are a sign of life. An event
/// without its closing blank line is never given out.
class Parser {
public:
  explicit Parser(Limits limits = {}) : m_limits(limits) {}

  /// The events these bytes complete. A line that ends in CR is complete at once, whatever follows it.
  std::vector<Event> feed(std::string_view bytes);

  [[nodiscard]] const std::string& last_id() const { return m_last_id; }
  /// The reconnection time the server asked for.
  [[nodiscard]] std::optional<Millis> retry() const { return m_retry; }
  /// Events dropped because they or one of their lines were over the limit.
  [[nodiscard]] std::size_t dropped() const { return m_dropped; }

private:
  std::string_view skip_mark(std::string_view bytes);
  void append(std::string_view piece);
  void end_line(std::vector<Event>& events);
  void take_field(std::string_view name, std::string_view value);
  void dispatch(std::vector<Event>& events);

  Limits m_limits;
  std::size_t m_mark = 0; // bytes of the byte order mark matched so far; 3 once the start is behind us
  bool m_swallow_lf = false;
  std::string m_line;
  bool m_line_too_long = false;
  std::string m_type;
  std::string m_data; // each data line followed by '\n'
  bool m_event_too_big = false;
  std::string m_last_id;
  std::optional<Millis> m_retry;
  std::size_t m_dropped = 0;
};

} // namespace agr::sse
