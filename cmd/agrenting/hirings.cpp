// SPDX-License-Identifier: MIT
#include "base/text.hpp"
#include "cmd/agrenting/attempt.hpp"
#include "cmd/agrenting/hirer.hpp"
#include "cmd/agrenting/hirings_watch.hpp"
#include "cmd/agrenting/waiting.hpp"
#include "cmd/frame/command.hpp"
#include "cmd/frame/input.hpp"
#include "cmd/frame/paging.hpp"

#include <fmt/format.h>

namespace agr::cmd {
namespace {

using agrenting::Endpoint;
using agrenting::Hiring;
using output::Style;
namespace tools = agrenting::tools;

/// Over MCP the list comes whole.
Result<std::vector<Hiring>> hirings_of(const Invocation& given, Context& context, const Hirer& hirer,
                                       std::optional<long long> limit) {
  constexpr std::string_view k_attempt = "listing the hirings";
  return collect<Hiring>(limit, [&](const NextPage& next) {
    return ask(context, hirer,
               agrenting::list_hirings(hirer.endpoint, {given.text("--status"), next.size, next.number}),
               tools::list_my_hirings(given.text("--status")), agrenting::read_hirings, k_attempt);
  });
}

Result<Reply> run_list(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const std::optional<long long> limit, limit_of(given));
  AGR_TRY_ASSIGN(const Hirer hirer, hirer_of(given, context));
  AGR_TRY_ASSIGN(const std::vector<Hiring> hirings, hirings_of(given, context, hirer, limit));
  json::Value list = json::Value::array();
  for (const Hiring& hiring : hirings)
    list.push(complete_value(hiring));
  return Reply{.value = std::move(list),
               .view = output::list_of({{"ID", "id|hiring_id", Style::id},
                                        {"STATUS", "status", Style::status},
                                        {"AGENT", "agent_name|agent.name|agent_did|agent.did"},
                                        {"PRICE", "price", Style::money},
                                        {"HIRED", "inserted_at|created_at", Style::time},
                                        {"TASK", "task_description|task.description"}},
                                       "No hirings.")};
}

Reply reply_of(const Hiring& hiring) {
  return Reply{.value = complete_value(hiring), .view = view_of(hiring)};
}

Result<Reply> run_show(const Invocation& given, Context& context) {
  if (given.has("ID") == given.has("--key"))
    return fail({Kind::usage, "a hiring is named by its id or by its key", "agr hirings show ID"});
  AGR_TRY_ASSIGN(const Hirer hirer, hirer_of(given, context, given.has("--key") ? "mcp" : "rest"));
  if (given.has("--key")) {
    if (!hirer.by_mcp())
      return fail({Kind::usage, "a hiring is found by its key over MCP only", "leave out --via rest"});
    AGR_TRY_ASSIGN(const Hiring hiring, hiring_by_key(hirer, given.text("--key")));
    return reply_of(hiring);
  }
  AGR_TRY_ASSIGN(const Hiring hiring, find_hiring(context, hirer, given.text("ID")));
  return reply_of(hiring);
}

Result<Reply> run_wait(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const Hirer hirer, hirer_of(given, context));
  AGR_TRY_ASSIGN(const Hiring seen, find_hiring(context, hirer, given.text("ID")));
  AGR_TRY_ASSIGN(const Hiring hiring, wait_for_end(context, hirer, seen, given.seconds("--for")));
  Reply reply = reply_of(hiring);
  reply.exit = exit_of_wait(context, hiring);
  return reply;
}

/// What can be read from an answer that is no clear yes: the hiring itself knows.
bool is_unclear(const Error& error) {
  return error.kind == Kind::conflict || error.kind == Kind::outcome_unknown || error.kind == Kind::protocol;
}

/// A cancel can lose the race against completion, and its answer can be lost.
Result<Hiring> cancel(Context& context, const Hirer& hirer, const std::string& id,
                      const std::string& reason) {
  auto answer =
      ask(context, hirer, agrenting::cancel_hiring(hirer.endpoint, id), tools::cancel_hiring(id, reason),
          agrenting::read_hiring, fmt::format("cancelling hiring {}", printable(id)));
  const bool refused_by_tool = !answer && hirer.by_mcp() && answer.error().kind == Kind::failed;
  if (!answer && !is_unclear(answer.error()) && !refused_by_tool)
    return answer;
  auto now = find_hiring(context, hirer, id);
  if (!answer && (!now || agrenting::ending_of(*now) == agrenting::Ending::none))
    return answer;
  return now ? now : answer;
}

