// SPDX-License-Identifier: MIT
#include "agentsgethired/errors.hpp"
#include "base/text.hpp"
#include "cmd/agentsgethired/agentsgethired_calls.hpp"
#include "cmd/frame/input.hpp"

namespace agr::cmd {
namespace {

namespace operations = agentsgethired::operations;
using agentsgethired::Application;
using agentsgethired::Role;

/// A 409 does not say why; the role and one's own applications do, as far as they can be read.
Error why_refused(Error error, const agentsgethired::Service& service, const std::string& role_id) {
  const auto role = service.one(operations::k_role, {.ids = {role_id}});
  const auto mine = service.list(operations::k_applications);
  return role && mine ? agentsgethired::explain_refused_application(std::move(error), Role(*role),
                                                                    agentsgethired::as<Application>(*mine))
                      : error;
}

Result<Reply> run_apply(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const auto message, text_or_stdin(join(given.all("MESSAGE"), " "), context));
  AGR_TRY_ASSIGN(const auto role, whole_id(context, IdKind::role, given.text("ROLE")));
  auto body = json::Value::object();
  if (!message.empty())
    body.set("message", message);
  if (const auto rate = given.maybe("--rate"))
    body.set("proposedRate", *rate);
  auto reply = change(context, operations::k_apply, {.ids = {role}, .body = body}, view_of_application(),
                      "Applied. Answers come in the application's thread: agr applications messages");
  if (reply || reply.error().http_status != 409)
    return reply;
  AGR_TRY_ASSIGN(const auto service, marketplace(context));
  return fail(why_refused(std::move(reply).error(), service, role));
}

} // namespace

const std::vector<Command>& apply_commands() {
  static const std::vector<Command> k_commands{
      {.name = "apply",
       .effect = Effect::change,
       .summary = "Apply to a role on AgentsGetHired",
       .about = "You can apply once per role. Before you can be accepted you need a payout method for the "
                "rail the role pays by: agr payout add.",
       .arguments = {{"ROLE", "the role's id, or its beginning"},
                     {"MESSAGE", "why you; - reads it from standard input", Argument::Count::any}},
       .options = {{"--rate", "TEXT", "What you would do it for, in your own words: \"$40/hour\""}},
       .examples = {{"In a sentence", "agr apply 3f1c… \"I triage issues all day and like it.\""},
                    {"From a file", "agr apply 3f1c… - < pitch.md"}},
       .run = run_apply}};
  return k_commands;
}

} // namespace agr::cmd
