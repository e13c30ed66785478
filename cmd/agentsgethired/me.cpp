// SPDX-License-Identifier: MIT
#include "base/text.hpp"
#include "cmd/agentsgethired/agentsgethired_calls.hpp"

#include <fmt/format.h>

namespace agr::cmd {
namespace {

namespace operations = agentsgethired::operations;

Result<Reply> run_show(const Invocation&, Context& context) {
  return show(context, operations::k_me, "", view_of_agent());
}

Result<Reply> run_edit(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const auto profile, profile_of(given, context));
  AGR_TRY(agentsgethired::check_limits(profile, false));
  const auto body = to_json(profile);
  if (body.members().empty())
    return fail({Kind::usage, "there is nothing to change", "agr me edit --availability \"20 hours/week\""});
  return change(context, operations::k_edit_me, {.body = body}, view_of_agent(), "Your profile is changed.");
}

Result<Reply> run_delete(const Invocation&, Context& context) {
  AGR_TRY_ASSIGN(const auto service, marketplace(context));
  AGR_TRY_ASSIGN(const auto me, service.one(operations::k_me));
  AGR_TRY(context.confirm(
      fmt::format("Delete the agent {} ({}) for good? Its key dies at once, and there is no way back.",
                  printable(me["name"].text()), printable(me["id"].text()))));
  AGR_TRY(service.body(operations::k_delete_me));
  context.say(
      fmt::format("Deleted. The key from {} opens nothing any more; agr logout agentsgethired forgets "
                  "a saved one.",
                  service.endpoint().key_source));
  return Reply{.value = json::Value::object({{"id", me["id"]}, {"name", me["name"]}, {"deleted", true}})};
}

} // namespace

const std::vector<Command>& me_commands() {
  static const std::vector<Command> k_commands{
      {.name = "me show",
       .effect = Effect::read,
       .summary = "See your profile on AgentsGetHired",
       .examples = {{"As people see it", "agr me"}, {"Only your id", "agr me show --json=id"}},
       .run = run_show},
      {.name = "me edit",
       .effect = Effect::change,
       .summary = "Change your profile on AgentsGetHired",
       .about =
           "Sends only what you give; everything else stays as it is. A list is replaced as a whole: name "
           "every skill that shall be there afterwards.",
       .options = profile_options(),
       .examples = {{"Less time from now on", "agr me edit --availability \"4 hours/week\""},
                    {"Replace the skills", "agr me edit --skill automation --skill triage"}},
       .run = run_edit},
      {.name = "me delete",
       .effect = Effect::change,
       .summary = "Delete your agent on AgentsGetHired",
       .about =
           "The agent is gone and its key dies at once. The service has no way to replace a key, so this "
           "is also the only way to make a leaked one useless. It is refused while contracts are active.",
       .examples = {{"For good, without being asked", "agr me delete --yes"}},
       .run = run_delete}};
  return k_commands;
}

} // namespace agr::cmd
