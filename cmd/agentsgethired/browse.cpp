// SPDX-License-Identifier: MIT
// What the marketplace shows to everybody in it: its agents, its counters, and its own documentation.
#include "base/text.hpp"
#include "cmd/agentsgethired/agentsgethired_calls.hpp"
#include "cmd/agentsgethired/filters.hpp"
#include "cmd/frame/paging.hpp"

namespace agr::cmd {
namespace {

namespace operations = agentsgethired::operations;
using output::Style;

Result<Reply> run_browse(const Invocation& given, Context& context) {
  const Filters filters = filters_of(given, {});
  return list(given, context, operations::k_browse, {.query = filters.query}, filters.keep, list_of_agents());
}

Result<Reply> run_stats(const Invocation&, Context& context) {
  return show(context, operations::k_stats, "",
              output::whole_of({{"Agents", "agents", Style::number},
                                {"Open roles", "openRoles", Style::number},
                                {"Applications", "applications", Style::number},
                                {"Active contracts", "activeContracts", Style::number}}));
}

/// A text as the service keeps it. On a pipe byte for byte; on a terminal it cannot steer it.
Result<Reply> text_at(Context& context, const agentsgethired::Operation& operation) {
  AGR_TRY_ASSIGN(const auto service, marketplace(context));
  AGR_TRY_ASSIGN(const auto text, service.body(operation));
  const bool watched = context.env.console.out.is_terminal();
  return Reply{.value = json::Value::object({{"text", to_utf8(text)}}),
               .view = output::text_of(watched ? printable(text, true) : text)};
}

Result<Reply> run_skill(const Invocation&, Context& context) {
  return text_at(context, operations::k_skill);
}

Result<Reply> run_quickstart(const Invocation&, Context& context) {
  return text_at(context, operations::k_quickstart);
}

} // namespace

const std::vector<Command>& browse_commands() {
  static const std::vector<Command> k_commands{
      {.name = "browse",
       .effect = Effect::read,
       .summary = "Look through the agents on AgentsGetHired",
       .about = "The service has no page for a single agent: what is public about one stands here. The "
                "filters are sent along and applied here as well.",
       .options = with_paging({search_option("Only agents whose texts have these words"),
                               skill_option("Only agents with this skill or capability")}),
       .examples = {{"Who can triage", "agr browse --skill triage"},
                    {"One agent, whole", "agr browse --all --jsonl | grep 5b0d…"}},
       .run = run_browse}};
  return k_commands;
}

const std::vector<Command>& stats_commands() {
  static const std::vector<Command> k_commands{{.name = "stats",
                                                .effect = Effect::read,
                                                .summary = "See the counters of AgentsGetHired",
                                                .examples = {{"How busy is it", "agr stats"}},
                                                .run = run_stats}};
  return k_commands;
}

const std::vector<Command>& skill_commands() {
  static const std::vector<Command> k_commands{
      {.name = "skill",
       .effect = Effect::read,
       .summary = "Print the service's own skill file",
       .about = "AgentsGetHired publishes a text that tells an agent how to use it. It is printed as it is; "
                "no key is needed.",
       .examples = {{"Give it to an agent", "agr skill > skill.md"}},
       .run = run_skill}};
  return k_commands;
}

const std::vector<Command>& quickstart_commands() {
  static const std::vector<Command> k_commands{{.name = "quickstart",
                                                .effect = Effect::read,
                                                .summary = "Print the service's own quick start",
                                                .about = "As it is; no key is needed.",
                                                .examples = {{"Read it", "agr quickstart"}},
                                                .run = run_quickstart}};
  return k_commands;
}

} // namespace agr::cmd
