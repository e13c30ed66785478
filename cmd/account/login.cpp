// SPDX-License-Identifier: MIT
#include "agentsgethired/profile.hpp"
#include "base/text.hpp"
#include "base/url.hpp"
#include "cmd/frame/command.hpp"
#include "cmd/frame/context.hpp"
#include "config/writer.hpp"
#include "http/errors.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace agr::cmd {
namespace {

constexpr std::size_t k_longest_key = 512;

/// Whose key is being saved and where it may go.
struct Login {
  std::string service; ///< "agrenting" or "agentsgethired"
  std::string agent;   ///< with agrenting: the name of the agent whose key it is; empty for a user token
  std::string profile;
  std::string url;
  Secret key;
};

std::string title_of(const Login& login) {
  if (login.service == "agentsgethired")
    return "AgentsGetHired";
  return login.agent.empty() ? "Agrenting" : fmt::format("Agrenting agent {}", login.agent);
}

Result<Secret> read_key(const Login& login, bool from_stdin, Context& context) {
  std::string text;
  if (from_stdin) {
    AGR_TRY_ASSIGN(text, context.env.console.in.everything(16 * k_longest_key));
  } else if (context.interactive()) {
    context.env.console.err.write(fmt::format("Key for {} (not shown): ", title_of(login)));
    AGR_TRY_ASSIGN(text, context.env.console.in.hidden_line());
    context.env.console.err.write("\n");
  } else {
    return fail({Kind::usage, "agr login needs a terminal to ask for the key",
                 "give it on standard input: agr login … --with-token < FILE"});
  }
  const std::string key(trim(text));
  for (const char c : key)
    if (c <= 0x20 || c == 0x7F)
      return fail(
          {Kind::usage, "the key holds a space or control character", "give one key on a line of its own"});
  if (key.size() < 8 || key.size() > k_longest_key)
    return fail(
        {Kind::usage, fmt::format("a key has 8 to {} characters, this has {}", k_longest_key, key.size())});
  return Secret(key);
}

/// What is worth knowing about a key before it is used. A prefix is no proof, so nothing is refused for it.
void remark(const Login& login, Context& context) {
  if (login.service != "agentsgethired")
    return;
  const auto key = login.key.reveal();
  if (key.starts_with("ai_"))
    context.say("This is a central AgentsIdentify key: it opens every service of that family. If it leaks, "
                "revoke it there at once.");
  else if (agentsgethired::key_shape(key) == agentsgethired::KeyShape::unusual)
    context.say("Keys of AgentsGetHired begin with ah_ or ai_; this one is tried as it is.");
}

/// The cheapest request that only a good key gets an answer to.
http::Request probe(const Login& login, const std::string& origin) {
  http::Request request;
  const bool agent = !login.agent.empty();
  request.url = login.url + (login.service == "agentsgethired" ? "/api/me"
                             : agent                           ? "/api/v1/hirings/pending"
                                                               : "/api/v1/ledger/balance");
  if (login.service == "agentsgethired")
    request.follow = http::Follow::www_pair; // both hosts have been seen
  const config::Account account{login.url, "", login.key, "", origin, ""};
  request.credential = agent ? agent_key(account) : bearer(account);
  return request;
}

Result<json::Value> check_key(const Login& login, Context& context) {
  AGR_TRY_ASSIGN(const Url url, Url::parse(login.url));
  AGR_TRY_ASSIGN(const http::Response answer, context.send(probe(login, url.origin())));
  // A token without the scope of this read is still a good token.
  if (answer.status == 403)
    return json::Value();
  if (!answer.ok())
    return fail(http::error_of(answer, fmt::format("checking the key at {}", login.url)));
  const auto body = json::parse(answer.body);
  return body ? *body : json::Value();
}

void save(const Login& login, const std::string& id, config::Writer& writer) {
  writer.set({"profile", login.profile, login.service, "url"}, login.url);
  if (!login.agent.empty())
    writer.put_agent(login.profile, login.agent, "", id, login.key);
  else
    writer.set({"profile", login.profile, login.service,
                login.service == "agentsgethired" ? "api_key" : "user_token"},
               login.key);
  if (login.service == "agentsgethired" && !id.empty())
    writer.set({"profile", login.profile, login.service, "agent_id"}, id);
}

Result<Login> login_of(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const config::Settings settings, config::load(context.paths(), context.env.environment, {}));
  Login login;
  login.service = given.text("SERVICE");
  if (login.service != "agrenting" && login.service != "agentsgethired")
    return fail({Kind::usage, fmt::format("there is no marketplace \"{}\"", printable(login.service)),
                 "one of: agrenting, agentsgethired"});
  login.agent = given.text("--agent");
  if (!login.agent.empty() && login.service != "agrenting")
    return fail({Kind::usage, "--agent names an Agrenting agent", "agr login agrenting --agent NAME"});
  login.profile = context.globals.profile.empty() ? settings.profile : context.globals.profile;
  const config::Account& account =
      login.service == "agrenting" ? settings.agrenting : settings.agentsgethired;
  login.url = given.maybe("--url").value_or(account.url);
  while (login.url.ends_with('/'))
    login.url.pop_back();
  AGR_TRY_ASSIGN(const Url url, Url::parse(login.url));
  if (!url.is_safe_for_credentials())
    return fail({Kind::usage, fmt::format("a key would travel to {} in the clear", url.origin()),
                 "use https, or http to this machine only"});
  return login;
}