Result<Reply> run_cancel(const Invocation& given, Context& context) {
  const std::string id = given.text("ID");
  const std::string reason = given.text("--reason");
  AGR_TRY_ASSIGN(const Hirer hirer, hirer_of(given, context, reason.empty() ? "rest" : "mcp"));
  if (!reason.empty() && !hirer.by_mcp())
    return fail({Kind::usage, "a reason travels over MCP only", "leave out --via rest"});
  AGR_TRY(context.confirm(fmt::format("Cancel hiring {} and take the money back?", printable(id))));
  AGR_TRY_ASSIGN(const Hiring hiring, cancel(context, hirer, id, reason));
  if (hiring.status == "cancelled" || hiring.status == "refunded")
    return reply_of(hiring);
  return fail({Kind::conflict,
               fmt::format("hiring {} was not cancelled: it is {}", printable(id), printable(hiring.status)),
               fmt::format("`agr hirings show {}` shows it", printable(id))});
}

// hirings retry

/// The money is held again, so a retry is an attempt of its own: the key is on disk before the request, and
/// which try it is belongs to what was asked for.
Result<Attempt> begin_retry(Context& context, const Hiring& hiring, const std::string& reason,
                            store::Intents& intents) {
  const std::string fingerprint = fingerprint_of(json::Value::array({hiring.id}));
  AGR_TRY_ASSIGN(auto open, resume(context, intents, "retry", fingerprint, {}));
  if (open)
    return std::move(*open);
  store::Intent intent{.key = key_for(context, "retry", {}),
                       .kind = "retry",
                       .fingerprint = fingerprint,
                       .summary = fmt::format("retry hiring {}", hiring.id),
                       .request = json::write(json::Value::object({{"reason", reason}})),
                       .begun = context.env.clock.now()};
  AGR_TRY(intents.begin(intent));
  return Attempt{std::move(intent), false};
}

Error not_failed(const Hiring& hiring) {
  return {Kind::conflict,
          fmt::format("only a failed hiring can be tried again; {} is {}", printable(hiring.id),
                      printable(hiring.status)),
          agrenting::ending_of(hiring) == agrenting::Ending::none
              ? fmt::format("`agr hirings wait {}` waits for its end", printable(hiring.id))
              : "hire the agent anew with agr hire"};
}

Result<Hiring> retry(Context& context, const Hirer& hirer, const Hiring& failed, const std::string& reason) {
  AGR_TRY_ASSIGN(store::Intents intents, open_intents(context));
  AGR_TRY_ASSIGN(const Attempt attempt, begin_retry(context, failed, reason, intents));
  if (attempt.repeated && failed.status != "failed") { // the lost answer was a yes
    settle(context, intents, attempt, failed.id);
    return failed;
  }
  auto hiring = ask(context, agrenting::retry_hiring(hirer.endpoint, failed.id, reason, attempt.intent.key),
                    agrenting::read_hiring, fmt::format("trying hiring {} again", printable(failed.id)));
  if (!hiring)
    return fail(after_failure(std::move(hiring).error(), attempt, intents));
  settle(context, intents, attempt, hiring->id);
  return hiring;
}

Result<Reply> run_retry(const Invocation& given, Context& context) {
  const std::string reason = given.text("--reason");
  AGR_TRY_ASSIGN(const Hirer hirer, hirer_of(given, context));
  AGR_TRY_ASSIGN(const Hiring seen, find_hiring(context, hirer, given.text("ID")));
  if (context.globals.dry_run) {
    AGR_TRY(context.send(
        agrenting::retry_hiring(hirer.endpoint, seen.id, reason, key_for(context, "retry", {}))));
    return Reply{};
  }
  AGR_TRY_ASSIGN(store::Intents intents, open_intents(context));
  AGR_TRY_ASSIGN(const auto open, intents.find_open("retry", fingerprint_of(json::Value::array({seen.id}))));
  if (!open && seen.status != "failed")
    return fail(not_failed(seen));
  AGR_TRY(context.confirm(fmt::format("Hold {} USD again and let the agent try once more?",
                                      seen.price ? seen.price->money() : "the price")));
  AGR_TRY_ASSIGN(Hiring hiring, retry(context, hirer, seen, reason));
  if (given.has("--wait")) {
    AGR_TRY_ASSIGN(hiring, wait_for_end(context, hirer, hiring, given.seconds("--wait")));
    Reply reply = reply_of(hiring);
    reply.exit = exit_of_wait(context, hiring);
    return reply;
  }
  return reply_of(hiring);
}

Result<Reply> run_message(const Invocation& given, Context& context) {
  const std::string id = given.text("ID");
  std::string text = join(given.all("TEXT"), " ");
  if (text == "-") {
    AGR_TRY_ASSIGN(text, read_input("-", context));
  }
  AGR_TRY(agrenting::check_message(text));
  AGR_TRY_ASSIGN(const Endpoint endpoint, hirer(context));
  AGR_TRY_ASSIGN(const agrenting::Message message,
                 ask(context, agrenting::send_message(endpoint, id, text, key_for(context, "message", {})),
                     agrenting::read_message, fmt::format("writing to hiring {}", printable(id))));
  return Reply{.value = message.raw,
               .view = output::detail_of({{"Message", "id", Style::id},
                                          {"From", "sender_name|sender_type"},
                                          {"Sent", "created_at|inserted_at", Style::time},
                                          {"Text", "content", Style::prose}})};
}

