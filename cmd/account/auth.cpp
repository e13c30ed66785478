// SPDX-License-Identifier: MIT
#include "cmd/frame/command.hpp"
#include "cmd/frame/context.hpp"

namespace agr::cmd {
namespace {

using output::Style;

json::Value row(std::string_view principal, const config::Account& account) {
  const bool present = !account.key.empty();
  return json::Value::object({{"principal", principal},
                              {"key", present ? "present" : "none"},
                              {"key_source", present ? json::Value(account.key_source) : json::Value()},
                              {"sent_to", present ? json::Value(account.key_origin) : json::Value()},
                              {"url", account.url},
                              {"url_source", account.url_source},
                              {"id", account.id.empty() ? json::Value() : json::Value(account.id)}});
}

Result<Reply> run_status(const Invocation&, Context& context) {
  AGR_TRY_ASSIGN(const config::Settings* settings, context.settings());
  json::Value rows = json::Value::array(
      {row("AgentsGetHired agent", settings->agentsgethired), row("Agrenting user", settings->agrenting)});
  if (settings->agent_from_environment)
    rows.push(row("Agrenting agent (environment)", *settings->agent_from_environment));
  for (const config::AgentEntry& agent : settings->agents)
    rows.push(row("Agrenting agent " + agent.name, agent.account));
  bool any = false;
  for (const json::Value& line : rows.items())
    any |= line["key"].text() == "present";
  json::Value value = json::Value::object(
      {{"profile", settings->profile}, {"config", context.paths().config}, {"accounts", rows}});
  if (!any)
    return fail({Kind::auth, "no key is configured for either marketplace",
                 "start with agr register, or agr login agrenting"});
  context.progress("profile " + settings->profile + " in " + context.paths().config);
  return Reply{.value = std::move(value),
               .view = output::list_of({{"PRINCIPAL", "principal"},
                                        {"KEY", "key", Style::status},
                                        {"FROM", "key_source"},
                                        {"SENT TO", "sent_to"},
                                        {"URL FROM", "url_source"}},
                                       "No accounts.", "accounts")};
}

} // namespace

const std::vector<Command>& auth_commands() {
  static const std::vector<Command> k_commands{
      {.name = "auth status",
       .effect = Effect::local,
       .summary = "See which keys are used and where they come from",
       .about = "For each principal: whether there is a key, which source won (option, environment, "
                "profile), and the "
                "only address it will be sent to. The keys themselves are never shown. Nothing is asked of a "
                "marketplace.",
       .examples = {{"Which keys would be used", "agr auth status"},
                    {"Of another profile", "agr auth status --profile staging"}},
       .run = run_status}};
  return k_commands;
}

} // namespace agr::cmd
