// SPDX-License-Identifier: MIT
#include "base/text.hpp"
#include "json/value.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <iterator>

namespace agr::json {
namespace {

enum class Charset { utf8, ascii };

void append_escaped_unit(std::string& out, std::uint32_t unit) {
  fmt::format_to(std::back_inserter(out), "\\u{:04x}", unit);
}

/// `text` is valid UTF-8 here.
void append_ascii(std::string& out, std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]));
  };
  const std::size_t length = byte(at) >= 0xF0 ? 4 : byte(at) >= 0xE0 ? 3 : 2;
  std::uint32_t point = byte(at) & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i)
    point = point << 6 | (byte(at + i) & 0x3FU);
  at += length - 1;
  if (point < 0x10000) {
    append_escaped_unit(out, point);
    return;
  }
  point -= 0x10000;
  append_escaped_unit(out, 0xD800 + (point >> 10));
  append_escaped_unit(out, 0xDC00 + (point & 0x3FF));
}

void append_string(std::string& out, std::string_view raw, Charset charset) {
  std::string repaired;
  std::string_view text = raw;
  if (!is_utf8(raw)) {
    repaired = to_utf8(raw);
    text = repaired;
  }
  out += '"';
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '"' || c == '\\')
      (out += '\\') += c;
    else if (c == '\n')
      out += "\\n";
    else if (c == '\r')
      out += "\\r";
    else if (c == '\t')
      out += "\\t";
    else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
      append_escaped_unit(out, static_cast<unsigned char>(c));
    else if (static_cast<unsigned char>(c) >= 0x80 && charset == Charset::ascii)
      append_ascii(out, text, at);
    else
      out += c;
  }
  out += '"';
}

struct Style {
  Charset charset;
  bool pretty;
};

void new_line(std::string& out, const Style& style, int depth) {
  if (style.pretty)
    out.append("\n").append(static_cast<std::size_t>(depth) * 2, ' ');
}

void append(std::string& out, const Value& value, const Style& style, int depth) {
  if (value.is_object()) {
    out += '{';
    bool first = true;
    for (const Member& member : value.members()) {
      if (!std::exchange(first, false))
        out += ',';
      new_line(out, style, depth + 1);
      append_string(out, member.name, style.charset);
      out += style.pretty ? ": " : ":";
      append(out, member.value, style, depth + 1);
    }
    if (!first)
      new_line(out, style, depth);
    out += '}';
  } else if (value.is_array()) {
    out += '[';
    bool first = true;
    for (const Value& item : value.items()) {
      if (!std::exchange(first, false))
        out += ',';
      new_line(out, style, depth + 1);
      append(out, item, style, depth + 1);
    }
    if (!first)
      new_line(out, style, depth);
    out += ']';
  } else if (value.is_null()) {
    out += "null";
  } else if (const auto text = value.as_string()) {
    append_string(out, *text, style.charset);
  } else {
    out += value.text();
  }
}

std::string written(const Value& value, const Style& style) {
  std::string out;
  append(out, value, style, 0);
  return out;
}

} // namespace

std::string write(const Value& value) {
  return written(value, {Charset::utf8, false});
}
std::string write_ascii(const Value& value) {
  return written(value, {Charset::ascii, false});
}
std::string write_pretty(const Value& value) {
  return written(value, {Charset::utf8, true});
}

} // namespace agr::json
