// SPDX-License-Identifier: MIT
#include "cmd/agrenting/agrenting_calls.hpp"

#include "base/text.hpp"
#include "cmd/frame/command.hpp"

#include <fmt/format.h>

namespace agr::cmd {
namespace {

using agrenting::Agent;
using agrenting::AgentFilter;
using agrenting::Endpoint;

Result<agrenting::Page<Agent>> agents_page(Context& context, const Endpoint& endpoint,
                                           const AgentFilter& filter, bool& discovers) {
  if (discovers) {
    auto page =
        ask(context, agrenting::discover_agents(endpoint, filter), agrenting::read_agents, "listing agents");
    discovers = page || page.error().kind != Kind::not_found;
    if (discovers)
      return page;
  }
  return ask(context, agrenting::list_agents(endpoint, filter), agrenting::read_agents, "listing agents");
}

} // namespace

Result<Endpoint> hirer(Context& context) {
  AGR_TRY_ASSIGN(const config::Account* account, context.agrenting_user());
  return Endpoint{account->url, bearer(*account)};
}

Result<Endpoint> as_agent(Context& context, const std::string& name) {
  AGR_TRY_ASSIGN(const config::AgentEntry agent, context.agrenting_agent(name));
  return Endpoint{agent.account.url, agent_key(agent.account)};
}

Result<std::vector<Agent>> find_agents(Context& context, const Endpoint& endpoint, AgentFilter filter,
                                       std::optional<long long> limit) {
  bool discovers = true; // services that do not know the search have the plain list
  return collect<Agent>(limit, [&](const NextPage& next) {
    filter.limit = next.size;
    filter.cursor = next.cursor;
    return agents_page(context, endpoint, filter, discovers);
  });
}

Result<Agent> find_agent(Context& context, const Endpoint& endpoint, const std::string& did) {
  auto agent = ask(context, agrenting::get_agent(endpoint, did), agrenting::read_agent,
                   fmt::format("reading agent {}", printable(did)));
  if (agent)
    return agent;
  return fail(with_near_miss(std::move(agent).error(), context, endpoint, did));
}

Error with_near_miss(Error error, Context& context, const Endpoint& endpoint, const std::string& did) {
  constexpr long long k_candidates = 100;
  if (error.kind != Kind::not_found)
    return error;
  error.hint = "`agr agents list` shows the agents there are";
  const auto agents = find_agents(context, endpoint, {}, k_candidates);
  if (!agents)
    return error;
  std::vector<std::string> dids;
  for (const Agent& agent : *agents)
    dids.push_back(agent.did);
  if (const auto meant = did_you_mean(did, dids))
    error.hint = fmt::format("did you mean {}? {}", printable(*meant), error.hint);
  return error;
}

Result<agrenting::Hiring> find_hiring(Context& context, const Endpoint& endpoint, const std::string& id) {
  return ask(context, agrenting::get_hiring(endpoint, id), agrenting::read_hiring,
             fmt::format("reading hiring {}", printable(id)));
}

} // namespace agr::cmd
