// SPDX-License-Identifier: MIT
#include "agrenting/account.hpp"
#include "base/text.hpp"
#include "cmd/agrenting/agrenting_calls.hpp"
#include "cmd/agrenting/shown_once.hpp"
#include "cmd/frame/command.hpp"

#include <fmt/format.h>

namespace agr::cmd {
namespace {

using agrenting::Endpoint;
using output::Style;

Result<Reply> run_list(const Invocation&, Context& context) {
  AGR_TRY_ASSIGN(const Endpoint endpoint, hirer(context));
  AGR_TRY_ASSIGN(auto page, ask(context, agrenting::list_tokens(endpoint), agrenting::read_tokens,
                                "listing the tokens"));
  for (agrenting::Entry& token : page.items)
    for (const std::string_view name : {"token", "api_key"})
      agrenting::take_secret(token.raw, name);
  return Reply{.value = raw_list(page.items),
               .view = output::list_of({{"ID", "id", Style::id},
                                        {"NAME", "name"},
                                        {"LIMIT", "max_price_per_hire", Style::money},
                                        {"SCOPES", "scopes", Style::list},
                                        {"USED", "last_used_at", Style::time},
                                        {"EXPIRES", "expires_at", Style::time}},
                                       "No tokens.")};
}

/// "30d", "12h", "90m"
Result<Millis> lifetime_of(const std::string& text) {
  constexpr std::pair<char, int> k_units[] = {{'m', 60}, {'h', 3600}, {'d', 86400}};
  for (const auto& [unit, seconds] : k_units)
    if (text.ends_with(unit))
      if (const auto count = json::Value(text.substr(0, text.size() - 1)).as_integer();
          count && *count > 0 && *count < 100'000)
        return std::chrono::seconds(*count * seconds);
  return fail({Kind::usage, fmt::format("--expires-in \"{}\" is no time span", printable(text)),
               "write 90m, 12h or 30d"});
}

Result<agrenting::NewToken> token_of(const Invocation& given) {
  agrenting::NewToken token;
  token.name = given.text("--name");
  token.scopes = given.all("--scope");
  for (const std::string_view scope : agrenting::scopes_of_preset(given.text("--preset")))
    token.scopes.emplace_back(scope);
  token.max_price_per_hire = given.money("--max-price");
  if (trim(token.name).empty())
    return fail({Kind::usage, "the token needs a name", "say what it is for: --name ci"});
  if (token.scopes.empty())
    return fail({Kind::usage, "the token needs scopes: what it may do",
                 "take a --preset, claude-code or monitor, or name each with --scope"});
  if (given.has("--expires-in")) {
    AGR_TRY_ASSIGN(token.expires_in, lifetime_of(given.text("--expires-in")));
  }
  return token;
}

Result<Reply> run_create(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const agrenting::NewToken token, token_of(given));
  AGR_TRY_ASSIGN(const Endpoint endpoint, hirer(context));
  AGR_TRY_ASSIGN(const ShownOnce place, ShownOnce::prepare(given.text("--output")));
  AGR_TRY_ASSIGN(auto made, ask(context, agrenting::create_token(endpoint, token), agrenting::read_token,
                                fmt::format("making the token {}", printable(token.name))));
  return Reply{.value = place.keep(std::move(made), "token", context),
               .view = output::detail_of({{"Token", "token"},
                                          {"Token in", "file"},
                                          {"Id", "id", Style::id},
                                          {"Name", "name"},
                                          {"Limit", "max_price_per_hire", Style::money},
                                          {"Scopes", "scopes", Style::list},
                                          {"Expires", "expires_at", Style::time}})};
}

Result<Reply> run_revoke(const Invocation& given, Context& context) {
  const std::string id = given.text("ID");
  AGR_TRY_ASSIGN(const Endpoint endpoint, hirer(context));
  AGR_TRY(
      context.confirm(fmt::format("Revoke token {}? Whoever uses it is locked out at once.", printable(id))));
  AGR_TRY_ASSIGN(const http::Response response, context.send(agrenting::revoke_token(endpoint, id)));
  if (!response.ok())
    return fail(agrenting::refusal_of(response, fmt::format("revoking token {}", printable(id))));
  context.say("Revoked.");
  return Reply{.value = json::Value::object({{"id", id}, {"revoked", true}})};
}

} // namespace

const std::vector<Command>& tokens_commands() {
  static const std::vector<Command> k_commands{
      {.name = "tokens list",
       .effect = Effect::read,
       .summary = "List the tokens of your Agrenting account",
       .examples = {{"What each may do", "agr tokens list --json=name,scopes,max_price_per_hire"}},
       .run = run_list},
      {.name = "tokens create",
       .effect = Effect::change,
       .summary = "Make a token",
       .about = "Scopes say what a token may do, --max-price what one hire with it may cost: together they "
                "bound the harm of a lost one. Preset claude-code is everything a hirer needs, monitor only "
                "looks. The token is shown now and never again.",
       .options = {{"--name", "TEXT", "What it is for"},
                   {.names = "--preset",
                    .value = "NAME",
                    .help = "Scopes that belong together: claude-code or monitor",
                    .choices = {"claude-code", "monitor"}},
                   {.names = "--scope",
                    .value = "SCOPE",
                    .help = "One scope, several times for several",
                    .repeats = true},
                   {"--max-price", "USD", "The most one hire may cost; 0 allows no paid hire",
                    Option::Type::money},
                   {"--expires-in", "TIME", "Until it dies by itself: 90m, 12h, 30d"},
                   secret_file_option()},
       .examples = {{"For a pipeline that watches hirings",
                     "agr tokens create --name ci --preset monitor --expires-in 90d -o ci.token"},
                    {"For an assistant with 10 USD a hire",
                     "agr tokens create --name assistant --preset claude-code --max-price 10"}},
       .run = run_create},
      {.name = "tokens revoke",
       .effect = Effect::change,
       .summary = "Make a token useless",
       .arguments = {{"ID", "the token's id: agr tokens list"}},
       .examples = {{"Without being asked", "agr tokens revoke ID --yes"}},
       .run = run_revoke}};
  return k_commands;
}

} // namespace agr::cmd
