// SPDX-License-Identifier: MIT
#include "cmd/agrenting/own_agents.hpp"

#include "agrenting/account.hpp"
#include "base/text.hpp"
#include "base/url.hpp"
#include "cmd/agrenting/agrenting_calls.hpp"
#include "cmd/frame/input.hpp"
#include "config/writer.hpp"

#include <fmt/format.h>

namespace agr::cmd {
namespace {

using agrenting::Agent;
using agrenting::Endpoint;
using output::Style;

/// An agent changes itself by its own key; its owner changes it by theirs.
Result<Endpoint> changer(const Invocation& given, Context& context) {
  return given.has("--as") ? as_agent(context, given.text("--as")) : hirer(context);
}

output::View agent_view() {
  return output::detail_of({{"DID", "did", Style::id},
                            {"Name", "name"},
                            {"Description", "description", Style::prose},
                            {"Capabilities", "capabilities", Style::list},
                            {"Price", "base_price", Style::money},
                            {"Status", "status", Style::status},
                            {"Availability", "availability_status|availability", Style::status},
                            {"Id", "id", Style::id}});
}

// agents update

/// The metadata with these changes. The service replaces the whole of it, so what is there must be known.
Result<json::Value> merged_metadata(const Agent& agent, const json::Value& changes) {
  json::Value metadata = agent.raw["metadata"];
  if (!metadata.is_object() && !metadata.is_null())
    metadata = json::Value::object();
  for (const json::Member& member : changes.members())
    if (member.value.is_null())
      metadata.remove(member.name);
    else
      metadata.set(member.name, member.value);
  return metadata;
}

Result<json::Value> metadata_changes(const Invocation& given, Context& context) {
  json::Value changes = json::Value::object();
  if (given.has("--metadata")) {
    AGR_TRY_ASSIGN(changes, read_object(given.text("--metadata"), context));
  }
  if (const auto url = given.maybe("--callback-url")) {
    const auto parsed = Url::parse(*url);
    if (!url->empty() && !parsed)
      return fail({Kind::usage, fmt::format("--callback-url \"{}\" is no web address", printable(*url))});
    if (parsed && !parsed->is_safe_for_credentials())
      context.say("Hirings would travel to this address in the clear; https is safer.");
    changes.set("callback_url", url->empty() ? json::Value() : json::Value(*url));
  }
  return changes;
}

json::Value plain_changes(const Invocation& given) {
  json::Value changes = json::Value::object();
  constexpr std::pair<std::string_view, std::string_view> k_texts[] = {
      {"--rename", "name"},       {"--description", "description"},
      {"--category", "category"}, {"--pricing-model", "pricing_model"},
      {"--provider", "provider"}, {"--model", "model"}};
  for (const auto& [option, member] : k_texts)
    if (const auto text = given.maybe(option))
      changes.set(member, *text);
  if (const auto price = given.money("--price"))
    changes.set("base_price", *price);
  if (const auto& capabilities = given.all("--capability"); !capabilities.empty())
    changes.set("capabilities", json::Value(json::Value::Array(capabilities.begin(), capabilities.end())));
  return changes;
}

Result<Reply> patch(Context& context, const Endpoint& endpoint, const Agent& agent,
                    const json::Value& changes) {
  const std::string& id = agent.id.empty() ? agent.did : agent.id;
  auto changed = ask(context, agrenting::patch_agent(endpoint, id, changes), agrenting::read_agent,
                     fmt::format("changing agent {}", printable(agent.did)));
  if (!changed) {
    Error error = std::move(changed).error();
    if (error.kind == Kind::forbidden && endpoint.credential->header == "Authorization")
      error.hint = "with its key in the profile it can change itself: add --as AGENT";
    return fail(std::move(error));
  }
  return Reply{.value = std::move(changed->raw), .view = agent_view()};
}

Result<Reply> run_update(const Invocation& given, Context& context) {
  json::Value changes = plain_changes(given);
  AGR_TRY_ASSIGN(const json::Value metadata, metadata_changes(given, context));
  if (changes.members().empty() && metadata.members().empty())
    return fail({Kind::usage, "nothing to change was named", "see agr agents update --help"});
  AGR_TRY_ASSIGN(const Endpoint endpoint, changer(given, context));
  AGR_TRY_ASSIGN(const Agent agent, find_agent(context, endpoint, given.text("DID")));
  if (!metadata.members().empty()) {
    AGR_TRY_ASSIGN(json::Value merged, merged_metadata(agent, metadata));
    changes.set("metadata", std::move(merged));
  }
  return patch(context, endpoint, agent, changes);
}

// agents status

Result<Reply> run_status(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const Endpoint endpoint, changer(given, context));
  AGR_TRY_ASSIGN(const Agent agent, find_agent(context, endpoint, given.text("DID")));
  return patch(context, endpoint, agent, json::Value::object({{"status", given.text("STATUS")}}));
}

// agents assign

Result<std::vector<config::AgentEntry>> chosen_agents(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const config::Settings* settings, context.settings());
  std::vector<config::AgentEntry> chosen;
  if (!given.has("NAME"))
    chosen = settings->agents;
  for (const std::string& name : given.all("NAME")) {
    AGR_TRY_ASSIGN(config::AgentEntry agent, context.agrenting_agent(name));
    chosen.push_back(std::move(agent));
  }
  if (chosen.empty())
    return fail({Kind::usage, fmt::format("profile {} has no agents", settings->profile),
                 "save an agent's key first: agr login agrenting --agent NAME --with-token"});
  return chosen;
}

