// SPDX-License-Identifier: MIT
#include "cmd/agrenting/hirer.hpp"
#include "cmd/frame/command.hpp"
#include "cmd/frame/paging.hpp"

namespace agr::cmd {
namespace {

using output::Style;

Result<Reply> run_balance(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const Hirer hirer, hirer_of(given, context));
  AGR_TRY_ASSIGN(const agrenting::Balance balance,
                 ask(context, hirer, agrenting::get_balance(hirer.endpoint),
                     agrenting::tools::check_balance(), agrenting::read_balance, "reading the balance"));
  return Reply{.value = balance.raw,
               .view = output::detail_of({{"Available", "available", Style::money},
                                          {"Escrow", "escrow|held", Style::money},
                                          {"Total", "total", Style::money},
                                          {"Currency", "currency"}})};
}

Result<Reply> run_transactions(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const std::optional<long long> limit, limit_of(given));
  AGR_TRY_ASSIGN(const agrenting::Endpoint endpoint, hirer(context));
  const auto fetch = [&](const NextPage& next) -> Result<agrenting::Page<agrenting::Transaction>> {
    AGR_TRY_ASSIGN(auto page,
                   ask(context,
                       agrenting::list_transactions(endpoint, next.size, next.offset, given.text("--type")),
                       agrenting::read_transactions, "listing the transactions"));
    // This list does not say whether there is more: a full page may be followed by another.
    page.has_more |= static_cast<long long>(page.items.size()) >= next.size;
    return page;
  };
  AGR_TRY_ASSIGN(const std::vector<agrenting::Transaction> entries,
                 collect<agrenting::Transaction>(limit, fetch));
  return Reply{.value = raw_list(entries),
               .view = output::list_of({{"TIME", "created_at|inserted_at", Style::time},
                                        {"TYPE", "type"},
                                        {"AMOUNT", "amount", Style::money},
                                        {"CURRENCY", "currency"},
                                        {"STATUS", "status", Style::status},
                                        {"DESCRIPTION", "description"},
                                        {"ID", "id|transaction_id", Style::id}},
                                       "No transactions.")};
}

} // namespace

const std::vector<Command>& balance_commands() {
  static const std::vector<Command> k_commands{
      {.name = "balance",
       .effect = Effect::read,
       .summary = "See your money on Agrenting: free, held and total",
       .about = "Escrow is what your open hirings hold. It goes to the agent when a hiring completes, less "
                "the service's fee, and comes back when it fails or is cancelled.",
       .options = with_via({}),
       .examples = {{"How much may be spent", "agr balance --json=available"}},
       .run = run_balance}};
  return k_commands;
}

const std::vector<Command>& transactions_commands() {
  static const std::vector<Command> k_commands{
      {.name = "transactions",
       .effect = Effect::read,
       .summary = "List what moved on your Agrenting account",
       .options = with_paging({{"--type", "TYPE", "Only these, for instance deposit"}}),
       .examples = {{"All deposits", "agr transactions --type deposit --all"}},
       .run = run_transactions}};
  return k_commands;
}

} // namespace agr::cmd
