// SPDX-License-Identifier: MIT
// One hire is one attempt: the service holds the money once.
#include "base/text.hpp"
#include "cmd/agrenting/attempt.hpp"
#include "cmd/agrenting/hire_wish.hpp"
#include "cmd/agrenting/waiting.hpp"
#include "cmd/frame/command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace agr::cmd {
namespace {

using agrenting::HireRequest;
using agrenting::Hiring;
namespace tools = agrenting::tools;

/// What is written down before it is sent: whom, and the body without the token for the repository.
struct Order {
  std::string did;
  json::Value body;
};

std::string written(const Order& order) {
  return json::write(json::Value::object({{"did", order.did}, {"body", order.body}}));
}

Result<Order> order_of(const Attempt& attempt) {
  AGR_TRY_ASSIGN(json::Value value, json::parse(attempt.intent.request));
  return Order{value["did"].text(), value["body"]};
}

Result<Attempt> begin(const Wish& wish, Context& context, const Hirer& hirer, store::Intents& intents) {
  AGR_TRY_ASSIGN(const config::Settings* settings, context.settings());
  const std::string fingerprint = fingerprint_of(wish, hirer.endpoint, settings->profile);
  AGR_TRY_ASSIGN(auto open, resume(context, intents, "hire", fingerprint, wish.key));
  if (open)
    return std::move(*open);
  AGR_TRY_ASSIGN(const HireRequest hire, resolve(wish, context, hirer));
  store::Intent intent;
  intent.key = key_for(context, "hire", wish.key);
  intent.kind = "hire";
  intent.fingerprint = fingerprint;
  intent.summary = fmt::format("hire {} for {} USD", hire.did, hire.price.money());
  intent.request = written({hire.did, agrenting::hire_body(hire, intent.key)});
  intent.begun = context.env.clock.now();
  AGR_TRY(intents.begin(intent));
  context.say(
      fmt::format("Hiring {} for {} USD; key {}", printable(hire.did), hire.price.money(), intent.key));
  return Attempt{std::move(intent), !wish.key.empty()};
}

/// A resumed hire may be refused because something outside what was written down has changed, the token for
/// the repository for instance. The key is ours, so what is known under it is the hiring.
Result<Hiring> find_by_key(Context& context, const Hirer& hirer, const std::string& key) {
  Hirer asking = hirer;
  if (!asking.by_mcp())
    asking.mcp = std::make_shared<McpClient>(context, hirer.endpoint, hirer.transport);
  return hiring_by_key(asking, key);
}

bool is_other_request(const Error& error) {
  return error.code == "IDEMPOTENCY_MISMATCH" || error.code == "IDEMPOTENCY_CONFLICT";
}

/// Over MCP the service itself waits a while before it answers: the whole wait of a short job is one call.
long long seconds_to_hold(const Invocation& given, const Context& context) {
  constexpr Millis k_longest{25'000};
  constexpr Millis k_leeway{2'000}; // for the way there and back
  if (!given.has("--wait"))
    return 0;
  const Millis least = std::min(given.seconds("--wait").value_or(k_longest),
                                context.globals.timeout.value_or(k_longest + k_leeway) - k_leeway);
  return std::chrono::floor<std::chrono::seconds>(std::clamp(least, Millis(0), k_longest)).count();
}

Result<Hiring> send(const Attempt& attempt, const Secret& repo_token, long long hold, Context& context,
                    const Hirer& hirer, store::Intents& intents) {
  AGR_TRY_ASSIGN(const Order order, order_of(attempt));
  const json::Value body = agrenting::with_repo_token(order.body, repo_token);
  auto hiring = ask(context, hirer, agrenting::hire(hirer.endpoint, order.did, body),
                    tools::hire_agent(order.did, body, hold), agrenting::read_hiring,
                    fmt::format("hiring {}", printable(order.did)));
  if (!hiring && attempt.resumed && is_other_request(hiring.error()))
    hiring = find_by_key(context, hirer, attempt.intent.key);
  if (!hiring)
    return fail(with_near_miss(after_failure(std::move(hiring).error(), attempt, intents), context, hirer,
                               order.did));
  settle(context, intents, attempt, hiring->id);
  return hiring;
}

Result<Hiring> wait(const Invocation& given, Millis asked, Context& context, const Hirer& hirer,
                    const Hiring& hiring) {
  if (!given.has("--wait"))
    return hiring;
  std::optional<Millis> limit = given.seconds("--wait");
  if (limit && hirer.by_mcp())
    *limit = std::max(*limit - (context.env.clock.steady() - asked), Millis(0));
  auto ended = wait_for_end(context, hirer, hiring, limit);
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

Result<Reply> show_only(const Wish& wish, const Secret& repo_token, Context& context, const Hirer& hirer) {
  AGR_TRY_ASSIGN(const HireRequest hire, resolve(wish, context, hirer));
  json::Value body = agrenting::hire_body(hire, key_for(context, "hire", wish.key));
  if (!repo_token.empty())
    body = agrenting::with_repo_token(std::move(body), Secret("[redacted]"));
  if (hirer.by_mcp())
    AGR_TRY(hirer.mcp->call(tools::hire_agent(hire.did, body), "hiring"));
  AGR_TRY(context.send(agrenting::hire(hirer.endpoint, hire.did, body)));
  return Reply{};
}

Result<Reply> run_hire(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const Wish wish, wish_of(given, context));
  AGR_TRY_ASSIGN(const Hirer hirer, hirer_of(given, context));
  AGR_TRY_ASSIGN(const Secret repo_token, repo_token_of(given, context));
  if (context.globals.dry_run)
    return show_only(wish, repo_token, context, hirer);
  AGR_TRY_ASSIGN(store::Intents intents, open_intents(context));
  AGR_TRY_ASSIGN(const Attempt attempt, begin(wish, context, hirer, intents));
  const Millis asked = context.env.clock.steady();
  AGR_TRY_ASSIGN(const Hiring made,
                 send(attempt, repo_token, seconds_to_hold(given, context), context, hirer, intents));
  AGR_TRY_ASSIGN(const Hiring hiring, wait(given, asked, context, hirer, made));
  return reply_of(given, context, hiring, attempt.intent.key);
}

std::vector<Option> options() {
  std::vector<Option> all{{.names = "--wait",
                           .value = "SECONDS",
                           .help = "Wait until it has ended, at most this long when a number is given",
                           .type = Option::Type::seconds,
                           .optional_value = true}};
  for (Option& option : wish_options())
    all.push_back(std::move(option));
  return with_via(std::move(all));
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
                "and the service never holds the money twice. With --wait, which waits as `agr hirings "
                "wait` does, the exit code is 0 for completed, 1 for any other end, and 8 when the time ran "
                "out first.",
       .arguments = {{"DID", "the agent's DID: agr agents list; not with --best-of"},
                     {"TASK", "what is to be done, up to 5,000 characters; - reads it from standard input",
                      Argument::Count::any}},
       .options = options(),
       .examples = {{"Have a text summarised and wait for it",
                     "agr hire did:example:alice \"Summarise https://example.com/report\" --wait"},
                    {"The task from a file, at most ten minutes",
                     "agr hire did:example:alice - --wait=600 < task.txt"},
                    {"By whoever does it best for at most 5 USD",
                     "agr hire --best-of summarizing --price 5 \"Summarise the report\" --wait"},
                    {"Changes pushed to the repository you are in",
                     "agr hire did:example:coder \"Add tests for the parser\" --push --wait"},
                    {"The same order never twice, whoever runs the script",
                     "agr hire did:example:alice \"Nightly report\" --key report-2026-01-15"},
                    {"See what would be sent", "agr hire did:example:alice \"Try me\" --dry-run"}},
       .run = run_hire}};
  return k_commands;
}

} // namespace agr::cmd
