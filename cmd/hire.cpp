// SPDX-License-Identifier: MIT
// One hire is one attempt: the service holds the money once.
#include "base/text.hpp"
#include "cmd/agrenting_calls.hpp"
#include "cmd/attempt.hpp"
#include "cmd/command.hpp"
#include "cmd/input.hpp"
#include "cmd/waiting.hpp"

#include <fmt/format.h>

namespace agr::cmd {
namespace {

using agrenting::Endpoint;
using agrenting::HireRequest;
using agrenting::Hiring;

/// What the person asked for; what they left open is filled in from the agent.
struct Wish {
  HireRequest hire;
  std::optional<Decimal> price;
  std::string deadline; ///< as written
  std::string key;      ///< --key
};

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
  const std::vector<std::string>& words = given.all("TASK");
  if (words.size() != 1 || words.front() != "-")
    return join(words, " ");
  if (given.text("--input") == "-")
    return fail({Kind::usage, "the task and --input cannot both come from standard input"});
  AGR_TRY_ASSIGN(const std::string text, read_input("-", context));
  return std::string(trim(text));
}

Result<Wish> wish_of(const Invocation& given, Context& context) {
  Wish wish;
  wish.hire.did = given.text("DID");
  AGR_TRY_ASSIGN(wish.hire.task, task_of(given, context));
  AGR_TRY_ASSIGN(wish.hire.task_input, task_input_of(given, context));
  wish.hire.capability = given.text("--capability");
  wish.hire.client_message = given.text("--message");
  wish.hire.delivery_mode = given.text("--delivery-mode");
  wish.hire.repo_url = given.text("--repo-url");
  wish.price = given.money("--price");
  wish.key = given.text("--key");
  wish.deadline = given.text("--deadline");
  if (!wish.deadline.empty()) {
    AGR_TRY_ASSIGN(wish.hire.deadline_at, deadline_of(wish.deadline, context.env.clock.now()));
  }
  if (given.has("--key"))
    AGR_TRY(agrenting::check_key(wish.key));
  // Everything but what the agent fills in can be checked now.
  HireRequest probe = wish.hire;
  probe.capability = "any";
  AGR_TRY(agrenting::check(probe));
  return wish;
}

/// The same for the same command on the same account, whatever the agent's price has become meanwhile.
std::string fingerprint_of(const Wish& wish, const Endpoint& endpoint, const std::string& profile) {
  const HireRequest& hire = wish.hire;
  const json::Value words = json::Value::array({endpoint.base, profile, hire.did, hire.task, hire.capability,
                                                wish.price, hire.delivery_mode, hire.repo_url,
                                                hire.client_message, hire.task_input, wish.deadline});
  return cmd::fingerprint_of(words);
}

Result<HireRequest> resolve(const Wish& wish, Context& context, const Endpoint& endpoint) {
  HireRequest hire = wish.hire;
  if (wish.price && !hire.capability.empty()) {
    hire.price = *wish.price;
    return hire;
  }
  AGR_TRY_ASSIGN(const agrenting::Agent agent, find_agent(context, endpoint, hire.did));
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

Result<Attempt> begin(const Wish& wish, Context& context, const Endpoint& endpoint, store::Intents& intents) {
  AGR_TRY_ASSIGN(const config::Settings* settings, context.settings());
  const std::string fingerprint = fingerprint_of(wish, endpoint, settings->profile);
  AGR_TRY_ASSIGN(auto open, resume(context, intents, "hire", fingerprint, wish.key));
  if (open)
    return std::move(*open);
  AGR_TRY_ASSIGN(const HireRequest hire, resolve(wish, context, endpoint));
  store::Intent intent;
  intent.key = key_for(context, "hire", wish.key);
  intent.kind = "hire";
  intent.fingerprint = fingerprint;
  intent.summary = fmt::format("hire {} for {} USD", hire.did, hire.price.money());
  intent.request = json::write(agrenting::hire_body(hire, intent.key));
  intent.begun = context.env.clock.now();
  AGR_TRY(intents.begin(intent));
  context.say(
      fmt::format("Hiring {} for {} USD; key {}", printable(hire.did), hire.price.money(), intent.key));
  return Attempt{std::move(intent), !wish.key.empty()};
}

Result<Hiring> send(const Attempt& attempt, const Wish& wish, Context& context, const Endpoint& endpoint,
                    store::Intents& intents) {
  AGR_TRY_ASSIGN(const json::Value body, json::parse(attempt.intent.request));
  auto hiring = ask(context, agrenting::hire(endpoint, wish.hire.did, body), agrenting::read_hiring,
                    fmt::format("hiring {}", printable(wish.hire.did)));
  if (!hiring)
    return fail(with_near_miss(after_failure(std::move(hiring).error(), attempt, intents), context, endpoint,
                               wish.hire.did));
  settle(context, intents, attempt, hiring->id);
  return hiring;
}

Result<Hiring> wait(const Invocation& given, Context& context, const Endpoint& endpoint,
                    const Hiring& hiring) {
  if (!given.has("--wait"))
    return hiring;
  auto ended = wait_for_end(context, endpoint, hiring, given.seconds("--wait"));
  if (ended)
    return ended;
  Error error = std::move(ended).error();
  error.message = fmt::format("hiring {} was made, but {}", printable(hiring.id), error.message);
  error.hint = fmt::format("`agr hirings wait {}` waits on", printable(hiring.id));
  return fail(std::move(error));
}

Result<Reply> reply_of(const Invocation& given, Context& context, const Hiring& hiring,
                       const std::string& key) {
  Reply reply{.value = complete_value(hiring), .view = view_of(hiring)};
  reply.value.set("idempotency_key", key);
  if (given.has("--wait") || agrenting::ending_of(hiring) != agrenting::Ending::none)
    reply.exit = exit_of_wait(context, hiring);
  return reply;
}

Result<Reply> show_only(const Wish& wish, Context& context, const Endpoint& endpoint) {
  AGR_TRY_ASSIGN(const HireRequest hire, resolve(wish, context, endpoint));
  const std::string key = key_for(context, "hire", wish.key);
  AGR_TRY(context.send(agrenting::hire(endpoint, hire.did, agrenting::hire_body(hire, key))));
  return Reply{};
}

Result<Reply> run_hire(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const Wish wish, wish_of(given, context));
  AGR_TRY_ASSIGN(const Endpoint endpoint, hirer(context));
  if (context.globals.dry_run)
    return show_only(wish, context, endpoint);
  AGR_TRY_ASSIGN(store::Intents intents, open_intents(context));
  AGR_TRY_ASSIGN(const Attempt attempt, begin(wish, context, endpoint, intents));
  AGR_TRY_ASSIGN(const Hiring made, send(attempt, wish, context, endpoint, intents));
  AGR_TRY_ASSIGN(const Hiring hiring, wait(given, context, endpoint, made));
  return reply_of(given, context, hiring, attempt.intent.key);
}

} // namespace

