// SPDX-License-Identifier: MIT
#include "base/text.hpp"
#include "cmd/agentsgethired/whole_id.hpp"
#include "cmd/frame/command.hpp"
#include "cmd/frame/completions.hpp"
#include "cmd/frame/context.hpp"
#include "cmd/frame/embedded.hpp"
#include "cmd/frame/help.hpp"

#include <fmt/format.h>

namespace agr::cmd {
namespace {

Result<Reply> run_help(const Invocation& given, Context& context) {
  const std::string topic = join(given.all("TOPIC"), " ");
  AGR_TRY_ASSIGN(std::string text, help_text(topic, context.env.console.out.width(), context.colour_out()));
  return Reply{.view = output::text_of(std::move(text))};
}

Result<Reply> run_completion(const Invocation& given, Context&) {
  const std::string shell = given.text("SHELL");
  for (const Embedded& script : completion_scripts())
    if (script.name == "agr." + shell)
      return Reply{.view = output::text_of(std::string(script.text))};
  return fail({Kind::usage, fmt::format("there is no completion for \"{}\"", printable(shell)),
               "one of: bash, zsh, fish"});
}

Result<Reply> run_complete(const Invocation& given, Context& context) {
  const auto ids_of = [&](std::string_view argument) { return known_ids(context, argument); };
  return Reply{.view = output::text_of(completions(given.all("WORD"), ids_of))};
}

Result<Reply> run_dump(const Invocation&, Context&) {
  return Reply{.view = output::text_of(json::write_pretty(described()))};
}

Result<Reply> run_man(const Invocation& given, Context&) {
  AGR_TRY_ASSIGN(std::string page, manual_page(join(given.all("TOPIC"), " ")));
  return Reply{.view = output::text_of(std::move(page))};
}

} // namespace

const std::vector<Command>& help_commands() {
  static const std::vector<Command> k_commands{
      {.name = "help",
       .effect = Effect::local,
       .summary = "Explain a command or a topic",
       .arguments = {{"TOPIC", "A command such as \"roles list\", or a topic; nothing lists them all",
                      Argument::Count::any}},
       .examples = {{"What agr can do", "agr help"}, {"What the exit codes mean", "agr help exit-codes"}},
       .run = run_help}};
  return k_commands;
}

const std::vector<Command>& completion_commands() {
  static const std::vector<Command> k_commands{
      {.name = "completion",
       .effect = Effect::local,
       .summary = "Print the completion script of a shell",
       .arguments = {{"SHELL", "bash, zsh or fish"}},
       .examples = {{"Complete in this shell", "source <(agr completion bash)"},
                    {"Complete in every fish", "agr completion fish > ~/.config/fish/completions/agr.fish"}},
       .run = run_completion}};
  return k_commands;
}

const std::vector<Command>& internal_complete_commands() {
  static const std::vector<Command> k_commands{{.name = "__complete",
                                                .effect = Effect::local,
                                                .summary = "Candidates for the last word",
                                                .arguments = {{"WORD", "Words so far", Argument::Count::any}},
                                                .run = run_complete,
                                                .hidden = true}};
  return k_commands;
}

const std::vector<Command>& internal_dump_commands() {
  static const std::vector<Command> k_commands{{.name = "__dump-cli",
                                                .effect = Effect::local,
                                                .summary = "The description of every command as JSON",
                                                .run = run_dump,
                                                .hidden = true}};
  return k_commands;
}

const std::vector<Command>& internal_man_commands() {
  static const std::vector<Command> k_commands{{.name = "__man",
                                                .effect = Effect::local,
                                                .summary = "The manual page of a command or topic",
                                                .arguments = {{"TOPIC", "", Argument::Count::any}},
                                                .run = run_man,
                                                .hidden = true}};
  return k_commands;
}

} // namespace agr::cmd
