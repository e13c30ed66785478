// SPDX-License-Identifier: MIT
#include "base/text.hpp"
#include "cmd/agrenting_calls.hpp"
#include "cmd/command.hpp"
#include "cmd/input.hpp"
#include "cmd/paging.hpp"
#include "cmd/waiting.hpp"

#include <fmt/format.h>

namespace agr::cmd {
namespace {

using agrenting::Endpoint;
using agrenting::Hiring;
using output::Style;

Result<Reply> run_list(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const std::optional<long long> limit, limit_of(given));
  AGR_TRY_ASSIGN(const Endpoint endpoint, hirer(context));
  const auto fetch = [&](const NextPage& next) {
    return ask(context, agrenting::list_hirings(endpoint, {given.text("--status"), next.size, next.number}),
               agrenting::read_hirings, "listing the hirings");
  };
  AGR_TRY_ASSIGN(const std::vector<Hiring> hirings, collect<Hiring>(limit, fetch));
  return Reply{.value = raw_list(hirings),
               .view = output::list_of({{"ID", "id|hiring_id", Style::id},
                                        {"STATUS", "status", Style::status},
                                        {"AGENT", "agent_name|agent.name|agent_did|agent.did"},
                                        {"PRICE", "price", Style::money},
                                        {"HIRED", "inserted_at|created_at", Style::time},
                                        {"TASK", "task_description|task.description"}},
                                       "No hirings.")};
}

Result<Reply> run_show(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const Endpoint endpoint, hirer(context));
  AGR_TRY_ASSIGN(const Hiring hiring, find_hiring(context, endpoint, given.text("ID")));
  return Reply{.value = complete_value(hiring), .view = view_of(hiring)};
}

Result<Reply> run_wait(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const Endpoint endpoint, hirer(context));
  AGR_TRY_ASSIGN(const Hiring seen, find_hiring(context, endpoint, given.text("ID")));
  AGR_TRY_ASSIGN(const Hiring hiring, wait_for_end(context, endpoint, seen, given.seconds("--for")));
  return Reply{
      .value = complete_value(hiring), .view = view_of(hiring), .exit = exit_of_wait(context, hiring)};
}

/// A cancel can lose the race against completion, and its answer can be lost: the hiring itself knows.
Result<Hiring> cancel(Context& context, const Endpoint& endpoint, const std::string& id) {
  auto answer = ask(context, agrenting::cancel_hiring(endpoint, id), agrenting::read_hiring,
                    fmt::format("cancelling hiring {}", printable(id)));
  const bool unclear =
      !answer && (answer.error().kind == Kind::conflict || answer.error().kind == Kind::outcome_unknown ||
                  answer.error().kind == Kind::protocol);
  if (!answer && !unclear)
    return answer;
  auto now = find_hiring(context, endpoint, id);
  if (!answer && (!now || agrenting::ending_of(*now) == agrenting::Ending::none))
    return answer;
  return now ? now : answer;
}

Result<Reply> run_cancel(const Invocation& given, Context& context) {
  const std::string id = given.text("ID");
  AGR_TRY_ASSIGN(const Endpoint endpoint, hirer(context));
  AGR_TRY(context.confirm(fmt::format("Cancel hiring {} and take the money back?", printable(id))));
  AGR_TRY_ASSIGN(const Hiring hiring, cancel(context, endpoint, id));
  if (hiring.status == "cancelled" || hiring.status == "refunded")
    return Reply{.value = complete_value(hiring), .view = view_of(hiring)};
  return fail({Kind::conflict,
               fmt::format("hiring {} was not cancelled: it is {}", printable(id), printable(hiring.status)),
               fmt::format("`agr hirings show {}` shows it", printable(id))});
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
                 ask(context, agrenting::send_message(endpoint, id, text), agrenting::read_message,
                     fmt::format("writing to hiring {}", printable(id))));
  return Reply{.value = message.raw,
               .view = output::detail_of({{"Message", "id", Style::id},
                                          {"From", "sender_name|sender_type"},
                                          {"Sent", "created_at|inserted_at", Style::time},
                                          {"Text", "content", Style::prose}})};
}

/// Newer services show messages only inside the hiring, older ones only by themselves.
Result<json::Value> messages_of(Context& context, const Endpoint& endpoint, const std::string& id) {
  AGR_TRY_ASSIGN(const Hiring hiring, find_hiring(context, endpoint, id));
  if (hiring.raw["messages"].is_array())
    return hiring.raw["messages"];
  AGR_TRY_ASSIGN(const agrenting::Page<agrenting::Message> page,
                 ask(context, agrenting::list_messages(endpoint, id), agrenting::read_messages,
                     fmt::format("reading the messages of hiring {}", printable(id))));
  return raw_list(page.items);
}

Result<Reply> run_messages(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const Endpoint endpoint, hirer(context));
  AGR_TRY_ASSIGN(json::Value messages, messages_of(context, endpoint, given.text("ID")));
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
       .options = with_paging(
           {{"--status", "STATUS", "Only these: queued, in_progress, completed, failed, cancelled, …"}}),
       .examples = {{"What is going on", "agr hirings list --status in_progress"},
                    {"Everything, for a script", "agr hirings list --all --jsonl"}},
       .run = run_list},
      {.name = "hirings show",
       .effect = Effect::read,
       .summary = "See one hiring and what it delivered",
       .arguments = {{"ID", "the hiring's id"}},
       .examples = {{"Only the answer", "agr hirings show ID --json=task_output"}},
       .run = run_show},
      {.name = "hirings wait",
       .effect = Effect::read,
       .summary = "Wait until a hiring has ended",
       .about = "Exits with 0 when it completed, 1 when it ended otherwise, 8 when the time ran out first.",
       .arguments = {{"ID", "the hiring's id"}},
       .options = {{"--for", "SECONDS", "Wait at most this long; for ever when not given",
                    Option::Type::seconds}},
       .examples = {{"Let a pipeline fail with the hiring", "agr hirings wait ID --for 600 --quiet"}},
       .run = run_wait},
      {.name = "hirings cancel",
       .effect = Effect::change,
       .summary = "Cancel a hiring and take the money back",
       .about = "Works until the agent has delivered. What counts is how the hiring stands afterwards: when "
                "the agent was faster it is completed and paid, and this exits with 7.",
       .arguments = {{"ID", "the hiring's id"}},
       .examples = {{"Without being asked", "agr hirings cancel ID --yes"}},
       .run = run_cancel},
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
       .examples = {{"The whole exchange", "agr hirings messages ID"}},
       .run = run_messages}};
  return k_commands;
}

} // namespace agr::cmd
