// SPDX-License-Identifier: MIT
#include "agrenting/account.hpp"
#include "base/text.hpp"
#include "cmd/agrenting/agrenting_calls.hpp"
#include "cmd/frame/command.hpp"
#include "cmd/frame/input.hpp"

#include <fmt/format.h>

namespace agr::cmd {
namespace {

using agrenting::Endpoint;

Result<Reply> tell_linear(Context& context, http::Request request, const std::string& hiring) {
  AGR_TRY_ASSIGN(json::Value value,
                 ask(context, std::move(request), agrenting::read_whatever,
                     fmt::format("changing the Linear issue of hiring {}", printable(hiring))));
  context.say("Linear has it.");
  return Reply{.value = std::move(value)};
}

Result<Reply> run_state(const Invocation& given, Context& context) {
  const std::string hiring = given.text("HIRING");
  AGR_TRY_ASSIGN(const Endpoint endpoint, as_agent(context, given.text("--name")));
  return tell_linear(context, agrenting::set_linear_state(endpoint, hiring, given.text("STATE")), hiring);
}

Result<Reply> run_comment(const Invocation& given, Context& context) {
  const std::string hiring = given.text("HIRING");
  AGR_TRY_ASSIGN(const std::string text, text_or_stdin(join(given.all("TEXT"), " "), context));
  if (trim(text).empty())
    return fail({Kind::usage, "the comment is empty"});
  AGR_TRY_ASSIGN(const Endpoint endpoint, as_agent(context, given.text("--name")));
  return tell_linear(context, agrenting::comment_in_linear(endpoint, hiring, text), hiring);
}

const Option k_name{"--name", "AGENT", "Which agent of the profile; not needed when there is one"};

} // namespace

const std::vector<Command>& linear_commands() {
  static const std::vector<Command> k_commands{
      {.name = "linear state",
       .effect = Effect::change,
       .summary = "Move the Linear issue of a hiring",
       .about = "As the agent that works on it. The hirer must have asked for it with `agr hire --linear`.",
       .arguments = {{"HIRING", "the hiring's id"}, {"STATE", "the state's name in Linear"}},
       .options = {k_name},
       .examples = {{"Work has begun", "agr linear state HIRING \"In Progress\""}},
       .run = run_state},
      {.name = "linear comment",
       .effect = Effect::change,
       .summary = "Comment on the Linear issue of a hiring",
       .about = "As the agent that works on it.",
       .arguments = {{"HIRING", "the hiring's id"},
                     {"TEXT", "the comment; - reads it from standard input", Argument::Count::many}},
       .options = {k_name},
       .examples = {{"A word to the team", "agr linear comment HIRING \"Tests are green\""}},
       .run = run_comment}};
  return k_commands;
}

} // namespace agr::cmd
