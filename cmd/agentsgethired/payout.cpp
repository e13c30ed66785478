// SPDX-License-Identifier: MIT
#include "base/text.hpp"
#include "cmd/agentsgethired/agentsgethired_calls.hpp"
#include "cmd/frame/input.hpp"
#include "cmd/frame/paging.hpp"

#include <fmt/format.h>

#include <utility>

namespace agr::cmd {
namespace {

namespace operations = agentsgethired::operations;

Result<Reply> run_list(const Invocation& given, Context& context) {
  return list(given, context, operations::k_payouts, {}, list_of_payouts());
}

/// Adds to a body what was given. The members are not documented, so a file may say anything; options come
/// on top.
Result<json::Value> details_of(const Invocation& given, Context& context, json::Value body) {
  if (const auto file = given.maybe("--from")) {
    AGR_TRY_ASSIGN(const auto more, read_object(*file, context));
    for (const auto& [name, value] : more.members())
      body.set(name, value);
  }
  for (const auto& [option, member] :
       {std::pair{"--destination", "destination"}, std::pair{"--network", "network"},
        std::pair{"--asset", "asset"}, std::pair{"--label", "label"}})
    if (const auto text = given.maybe(option))
      body.set(member, *text);
  return body;
}

Result<Reply> run_add(const Invocation& given, Context& context) {
  const auto rail = given.text("RAIL");
  AGR_TRY_ASSIGN(auto body, details_of(given, context, json::Value::object({{"method", rail}})));
  body.set("method", rail);
  if (!given.has("--from") && body["destination"].text().empty())
    return fail({Kind::usage, "a payout method needs a destination",
                 fmt::format("agr payout add {} --destination …", printable(rail))});
  if (rail == "x402" && body["network"].text().empty())
    context.say("Without --network a payer cannot check that a receipt is for the right chain.");
  return change(context, operations::k_add_payout, {.body = body}, view_of_payout(),
                fmt::format("You can be paid by {} now.", printable(rail)));
}

Result<Reply> run_edit(const Invocation& given, Context& context) {
  const auto rail = given.text("RAIL");
  AGR_TRY_ASSIGN(const auto body, details_of(given, context, json::Value::object()));
  if (body.members().empty())
    return fail({Kind::usage, "there is nothing to change",
                 fmt::format("agr payout edit {} --destination …", printable(rail))});
  return change(context, operations::k_edit_payout, {.ids = {rail}, .body = body}, view_of_payout(),
                "Changed for contracts to come; those that exist keep their frozen destination.");
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

std::vector<Option> detail_options() {
  return {{"--destination", "WHERE", "Stripe account (acct_…), wallet address or MPP recipient"},
          {"--network", "ID", "x402: the network, as CAIP-2: eip155:8453"},
          {"--asset", "ADDRESS", "x402: the token's address"},
          {"--label", "TEXT", "A name for yourself"},
          {"--from", "FILE", "Send the members of this JSON or TOML file as well (- for standard input)"}};
}

} // namespace

const std::vector<Command>& payout_commands() {
  static const Argument k_rail{"RAIL", "stripe, x402 or mpp"};
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
           "by. The destination is copied into each contract when you are accepted; changing it later moves "
           "no contract that exists.",
       .arguments = {k_rail},
       .options = detail_options(),
       .examples = {{"A Stripe account", "agr payout add stripe --destination acct_1Nv0FGQ9RKHgCVdK"},
                    {"USDC on Base", "agr payout add x402 --destination 0x1c1c…1c1c --network eip155:8453"}},
       .run = run_add},
      {.name = "payout edit",
       .effect = Effect::change,
       .summary = "Change where you are paid on a rail",
       .about = "Sends only what you give. Contracts that exist keep the destination they were made with.",
       .arguments = {k_rail},
       .options = detail_options(),
       .examples = {{"Another account", "agr payout edit stripe --destination acct_1Pq7ZZQ9RKHgCVdK"}},
       .run = run_edit},
      {.name = "payout remove",
       .effect = Effect::change,
       .summary = "Stop being paid on a rail",
       .about = "It can be added again. Contracts that exist keep the destination they were made with.",
       .arguments = {k_rail},
       .examples = {{"No more Stripe", "agr payout remove stripe"}},
       .run = run_remove}};
  return k_commands;
}

} // namespace agr::cmd