/// The keys of a profile go to the profile's address: moving it must not carry other keys along.
Result<void> check_address(const Login& login, Context& context) {
  AGR_TRY_ASSIGN(const std::vector<std::string> known, config::profiles(context.paths()));
  if (login.service != "agrenting" || std::ranges::find(known, login.profile) == known.end())
    return {};
  AGR_TRY_ASSIGN(const config::Settings saved, config::load(context.paths(), {}, {login.profile}));
  const bool others = std::ranges::any_of(
      saved.agents, [&](const config::AgentEntry& agent) { return agent.name != login.agent; });
  const bool user_stays = !login.agent.empty() && !saved.agrenting.key.empty();
  AGR_TRY_ASSIGN(const Url from, Url::parse(saved.agrenting.url));
  AGR_TRY_ASSIGN(const Url to, Url::parse(login.url));
  if ((others || user_stays) && !same_origin(from, to))
    return fail({Kind::conflict,
                 fmt::format("profile {} holds keys saved for {}; they must not go to {}", login.profile,
                             from.origin(), to.origin()),
                 "choose another profile with --profile NAME"});
  return {};
}

Result<Reply> run_login(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(Login login, login_of(given, context));
  AGR_TRY(check_address(login, context));
  AGR_TRY_ASSIGN(config::Writer writer, config::Writer::open(context.paths()));
  AGR_TRY_ASSIGN(login.key, read_key(login, given.has("--with-token"), context));
  remark(login, context);
  json::Value identity;
  if (!given.has("--no-check")) {
    AGR_TRY_ASSIGN(identity, check_key(login, context));
  }
  const json::Value& agent = identity["agent"].is_object() ? identity["agent"] : identity["data"];
  save(login, login.service == "agentsgethired" ? agent["id"].text() : "", writer);
  AGR_TRY(writer.commit());
  context.say(fmt::format("Logged in to {} at {}; the key is in {} (profile {}).", title_of(login), login.url,
                          context.paths().config, login.profile));
  return Reply{.value = json::Value::object({{"service", login.service},
                                             {"url", login.url},
                                             {"profile", login.profile},
                                             {"config", context.paths().config}})};
}

Result<Reply> run_logout(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const Login login, login_of(given, context));
  AGR_TRY(context.confirm(
      fmt::format("Forget the saved keys of {} in profile {}?", title_of(login), login.profile)));
  AGR_TRY_ASSIGN(config::Writer writer, config::Writer::open(context.paths()));
  writer.remove({"profile", login.profile, login.service});
  AGR_TRY(writer.commit());
  context.say(fmt::format("Forgot {} in profile {}.", title_of(login), login.profile));
  return Reply{};
}

} // namespace

const std::vector<Command>& login_commands() {
  static const std::vector<Command> k_commands{
      {.name = "login",
       .effect = Effect::local,
       .summary = "Save a key for one of the marketplaces",
       .about = "Asks for the key on a terminal without showing it, or reads it from standard input. The key "
                "is tried "
                "with a harmless read and saved, readable by you alone, together with the address it is "
                "meant for: it "
                "will never be sent anywhere else. A key is never taken as an argument, where others could "
                "see it.",
       .arguments = {{"SERVICE", "agrenting or agentsgethired"}},
       .options = {{"--with-token", "", "Read the key from standard input"},
                   {"--agent", "NAME", "It is the key of one of your Agrenting agents, under this name"},
                   {"--url", "URL", "The marketplace's address, when it is not the usual one"},
                   {"--no-check", "", "Save the key without trying it"}},
       .examples = {{"Type the key", "agr login agrenting"},
                    {"From a password manager", "pass agrenting | agr login agrenting --with-token"},
                    {"The key of an agent that serve-agent will run",
                     "agr login agrenting --agent alice --with-token < alice.key"}},
       .run = run_login}};
  return k_commands;
}

const std::vector<Command>& logout_commands() {
  static const std::vector<Command> k_commands{
      {.name = "logout",
       .effect = Effect::local,
       .summary = "Forget the saved keys of a marketplace",
       .about = "Removes the marketplace from the profile. The keys themselves stay valid at the "
                "marketplace; revoke "
                "them there if they may have leaked.",
       .arguments = {{"SERVICE", "agrenting or agentsgethired"}},
       .examples = {{"Forget Agrenting", "agr logout agrenting --yes"}},
       .run = run_logout}};
  return k_commands;
}

} // namespace agr::cmd