Result<std::string> id_of(const config::AgentEntry& agent, Context& context, const Endpoint& endpoint) {
  if (!agent.account.id.empty())
    return agent.account.id;
  if (agent.did.empty())
    return fail({Kind::usage, fmt::format("neither id nor DID of agent {} is known", printable(agent.name)),
                 fmt::format("add did to the agent in {}", context.paths().config)});
  AGR_TRY_ASSIGN(const Agent found, find_agent(context, endpoint, agent.did));
  return found.id;
}

/// The answer lists what worked and what did not, under names that differ between services.
const json::Value& failures_in(const json::Value& answer) {
  return answer.first_of({"failed", "failures", "errors"});
}

Result<Reply> run_assign(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const Endpoint endpoint, hirer(context));
  AGR_TRY_ASSIGN(const auto agents, chosen_agents(given, context));
  std::vector<agrenting::Claim> claims;
  for (const config::AgentEntry& agent : agents) {
    AGR_TRY_ASSIGN(const std::string id, id_of(agent, context, endpoint));
    claims.push_back({id, agent.account.key});
  }
  AGR_TRY_ASSIGN(json::Value answer, ask(context, agrenting::assign_agents(endpoint, claims),
                                         agrenting::read_whatever, "assigning the agents"));
  for (const std::string_view name : {"api_key"})
    agrenting::take_secret(answer, name);
  const auto failed = failures_in(answer).items().size();
  const auto asked = claims.size();
  for (const json::Value& failure : failures_in(answer).items())
    context.say(fmt::format("{}: {}", printable(failure.first_of({"agent_id", "id", "did"}).text()),
                            printable(failure.first_of({"message", "reason", "error"}).text())));
  context.say(fmt::format("{} of {} agents are yours now.", asked - std::min(failed, asked), asked));
  const Kind worst = failed >= asked ? Kind::failed : Kind::partial;
  return Reply{.value = std::move(answer), .exit = failed == 0 ? 0 : exit_code(worst)};
}

// agents rotate-key

/// The one moment a key is printed: it could not be saved, and nobody can ask for it again.
Error only_copy(Error error, const Secret& key, const std::string& name, Context& context) {
  context.env.console.err.write(fmt::format("WARNING: the old key is dead, and the new one could not be "
                                            "saved. This is the only copy of it; keep it safe:\n{}\n",
                                            printable(key.reveal())));
  error.message = fmt::format("the key was rotated, but the new one could not be saved: {}", error.message);
  error.hint =
      fmt::format("save the key above with agr login agrenting --agent {} --with-token", printable(name));
  return error;
}

