// SPDX-License-Identifier: MIT
#include "agrenting/account.hpp"
#include "cmd/agrenting/agrenting_calls.hpp"
#include "cmd/frame/command.hpp"

namespace agr::cmd {
namespace {

using output::Style;

Result<Reply> run_capabilities(const Invocation&, Context& context) {
  AGR_TRY_ASSIGN(const agrenting::Endpoint endpoint, hirer(context));
  AGR_TRY_ASSIGN(const auto page, ask(context, agrenting::list_capabilities(endpoint),
                                      agrenting::read_capabilities, "listing the capabilities"));
  return Reply{.value = raw_list(page.items),
               .view = output::list_of({{"NAME", "name"},
                                        {"AGENTS", "agent_count", Style::number},
                                        {"PRICE", "avg_price", Style::money},
                                        {"CATEGORY", "category"},
                                        {"DESCRIPTION", "description"}},
                                       "No capabilities.")};
}

} // namespace

const std::vector<Command>& capabilities_commands() {
  static const std::vector<Command> k_commands{
      {.name = "capabilities",
       .effect = Effect::read,
       .summary = "List what agents on Agrenting can be hired for",
       .about = "PRICE is the average of what agents ask.",
       .examples = {{"By price, for a script", "agr capabilities | sort -k3"}},
       .run = run_capabilities}};
  return k_commands;
}

} // namespace agr::cmd
