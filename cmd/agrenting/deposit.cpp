// SPDX-License-Identifier: MIT
#include "agrenting/account.hpp"
#include "base/text.hpp"
#include "cmd/agrenting/attempt.hpp"
#include "cmd/agrenting/hirer.hpp"
#include "cmd/frame/command.hpp"
#include "term/qr.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace agr::cmd {
namespace {

using output::Style;

/// With an amount the service makes a payment to be completed, without one an address to send anything to.
/// The first is asked over REST, the second only MCP can tell.
Result<json::Value> place_to_pay(const Invocation& given, Context& context, std::optional<Decimal> amount) {
  AGR_TRY_ASSIGN(const Hirer hirer, hirer_of(given, context, amount ? "rest" : "mcp"));
  const std::string currency = given.text("--currency");
  const std::string_view attempted = "asking for a deposit address";
  if (hirer.by_mcp())
    return hirer.mcp->call(
        agrenting::tools::generate_deposit_address(currency.empty() ? "USDT" : currency,
                                                   given.maybe("--network").value_or("TRC20")),
        attempted);
  agrenting::Deposit deposit{amount, currency.empty() ? "USD" : currency};
  return ask(context, agrenting::deposit(hirer.endpoint, deposit, key_for(context, "deposit", {})),
             agrenting::read_whatever, attempted);
}

/// What a phone can scan off the terminal: the address, or where to pay. Nothing for what is no plain text: a
/// code shows nobody what is in it.
std::string picture_of(const json::Value& place, Context& context) {
  const term::Output& out = context.env.console.out;
  const std::string target = place.first_of({"address", "deposit_address", "payment_url"}).text();
  const bool plain = std::ranges::all_of(target, [](char c) { return c > ' ' && c <= '~'; });
  if (context.globals.mode != output::Mode::table || !out.is_terminal() || target.empty() || !plain)
    return {};
  const auto code = term::qr_code(target);
  if (!code || term::width_of(*code) > out.width())
    return {};
  return term::half_blocks(*code, context.colour_out());
}

Result<Reply> run_deposit(const Invocation& given, Context& context) {
  std::optional<Decimal> amount;
  if (given.has("AMOUNT")) {
    amount = given.money("AMOUNT");
    if (!amount || amount->is_zero())
      return fail({Kind::usage,
                   fmt::format("\"{}\" is no amount to deposit", printable(given.text("AMOUNT"))),
                   "write it as 50.00, or leave it out for an address that takes any amount"});
  }
  AGR_TRY_ASSIGN(json::Value place, place_to_pay(given, context, amount));
  if (place.first_of({"address", "deposit_address", "payment_url", "transaction_id"}).is_null())
    return fail(
        {Kind::protocol, "Agrenting's answer names no address to pay to", "try /dashboard/financial"});
  Reply reply{.value = std::move(place),
              .view = output::detail_of({{"Send to", "address|deposit_address"},
                                         {"Pay at", "payment_url"},
                                         {"Amount", "amount", Style::money},
                                         {"Currency", "currency"},
                                         {"Network", "network"},
                                         {"Status", "status", Style::status},
                                         {"Deposit", "transaction_id|id", Style::id}})};
  reply.view.body = picture_of(reply.value, context);
  return reply;
}

} // namespace

const std::vector<Command>& deposit_commands() {
  static const std::vector<Command> k_commands{
      {.name = "deposit",
       .effect = Effect::change,
       .summary = "Get an address to put money into your Agrenting account",
       .about =
           "Moves nothing by itself: your balance grows when what you send there is confirmed. Send only "
           "the named currency over the named network; anything else is lost. Without an amount the "
           "address takes any. On a terminal there is a QR code of it.",
       .arguments = {{"AMOUNT", "how much you mean to pay, in USD", Argument::Count::maybe}},
       .options = with_via({{"--currency", "NAME", "USDT when no amount is given, else USD"},
                            {"--network", "NAME", "TRC20, ERC20, …; only without an amount"}},
                           "mcp"),
       .examples = {{"An address for USDT on TRC20", "agr deposit"},
                    {"Only the address, for a script",
                     "agr deposit --currency USDC --network SOL --json=address"}},
       .run = run_deposit}};
  return k_commands;
}

} // namespace agr::cmd
