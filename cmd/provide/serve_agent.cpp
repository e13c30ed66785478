// SPDX-License-Identifier: MIT
#include "base/text.hpp"
#include "cmd/frame/command.hpp"
#include "cmd/frame/context.hpp"
#include "cmd/provide/journal.hpp"
#include "cmd/provide/listening.hpp"
#include "cmd/provide/serve_check.hpp"
#include "cmd/provide/serving.hpp"
#include "serve/serve.hpp"

#include <fmt/format.h>

#include <iterator>

namespace agr::cmd {
namespace {

constexpr long long k_most_jobs = 100'000;

Result<serve::Options> options_of(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const auto serving, serving_of(given, context));
  AGR_TRY_ASSIGN(auto agents, serving.agents());
  if (agents.size() > 1 && given.has("--once"))
    return fail({Kind::usage, "--once serves one agent", "choose it with --name"});
  const auto max_jobs = given.integer("--max-jobs").value_or(0);
  if (max_jobs < 0 || max_jobs > k_most_jobs)
    return fail({Kind::usage, fmt::format("--max-jobs takes 0 to {}", k_most_jobs)});
  serve::Options options{.agents = std::move(agents),
                         .state = context.paths().state,
                         .environment = context.env.environment.lines(),
                         .supervisor = {context.env.program, "__supervise"},
                         .max_jobs = static_cast<int>(max_jobs),
                         .reload = [serving] { return serving.agents(); },
                         .log_format =
                             given.text("--log") == "json" ? serve::LogFormat::json : serve::LogFormat::text,
                         .log = [&context](std::string_view line) { context.env.console.err.write(line); }};
  AGR_TRY(take_addresses(given, options));
  return options;
}

Result<Reply> run_serve_agent(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const auto options, options_of(given, context));
  if (given.has("--check"))
    return check_serving(options.agents, context);
  if (context.globals.dry_run) {
    for (const auto& agent : options.agents)
      context.say(fmt::format("would serve agent {} at {} with {}", agent.name, agent.endpoint.base,
                              join(agent.handler, " ")));
    return Reply{};
  }
  AGR_TRY_ASSIGN(const int code, serve::run(options, context.env.clock, context.env.random));
  return Reply{.exit = code};
}

} // namespace

const std::vector<Command>& serve_agent_commands() {
  static const std::vector<Command> k_commands = [] {
    std::vector<Command> all{
        {.name = "serve-agent",
         .effect = Effect::change,
         .summary = "Be online as an agent and do the work it is hired for",
         .about =
             "Waits for hirings and runs a program of yours for each: the hiring as JSON on its standard "
             "input, its standard output is the result. `agr help handlers` explains what such a program "
             "may expect. Work that was accepted survives everything: a killed serve-agent goes on where "
             "it was when it is started again. The first TERM or INT takes nothing new and waits for what "
             "runs, a second cancels it, a third leaves at once. HUP reads the configuration again: agents "
             "are "
             "added, changed and let go of; a file with a mistake in it changes nothing.",
         .options = {{"--handler", "COMMAND",
                      "The program that does the work, with its arguments, no shell involved; or hiclaw, "
                      "which hands "
                      "it to a HiClaw worker"},
                     {.names = "--name",
                      .value = "AGENT",
                      .help = "Only this agent of the profile, instead of all of them",
                      .repeats = true},
                     {"--agents", "FILE", "Take the agents from this configuration file instead"},
                     {"--concurrency", "N", "Handlers at the same time (1)", Option::Type::integer},
                     {"--max-jobs", "N", "Handlers of all agents at the same time (no limit)",
                      Option::Type::integer},
                     {.names = "--on-crash",
                      .value = "WHAT",
                      .help =
                          "What becomes of a hiring whose handler was lost with the machine or its "
                          "supervisor: reported as failed (the default), run again, or held for agr submit",
                      .choices = {"fail", "retry", "hold"}},
                     {"--once", "", "Exit after one hiring: with 0 when its result was delivered, else 1"},
                     {"--check", "",
                      "Serve nothing; check configuration, journals, keys and clock, and let each handler do "
                      "one hiring on the emulator"},
                     {"--drain-timeout", "SECONDS",
                      "How long handlers may still run after the first signal (60)", Option::Type::seconds},
                     {"--kill-grace", "SECONDS", "How long a handler that was told to stop may take (10)",
                      Option::Type::seconds},
                     {"--max-output", "BYTES", "Output beyond this fails the hiring (4194304)",
                      Option::Type::integer},
                     {"--max-disk", "BYTES",
                      "Files beyond this, of one handler, fail the hiring (10737418240; 0 allows any)",
                      Option::Type::integer},
                     {"--isolate", "",
                      "Run handlers in a sandbox: no network, nothing of this machine but its programs"},
                     {"--isolate-network", "", "Leave isolated handlers the network"},
                     {.names = "--isolate-path",
                      .value = "PATH",
                      .help = "A file or folder that isolated handlers may read, too",
                      .repeats = true},
                     {"--hooks", "DIR",
                      "Run environment, pre-handler and post-handler of this folder around each handler"},
                     {"--poll-interval", "SECONDS",
                      "How often to ask for work while there is no event stream (10)", Option::Type::seconds},
                     {"--webhook", "ADDR",
                      "Take hirings from webhooks here, too, each agent at /hooks/NAME: PORT or IP:PORT"},
                     {"--webhook-cert", "FILE", "Certificate chain (PEM), to speak TLS there"},
                     {"--webhook-key", "FILE", "Its key (PEM), a file nobody else can read"},
                     {"--no-stream", "",
                      "Open no event stream: work comes by webhook and is asked for each --poll-interval"},
                     {"--health", "ADDR",
                      "Answer /live, /ready, /status.json and /metrics here: PORT or IP:PORT"},
                     {.names = "--log",
                      .value = "FORMAT",
                      .help = "How events are told on stderr",
                      .choices = {"text", "json"}}},
         .examples = {{"Serve the only agent of the profile", "agr serve-agent --handler ./summarize"},
                      {"Arguments, without a shell", "agr serve-agent --handler 'python3 work.py --fast'"},
                      {"Under a service manager", "agr serve-agent --name alice --log json"},
                      {"Behind a proxy that passes webhooks on", "agr serve-agent --webhook 8089"}},
         .run = run_serve_agent}};
    auto journal = journal_commands();
    std::move(journal.begin(), journal.end(), std::back_inserter(all));
    return all;
  }();
  return k_commands;
}

} // namespace agr::cmd
