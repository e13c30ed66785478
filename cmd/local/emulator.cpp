// SPDX-License-Identifier: MIT
#include "emulator/emulator.hpp"

#include "cmd/frame/command.hpp"
#include "cmd/frame/context.hpp"
#include "cmd/frame/foreground.hpp"
#include "cmd/local/emulator_control.hpp"
#include "cmd/local/throw_away_folder.hpp"
#include "config/writer.hpp"
#include "emulator/driver.hpp"
#include "process/files.hpp"
#include "process/limits.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>

namespace agr::cmd {
namespace {

constexpr long long k_usual_port = 8402;

// Starting it

emulator::Era era_of(std::string_view name) {
  using emulator::Era;
  for (const Era era : {Era::identity, Era::mixed, Era::proxy})
    if (emulator::name_of(era) == name)
      return era;
  return Era::seed;
}

Result<emulator::Options> world_options(const Invocation& given) {
  emulator::Options options;
  const long long seed = given.integer("--seed").value_or(1);
  if (seed < 0)
    return fail({Kind::usage, "--seed takes 0 or more"});
  options.seed = static_cast<std::uint64_t>(seed);
  const std::string probe = given.text("--probe");
  if (probe == "lenient")
    options.probe = emulator::ProbePolicy::lenient;
  else if (probe == "off")
    options.probe = emulator::ProbePolicy::off;
  options.era = era_of(given.text("--era"));
  options.stands = given.text("--clock") == "virtual";
  return options;
}

Result<int> port_of(const Invocation& given, long long otherwise) {
  const long long port = given.integer("--port").value_or(otherwise);
  if (port < 0 || port > 65535)
    return fail({Kind::usage, "--port takes 0 to 65535"});
  return static_cast<int>(port);
}

Result<emulator::Driver> start(const Invocation& given, Context& context, net::Loop& loop,
                               long long usual_port) {
  AGR_TRY_ASSIGN(const emulator::Options options, world_options(given));
  AGR_TRY_ASSIGN(const int port, port_of(given, usual_port));
  const bool stands = options.stands;
  const Time now = stands ? emulator::standing_clock_start() : context.env.clock.now();
  AGR_TRY_ASSIGN(auto world, emulator::World::open(given.maybe("--data").value_or(":memory:"), options, now));
  return emulator::Driver::start(loop, std::move(world),
                                 {.port = port,
                                  .clock = stands ? emulator::ClockMode::standing : emulator::ClockMode::real,
                                  .on_fault = [&err = context.env.console.err](std::string_view what) {
                                    err.write(fmt::format("agr: the emulator undid a step: {}\n", what));
                                  }});
}

json::Value describe(const emulator::Driver& driver) {
  return emulator::ready_description(driver.world(), driver.url(), ::getpid());
}

Result<void> write_ready_file(const Invocation& given, const json::Value& ready) {
  if (const auto path = given.maybe("--ready-file"))
    return process::write_durably(*path, json::write_pretty(ready) + "\n");
  return {};
}

// agr emulator run

void greet(const Invocation& given, Context& context, const json::Value& ready) {
  const std::string url = ready["url"].text();
  context.say(fmt::format("Both marketplaces are at {}", url));
  context.say(fmt::format("World: {}", given.maybe("--data").value_or("in memory, gone when this ends")));
  context.say("Its keys open nothing else. In another terminal:");
  context.say(fmt::format("  export AGRENTING_URL={0} AGENTSGETHIRED_URL={0}", url));
  context.say(fmt::format("  export AGRENTING_API_KEY={}", ready["agrenting"]["user_token"].text()));
  if (const auto& agents = ready["agentsgethired"]["agents"].items(); !agents.empty())
    context.say(fmt::format("  export AGENTSGETHIRED_API_KEY={}", agents.front()["api_key"].text()));
  if (const auto path = given.maybe("--ready-file"))
    context.say(fmt::format("All ids and keys: {}", *path));
  context.say("Ctrl-C ends it.");
}

Result<Reply> run_run(const Invocation& given, Context& context) {
  net::Loop loop;
  for (const int signal_number : {SIGINT, SIGTERM})
    loop.on_signal(signal_number, [&loop] { loop.stop(); });
  process::raise_descriptor_limit();
  AGR_TRY_ASSIGN(const emulator::Driver driver, start(given, context, loop, k_usual_port));
  const json::Value ready = describe(driver);
  AGR_TRY(write_ready_file(given, ready));
  greet(given, context, ready);
  loop.run();
  return Reply{};
}

// agr emulator exec

void set_agent(config::Writer& writer, const std::string& profile, const std::string& url,
               const json::Value& agent) {
  writer.set({"profile", profile, "agentsgethired", "url"}, url);
  writer.set({"profile", profile, "agentsgethired", "api_key"}, Secret(agent["api_key"].text()));
  writer.set({"profile", profile, "agentsgethired", "agent_id"}, agent["id"].text());
}

/// Profile "default" with the hirer, all its agents and the first AgentsGetHired agent, "second" with the
/// second one.
Result<void> write_config(const config::Paths& paths, const json::Value& ready) {
  const std::string url = ready["url"].text();
  const json::Value& agrenting = ready["agrenting"];
  AGR_TRY_ASSIGN(config::Writer writer, config::Writer::open(paths));
  writer.set({"default_profile"}, "default");
  for (const std::string& profile : {std::string("default"), std::string("second")}) {
    writer.set({"profile", profile, "agrenting", "url"}, url);
    writer.set({"profile", profile, "agrenting", "user_token"}, Secret(agrenting["user_token"].text()));
  }
  for (const json::Value& agent : agrenting["agents"].items())
    writer.put_agent("default", agent["name"].text(), agent["did"].text(), agent["id"].text(),
                     Secret(agent["api_key"].text()));
  const auto& hired = ready["agentsgethired"]["agents"].items();
  constexpr std::array<const char*, 2> k_profiles{"default", "second"};
  for (std::size_t i = 0; i < std::min(hired.size(), k_profiles.size()); ++i)
    set_agent(writer, k_profiles.at(i), url, hired[i]);
  return writer.commit();
}

/// The caller's environment without its marketplaces, with ours.
std::vector<std::string> environment_for(const ThrowAwayFolder& folder, const json::Value& ready,
                                         const config::Environment& outer) {
  auto variables = outer.all();
  for (const char* name :
       {"AGR_PROFILE", "AGRENTING_AGENT_KEY", "AGRENTING_BASE_URL", "AGENTSGETHIRED_API_KEY"})
    variables.erase(name);
  const std::string url = ready["url"].text();
  variables["AGR_CONFIG"] = folder.file("config.toml");
  variables["AGR_STATE"] = folder.file("state");
  variables["XDG_CACHE_HOME"] = folder.file("cache");
  variables["AGR_EMULATOR_READY"] = folder.file("ready.json");
  variables["AGR_EMULATOR_URL"] = variables["AGRENTING_URL"] = variables["AGENTSGETHIRED_URL"] = url;
  variables["AGRENTING_API_KEY"] = ready["agrenting"]["user_token"].text();
  if (const auto& hired = ready["agentsgethired"]["agents"].items(); !hired.empty())
    variables["AGENTSGETHIRED_API_KEY"] = hired.front()["api_key"].text();
  // A proxy that serves the caller would look for 127.0.0.1 on its own machine.
  std::string& direct = variables["no_proxy"];
  direct += direct.empty() ? "127.0.0.1" : ",127.0.0.1";
  std::vector<std::string> texts;
  for (const auto& [name, value] : variables)
    texts.push_back(fmt::format("{}={}", name, value));
  return texts;
}

Result<Reply> run_exec(const Invocation& given, Context& context) {
  net::Loop loop;
  AGR_TRY_ASSIGN(const emulator::Driver driver, start(given, context, loop, 0));
  const json::Value ready = describe(driver);
  AGR_TRY_ASSIGN(const ThrowAwayFolder folder,
                 ThrowAwayFolder::make(context.env.environment.get("TMPDIR").value_or("/tmp")));
  AGR_TRY(process::make_private_folder(folder.file("state")));
  AGR_TRY(write_config({.config = folder.file("config.toml"), .state = folder.file("state"), .cache = {}},
                       ready));
  AGR_TRY(process::write_durably(folder.file("ready.json"), json::write_pretty(ready) + "\n"));
  AGR_TRY(write_ready_file(given, ready));
  loop.post(process::raise_descriptor_limit); // once the command has begun, with the usual limit
  AGR_TRY_ASSIGN(const int code, run_in_foreground(loop, given.all("COMMAND"),
                                                   environment_for(folder, ready, context.env.environment)));
  return Reply{.exit = code};
}

std::vector<Option> options() {
  return {
      {"--port", "N", "Listen on this port of 127.0.0.1; 0 takes any free one", Option::Type::integer},
      {"--ready-file", "FILE", "Where to write address, ids and keys (JSON, 0600) once it can be used"},
      {"--seed", "N", "The same seed and the same requests give the same answers (1)", Option::Type::integer},
      {"--data", "FILE", "Keep the world in this file and go on with it next time"},
      {.names = "--probe",
       .value = "MODE",
       .help = "How an agent proves that it is there before it is hired: by answering a ping in time "
               "(strict), by having a session (lenient), not at all (off)",
       .choices = {"strict", "lenient", "off"}},
      {.names = "--era",
       .value = "ERA",
       .help =
           "The generation of AgentsGetHired: it registers agents and takes ah_ keys (seed), it does not and "
           "takes ai_ keys (identity), it takes both (mixed), or none (proxy)",
       .choices = {"seed", "identity", "mixed", "proxy"}},
      {.names = "--clock",
       .value = "MODE",
       .help = "real, or virtual: time stands still until `agr emulator clock` moves it",
       .choices = {"real", "virtual"}}};
}

std::vector<Command> all_commands() {
  std::vector<Command> commands{
      {.name = "emulator run",
       .effect = Effect::local,
       .summary = "Run both marketplaces on this machine until told to stop",
       .about =
           "One process, one port, both marketplaces, with money that is worth nothing. The world has one "
           "hirer with 1,000.00 USD, two agents on Agrenting and two on AgentsGetHired. Any client works "
           "with it, `agr` or not. TERM and INT end it with 0. `agr help emulator-world` tells what is in "
           "it.",
       .options = options(),
       .examples = {{"Try things out", "agr emulator run"},
                    {"For a script", "agr emulator run --port 0 --ready-file ready.json"},
                    {"Keep the world", "agr emulator run --data world.db"}},
       .run = run_run},
      {.name = "emulator exec",
       .effect = Effect::local,
       .summary = "Run a command against marketplaces that live as long as it does",
       .about =
           "Starts the emulator on a free port, runs the command with the addresses, keys, configuration and "
           "state of a throw-away world in its environment, ends with the command's exit code and leaves "
           "nothing behind. AGR_EMULATOR_URL and AGR_EMULATOR_READY name the address and the file with all "
           "ids and keys. Profile \"second\" is the other side on AgentsGetHired.",
       .arguments = {{"COMMAND", "the program and its arguments, after --", Argument::Count::many}},
       .options = options(),
       .examples = {{"One command", "agr emulator exec -- agr status"},
                    {"A whole script", "agr emulator exec -- ./test.sh"}},
       .run = run_exec}};
  for (auto* steering : {emulator_fault_commands, emulator_world_commands})
    for (Command& command : steering())
      commands.push_back(std::move(command));
  return commands;
}

} // namespace

const std::vector<Command>& emulator_commands() {
  static const std::vector<Command> k_commands = all_commands();
  return k_commands;
}

} // namespace agr::cmd
