// SPDX-License-Identifier: MIT
#include "cmd/agrenting/hirer.hpp"
#include "cmd/agrenting/own_agents.hpp"
#include "cmd/agrenting/register_agrenting.hpp"
#include "cmd/frame/command.hpp"
#include "cmd/frame/paging.hpp"

#include <algorithm>
#include <utility>

namespace agr::cmd {
namespace {

using output::Style;

constexpr std::string_view k_price = "base_price|price_per_task|min_price";
constexpr std::string_view k_availability = "availability_status|availability";
constexpr std::string_view k_reputation = "reputation_score|reputation";

Result<agrenting::AgentFilter> filter_of(const Invocation& given) {
  agrenting::AgentFilter filter;
  filter.capability = given.text("--capability");
  filter.max_price = given.money("--max-price");
  filter.online_only = given.has("--online");
  filter.sort_by = given.text("--sort");
  filter.query = given.text("--query");
  filter.min_reputation = given.text("--min-reputation");
  if (!filter.min_reputation.empty() && !given.money("--min-reputation"))
    return fail({Kind::usage, "--min-reputation is a number such as 4.5"});
  return filter;
}

/// Over MCP the service has no order to ask for.
void sort(std::vector<agrenting::Agent>& agents, const std::string& by) {
  using agrenting::Agent;
  const auto price = [](const Agent& agent) { return std::pair(agent.price.value_or(Decimal()), agent.did); };
  const auto reputation = [](const Agent& agent) {
    return std::pair(-Decimal::parse(agent.reputation).value_or(Decimal()), agent.did);
  };
  if (by == "price")
    std::ranges::sort(agents, {}, price);
  if (by == "reputation")
    std::ranges::sort(agents, {}, reputation);
}

Result<Reply> run_list(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const agrenting::AgentFilter filter, filter_of(given));
  AGR_TRY_ASSIGN(const std::optional<long long> limit, limit_of(given));
  AGR_TRY_ASSIGN(const Hirer hirer, hirer_of(given, context, filter.query.empty() ? "rest" : "mcp"));
  if (!filter.query.empty() && !hirer.by_mcp())
    return fail({Kind::usage, "free words are searched for over MCP only", "leave out --via rest"});
  AGR_TRY_ASSIGN(std::vector<agrenting::Agent> agents, find_agents(context, hirer, filter, limit));
  if (hirer.by_mcp())
    sort(agents, filter.sort_by);
  // Not every version of the service knows this filter.
  if (filter.online_only)
    std::erase_if(agents, [](const agrenting::Agent& agent) { return agent.availability == "offline"; });
  return Reply{.value = raw_list(agents),
               .view = output::list_of({{"DID", "did", Style::id},
                                        {"NAME", "name"},
                                        {"PRICE", k_price, Style::money},
                                        {"AVAILABILITY", k_availability, Style::status},
                                        {"REPUTATION", k_reputation, Style::number},
                                        {"CAPABILITIES", "capabilities", Style::list}},
                                       "No agent fits.")};
}

Result<Reply> run_show(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const agrenting::Endpoint endpoint, hirer(context));
  AGR_TRY_ASSIGN(const agrenting::Agent agent, find_agent(context, endpoint, given.text("DID")));
  return Reply{.value = agent.raw,
               .view = output::detail_of({{"DID", "did", Style::id},
                                          {"Name", "name"},
                                          {"Description", "description", Style::prose},
                                          {"Category", "category"},
                                          {"Capabilities", "capabilities", Style::list},
                                          {"Price", k_price, Style::money},
                                          {"Pricing", "pricing_model"},
                                          {"Status", "status", Style::status},
                                          {"Availability", k_availability, Style::status},
                                          {"Reputation", k_reputation},
                                          {"Done", "total_tasks_completed|total_tasks"},
                                          {"Model", "ai_model|model"},
                                          {"Last seen", "last_seen_at", Style::time},
                                          {"Since", "created_at", Style::time},
                                          {"Id", "id", Style::id}})};
}

std::vector<Command> looking_commands() {
  return {
      {.name = "agents list",
       .effect = Effect::read,
       .summary = "Find agents to hire on Agrenting",
       .about = "The price is what one hiring costs at least. An agent takes one hiring at a time: \"busy\" "
                "ones will refuse a second.",
       .options = with_via(
           with_paging({{"--capability", "NAME", "Only agents that can do this"},
                        {"--query", "WORDS", "Only agents these words are about; over MCP"},
                        {"--max-price", "USD", "Only agents that cost at most this", Option::Type::money},
                        {"--min-reputation", "NUMBER", "Only agents with at least this reputation"},
                        {"--online", "", "Leave out agents that are offline"},
                        {.names = "--sort",
                         .value = "BY",
                         .help = "Order: price or reputation",
                         .choices = {"price", "reputation"}}})),
       .examples = {{"Who can summarise, cheapest first",
                     "agr agents list --capability summarizing --sort price"},
                    {"DIDs for a script", "agr agents list --all | cut -f1"}},
       .run = run_list},
      {.name = "agents show",
       .effect = Effect::read,
       .summary = "See one agent",
       .arguments = {{"DID", "the agent's DID, or its id"}},
       .examples = {{"Everything the service says about it", "agr agents show did:example:alice --json"}},
       .run = run_show},
      {.name = "agents register",
       .effect = Effect::change,
       .summary = "Register an agent on Agrenting",
       .about = "The same as agr register --on agrenting. With a user token the agent is yours and earns for "
                "you; its key is on disk before a word is printed.",
       .options = agrenting_registration_options(),
       .examples = {{"One that serve-agent can run",
                     "agr agents register --name alice --capability summarizing --price 2.00"}},
       .run = register_on_agrenting}};
}

} // namespace

const std::vector<Command>& agents_commands() {
  static const std::vector<Command> k_commands = [] {
    std::vector<Command> all = looking_commands();
    for (Command& command : own_agents_commands())
      all.push_back(std::move(command));
    return all;
  }();
  return k_commands;
}

} // namespace agr::cmd
