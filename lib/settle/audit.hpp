// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"

#include <span>
#include <string>
#include <string_view>

namespace agr::settle {

/// One line of the audit log: what happened, chained to everything before it, so that no line can be
/// changed, dropped or moved without breaking every hash after it.
struct AuditLine {
  long long number = 0; ///< from 1, without gaps
  std::string text;     ///< a JSON object: at, event, and what the event is about
  std::string hash;     ///< chain_hash() of the line before and this text
};

/// The hash of a line: SHA-256 over the hash of the line before (nothing for the first), a newline, and the
/// text; 64 hexadecimal digits. `printf '%s\n%s' "$previous" "$text" | sha256sum` computes the same.
std::string chain_hash(std::string_view previous, std::string_view text);

/// Walks the whole chain. Errors: Kind::conflict naming the first line that does not fit, and how.
Result<void> verify(std::span<const AuditLine> lines);

} // namespace agr::settle