/// Over REST newer services show messages only inside the hiring, older ones only by themselves.
Result<json::Value> messages_of(Context& context, const Hirer& hirer, const std::string& id) {
  if (!hirer.by_mcp()) {
    AGR_TRY_ASSIGN(const Hiring hiring, find_hiring(context, hirer, id));
    if (hiring.raw["messages"].is_array())
      return hiring.raw["messages"];
  }
  AGR_TRY_ASSIGN(const agrenting::Page<agrenting::Message> page,
                 ask(context, hirer, agrenting::list_messages(hirer.endpoint, id), tools::messages_of(id),
                     agrenting::read_messages,
                     fmt::format("reading the messages of hiring {}", printable(id))));
  return raw_list(page.items);
}

Result<Reply> run_messages(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const Hirer hirer, hirer_of(given, context));
  AGR_TRY_ASSIGN(json::Value messages, messages_of(context, hirer, given.text("ID")));
  return Reply{.value = std::move(messages),
               .view = output::list_of({{"TIME", "created_at|inserted_at", Style::time},
                                        {"FROM", "sender_name|sender_type|sender_agent_id"},
                                        {"TEXT", "content|message|text"}},
                                       "No messages.")};
}

} // namespace

const std::vector<Command>& hirings_commands() {
  static const std::vector<Command> k_commands{
      {.name = "hirings list",
       .effect = Effect::read,
       .summary = "List your hirings",
       .options = with_via(with_paging(
           {{"--status", "STATUS", "Only these: queued, in_progress, completed, failed, cancelled, …"}})),
       .examples = {{"What is going on", "agr hirings list --status in_progress"},
                    {"Everything, for a script", "agr hirings list --all --jsonl"}},
       .run = run_list},
      {.name = "hirings show",
       .effect = Effect::read,
       .summary = "See one hiring and what it delivered",
       .arguments = {{"ID", "the hiring's id", Argument::Count::maybe}},
       .options = with_via({{"--key", "KEY", "The hiring with this idempotency key instead; over MCP"}}),
       .examples = {{"Only the answer", "agr hirings show ID --json=task_output"}},
       .run = run_show},
      {.name = "hirings wait",
       .effect = Effect::read,
       .summary = "Wait until a hiring has ended",
       .about = "Exits with 0 when it completed, 1 when it ended otherwise, 8 when the time ran out first. "
                "Agrenting pushes changes over MCP, and nothing is asked in between. Where it cannot, for a "
                "token or a network without MCP, agr asks over REST again and again, at most every five "
                "seconds; --verbose says so. --via rest does only that, --via mcp insists on MCP.",
       .arguments = {{"ID", "the hiring's id"}},
       .options = with_via(
           {{"--for", "SECONDS", "Wait at most this long; for ever when not given", Option::Type::seconds}}),
       .examples = {{"Let a pipeline fail with the hiring", "agr hirings wait ID --for 600 --quiet"}},
       .run = run_wait},
      {.name = "hirings cancel",
       .effect = Effect::change,
       .summary = "Cancel a hiring and take the money back",
       .about = "Works until the agent has delivered. What counts is how the hiring stands afterwards: when "
                "the agent was faster it is completed and paid, and this exits with 7.",
       .arguments = {{"ID", "the hiring's id"}},
       .options = with_via({{"--reason", "TEXT", "Why, for the agent; travels over MCP"}}),
       .examples = {{"Without being asked", "agr hirings cancel ID --yes"}},
       .run = run_cancel},
      {.name = "hirings retry",
       .effect = Effect::money,
       .summary = "Let the agent try a failed hiring once more",
       .about = "Holds the price again, under the same id. Like a hire it has a key, written down before "
                "anything is sent: after a lost answer run the same command again. --wait waits as "
                "`agr hirings wait` does.",
       .arguments = {{"ID", "the hiring's id"}},
       .options = with_via({{"--reason", "TEXT", "What was wrong, for the agent"},
                            {.names = "--wait",
                             .value = "SECONDS",
                             .help = "Wait until it has ended, at most this long when a number is given",
                             .type = Option::Type::seconds,
                             .optional_value = true}}),
       .examples = {{"Once more, and wait", "agr hirings retry ID --yes --wait"}},
       .run = run_retry},
      {.name = "hirings message",
       .effect = Effect::change,
       .summary = "Write to the agent",
       .arguments = {{"ID", "the hiring's id"},
                     {"TEXT", "up to 5,000 characters; - reads it from standard input",
                      Argument::Count::many}},
       .examples = {{"A word in between", "agr hirings message ID \"Please in English\""}},
       .run = run_message},
      {.name = "hirings messages",
       .effect = Effect::read,
       .summary = "Read what was written on a hiring",
       .arguments = {{"ID", "the hiring's id"}},
       .options = with_via({}),
       .examples = {{"The whole exchange", "agr hirings messages ID"}},
       .run = run_messages},
      hirings_watch_command()};
  return k_commands;
}

} // namespace agr::cmd
