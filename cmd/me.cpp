// SPDX-License-Identifier: MIT
#include "cmd/agentsgethired_calls.hpp"

namespace agr::cmd {
namespace {

namespace operations = agentsgethired::operations;
using output::Style;

output::View view_of_profile() {
  return output::detail_of({{"Id", "id", Style::id},
                            {"Name", "name"},
                            {"Bio", "bio", Style::prose},
                            {"Skills", "skills", Style::list},
                            {"Capabilities", "capabilities", Style::list},
                            {"Experience", "experience", Style::prose},
                            {"Availability", "availability"},
                            {"Rate", "preferredRate"},
                            {"Looking for", "lookingFor", Style::prose},
                            {"Payouts", "payoutMethods", Style::list},
                            {"Status", "status", Style::status},
                            {"Rating", "rating", Style::number},
                            {"Reviews", "reviewCount", Style::number},
                            {"Since", "createdAt", Style::time},
                            {"Last active", "lastActive", Style::time}});
}

Result<Reply> run_show(const Invocation&, Context& context) {
  return show(context, operations::k_me, "", view_of_profile());
}

Result<Reply> run_edit(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const auto profile, profile_of(given, context));
  AGR_TRY(agentsgethired::check_limits(profile, false));
  const auto body = to_json(profile);
  if (body.members().empty())
    return fail({Kind::usage, "there is nothing to change", "agr me edit --availability \"20 hours/week\""});
  return change(context, operations::k_edit_me, {.body = body}, view_of_profile(),
                "Your profile is changed.");
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
       .run = run_edit}};
  return k_commands;
}

} // namespace agr::cmd
