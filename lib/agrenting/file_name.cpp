// SPDX-License-Identifier: MIT
#include "agrenting/file_name.hpp"

#include "base/text.hpp"

#include <optional>

namespace agr::agrenting {
namespace {

constexpr std::size_t k_longest_name = 200; // bytes; file systems take 255, temporary names need some

/// The value of one parameter of a header such as `attachment; filename="a b.txt"`.
std::optional<std::string> parameter(std::string_view header, std::string_view name) {
  bool quoted = false;
  std::size_t start = 0;
  for (std::size_t i = 0; i <= header.size(); ++i) {
    if (i < header.size() && header[i] == '"' && (i == 0 || header[i - 1] != '\\'))
      quoted = !quoted;
    if (i < header.size() && (quoted || header[i] != ';'))
      continue;
    const std::string_view piece = header.substr(start, i - start);
    start = i + 1;
    const std::size_t equals = piece.find('=');
    if (equals != std::string_view::npos && iequals(trim(piece.substr(0, equals)), name))
      return std::string(trim(piece.substr(equals + 1)));
  }
  return std::nullopt;
}

std::string unquoted(std::string_view value) {
  if (value.size() < 2 || !value.starts_with('"') || !value.ends_with('"'))
    return std::string(value);
  std::string out;
  value = value.substr(1, value.size() - 2);
  for (std::size_t i = 0; i < value.size(); ++i)
    out += value[i] == '\\' && i + 1 < value.size() ? value[++i] : value[i];
  return out;
}

/// UTF-8''percent%20encoded (RFC 8187); nothing for another character set.
std::optional<std::string> extended(std::string_view value) {
  constexpr std::string_view k_charset = "utf-8'";
  if (!lower(value).starts_with(k_charset))
    return std::nullopt;
  const std::size_t quote = value.find('\'', k_charset.size());
  return quote == std::string_view::npos ? std::nullopt : percent_decode(value.substr(quote + 1));
}

/// Without what a terminal would act on and what printable() makes visible as an escape.
std::string without_controls(std::string_view name) {
  std::string out;
  for (const char c : to_utf8(name))
    if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F)
      out += c;
  // Hidden characters of more than one byte (C1, bidi overrides): escapes hold a backslash.
  std::string shown = printable(out);
  for (char& c : shown)
    if (c == '\\')
      c = '_';
  return shown;
}

void cut_to(std::string& name, std::size_t longest) {
  if (name.size() <= longest)
    return;
  while (longest > 0 && (static_cast<unsigned char>(name[longest]) & 0xC0U) == 0x80)
    --longest;
  name.resize(longest);
}

} // namespace

std::string suggested_name(std::string_view content_disposition) {
  if (const auto value = parameter(content_disposition, "filename*"))
    if (auto name = extended(*value))
      return *name;
  const auto value = parameter(content_disposition, "filename");
  return value ? unquoted(*value) : std::string();
}

std::string safe_name(std::string_view name, std::string_view fallback) {
  if (const std::size_t slash = name.find_last_of("/\\"); slash != std::string_view::npos)
    name = name.substr(slash + 1);
  std::string safe = without_controls(name);
  cut_to(safe, k_longest_name);
  while (safe.starts_with('.') || safe.starts_with(' ') || safe.starts_with('-'))
    safe.erase(0, 1);
  while (safe.ends_with(' ') || safe.ends_with('.'))
    safe.pop_back();
  return safe.empty() ? std::string(fallback) : safe;
}

} // namespace agr::agrenting
