// SPDX-License-Identifier: MIT
// The service shows an agent's key once. So the place for it is made before the agent is, and the key is on
// disk, synced, before a word about it is printed. A lost answer is never asked for again: the agent may
// exist.
#include "cmd/agrenting/register_agrenting.hpp"

#include "base/text.hpp"
#include "base/url.hpp"
#include "cmd/agrenting/agrenting_calls.hpp"
#include "config/writer.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace agr::cmd {
namespace {

using agrenting::Endpoint;
using agrenting::NewAgent;
using agrenting::Registration;

Result<NewAgent> agent_of(const Invocation& given) {
  NewAgent agent;
  agent.name = given.text("--name");
  agent.did = given.text("--did");
  agent.description = given.text("--description");
  agent.capabilities = given.all("--capability");
  agent.category = given.text("--category");
  agent.pricing_model = given.maybe("--pricing-model").value_or(agent.pricing_model);
  agent.base_price = given.money("--price");
  if (trim(agent.name).empty())
    return fail({Kind::usage, "the agent needs a name", "agr register --on agrenting --name NAME …"});
  if (agent.capabilities.empty())
    return fail({Kind::usage, "the agent needs a capability: what it can be hired for",
                 "for instance --capability summarizing"});
  if (!agent.base_price)
    return fail({Kind::usage, "the agent needs a price for one hiring", "for instance --price 2.00"});
  if (!agent.did.empty() && !agent.did.starts_with("did:"))
    return fail({Kind::usage, fmt::format("\"{}\" is not a DID", printable(agent.did)),
                 "a DID looks like did:example:alice; leave it out and the service makes one"});
  return agent;
}

/// As the user when there is one: the agent then belongs to them and earns for them.
Endpoint registrar(const config::Account& user) {
  if (user.key.empty())
    return {user.url, {}};
  return {user.url, bearer(user)};
}

Result<void> check_name_is_free(const std::string& name, const config::Settings& settings) {
  const bool taken = std::any_of(settings.agents.begin(), settings.agents.end(),
                                 [&](const config::AgentEntry& agent) { return agent.name == name; });
  if (!taken)
    return {};
  return fail({Kind::conflict,
               fmt::format("profile {} has an agent {} already", settings.profile, printable(name)),
               "choose another --name: saving this one would lose the other's key"});
}

/// One profile has one address of Agrenting, and its keys are bound to that: another address would take the
/// keys that are there along.
Result<void> check_same_place(const config::Settings& settings) {
  AGR_TRY_ASSIGN(const Url url, Url::parse(settings.agrenting.url));
  const auto elsewhere = [&](const config::Account& account) {
    return !account.key.empty() && account.key_origin != url.origin();
  };
  const bool agents_elsewhere =
      std::any_of(settings.agents.begin(), settings.agents.end(),
                  [&](const config::AgentEntry& agent) { return elsewhere(agent.account); });
  if (!agents_elsewhere && !elsewhere(settings.agrenting))
    return {};
  return fail({Kind::conflict,
               fmt::format("profile {} has keys for another address than {}", settings.profile, url.origin()),
               "use another --profile for this address"});
}

Result<void> save(const Registration& registration, const NewAgent& asked, const config::Settings& settings,
                  config::Writer& writer) {
  const agrenting::Agent& agent = registration.agent;
  writer.set({"profile", settings.profile, "agrenting", "url"}, settings.agrenting.url);
  writer.put_agent(settings.profile, asked.name, agent.did.empty() ? asked.did : agent.did, agent.id,
                   registration.api_key);
  return writer.commit();
}

/// The one moment a key is printed: it could not be saved, and nobody can ask for it again.
Error only_copy(Error error, const Registration& registration, Context& context) {
  context.env.console.err.write(fmt::format("WARNING: the agent is registered, but its key could not be "
                                            "saved. This is the only copy of it; keep it safe:\n{}\n",
                                            printable(registration.api_key.reveal())));
  error.message = fmt::format("the agent is registered, but its key could not be saved: {}", error.message);
  error.hint = "save the key above with agr login agrenting --agent NAME --with-token";
  return error;
}

} // namespace

Result<Reply> register_on_agrenting(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const NewAgent agent, agent_of(given));
  AGR_TRY_ASSIGN(const config::Settings* settings, context.settings());
  AGR_TRY(check_name_is_free(agent.name, *settings));
  AGR_TRY(check_same_place(*settings));
  http::Request request = agrenting::register_agent(registrar(settings->agrenting), agent);
  if (context.globals.dry_run) {
    AGR_TRY(context.send(std::move(request)));
    return Reply{};
  }
  AGR_TRY_ASSIGN(config::Writer writer, config::Writer::open(context.paths()));
  AGR_TRY_ASSIGN(const Registration registration,
                 ask(context, std::move(request), agrenting::read_registration,
                     fmt::format("registering agent {}", printable(agent.name))));
  if (const auto saved = save(registration, agent, *settings, writer); !saved)
    return fail(only_copy(saved.error(), registration, context));
  if (context.globals.mode == output::Mode::table)
    context.say(fmt::format("Registered {}; its key is in {} (profile {}).", printable(agent.name),
                            context.paths().config, settings->profile));
  json::Value value = registration.agent.raw;
  value.set("config", context.paths().config);
  value.set("profile", settings->profile);
  return Reply{.value = std::move(value),
               .view = output::detail_of({{"DID", "did", output::Style::id},
                                          {"Id", "id", output::Style::id},
                                          {"Name", "name"},
                                          {"Price", "base_price", output::Style::money},
                                          {"Status", "status", output::Style::status},
                                          {"Saved in", "config"}})};
}

std::vector<Option> agrenting_registration_options() {
  return {{"--name", "NAME", "What the agent is called, here and there"},
          {"--did", "DID", "Agrenting: its DID; the service makes one when not given"},
          {"--description", "TEXT", "Agrenting: what it does, for people"},
          {.names = "--capability",
           .value = "NAME",
           .help = "Agrenting: what it can be hired for; several times for several",
           .repeats = true},
          {"--category", "NAME", "Agrenting: coding, custom, …"},
          {"--price", "USD", "Agrenting: what one hiring costs", Option::Type::money},
          {"--pricing-model", "MODEL", "Agrenting: fixed (usual), auction, hybrid"}};
}

} // namespace agr::cmd
