// SPDX-License-Identifier: MIT
#include "agrenting/account.hpp"
#include "base/text.hpp"
#include "cmd/agrenting/agrenting_calls.hpp"
#include "cmd/agrenting/attempt.hpp"
#include "cmd/frame/command.hpp"

#include <fmt/format.h>

namespace agr::cmd {
namespace {

using agrenting::Endpoint;
using output::Style;

constexpr std::string_view k_kind = "withdraw";

struct Wish {
  Decimal amount;
  std::string currency;
  std::string address;
  std::string key;
};

Result<Wish> wish_of(const Invocation& given) {
  const auto amount = Decimal::parse(given.text("AMOUNT"));
  if (!amount || amount->is_zero())
    return fail({Kind::usage, fmt::format("\"{}\" is no amount to withdraw", printable(given.text("AMOUNT"))),
                 "write it as 25.00"});
  Wish wish{*amount, given.maybe("--currency").value_or("USD"), given.text("--to"), given.text("--key")};
  if (wish.address.empty())
    return fail({Kind::usage, "a withdrawal needs an address to go to",
                 "name its id with --to; `agr withdraw addresses` lists yours"});
  if (given.has("--key"))
    AGR_TRY(agrenting::check_key(wish.key));
  return wish;
}

Result<Attempt> begin(const Wish& wish, Context& context, const Endpoint& endpoint, store::Intents& intents) {
  AGR_TRY_ASSIGN(const config::Settings* settings, context.settings());
  const std::string fingerprint = fingerprint_of(json::Value::array(
      {endpoint.base, settings->profile, wish.amount.money(), wish.currency, wish.address}));
  AGR_TRY_ASSIGN(auto open, resume(context, intents, k_kind, fingerprint, wish.key));
  if (open)
    return std::move(*open);
  store::Intent intent{.key = key_for(context, k_kind, wish.key),
                       .kind = std::string(k_kind),
                       .fingerprint = fingerprint,
                       .summary = fmt::format("withdraw {} {}", wish.amount.money(), wish.currency),
                       .request =
                           json::write(agrenting::withdraw_body(wish.amount, wish.currency, wish.address)),
                       .begun = context.env.clock.now()};
  AGR_TRY(intents.begin(intent));
  return Attempt{std::move(intent), !wish.key.empty()};
}

Reply reply_of(json::Value answer, const Wish& wish, const std::string& key) {
  if (!answer.is_object())
    answer = json::Value::object();
  if (!answer.has("amount"))
    answer.set("amount", wish.amount);
  answer.set("idempotency_key", key);
  return Reply{.value = std::move(answer),
               .view = output::detail_of({{"Withdrawal", "transaction_id|id", Style::id},
                                          {"Amount", "amount", Style::money},
                                          {"Status", "status", Style::status},
                                          {"Key", "idempotency_key"}})};
}

Result<Reply> run_withdraw(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const Wish wish, wish_of(given));
  AGR_TRY_ASSIGN(const Endpoint endpoint, hirer(context));
  const std::string attempted =
      fmt::format("withdrawing {} {}", wish.amount.money(), printable(wish.currency));
  if (context.globals.dry_run) {
    AGR_TRY(context.send(
        agrenting::withdraw(endpoint, agrenting::withdraw_body(wish.amount, wish.currency, wish.address),
                            key_for(context, k_kind, wish.key))));
    return Reply{};
  }
  AGR_TRY(context.confirm(fmt::format("Withdraw {} {} to address {}?", wish.amount.money(),
                                      printable(wish.currency), printable(wish.address))));
  AGR_TRY_ASSIGN(store::Intents intents, open_intents(context));
  AGR_TRY_ASSIGN(const Attempt attempt, begin(wish, context, endpoint, intents));
  AGR_TRY_ASSIGN(const json::Value body, json::parse(attempt.intent.request));
  auto answer = ask(context, agrenting::withdraw(endpoint, body, attempt.intent.key),
                    agrenting::read_whatever, attempted);
  if (!answer)
    return fail(after_failure(std::move(answer).error(), attempt, intents));
  settle(context, intents, attempt, answer->first_of({"transaction_id", "id"}).text());
  return reply_of(std::move(*answer), wish, attempt.intent.key);
}

Result<Reply> run_addresses(const Invocation&, Context& context) {
  AGR_TRY_ASSIGN(const Endpoint endpoint, hirer(context));
  AGR_TRY_ASSIGN(const auto page, ask(context, agrenting::withdrawal_addresses(endpoint),
                                      agrenting::read_addresses, "listing the withdrawal addresses"));
  return Reply{.value = raw_list(page.items),
               .view = output::list_of({{"ID", "id", Style::id},
                                        {"ADDRESS", "address"},
                                        {"CURRENCY", "currency"},
                                        {"NETWORK", "network"},
                                        {"LABEL", "label|name"},
                                        {"STATUS", "status", Style::status}},
                                       "No withdrawal addresses; add one at /dashboard/financial.")};
}

} // namespace

const std::vector<Command>& withdraw_commands() {
  static const std::vector<Command> k_commands{
      {.name = "withdraw",
       .effect = Effect::money,
       .summary = "Take money out of your Agrenting account",
       .about =
           "Each withdrawal has a key, written down before anything is sent. When the answer is lost, run "
           "the same command again: it goes on under the same key and cannot pay twice.",
       .arguments = {{"AMOUNT", "how much"}},
       .options = {{"--to", "ADDRESS", "The id of one of your addresses: agr withdraw addresses"},
                   {"--currency", "NAME", "USD when not given"},
                   {"--key", "KEY", "Use this idempotency key"}},
       .examples = {{"Without being asked", "agr withdraw 25.00 --to ADDRESS --yes"}},
       .run = run_withdraw},
      {.name = "withdraw addresses",
       .effect = Effect::read,
       .summary = "List where money may be withdrawn to",
       .examples = {{"Their ids", "agr withdraw addresses | cut -f1"}},
       .run = run_addresses}};
  return k_commands;
}

} // namespace agr::cmd
