// SPDX-License-Identifier: MIT
#include "cmd/provide/serving.hpp"

#include "base/text.hpp"
#include "cmd/provide/delivering.hpp"
#include "cmd/provide/listening.hpp"
#include "cmd/provide/surroundings.hpp"
#include "crypto/digest.hpp"
#include "process/files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace agr::cmd {
namespace {

using config::AgentEntry;

constexpr long long k_most_concurrent = 1000;

/// Where this agent's lock, journal and spools live. The same agent must always get the same folder, so it
/// goes by the agent's id, and by the key only where no profile knows the id.
std::string folder_of(const AgentEntry& agent, const config::Settings& settings, const std::string& state) {
  std::string id = agent.account.id;
  for (const auto& known : settings.agents)
    if (id.empty() && known.account.key.reveal() == agent.account.key.reveal())
      id = known.account.id;
  const auto& identity = id.empty() ? agent.account.key.reveal() : id;
  const auto digest = hex(crypto::sha256(agent.account.key_origin + "\n" + identity));
  return fmt::format("{}/agents/{}", state, digest.substr(0, 16));
}

Result<std::vector<std::string>> handler_of(const Serving& serving, const AgentEntry& agent) {
  auto command = agent.handler;
  if (const auto text = serving.given.maybe("--handler")) {
    AGR_TRY_ASSIGN(command, serve::split_command(*text));
  }
  command = built_in(std::move(command), agent.hiclaw, serving.program);
  if (command.empty())
    return fail(
        {Kind::usage, "serve-agent needs to know which program does the work",
         "add --handler PROGRAM, or a handler to the agent in the configuration; see `agr help handlers`"});
  return serve::resolve(std::move(command), serving.environment.get("PATH").value_or("/usr/bin:/bin"));
}

serve::OnCrash on_crash_of(const Invocation& given) {
  const auto choice = given.text("--on-crash");
  return choice == "retry"  ? serve::OnCrash::retry
         : choice == "hold" ? serve::OnCrash::hold
                            : serve::OnCrash::fail;
}

Result<serve::WorkerSettings> worker_settings(const Invocation& given, const AgentEntry& agent) {
  const auto concurrency = given.integer("--concurrency").value_or(agent.concurrency);
  if (concurrency < 1 || concurrency > k_most_concurrent)
    return fail({Kind::usage, fmt::format("--concurrency takes 1 to {}", k_most_concurrent)});
  serve::WorkerSettings settings{.concurrency = static_cast<int>(concurrency),
                                 .has_stream = !given.has("--no-stream"),
                                 .once = given.has("--once"),
                                 .on_crash = on_crash_of(given)};
  settings.drain_timeout = given.seconds("--drain-timeout").value_or(settings.drain_timeout);
  settings.poll_while_down = given.seconds("--poll-interval").value_or(settings.poll_while_down);
  return settings;
}

Result<serve::AgentOptions> options_of(const Serving& serving, const AgentEntry& agent,
                                       const config::Settings& settings) {
  if (agent.account.key.empty())
    return fail({Kind::auth,
                 fmt::format("agent {} has no api_key in {}", printable(agent.name), serving.paths.config),
                 "add it with agr login agrenting --agent NAME"});
  AGR_TRY_ASSIGN(auto handler, handler_of(serving, agent));
  AGR_TRY_ASSIGN(const auto worker, worker_settings(serving.given, agent));
  serve::AgentOptions options{.name = agent.name,
                              .id = agent.account.id,
                              .folder = folder_of(agent, settings, serving.paths.state),
                              .endpoint = {.base = agent.account.url, .credential = agent_key(agent.account)},
                              .handler = std::move(handler),
                              .webhook = {agent.webhook.shown, agent.webhook.signing},
                              .worker = worker};
  options.kill_grace = serving.given.seconds("--kill-grace").value_or(options.kill_grace);
  if (const auto bytes = serving.given.integer("--max-output"))
    options.max_output = static_cast<std::uint64_t>(std::max(*bytes, 0LL));
  return options;
}

Error no_such_agent(const std::string& name, const config::Settings& settings) {
  std::vector<std::string> known;
  for (const auto& agent : settings.agents)
    known.push_back(agent.name);
  if (known.empty())
    return {Kind::auth, "no agent key for Agrenting is configured",
            "run agr register --on agrenting, or agr login agrenting --agent NAME, or set "
            "AGRENTING_AGENT_KEY"};
  const auto meant = did_you_mean(name, known);
  return {Kind::config, fmt::format("profile {} has no agent \"{}\"", settings.profile, printable(name)),
          meant ? fmt::format("did you mean {}?", *meant) : fmt::format("it has: {}", join(known, ", "))};
}

Result<std::vector<AgentEntry>> chosen(const Serving& serving, const config::Settings& settings) {
  const auto& names = serving.given.all("--name");
  const bool goes_by_key = names.empty() && !serving.given.has("--agents") && settings.agent_from_environment;
  if (goes_by_key)
    return std::vector{AgentEntry{.name = "of AGRENTING_AGENT_KEY",
                                  .did = "",
                                  .account = *settings.agent_from_environment,
                                  .handler = {},
                                  .webhook = settings.webhook_from_environment}};
  if (settings.agents.empty())
    return fail(no_such_agent("", settings));
  if (names.empty())
    return settings.agents;
  std::vector<AgentEntry> found;
  for (const auto& name : names) {
    const auto at = std::ranges::find_if(settings.agents, [&](const AgentEntry& agent) {
      return iequals(agent.name, name) || agent.did == name;
    });
    if (at == settings.agents.end())
      return fail(no_such_agent(name, settings));
    found.push_back(*at);
  }
  return found;
}

} // namespace

Result<std::vector<serve::AgentOptions>> Serving::agents() const {
  AGR_TRY_ASSIGN(const auto settings, config::load(paths, environment, choice));
  AGR_TRY_ASSIGN(const auto entries, chosen(*this, settings));
  std::vector<serve::AgentOptions> all;
  std::set<std::string> folders;
  Surroundings surroundings(*this);
  for (const auto& entry : entries) {
    AGR_TRY_ASSIGN(auto options, options_of(*this, entry, settings));
    if (!folders.insert(options.folder).second)
      return fail({Kind::config, fmt::format("agent {} is named twice", printable(entry.name))});
    AGR_TRY(surroundings.add(entry.handling, options));
    AGR_TRY(add_delivery(entry, program, options));
    all.push_back(std::move(options));
  }
  AGR_TRY(check_webhooks(given, all));
  return all;
}

Result<Serving> serving_of(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const auto folder, context.state_file("agents"));
  AGR_TRY(process::make_private_folder(folder));
  auto paths = context.paths();
  if (const auto file = given.maybe("--agents"))
    paths.config = *file;
  return Serving{.given = given,
                 .paths = std::move(paths),
                 .environment = context.env.environment,
                 .choice = {context.globals.profile},
                 .program = context.env.program};
}

} // namespace agr::cmd
