// SPDX-License-Identifier: MIT
#include "cmd/frame/context.hpp"

#include "base/text.hpp"
#include "config/writer.hpp"
#include "http/client.hpp"
#include "http/trace.hpp"
#include "json/value.hpp"

#include <fmt/format.h>

namespace agr::cmd {

struct Context::Parts {
  std::optional<config::Settings> settings;
  std::unique_ptr<http::Transport> transport;
  Redactor redactor;
};

namespace {

bool changes(const http::Request& request) {
  return request.method != "GET" && request.method != "HEAD";
}

/// What --dry-run shows instead of sending.
std::string shown(const http::Request& request, const Redactor& redactor, output::Mode mode) {
  if (mode == output::Mode::table)
    return http::trace_request(request, redactor);
  json::Value headers = json::Value::object();
  for (const http::Header& header : request.headers)
    headers.set(header.name, redactor.apply(header.value));
  if (request.credential)
    headers.set(request.credential->header, request.credential->prefix + "[redacted]");
  const std::string text = redactor.apply(request.body);
  const auto body = json::parse(text);
  return json::write_pretty(json::Value::object({{"dry_run", true},
                                                 {"method", request.method},
                                                 {"url", request.url},
                                                 {"headers", headers},
                                                 {"body", body ? *body : json::Value(text)}})) +
         "\n";
}

Error no_key(std::string_view service, std::string_view variable) {
  return {Kind::auth, fmt::format("no key for {} is configured", service),
          fmt::format("run agr login {}, or set {}", lower(service), variable)};
}

} // namespace

Context::Context(Env& environment, Globals options)
    : env(environment), globals(std::move(options)),
      m_paths(config::paths_of(environment.environment, globals.config)), m_parts(std::make_unique<Parts>()) {
}

Context::~Context() = default;

Result<const config::Settings*> Context::settings() {
  if (!m_parts->settings) {
    AGR_TRY_ASSIGN(m_parts->settings, config::load(m_paths, env.environment, {globals.profile}));
    m_parts->redactor.add(m_parts->settings->agrenting.key);
    m_parts->redactor.add(m_parts->settings->agentsgethired.key);
    for (const config::AgentEntry& agent : m_parts->settings->agents)
      m_parts->redactor.add(agent.account.key);
    if (m_parts->settings->agent_from_environment)
      m_parts->redactor.add(m_parts->settings->agent_from_environment->key);
  }
  return &*m_parts->settings;
}

Result<const config::Account*> Context::agrenting_user() {
  AGR_TRY_ASSIGN(const config::Settings* settings, this->settings());
  if (settings->agrenting.key.empty())
    return fail(no_key("Agrenting", "AGRENTING_API_KEY"));
  return &settings->agrenting;
}

Result<const config::Account*> Context::agentsgethired() {
  AGR_TRY_ASSIGN(const config::Settings* settings, this->settings());
  if (settings->agentsgethired.key.empty())
    return fail({Kind::auth, "no key for AgentsGetHired is configured",
                 "run agr register, or agr login agentsgethired, or set AGENTSGETHIRED_API_KEY"});
  return &settings->agentsgethired;
}

Result<config::AgentEntry> Context::agrenting_agent(const std::string& name) {
  AGR_TRY_ASSIGN(const config::Settings* settings, this->settings());
  if (name.empty() && settings->agent_from_environment)
    return config::AgentEntry{"agent", "", *settings->agent_from_environment, {}, 1};
  std::vector<std::string> known;
  for (const config::AgentEntry& agent : settings->agents) {
    known.push_back(agent.name);
    if (iequals(agent.name, name) || agent.did == name || (name.empty() && settings->agents.size() == 1)) {
      if (agent.account.key.empty())
        return fail({Kind::auth, fmt::format("agent {} has no api_key in {}", agent.name, m_paths.config),
                     "add it with agr login agrenting --agent NAME"});
      return agent;
    }
  }
  if (known.empty())
    return fail(
        {Kind::auth, "no agent key for Agrenting is configured",
         "run agr register --on agrenting, or agr login agrenting --agent NAME, or set AGRENTING_AGENT_KEY"});
  if (name.empty())
    return fail({Kind::usage, fmt::format("profile {} has several agents", settings->profile),
                 fmt::format("say which one: {}", join(known, ", "))});
  const auto meant = did_you_mean(name, known);
  return fail(
      {Kind::config, fmt::format("profile {} has no agent \"{}\"", settings->profile, printable(name)),
       meant ? fmt::format("did you mean {}?", *meant) : fmt::format("it has: {}", join(known, ", "))});
}

Result<std::string> Context::state_file(std::string_view name) {
  AGR_TRY(config::make_private_folder(m_paths.state));
  return fmt::format("{}/{}", m_paths.state, name);
}

http::Transport& Context::transport() {
  if (!m_parts->transport)
    m_parts->transport = env.make_transport();
  return *m_parts->transport;
}

Result<http::Response> Context::send(http::Request request) {
  if (globals.timeout)
    request.timeout = *globals.timeout;
  if (changes(request) && globals.read_only)
    return fail({Kind::forbidden, fmt::format("{} {} is a change, and only reading is allowed here",
                                              request.method, request.url)});
  if (changes(request) && globals.dry_run) {
    output::Mode mode = globals.mode;
    env.console.out.write(shown(request, m_parts->redactor, mode));
    return fail({Kind::dry_run, "nothing was sent"});
  }
  http::Policy policy;
  policy.max_wait = globals.max_wait;
  if (globals.verbose)
    policy.trace = [this](std::string_view text) { trace(text); };
  if (!globals.quiet)
    policy.notice = [this](std::string_view line) { progress(line); };
  http::Client client(transport(), env.clock, env.random, policy);
  return client.send(request);
}

void Context::trace(std::string_view text) {
  if (globals.verbose)
    env.console.err.write(m_parts->redactor.apply(text));
}

void Context::say(std::string_view line) {
  const bool for_programs = globals.mode == output::Mode::json || globals.mode == output::Mode::jsonl;
  if (!globals.quiet && !for_programs)
    env.console.err.write(fmt::format("{}\n", line));
}

void Context::progress(std::string_view line) {
  if (env.console.err.is_terminal())
    say(line);
}

bool Context::interactive() const {
  return env.console.in.is_terminal() && env.console.err.is_terminal();
}

Result<void> Context::confirm(std::string_view question) {
  if (globals.yes || globals.dry_run)
    return {};
  if (!interactive())
    return fail({Kind::usage, fmt::format("this needs a confirmation: {}", question),
                 "no terminal is attached; add --yes to go ahead"});
  env.console.err.write(fmt::format("{} [y/N] ", question));
  AGR_TRY_ASSIGN(const std::string answer, env.console.in.line());
  if (const std::string word = lower(trim(answer)); word == "y" || word == "yes")
    return {};
  return fail({Kind::cancelled, "cancelled, nothing was changed"});
}

namespace {

bool wants_colour(const term::Output& output, const Env& env, const Globals& globals) {
  if (globals.no_color || env.environment.get("NO_COLOR"))
    return false;
  if (env.environment.is_on("CLICOLOR_FORCE"))
    return true;
  return output.is_terminal() && env.environment.get("CLICOLOR") != "0" &&
         env.environment.get("TERM") != "dumb";
}

} // namespace

bool Context::colour_err() const {
  return wants_colour(env.console.err, env, globals);
}
bool Context::colour_out() const {
  return wants_colour(env.console.out, env, globals);
}

http::Credential bearer(const config::Account& account) {
  return {"Authorization", "Bearer ", account.key, account.key_origin};
}

http::Credential agent_key(const config::Account& account) {
  return {"X-API-Key", "", account.key, account.key_origin};
}

} // namespace agr::cmd
