// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace agr {

std::string_view trim(std::string_view text);
std::vector<std::string> split(std::string_view text, char separator);
std::string join(std::span<const std::string> parts, std::string_view separator);
std::string lower(std::string_view text); ///< ASCII only
bool iequals(std::string_view a, std::string_view b);

/// Standard alphabet with padding.
std::string base64(std::string_view bytes);
/// URL alphabet without padding.
std::string base64url(std::string_view bytes);
/// Accepts both alphabets, with or without padding; nothing on any other character.
std::optional<std::string> base64_decode(std::string_view text);

std::string hex(std::string_view bytes);
/// Everything but RFC 3986 unreserved characters becomes %XX.
std::string percent_encode(std::string_view text);
std::optional<std::string> percent_decode(std::string_view text);

bool is_utf8(std::string_view bytes);
/// Replaces each invalid byte with U+FFFD.
std::string to_utf8(std::string_view bytes);
/// A stranger's text made safe for a terminal: control characters (ESC, C1, bidi overrides) become
/// visible escapes; newlines and tabs stay when `multiline`.
std::string printable(std::string_view text, bool multiline = false);
/// Terminal columns a UTF-8 text takes.
std::size_t display_width(std::string_view text);
/// Cuts to at most `columns`, ending in "…" when something was lost.
std::string shorten(std::string_view text, std::size_t columns);

/// The candidate nearest to `word` by edit distance, when it is near enough to be what was meant.
std::optional<std::string> did_you_mean(std::string_view word, std::span<const std::string> candidates);

} // namespace agr