const std::vector<Command>& hire_commands() {
  static const std::vector<Command> k_commands{
      {.name = "hire",
       .effect = Effect::money,
       .summary = "Hire an agent on Agrenting for one task",
       .about = "Holds the price in escrow and hands the task over; the agent is paid when it delivers, and "
                "the money comes back when it fails. Price and capability are the agent's own unless you "
                "name others.\n\nEvery hire has a key, written down before anything is sent. When the answer "
                "is lost, or agr is interrupted, run the same command again: it goes on under the same key, "
                "and the service never holds the money twice. With --wait the exit code is 0 for completed, "
                "1 for any other end, and 8 when the time ran out first.",
       .arguments = {{"DID", "the agent's DID: agr agents list"},
                     {"TASK", "what is to be done, up to 5,000 characters; - reads it from standard input",
                      Argument::Count::many}},
       .options = {{"--capability", "NAME", "What you hire it for; its first capability when not given"},
                   {"--price", "USD", "What is held and paid; the agent's own price when not given",
                    Option::Type::money},
                   {.names = "--wait",
                    .value = "SECONDS",
                    .help = "Wait until it has ended, at most this long when a number is given",
                    .type = Option::Type::seconds,
                    .optional_value = true},
                   {"--key", "KEY",
                    "Use this idempotency key, so that your own script decides what is the same hire"},
                   {"--message", "TEXT", "A message to the agent beside the task"},
                   {"--input", "FILE", "A JSON object for the agent; - reads it from standard input"},
                   {"--deadline", "TIME", "When it must be done: 90m, 2h, 3d, or an RFC 3339 time"},
                   {.names = "--delivery-mode",
                    .value = "MODE",
                    .help = "output (the answer itself), or push (to --repo-url)",
                    .choices = {"output", "push"}},
                   {"--repo-url", "URL", "The repository to work on"}},
       .examples = {{"Have a text summarised and wait for it",
                     "agr hire did:example:alice \"Summarise https://example.com/report\" --wait"},
                    {"The task from a file, at most ten minutes",
                     "agr hire did:example:alice - --wait=600 < task.txt"},
                    {"The same order never twice, whoever runs the script",
                     "agr hire did:example:alice \"Nightly report\" --key report-2026-01-15"},
                    {"See what would be sent", "agr hire did:example:alice \"Try me\" --dry-run"}},
       .run = run_hire}};
  return k_commands;
}

} // namespace agr::cmd
