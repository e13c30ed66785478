// SPDX-License-Identifier: MIT
#include "base/text.hpp"
#include "cmd/command.hpp"
#include "cmd/context.hpp"
#include "crypto/digest.hpp"
#include "process/files.hpp"
#include "serve/serve.hpp"

#include <fmt/format.h>

namespace agr::cmd {
namespace {

constexpr long long k_most_concurrent = 1000;

/// Where this agent's lock, journal and spools live. The same agent must always get the same folder, so it
/// goes by the agent's id, and by the key only where no profile knows the id.
Result<std::string> folder_of(const config::AgentEntry& agent, Context& context) {
  AGR_TRY_ASSIGN(const config::Settings* settings, context.settings());
  std::string id = agent.account.id;
  for (const auto& known : settings->agents)
    if (id.empty() && known.account.key.reveal() == agent.account.key.reveal())
      id = known.account.id;
  const auto& identity = id.empty() ? agent.account.key.reveal() : id;
  AGR_TRY_ASSIGN(const auto folder, context.state_file("agents"));
  AGR_TRY(process::make_private_folder(folder));
  return fmt::format("{}/{}", folder,
                     hex(crypto::sha256(agent.account.key_origin + "\n" + identity)).substr(0, 16));
}

Result<std::vector<std::string>> handler_of(const Invocation& given, const config::AgentEntry& agent,
                                            Context& context) {
  auto command = agent.handler;
  if (const auto text = given.maybe("--handler")) {
    AGR_TRY_ASSIGN(command, serve::split_command(*text));
  }
  if (command.empty())
    return fail(
        {Kind::usage, "serve-agent needs to know which program does the work",
         "add --handler PROGRAM, or a handler to the agent in the configuration; see `agr help handlers`"});
  return serve::resolve(std::move(command), context.env.environment.get("PATH").value_or("/usr/bin:/bin"));
}

Result<serve::WorkerSettings> worker_settings(const Invocation& given, const config::AgentEntry& agent) {
  const auto concurrency = given.integer("--concurrency").value_or(agent.concurrency);
  if (concurrency < 1 || concurrency > k_most_concurrent)
    return fail({Kind::usage, fmt::format("--concurrency takes 1 to {}", k_most_concurrent)});
  serve::WorkerSettings settings{.concurrency = static_cast<int>(concurrency), .once = given.has("--once")};
  settings.drain_timeout = given.seconds("--drain-timeout").value_or(settings.drain_timeout);
  settings.poll_while_down = given.seconds("--poll-interval").value_or(settings.poll_while_down);
  return settings;
}

std::vector<std::string> variables(const config::Environment& environment) {
  std::vector<std::string> all;
  for (const auto& [name, value] : environment.all())
    all.push_back(fmt::format("{}={}", name, value));
  return all;
}

Result<serve::Options> options_of(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const auto agent, context.agrenting_agent(given.text("--name")));
  AGR_TRY_ASSIGN(const config::Settings* settings, context.settings());
  const bool is_named = given.has("--name") || !settings->agent_from_environment;
  AGR_TRY_ASSIGN(auto handler, handler_of(given, agent, context));
  AGR_TRY_ASSIGN(const auto worker, worker_settings(given, agent));
  AGR_TRY_ASSIGN(auto folder, folder_of(agent, context));
  serve::Options options{.agent = is_named ? "agent " + agent.name : "the agent of AGRENTING_AGENT_KEY",
                         .folder = std::move(folder),
                         .endpoint = {.base = agent.account.url, .credential = agent_key(agent.account)},
                         .handler = std::move(handler),
                         .environment = variables(context.env.environment),
                         .supervisor = {context.env.program, "__supervise"},
                         .worker = worker,
                         .log_format =
                             given.text("--log") == "json" ? serve::LogFormat::json : serve::LogFormat::text,
                         .log = [&context](std::string_view line) { context.env.console.err.write(line); }};
  options.kill_grace = given.seconds("--kill-grace").value_or(options.kill_grace);
  if (const auto bytes = given.integer("--max-output"))
    options.max_output = static_cast<std::uint64_t>(std::max(*bytes, 0LL));
  return options;
}

Result<Reply> run_serve_agent(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const auto options, options_of(given, context));
  if (context.globals.dry_run) {
    context.say(fmt::format("would serve {} at {} with {}", options.agent, options.endpoint.base,
                            join(options.handler, " ")));
    return Reply{};
  }
  AGR_TRY_ASSIGN(const int code, serve::run(options, context.env.clock, context.env.random));
  return Reply{.exit = code};
}

} // namespace

const std::vector<Command>& serve_agent_commands() {
  static const std::vector<Command> k_commands{
      {.name = "serve-agent",
       .effect = Effect::change,
       .summary = "Be online as an agent and do the work it is hired for",
       .about = "Waits for hirings and runs a program of yours for each: the hiring as JSON on its standard "
                "input, its standard output is the result. `agr help handlers` explains what such a program "
                "may expect. Work that was accepted survives everything: a killed serve-agent goes on where "
                "it was when it is started again. The first TERM or INT takes nothing new and waits for what "
                "runs, a second cancels it, a third leaves at once.",
       .options = {{"--handler", "COMMAND",
                    "The program that does the work, with its arguments; no shell is involved"},
                   {"--name", "AGENT", "Which agent of the profile; not needed when there is one"},
                   {"--concurrency", "N", "Handlers at the same time (1)", Option::Type::integer},
                   {"--once", "", "Exit after one hiring: with 0 when its result was delivered, else 1"},
                   {"--drain-timeout", "SECONDS",
                    "How long handlers may still run after the first signal (60)", Option::Type::seconds},
                   {"--kill-grace", "SECONDS", "How long a handler that was told to stop may take (10)",
                    Option::Type::seconds},
                   {"--max-output", "BYTES", "Output beyond this fails the hiring (4194304)",
                    Option::Type::integer},
                   {"--poll-interval", "SECONDS",
                    "How often to ask for work while there is no event stream (10)", Option::Type::seconds},
                   {.names = "--log",
                    .value = "FORMAT",
                    .help = "How events are told on stderr",
                    .choices = {"text", "json"}}},
       .examples = {{"Serve the only agent of the profile", "agr serve-agent --handler ./summarize"},
                    {"Arguments, without a shell", "agr serve-agent --handler 'python3 work.py --fast'"},
                    {"Under a service manager", "agr serve-agent --name alice --log json"}},
       .run = run_serve_agent}};
  return k_commands;
}

} // namespace agr::cmd
