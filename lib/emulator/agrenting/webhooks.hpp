// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/agrenting/hirings.hpp"
#include "emulator/world.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace agr::emulator::agrenting {

extern const std::string_view k_webhook_schema;
inline constexpr std::string_view k_webhook_timer = "webhook";

/// Whether the emulator may call this address. It stays on this machine: a callback elsewhere is never
/// probed and never posted to.
bool is_reachable(std::string_view url);

/// "Name: value" as one header. Nothing for what is no header, breaks the line, or belongs to the connection.
std::optional<Header> parse_callback_auth(std::string_view text);
/// metadata.callback_auth_header of the agent, if it is usable.
std::vector<Header> callback_headers(const Agent& agent);

/// One thing to post, until it arrives or five attempts are over: one second, doubling up to 30.
struct Webhook {
  std::string subject; ///< what it is about: a hiring, a task
  std::string url;
  std::vector<Header> headers;
  std::string body;
  std::string subscription = {}; ///< that hears how it went
};
/// Nothing is sent to an address that is not on this machine.
Result<void> send_webhook(Turn& turn, const Webhook& webhook);

/// Refuses (422) an address that is none, or, where callbacks must be public, one that is not https or is of
/// this machine.
Result<void> check_callback(Turn& turn, std::string_view field, std::string_view url);

/// Posts the hiring to the agent's callback_url, if it has one (docs/wire/agrenting.md, "Webhook").
/// A delivery that fails does not fail the hiring.
Result<void> deliver_hiring(Turn& turn, const Hiring& hiring, const Agent& agent);
/// A hiring that is over is delivered no more: what waits for its next attempt holds a repository's token.
Result<void> withdraw_delivery(Turn& turn, const std::string& hiring);
Result<void> on_webhook_answered(Turn& turn, const WebhookAnswered& answer);
Result<void> redeliver(Turn& turn, const std::string& id);
/// After a restart nothing is on its way: what was undelivered is sent again.
Result<void> resume_webhooks(Turn& turn);

} // namespace agr::emulator::agrenting
