// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/frame/context.hpp"
#include "store/intents.hpp"

#include <optional>
#include <string>
#include <string_view>

/// What must happen at most once: its key is on disk before the request, and every repeat, by this run or by
/// a later one after a crash, sends the same bytes under the same key.
namespace agr::cmd {

struct Attempt {
  store::Intent intent;
  bool repeated = false; ///< its key may have been sent before
  bool resumed = false;  ///< by us: whatever is known under the key is ours
};

/// The journal of this user.
Result<store::Intents> open_intents(Context& context);

/// SHA-256 over what the person asked for: the same words make the same one.
std::string fingerprint_of(const json::Value& words);

/// The open attempt at the same thing, if there is one, and says so. A `key` of one's own only finds itself.
Result<std::optional<Attempt>> resume(Context& context, store::Intents& intents, std::string_view kind,
                                      const std::string& fingerprint, const std::string& key);

/// `given`, or a new one: "hire-0b1c…".
std::string key_for(Context& context, std::string_view kind, const std::string& given);

/// What is known after a failed attempt: either the key is done with, or the hint says that the next run
/// goes on with it.
Error after_failure(Error error, const Attempt& attempt, store::Intents& intents);

/// It happened. That it could not be written down is said, and is no failure: the next run finds it again.
void settle(Context& context, store::Intents& intents, const Attempt& attempt, std::string_view answer);

} // namespace agr::cmd
