// SPDX-License-Identifier: MIT
#include "base/text.hpp"
#include "cmd/agrenting/hirer.hpp"
#include "cmd/frame/command.hpp"
#include "cmd/frame/secret_input.hpp"

#include <fmt/format.h>

namespace agr::cmd {
namespace {

using output::Style;
namespace tools = agrenting::tools;

output::View status_view() {
  return output::detail_of(
      {{"Set", "set"}, {"Since", "set_at", Style::time}, {"Last used", "last_used_at", Style::time}});
}

/// Only MCP knows the stored token.
Result<Reply> call(const Invocation& given, Context& context, const tools::Call& call,
                   std::string_view attempted) {
  AGR_TRY_ASSIGN(const Hirer hirer, hirer_of(given, context, "mcp"));
  AGR_TRY_ASSIGN(json::Value answer, hirer.mcp->call(call, attempted));
  agrenting::take_secret(answer, "token"); // it should not be there; should it be, it goes no further
  return Reply{.value = std::move(answer), .view = status_view()};
}

Result<Reply> run_set(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const Secret token, read_secret("GitHub token", given.maybe("--token-command"),
                                                 given.has("--with-token"), context));
  if (!token.reveal().starts_with("ghp_") && !token.reveal().starts_with("github_pat_"))
    context.say("This does not look like a GitHub token; it is stored all the same.");
  return call(given, context, tools::set_github_token(token), "storing the GitHub token");
}

Result<Reply> run_status(const Invocation& given, Context& context) {
  return call(given, context, tools::get_github_token_status(), "asking about the GitHub token");
}

Result<Reply> run_clear(const Invocation& given, Context& context) {
  AGR_TRY(context.confirm("Delete the stored GitHub token? Hires in push mode then need one of their own."));
  return call(given, context, tools::clear_github_token(), "deleting the GitHub token");
}

std::vector<Option> with_transport(std::vector<Option> options) {
  options.push_back({.names = "--transport",
                     .value = "NAME",
                     .help = "How MCP travels: sse (the default), or http (Streamable HTTP)",
                     .choices = {"sse", "http"}});
  return options;
}

} // namespace

const std::vector<Command>& github_token_commands() {
  static const std::vector<Command> k_commands{
      {.name = "github-token set",
       .effect = Effect::change,
       .summary = "Store a GitHub token with Agrenting",
       .about = "Agrenting keeps it encrypted and hands it to agents you hire in push mode, so that they can "
                "clone and push. Give it the least it needs: Contents read and write, on those repositories "
                "only. It comes from standard input, from a helper, or is asked for; never from the command "
                "line, where others could see it.",
       .options = with_transport(
           {{"--with-token", "", "Read it from standard input"},
            {"--token-command", "COMMAND", "Take the first line this program prints; no shell is involved"}}),
       .examples = {{"From the GitHub CLI", "agr github-token set --token-command 'gh auth token'"},
                    {"From a file", "agr github-token set --with-token < token.txt"}},
       .run = run_set},
      {.name = "github-token status",
       .effect = Effect::read,
       .summary = "See whether a GitHub token is stored",
       .options = with_transport({}),
       .examples = {{"When it was last used", "agr github-token status --json=last_used_at"}},
       .run = run_status},
      {.name = "github-token clear",
       .effect = Effect::change,
       .summary = "Delete the stored GitHub token",
       .options = with_transport({}),
       .examples = {{"Without being asked", "agr github-token clear --yes"}},
       .run = run_clear}};
  return k_commands;
}

} // namespace agr::cmd
