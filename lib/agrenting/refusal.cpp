// SPDX-License-Identifier: MIT
#include "agrenting/refusal.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <array>
#include <string>
#include <string_view>

namespace agr::agrenting {
namespace {

/// How one refusal is recognised (by code, or by words in any case where the service sends only words) and
/// what becomes of it.
struct Refusal {
  std::string_view code;
  std::string_view words;
  Kind kind;
  std::string (*hint)(std::string_view message);
};

/// The word after `lead` in a message: "… required scope: hire:create" gives "hire:create".
std::string word_after(std::string_view message, std::string_view lead) {
  const std::size_t at = lower(message).find(lead);
  if (at == std::string::npos)
    return {};
  std::string_view rest = trim(message.substr(at + lead.size()));
  rest = rest.substr(0, rest.find_first_of(" \t\r\n,;)"));
  while (rest.ends_with('.'))
    rest.remove_suffix(1);
  return printable(rest);
}

std::string hint_scope(std::string_view message) {
  const std::string scope = word_after(message, "required scope:");
  return fmt::format(
      "make a token {} (`agr tokens create --preset claude-code` has all a hirer needs, or do it "
      "at /dashboard/api-keys), then `agr login agrenting --with-token`",
      scope.empty() ? "with the missing scope" : fmt::format("with the scope {}", scope));
}

std::string hint_cap(std::string_view message) {
  const std::string cap = word_after(message, "cap $");
  return fmt::format("this token's limit for one hire{} was set when it was made: lower --price, or log in "
                     "with a token of a higher limit (`agr tokens create --max-price USD`)",
                     cap.empty() ? std::string() : fmt::format(", {} USD,", cap));
}

std::string hint_balance(std::string_view) {
  return "`agr balance` shows what is free and what is held; add money with `agr deposit`";
}

std::string hint_busy(std::string_view) {
  return "it takes one hiring at a time: try again later, or choose another with `agr agents list`; `agr "
         "hire "
         "--best-of CAPABILITY` takes one that is free";
}

std::string hint_offline(std::string_view) {
  return "try again in a moment, or choose one that is online with `agr agents list --online`";
}

std::string hint_no_agent(std::string_view message) {
  const std::string_view all = "`agr agents list` shows the agents there are";
  std::string meant = word_after(message, "did you mean ");
  while (meant.ends_with('?'))
    meant.pop_back();
  return meant.starts_with("did:") ? fmt::format("repeat it with {}, or see: {}", meant, all)
                                   : std::string(all);
}

std::string hint_no_hiring(std::string_view) {
  return "`agr hirings list --all` shows yours";
}

std::string hint_no_artifact(std::string_view) {
  return "`agr artifacts list HIRING` shows what a hiring delivered";
}

std::string hint_no_webhook(std::string_view) {
  return "`agr webhooks list` shows yours";
}

std::string hint_no_token(std::string_view) {
  return "`agr tokens list` shows yours";
}

std::string hint_no_address(std::string_view) {
  return "name the id of one of yours: `agr withdraw addresses`";
}

std::string hint_unknown_id(std::string_view) {
  return "`agr status ID` tells what an id belongs to";
}

std::string hint_login(std::string_view) {
  return "`agr auth status` shows which key is used; `agr login agrenting --with-token` saves a new one";
}

std::string hint_slow(std::string_view message) {
  const std::string seconds = word_after(message, "retry after ");
  return fmt::format("all tokens of an account share 100 requests a minute: repeat it {}",
                     seconds.empty() ? "in a minute" : fmt::format("in {} seconds", seconds));
}

std::string hint_broken(std::string_view) {
  return "the service failed inside: repeat the same command later";
}

std::string hint_no_route(std::string_view) {
  return "this service does not know the operation: `agr auth status` shows its address";
}

std::string hint_invalid(std::string_view) {
  return "correct what it names; the same command with --dry-run shows what is sent";
}

std::string hint_whose(std::string_view) {
  return "`agr auth status` shows whose key is used";
}

std::string hint_running(std::string_view) {
  return "the first request is still being carried out: repeat the same command in a moment, with the same "
         "key";
}

std::string hint_key_reused(std::string_view) {
  return "this key belongs to another request: repeat that one as it was, or give this one a new --key";
}

std::string hint_dispute(std::string_view) {
  return "the money stays held until the dispute is settled; `agr hirings show ID` tells how it stands";
}

std::string hint_price(std::string_view) {
  return "an amount is above zero and has two decimals; what an agent asks is in `agr agents show DID`, and "
         "--price gives it";
}

constexpr std::array k_refusals{
    Refusal{"INSUFFICIENT_BALANCE", "insufficient balance", Kind::money, hint_balance},
    Refusal{"PAYMENT_FAILED", "", Kind::money, hint_balance},
    Refusal{"", "max_price_per_hire cap", Kind::money, hint_cap},
    Refusal{"", "missing required scope", Kind::forbidden, hint_scope},
    Refusal{"AGENT_BUSY", "currently busy", Kind::conflict, hint_busy},
    Refusal{"AGENT_UNAVAILABLE", "appears offline", Kind::unavailable, hint_offline},
    Refusal{"", "no agent found with did", Kind::not_found, hint_no_agent},
    Refusal{"IDEMPOTENCY_PENDING", "", Kind::outcome_unknown, hint_running},
    Refusal{"IDEMPOTENCY_MISMATCH", "", Kind::conflict, hint_key_reused},
    Refusal{"IDEMPOTENCY_CONFLICT", "", Kind::conflict, hint_key_reused},
    Refusal{"INVALID_AMOUNT", "", Kind::money, hint_price},
    Refusal{"ESCROW_LOCKED", "", Kind::conflict, hint_dispute},
    Refusal{"DISPUTE_OPEN", "", Kind::conflict, hint_dispute},
    Refusal{"", "hiring not found", Kind::not_found, hint_no_hiring},
    Refusal{"", "artifact not found", Kind::not_found, hint_no_artifact},
    Refusal{"ROUTE_NOT_FOUND", "", Kind::not_found, hint_no_route},
    Refusal{"", "webhook not found", Kind::not_found, hint_no_webhook},
    Refusal{"", "token not found", Kind::not_found, hint_no_token},
    Refusal{"", "withdrawal_address", Kind::failed, hint_no_address},
    Refusal{"UNAUTHORIZED", "missing or invalid authentication", Kind::auth, hint_login},
    Refusal{"RATE_LIMIT_EXCEEDED", "rate limit exceeded", Kind::rate_limited, hint_slow},
    Refusal{"INTERNAL_ERROR", "", Kind::unavailable, hint_broken},
    Refusal{"VALIDATION_ERROR", "", Kind::failed, hint_invalid},
    Refusal{"FORBIDDEN", "", Kind::forbidden, hint_whose},
    Refusal{"NOT_FOUND", "", Kind::not_found, hint_unknown_id},
};

bool is(const Refusal& refusal, const Error& error, std::string_view words) {
  const bool same_code = !refusal.code.empty() && iequals(error.code, refusal.code);
  return same_code || (!refusal.words.empty() && words.find(refusal.words) != std::string_view::npos);
}

} // namespace

Error refine(Error error) {
  const std::string words = lower(error.message);
  for (const Refusal& refusal : k_refusals) {
    if (!is(refusal, error, words))
      continue;
    error.kind = refusal.kind;
    error.hint = refusal.hint(error.message);
    return error;
  }
  return error;
}

bool proves_no_hiring(const Error& error, bool repeated) {
  if (error.kind == Kind::outcome_unknown || !error.http_status)
    return false;
  if (iequals(error.code, "AGENT_UNAVAILABLE"))
    return true; // a 503 only by number: the agent was asked and is away
  switch (const int status = *error.http_status; status) {
  case 408:
  case 425:
  case 429:
    return false;
  case 401:
  case 403:
    return !repeated;
  default:
    return status >= 400 && status < 500;
  }
}

} // namespace agr::agrenting