Result<Reply> run_rotate(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const config::AgentEntry agent, context.agrenting_agent(given.text("NAME")));
  AGR_TRY_ASSIGN(const config::Settings* settings, context.settings());
  if (agent.name.empty() || std::ranges::none_of(settings->agents, [&](const config::AgentEntry& known) {
        return known.name == agent.name;
      }))
    return fail({Kind::usage, "only the key of an agent in the configuration can be rotated",
                 "name one: agr agents rotate-key NAME"});
  const Endpoint endpoint{agent.account.url, agent_key(agent.account)};
  if (context.globals.dry_run) {
    AGR_TRY(context.send(agrenting::rotate_key(endpoint)));
    return Reply{};
  }
  AGR_TRY(context.confirm(
      fmt::format("Give agent {} a new key? The old one dies at once.", printable(agent.name))));
  AGR_TRY_ASSIGN(config::Writer writer, config::Writer::open(context.paths()));
  AGR_TRY_ASSIGN(const agrenting::Session session,
                 ask(context, agrenting::authenticate(endpoint), agrenting::read_session,
                     fmt::format("logging in as agent {}", printable(agent.name))));
  AGR_TRY_ASSIGN(
      const agrenting::Issued issued,
      ask(context,
          agrenting::rotate_key({endpoint.base, agrenting::bearer(session.token, agent.account.key_origin)}),
          agrenting::read_new_key, fmt::format("rotating the key of agent {}", printable(agent.name))));
  writer.put_agent(settings->profile, agent.name, agent.did, agent.account.id, issued.secret);
  if (const auto saved = writer.commit(); !saved)
    return fail(only_copy(saved.error(), issued.secret, agent.name, context));
  context.say(fmt::format("Agent {} has a new key; it is in {}. Restart what uses the old one.",
                          printable(agent.name), context.paths().config));
  return Reply{.value = json::Value::object({{"name", agent.name}, {"rotated", true}})};
}

} // namespace

std::vector<Command> own_agents_commands() {
  const Option as{"--as", "AGENT", "As this agent of the profile, by its own key, instead of as its owner"};
  return {
      {.name = "agents update",
       .effect = Effect::change,
       .summary = "Change an agent of yours",
       .about = "Only what you name changes. Metadata is merged with what is there: a null removes a member.",
       .arguments = {{"DID", "the agent's DID, or its id"}},
       .options = {{"--rename", "NAME", "What it is called"},
                   {"--description", "TEXT", "What it does, for people"},
                   {.names = "--capability",
                    .value = "NAME",
                    .help = "What it can be hired for, all of it; several times for several",
                    .repeats = true},
                   {"--category", "NAME", "coding, custom, …"},
                   {"--price", "USD", "What one hiring costs", Option::Type::money},
                   {"--pricing-model", "MODEL", "fixed, auction, hybrid"},
                   {"--provider", "NAME", "Who makes the model behind it"},
                   {"--model", "NAME", "The model behind it"},
                   {"--callback-url", "URL", "Where hirings are posted to; empty removes it"},
                   {"--metadata", "FILE",
                    "A JSON object of further members, callback_auth_header for instance; - reads it from "
                    "standard input"},
                   as},
       .examples = {{"A new price", "agr agents update did:example:alice --price 3.00"}},
       .run = run_update},
      {.name = "agents status",
       .effect = Effect::change,
       .summary = "Take an agent of yours off the market, or put it back",
       .arguments = {{"DID", "the agent's DID, or its id"}, {"STATUS", "active or inactive"}},
       .options = {as},
       .examples = {{"Holidays", "agr agents status did:example:alice inactive"}},
       .run = run_status},
      {.name = "agents assign",
       .effect = Effect::change,
       .summary = "Make agents whose keys you have yours",
       .about = "An agent that was registered without an account earns for nobody until it is assigned. One "
                "that is yours already is no failure. Exits with 3 when only some could be assigned.",
       .arguments = {{"NAME", "agents of the profile; all of them when none is named", Argument::Count::any}},
       .examples = {{"All of the profile", "agr agents assign"}},
       .run = run_assign},
      {.name = "agents rotate-key",
       .effect = Effect::change,
       .summary = "Give an agent of yours a new key",
       .about = "The old key dies at once; the new one is in the configuration before a word is printed. "
                "When the answer is lost nothing is tried again: the old key may be dead.",
       .arguments = {{"NAME", "an agent of the profile; not needed when there is one",
                      Argument::Count::maybe}},
       .examples = {{"After a leak", "agr agents rotate-key alice --yes"}},
       .run = run_rotate}};
}

} // namespace agr::cmd
