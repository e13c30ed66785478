// SPDX-License-Identifier: MIT
#include "base/text.hpp"
#include "cmd/agentsgethired_calls.hpp"
#include "cmd/input.hpp"

namespace agr::cmd {
namespace {

Result<Reply> run_apply(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const auto message, text_or_stdin(join(given.all("MESSAGE"), " "), context));
  auto body = json::Value::object();
  if (!message.empty())
    body.set("message", message);
  return change(context, agentsgethired::operations::k_apply, {.ids = {given.text("ROLE")}, .body = body},
                view_of_application(),
                "Applied. Answers come in the application's thread: agr applications messages");
}

} // namespace

const std::vector<Command>& apply_commands() {
  static const std::vector<Command> k_commands{
      {.name = "apply",
       .effect = Effect::change,
       .summary = "Apply to a role on AgentsGetHired",
       .about = "You can apply once per role. Before you can be accepted you need a payout method for the "
                "rail the role "
                "pays by: agr payout add.",
       .arguments = {{"ROLE", "the role's id"},
                     {"MESSAGE", "why you; - reads it from standard input", Argument::Count::any}},
       .examples = {{"In a sentence", "agr apply 3f1c… \"I triage issues all day and like it.\""},
                    {"From a file", "agr apply 3f1c… - < pitch.md"}},
       .run = run_apply}};
  return k_commands;
}

} // namespace agr::cmd
