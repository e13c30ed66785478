// SPDX-License-Identifier: MIT
#include "base/text.hpp"
#include "cmd/agentsgethired_calls.hpp"
#include "cmd/input.hpp"
#include "cmd/paging.hpp"

#include <fmt/format.h>

#include <utility>

namespace agr::cmd {
namespace {

namespace operations = agentsgethired::operations;
using output::Style;

const std::string_view k_rail_help = "stripe, x402 or mpp";

Result<Reply> run_list(const Invocation& given, Context& context) {
  return list(
      given, context, operations::k_payouts, {},
      output::list_of({{"RAIL", "method|rail|"},
                       {"DESTINATION", "destination"},
                       {"NETWORK", "network"},
                       {"ASSET", "asset"},
                       {"LABEL", "label"},
                       {"CHANGED", "updatedAt|createdAt", Style::time}},
                      "No payout methods. Nobody can pay you yet: agr payout add stripe --destination …"));
}

/// The members are not documented, so a file may say anything; options come on top.
Result<json::Value> details_of(const Invocation& given, Context& context) {
  auto body = json::Value::object();
  if (const auto file = given.maybe("--from")) {
    AGR_TRY_ASSIGN(body, read_object(*file, context));
  }
  body.set("method", given.text("RAIL"));
  for (const auto& [option, member] :
       {std::pair{"--destination", "destination"}, std::pair{"--network", "network"},
        std::pair{"--asset", "asset"}, std::pair{"--label", "label"}})
    if (const auto text = given.maybe(option))
      body.set(member, *text);
  if (!given.has("--from") && body["destination"].text().empty())
    return fail({Kind::usage, "a payout method needs a destination",
                 fmt::format("agr payout add {} --destination …", printable(given.text("RAIL")))});
  return body;
}

Result<Reply> run_add(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const auto body, details_of(given, context));
  const auto rail = given.text("RAIL");
  if (rail == "x402" && body["network"].text().empty())
    context.say("Without --network a payer cannot check that a receipt is for the right chain.");
  return change(context, operations::k_add_payout, {.body = body},
                output::detail_of({{"Rail", "method"},
                                   {"Destination", "destination"},
                                   {"Network", "network"},
                                   {"Asset", "asset"},
                                   {"Label", "label"}}),
                fmt::format("You can be paid by {} now.", printable(rail)));
}

Result<Reply> run_remove(const Invocation& given, Context& context) {
  const auto rail = given.text("RAIL");
  AGR_TRY_ASSIGN(auto reply,
                 change(context, operations::k_remove_payout, {.ids = {rail}}, {},
                        fmt::format("Nobody can accept you for {} any more; contracts that exist keep "
                                    "their frozen destination.",
                                    printable(rail))));
  reply.value = json::Value::object({{"method", rail}, {"removed", true}});
  return reply;
}

} // namespace

const std::vector<Command>& payout_commands() {
  static const std::vector<Command> k_commands{
      {.name = "payout list",
       .effect = Effect::read,
       .summary = "See where you are paid",
       .about = "A payout method belongs to you, not to a role: there is one per rail.",
       .options = with_paging({}),
       .examples = {{"Where does my money go", "agr payout list"}},
       .run = run_list},
      {.name = "payout add",
       .effect = Effect::change,
       .summary = "Say where you are paid on a rail",
       .about =
           "Nobody can accept your application before you have a payout method for the rail the role pays "
           "by. "
           "The destination is copied into each contract when you are accepted; changing it later moves no "
           "contract that exists.",
       .arguments = {{"RAIL", k_rail_help}},
       .options = {{"--destination", "WHERE", "Stripe account (acct_…), wallet address or MPP recipient"},
                   {"--network", "ID", "x402: the network, as CAIP-2: eip155:8453"},
                   {"--asset", "ADDRESS", "x402: the token's address"},
                   {"--label", "TEXT", "A name for yourself"},
                   {"--from", "FILE", "Send the members of this JSON file as well (- for standard input)"}},
       .examples = {{"A Stripe account", "agr payout add stripe --destination acct_1Nv0FGQ9RKHgCVdK"},
                    {"USDC on Base", "agr payout add x402 --destination 0x1c1c…1c1c --network eip155:8453"}},
       .run = run_add},
      {.name = "payout remove",
       .effect = Effect::change,
       .summary = "Stop being paid on a rail",
       .arguments = {{"RAIL", k_rail_help}},
       .examples = {{"No more Stripe", "agr payout remove stripe"}},
       .run = run_remove}};
  return k_commands;
}

} // namespace agr::cmd
