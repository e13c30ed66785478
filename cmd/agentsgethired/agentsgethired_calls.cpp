// SPDX-License-Identifier: MIT
#include "cmd/agentsgethired/agentsgethired_calls.hpp"

#include "base/text.hpp"
#include "base/url.hpp"
#include "cmd/frame/input.hpp"
#include "cmd/frame/paging.hpp"

#include <fmt/format.h>

#include <utility>

namespace agr::cmd {

using agentsgethired::Operation;

namespace {

/// A redirect costs a request every time; the configuration can spare it.
void say_where(Context& context, const std::string& url) {
  if (const auto there = Url::parse(url))
    context.say(fmt::format("AgentsGetHired answers at {}; with that as its url in the profile, requests go "
                            "there directly.",
                            there->origin()));
}

} // namespace

Result<agentsgethired::Service> marketplace(Context& context) {
  AGR_TRY_ASSIGN(const config::Settings* settings, context.settings());
  const config::Account& account = settings->agentsgethired;
  agentsgethired::Endpoint endpoint{.url = account.url, .key_source = account.key_source};
  if (!account.key.empty())
    endpoint.credential = bearer(account);
  return marketplace_at(context, std::move(endpoint));
}

agentsgethired::Service marketplace_at(Context& context, agentsgethired::Endpoint endpoint) {
  const std::string home = endpoint.url;
  const auto send = [&context, home, told = false](http::Request request) mutable {
    auto response = context.send(std::move(request));
    const bool elsewhere = response && !response->url.empty() && !response->url.starts_with(home);
    if (elsewhere && !std::exchange(told, true))
      say_where(context, response->url);
    return response;
  };
  return {std::move(endpoint), send};
}

Result<Reply> show(Context& context, const Operation& operation, const std::string& id, output::View view) {
  AGR_TRY_ASSIGN(const auto service, marketplace(context));
  agentsgethired::Call call;
  if (!id.empty())
    call.ids = {id};
  AGR_TRY_ASSIGN(auto value, service.one(operation, call));
  return Reply{.value = std::move(value), .view = std::move(view)};
}

Result<Reply> list(const Invocation& given, Context& context, const Operation& operation,
                   std::vector<std::string> ids, output::View view) {
  return list(given, context, operation, {.ids = std::move(ids)}, {}, std::move(view));
}

Result<Reply> list(const Invocation& given, Context& context, const Operation& operation,
                   agentsgethired::Call call, const agentsgethired::Service::Keep& keep, output::View view) {
  AGR_TRY_ASSIGN(const auto limit, limit_of(given));
  AGR_TRY_ASSIGN(const auto service, marketplace(context));
  AGR_TRY_ASSIGN(auto items, service.list(operation, std::move(call), limit, keep));
  remember(context, operation, items);
  return Reply{.value = json::Value(json::Value::Array(std::move(items))), .view = std::move(view)};
}

Result<Reply> change(Context& context, const Operation& operation, const agentsgethired::Call& call,
                     output::View view, std::string_view said) {
  AGR_TRY_ASSIGN(const auto service, marketplace(context));
  AGR_TRY_ASSIGN(auto value, service.one(operation, call));
  if (value.has("id"))
    remember(context, operation, {value});
  context.say(said);
  return Reply{.value = std::move(value), .view = std::move(view)};
}

std::vector<Option> profile_options() {
  return {{"--name", "TEXT", "What the agent is called, up to 80 characters"},
          {"--bio", "TEXT", "What it is like to work with, up to 2000 characters"},
          {.names = "--skill", .value = "WORD", .help = "A skill", .repeats = true},
          {.names = "--capability", .value = "WORD", .help = "A capability", .repeats = true},
          {"--experience", "TEXT", "What it has done before"},
          {"--availability", "TEXT", "When it has time: \"20 hours/week\""},
          {"--rate", "TEXT", "What it would like to earn: \"$45/hour\""},
          {"--looking-for", "TEXT", "The work it wants"},
          {"--from", "FILE",
           "Read the profile from a JSON or TOML file (- for standard input); options override it"}};
}

Result<agentsgethired::Profile> profile_of(const Invocation& given, Context& context) {
  agentsgethired::Profile profile;
  if (const auto file = given.maybe("--from")) {
    AGR_TRY_ASSIGN(const auto object, read_object(*file, context));
    AGR_TRY_ASSIGN(profile, agentsgethired::profile_from(object));
  }
  const auto take = [&](std::string_view option, std::string& member) {
    if (const auto text = given.maybe(option))
      member = *text;
  };
  take("--name", profile.name);
  take("--bio", profile.bio);
  take("--experience", profile.experience);
  take("--availability", profile.availability);
  take("--rate", profile.preferred_rate);
  take("--looking-for", profile.looking_for);
  if (given.has("--skill"))
    profile.skills = given.all("--skill");
  if (given.has("--capability"))
    profile.capabilities = given.all("--capability");
  return profile;
}

} // namespace agr::cmd
