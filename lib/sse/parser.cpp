// SPDX-License-Identifier: MIT
#include "sse/parser.hpp"

#include "base/text.hpp"

#include <charconv>
#include <utility>

namespace agr::sse {
namespace {

constexpr std::string_view k_mark = "\xEF\xBB\xBF";

std::string as_utf8(std::string_view bytes) {
  return is_utf8(bytes) ? std::string(bytes) : to_utf8(bytes);
}

std::optional<Millis> whole_number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0)
    return std::nullopt;
  return Millis{value};
}

} // namespace

std::vector<Event> Parser::feed(std::string_view bytes) {
  std::vector<Event> events;
  bytes = skip_mark(bytes);
  while (!bytes.empty()) {
    if (std::exchange(m_swallow_lf, false) && bytes.front() == '\n') {
      bytes.remove_prefix(1);
      continue;
    }
    const std::size_t end = bytes.find_first_of("\r\n");
    append(bytes.substr(0, end));
    if (end == std::string_view::npos)
      break;
    m_swallow_lf = bytes[end] == '\r';
    end_line(events);
    bytes.remove_prefix(end + 1);
  }
  return events;
}

std::string_view Parser::skip_mark(std::string_view bytes) {
  while (m_mark < k_mark.size() && !bytes.empty()) {
    if (bytes.front() != k_mark[m_mark]) {
      append(k_mark.substr(0, m_mark));
      m_mark = k_mark.size();
      return bytes;
    }
    bytes.remove_prefix(1);
    ++m_mark;
  }
  return bytes;
}

void Parser::append(std::string_view piece) {
  const std::size_t room = m_limits.line - m_line.size();
  m_line_too_long |= piece.size() > room;
  m_line += piece.substr(0, room);
}

void Parser::end_line(std::vector<Event>& events) {
  const std::string line = std::exchange(m_line, {});
  const bool too_long = std::exchange(m_line_too_long, false);
  if (line.starts_with(':'))
    return;
  m_event_too_big |= too_long;
  if (line.empty())
    return dispatch(events);
  const std::string_view text = line;
  const std::size_t colon = text.find(':');
  std::string_view value = colon == std::string_view::npos ? std::string_view{} : text.substr(colon + 1);
  if (value.starts_with(' '))
    value.remove_prefix(1);
  take_field(text.substr(0, colon), value);
}

void Parser::take_field(std::string_view name, std::string_view value) {
  if (name == "data") {
    m_event_too_big |= m_data.size() + value.size() > m_limits.event;
    if (!m_event_too_big)
      m_data.append(value).push_back('\n');
  } else if (name == "event") {
    m_type = value;
  } else if (name == "id" && value.find('\0') == std::string_view::npos) {
    m_last_id = as_utf8(value);
  } else if (name == "retry") {
    if (const std::optional<Millis> wait = whole_number(value))
      m_retry = wait;
  }
}

void Parser::dispatch(std::vector<Event>& events) {
  const std::string data = std::exchange(m_data, {});
  const std::string type = std::exchange(m_type, {});
  if (std::exchange(m_event_too_big, false)) {
    ++m_dropped;
    return;
  }
  if (data.empty())
    return;
  events.push_back({type.empty() ? "message" : as_utf8(type),
                    as_utf8(std::string_view(data).substr(0, data.size() - 1)), m_last_id});
}

} // namespace agr::sse
