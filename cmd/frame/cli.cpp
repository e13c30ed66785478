// SPDX-License-Identifier: MIT
#include "cmd/frame/cli.hpp"

#include "base/version.hpp"
#include "cmd/frame/help.hpp"
#include "cmd/frame/parse.hpp"
#include "cmd/frame/report.hpp"

#include <fmt/format.h>

#include <exception>

namespace agr::cmd {
namespace {

/// Before anything else happens: a change is refused when only reading is allowed.
Result<void> check_effect(const Command& command, const Globals& globals) {
  const bool changes = command.effect == Effect::change || command.effect == Effect::money;
  if (changes && globals.read_only)
    return fail({Kind::forbidden,
                 fmt::format("agr {} changes something, and only reading is allowed here", command.name),
                 "leave out --read-only or unset AGR_READ_ONLY"});
  return {};
}

output::Format format_for(const Globals& globals, const Context& context) {
  output::Format format{globals.mode, globals.fields, context.colour_out(), context.env.console.out.width(),
                        context.env.clock.now()};
  if (format.mode == output::Mode::table && !context.env.console.out.is_terminal())
    format.mode = output::Mode::tabs;
  return format;
}

int show(const Reply& reply, Context& context) {
  const output::Format format = format_for(context.globals, context);
  const std::string text = output::render(reply.value, reply.view, format);
  if (text.empty() && !reply.view.empty.empty())
    context.say(reply.view.empty);
  context.env.console.out.write(text);
  if (!context.env.console.out.ok())
    return report({Kind::internal, "the answer could not be written out completely",
                   "is the disk full? What the command did stays done"},
                  context);
  return reply.exit;
}

int run_parsed(Parsed& parsed, Env& env) {
  Globals& globals = parsed.globals;
  globals.read_only |= env.environment.is_on("AGR_READ_ONLY");
  globals.verbose |= env.environment.is_on("AGR_DEBUG");
  Context context(env, globals);
  if (auto allowed = check_effect(*parsed.command, globals); !allowed)
    return report(allowed.error(), context);
  const Result<Reply> reply = parsed.command->run(parsed.invocation, context);
  return reply ? show(*reply, context) : report(reply.error(), context);
}

int show_help(const std::string& topic, Env& env) {
  const bool colour = env.console.out.is_terminal() && !env.environment.get("NO_COLOR");
  const auto text = help_text(topic, env.console.out.width(), colour);
  if (!text) {
    Context context(env, {});
    return report({Kind::usage, text.error().message, text.error().hint}, context);
  }
  env.console.out.write(*text);
  return 0;
}

int run_words(const std::vector<std::string>& words, Env& env) {
  auto parsed = parse(words);
  if (!parsed) {
    Context context(env, globals_hint(words));
    return report(parsed.error(), context);
  }
  switch (parsed->wish) {
  case Parsed::Wish::version:
    env.console.out.write(fmt::format("agr {}\n", k_version));
    return 0;
  case Parsed::Wish::help:
    return show_help(parsed->topic, env);
  case Parsed::Wish::run:
    return run_parsed(*parsed, env);
  }
  return 0;
}

} // namespace

int run_cli(const std::vector<std::string>& words, Env& env) {
  // Rooms return their failures; what arrives here as an exception is a bug of ours.
  try {
    return run_words(words, env);
  } catch (const std::exception& bug) {
    Context context(env, globals_hint(words));
    return report({Kind::internal, fmt::format("a bug in agr stopped this command: {}", bug.what()),
                   "please report it with the command you ran (without keys)"},
                  context);
  }
}

} // namespace agr::cmd
