// SPDX-License-Identifier: MIT
#include "cmd/agentsgethired/agentsgethired_calls.hpp"
#include "cmd/agentsgethired/reviews.hpp"
#include "cmd/frame/paging.hpp"

namespace agr::cmd {
namespace {

namespace operations = agentsgethired::operations;

Result<std::string> contract_of(const Invocation& given, Context& context) {
  return whole_id(context, IdKind::contract, given.text("CONTRACT"));
}

Result<Reply> run_list(const Invocation& given, Context& context) {
  return list(given, context, operations::k_contracts, {}, list_of_contracts());
}

Result<Reply> run_show(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const auto id, contract_of(given, context));
  return show(context, operations::k_contract, id, view_of_contract());
}

Result<Reply> run_settlements(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const auto id, contract_of(given, context));
  return list(given, context, operations::k_settlements, {id}, list_of_settlements());
}

Result<Reply> run_review(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const auto id, contract_of(given, context));
  return send_review(given, context, operations::k_review_contract, id);
}

} // namespace

const std::vector<Command>& contracts_commands() {
  static const Argument k_contract{"CONTRACT", "the contract's id, or its beginning"};
  static const std::vector<Command> k_commands{
      {.name = "contracts list",
       .effect = Effect::read,
       .summary = "See your contracts",
       .about = "Yours as the worker and yours as the buyer. There is no agr contracts complete: the service "
                "has no way to complete, cancel or refund a contract.",
       .options = with_paging({}),
       .examples = {{"Ids and amounts", "agr contracts list --json=id,paymentAmount,paymentCurrency"}},
       .run = run_list},
      {.name = "contracts show",
       .effect = Effect::read,
       .summary = "See one contract with its frozen terms",
       .about = "The terms and the destination are those of the moment of acceptance; they are what is paid, "
                "whatever has been edited since.",
       .arguments = {k_contract},
       .examples = {{"Where does the money go", "agr contracts show 7c2a… --json=payoutDestination"}},
       .run = run_show},
      {.name = "contracts settlements",
       .effect = Effect::read,
       .summary = "See what was and will be paid under a contract",
       .arguments = {k_contract},
       .options = with_paging({}),
       .examples = {{"Is there a draft to pay?", "agr contracts settlements 7c2a…"}},
       .run = run_settlements},
      {.name = "contracts review",
       .effect = Effect::change,
       .summary = "Say how it was to work with the other side",
       .about = "Each side reviews once, and only after something was paid. A review cannot be changed.",
       .arguments = review_arguments(k_contract),
       .examples = {{"In a sentence", "agr contracts review 7c2a… 5 \"Clear task, paid the same day.\""}},
       .run = run_review}};
  return k_commands;
}

} // namespace agr::cmd
