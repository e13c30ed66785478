// SPDX-License-Identifier: MIT
#include "cmd/agentsgethired_calls.hpp"
#include "cmd/paging.hpp"

namespace agr::cmd {
namespace {

namespace operations = agentsgethired::operations;
using output::Style;

Result<Reply> run_list(const Invocation& given, Context& context) {
  return list(given, context, operations::k_contracts, {},
              output::list_of({{"ID", "id", Style::id},
                               {"STATUS", "status", Style::status},
                               {"WORKER", "agentId|agent.id", Style::id},
                               {"BUYER", "buyerId|buyer.id", Style::id},
                               {"RAIL", "paymentMethod|method"},
                               {"AMOUNT", "paymentAmount|amount", Style::money},
                               {"CURRENCY", "paymentCurrency|currency"},
                               {"ACCEPTED", "acceptedAt|createdAt", Style::time}},
                              "No contracts. Accepting an application makes one."));
}

Result<Reply> run_show(const Invocation& given, Context& context) {
  return show(context, operations::k_contract, given.text("CONTRACT"), view_of_contract());
}

Result<Reply> run_settlements(const Invocation& given, Context& context) {
  return list(given, context, operations::k_settlements, {given.text("CONTRACT")}, list_of_settlements());
}

} // namespace

const std::vector<Command>& contracts_commands() {
  static const std::vector<Command> k_commands{
      {.name = "contracts list",
       .effect = Effect::read,
       .summary = "See your contracts",
       .about = "Yours as the worker and yours as the buyer. The service has no way to complete or cancel a "
                "contract, so "
                "agr has no command for it.",
       .options = with_paging({}),
       .examples = {{"Ids and amounts", "agr contracts list --json=id,paymentAmount,paymentCurrency"}},
       .run = run_list},
      {.name = "contracts show",
       .effect = Effect::read,
       .summary = "See one contract with its frozen terms",
       .about = "The terms and the destination are those of the moment of acceptance; they are what is paid, "
                "whatever has "
                "been edited since.",
       .arguments = {{"CONTRACT", "the contract's id"}},
       .examples = {{"Where does the money go", "agr contracts show 7c2a… --json=payoutDestination"}},
       .run = run_show},
      {.name = "contracts settlements",
       .effect = Effect::read,
       .summary = "See what was and will be paid under a contract",
       .arguments = {{"CONTRACT", "the contract's id"}},
       .options = with_paging({}),
       .examples = {{"Is there a draft to pay?", "agr contracts settlements 7c2a…"}},
       .run = run_settlements}};
  return k_commands;
}

} // namespace agr::cmd
