// SPDX-License-Identifier: MIT
#include "cmd/agrenting/attempt.hpp"

#include "agrenting/refusal.hpp"
#include "base/text.hpp"
#include "crypto/digest.hpp"

#include <fmt/format.h>

namespace agr::cmd {

Result<store::Intents> open_intents(Context& context) {
  AGR_TRY_ASSIGN(const std::string journal, context.state_file("intents.db"));
  return store::Intents::open(journal);
}

std::string fingerprint_of(const json::Value& words) {
  return hex(crypto::sha256(json::write(words)));
}

Result<std::optional<Attempt>> resume(Context& context, store::Intents& intents, std::string_view kind,
                                      const std::string& fingerprint, const std::string& key) {
  AGR_TRY_ASSIGN(auto open, intents.find_open(kind, fingerprint));
  if (!open || (!key.empty() && key != open->key))
    return std::optional<Attempt>();
  context.say(
      fmt::format("Going on with the same {} of {}, whose outcome is not known here, under its key {}.", kind,
                  rfc3339(open->begun), open->key));
  return std::optional(Attempt{std::move(*open), true, true});
}

std::string key_for(Context& context, std::string_view kind, const std::string& given) {
  return given.empty() ? fmt::format("{}-{}", kind, context.env.random.uuid()) : given;
}

Error after_failure(Error error, const Attempt& attempt, store::Intents& intents) {
  const std::string& key = attempt.intent.key;
  if (agrenting::proves_no_hiring(error, attempt.repeated)) {
    // Left open it would only be repeated: nothing is lost when this fails.
    (void)intents.refused(key, error.code.empty() ? error.message : error.code);
    return error;
  }
  if (error.kind != Kind::auth && error.kind != Kind::forbidden)
    error.hint = fmt::format("repeat the same command: it goes on under the key {} and cannot {} twice", key,
                             attempt.intent.kind);
  return error;
}

void settle(Context& context, store::Intents& intents, const Attempt& attempt, std::string_view answer) {
  if (const auto closed = intents.done(attempt.intent.key, answer); !closed)
    context.say(fmt::format("It is done, but that could not be written down: {}", closed.error().message));
}

} // namespace agr::cmd
