// SPDX-License-Identifier: MIT
#include "cmd/agrenting/hire_wish.hpp"

#include "agrenting/choice.hpp"
#include "base/text.hpp"
#include "cmd/agrenting/attempt.hpp"
#include "cmd/agrenting/repository.hpp"
#include "cmd/frame/input.hpp"
#include "cmd/frame/secret_input.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace agr::cmd {
namespace {

using agrenting::Endpoint;
using agrenting::HireRequest;

/// "2h", "90m", "3d" from now, or an RFC 3339 time.
Result<Time> deadline_of(const std::string& text, Time now) {
  constexpr std::pair<char, int> k_units[] = {{'m', 60}, {'h', 3600}, {'d', 86400}};
  if (const auto time = parse_rfc3339(text); time && *time > now)
    return *time;
  for (const auto& [unit, seconds] : k_units)
    if (text.ends_with(unit))
      if (const auto count = json::Value(text.substr(0, text.size() - 1)).as_integer();
          count && *count > 0 && *count < 100'000)
        return now + std::chrono::seconds(*count * seconds);
  return fail({Kind::usage, fmt::format("--deadline \"{}\" is no time to come", printable(text)),
               "write 90m, 2h, 3d, or a time such as 2030-01-15T12:00:00Z"});
}

Result<json::Value> task_input_of(const Invocation& given, Context& context) {
  const auto file = given.maybe("--input");
  if (!file)
    return json::Value();
  AGR_TRY_ASSIGN(const std::string text, read_input(*file, context));
  auto value = json::parse(text);
  if (!value)
    return fail({Kind::usage, fmt::format("--input {}: {}", printable(*file), value.error().message)});
  if (!value->is_object())
    return fail({Kind::usage, fmt::format("--input {} is not a JSON object", printable(*file))});
  return std::move(*value);
}

Result<std::string> task_of(const Invocation& given, Context& context) {
  std::vector<std::string> words = given.all("TASK");
  if (given.has("--best-of") && given.has("DID")) // nobody is named, so the first word is of the task
    words.insert(words.begin(), given.text("DID"));
  if (words.size() != 1 || words.front() != "-")
    return join(words, " ");
  AGR_TRY_ASSIGN(const std::string text, read_input("-", context));
  return std::string(trim(text));
}

/// Standard input can be read once.
Result<void> check_stdin(const Invocation& given) {
  const bool task = (given.has("--best-of") ? given.text("DID") : given.text("TASK")) == "-";
  const int readers =
      (task ? 1 : 0) + (given.text("--input") == "-" ? 1 : 0) + (given.has("--with-repo-token") ? 1 : 0);
  if (readers > 1)
    return fail({Kind::usage, "the task, --input and --with-repo-token cannot share standard input",
                 "give one of them in another way, the token by --repo-token-command for instance"});
  return {};
}

/// Options that say how the work is to come back.
Result<void> read_delivery(const Invocation& given, HireRequest& hire) {
  hire.delivery_mode = given.text("--delivery-mode");
  const bool push = given.has("--push");
  const bool output = given.has("--output-mode");
  if ((push ? 1 : 0) + (output ? 1 : 0) + (hire.delivery_mode.empty() ? 0 : 1) > 1)
    return fail({Kind::usage, "the way of delivery was named twice", "give one of --push and --output-mode"});
  if (push || output)
    hire.delivery_mode = push ? "push" : "output";
  hire.repo_url = given.text("--repo-url");
  if (hire.delivery_mode == "push" && hire.repo_url.empty()) {
    AGR_TRY_ASSIGN(hire.repo_url, remote_of_this_folder());
  }
  const bool has_token = given.has("--repo-token-command") || given.has("--with-repo-token");
  if (has_token && hire.delivery_mode != "push")
    return fail({Kind::usage, "a token for the repository is of use in push mode only", "add --push"});
  hire.linear_team = given.text("--linear-team");
  hire.linear_issue = given.text("--linear-issue");
  hire.linear = given.has("--linear") || !hire.linear_team.empty() || !hire.linear_issue.empty();
  return {};
}

/// The agent to hire when none was named.
Result<agrenting::Agent> best_of(const Wish& wish, Context& context, const Hirer& hirer) {
  constexpr long long k_looked_at = 100;
  AGR_TRY_ASSIGN(const auto agents, find_agents(context, hirer, {.capability = wish.best_of}, k_looked_at));
  AGR_TRY_ASSIGN(agrenting::Choice choice, agrenting::choose(agents, wish.best_of, wish.price));
  context.say(fmt::format("Chose {}: {}.", printable(choice.agent.did), choice.why));
  return std::move(choice.agent);
}

} // namespace

Result<Wish> wish_of(const Invocation& given, Context& context) {
  Wish wish;
  wish.best_of = given.text("--best-of");
  if (!given.has("--best-of"))
    wish.hire.did = given.text("DID");
  AGR_TRY(check_stdin(given));
  AGR_TRY_ASSIGN(wish.hire.task, task_of(given, context));
  AGR_TRY_ASSIGN(wish.hire.task_input, task_input_of(given, context));
  wish.hire.capability = given.maybe("--capability").value_or(wish.best_of);
  wish.hire.client_message = given.text("--message");
  wish.price = given.money("--price");
  wish.key = given.text("--key");
  wish.deadline = given.text("--deadline");
  if (!wish.deadline.empty()) {
    AGR_TRY_ASSIGN(wish.hire.deadline_at, deadline_of(wish.deadline, context.env.clock.now()));
  }
  if (given.has("--key"))
    AGR_TRY(agrenting::check_key(wish.key));
  AGR_TRY(read_delivery(given, wish.hire));
  // Everything but what the agent fills in can be checked now.
  HireRequest probe = wish.hire;
  probe.capability = "any";
  if (!wish.best_of.empty())
    probe.did = "any";
  AGR_TRY(agrenting::check(probe));
  return wish;
}

Result<Secret> repo_token_of(const Invocation& given, Context& context) {
  if (!given.has("--repo-token-command") && !given.has("--with-repo-token"))
    return Secret();
  return read_secret("repository token", given.maybe("--repo-token-command"), given.has("--with-repo-token"),
                     context);
}

std::string fingerprint_of(const Wish& wish, const Endpoint& endpoint, const std::string& profile) {
  const HireRequest& hire = wish.hire;
  json::Value words = json::Value::array({endpoint.base, profile, hire.did, hire.task, hire.capability,
                                          wish.price, hire.delivery_mode, hire.repo_url, hire.client_message,
                                          hire.task_input, wish.deadline});
  for (const std::string& more : {wish.best_of, hire.linear_team, hire.linear_issue})
    if (!more.empty())
      words.push(more);
  return cmd::fingerprint_of(words);
}

Result<HireRequest> resolve(const Wish& wish, Context& context, const Hirer& hirer) {
  HireRequest hire = wish.hire;
  if (wish.best_of.empty() && wish.price && !hire.capability.empty()) {
    hire.price = *wish.price;
    return hire;
  }
  AGR_TRY_ASSIGN(const agrenting::Agent agent,
                 wish.best_of.empty() ? find_agent(context, hirer, hire.did) : best_of(wish, context, hirer));
  hire.did = agent.did.empty() ? hire.did : agent.did;
  if (hire.capability.empty() && !agent.capabilities.empty())
    hire.capability = agent.capabilities.front();
  if (hire.capability.empty())
    return fail({Kind::usage, fmt::format("{} names no capability of its own", printable(hire.did)),
                 "say which you want with --capability"});
  if (!wish.price && !agent.price)
    return fail({Kind::usage, fmt::format("{} names no price of its own", printable(hire.did)),
                 "say what you offer with --price"});
  hire.price = wish.price ? *wish.price : *agent.price;
  return hire;
}

std::vector<Option> wish_options() {
  return {
      {"--capability", "NAME", "What you hire it for; its first capability when not given"},
      {"--price", "USD", "What is held and paid; the agent's own price when not given", Option::Type::money},
      {"--best-of", "CAPABILITY",
       "Choose the agent: free ones first, then by reputation, then by price; at most --price"},
      {"--key", "KEY", "Use this idempotency key, so that your own script decides what is the same hire"},
      {"--message", "TEXT", "A message to the agent beside the task"},
      {"--input", "FILE", "A JSON object for the agent; - reads it from standard input"},
      {"--deadline", "TIME", "When it must be done: 90m, 2h, 3d, or an RFC 3339 time"},
      {"--push", "", "Have the work pushed to a repository: this folder's origin, or --repo-url"},
      {"--output-mode", "", "Have the work delivered as the answer itself, which is usual"},
      {.names = "--delivery-mode",
       .value = "MODE",
       .help = "The same in a word: output or push",
       .choices = {"output", "push"}},
      {"--repo-url", "URL", "The repository to work on"},
      {"--repo-token-command", "COMMAND",
       "A helper that prints the token for the repository; the one stored with `agr github-token set` "
       "when not given"},
      {"--with-repo-token", "", "Read the token for the repository from standard input"},
      {"--linear", "", "Mirror the hiring in Linear; with --push"},
      {"--linear-team", "ID", "In this Linear team"},
      {"--linear-issue", "REFERENCE", "As this existing issue: ENG-42"}};
}

} // namespace agr::cmd
