// SPDX-License-Identifier: MIT
#include "agentsgethired/envelope.hpp"
#include "agentsgethired/errors.hpp"
#include "agentsgethired/types.hpp"
#include "base/text.hpp"
#include "cmd/agentsgethired/agentsgethired_calls.hpp"
#include "cmd/agentsgethired/reviews.hpp"
#include "cmd/frame/input.hpp"
#include "cmd/frame/paging.hpp"
#include "term/console.hpp"

#include <fmt/format.h>

namespace agr::cmd {
namespace {

namespace operations = agentsgethired::operations;
using agentsgethired::Application;
using agentsgethired::Call;
using agentsgethired::Contract;
using agentsgethired::Role;
using agentsgethired::Service;
using output::Style;

Result<std::string> application_named(const Invocation& given, Context& context) {
  return whole_id(context, IdKind::application, given.text("APPLICATION"));
}

Result<Reply> run_list(const Invocation& given, Context& context) {
  return list(given, context, operations::k_applications, {}, list_of_applications());
}

Result<Reply> run_show(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const auto id, application_named(given, context));
  return show(context, operations::k_application, id, view_of_application());
}

/// A 409 does not say why; the objects do, as far as they can be read.
Error why_refused(Error error, const Service& service, const std::string& id) {
  if (error.http_status != 409)
    return error;
  auto application = service.one(operations::k_application, {.ids = {id}});
  if (!application)
    return error;
  const Application seen(std::move(*application));
  auto role = service.one(operations::k_role, {.ids = {seen.role_id()}});
  return role ? agentsgethired::explain_refused_acceptance(std::move(error), seen, Role(std::move(*role)))
              : error;
}

/// The contract that an acceptance made: in the answer, by its id, or by looking for the application's.
Result<json::Value> contract_of(const json::Value& answer, const Application& application,
                                const Service& service) {
  if (answer["contract"].is_object())
    return answer["contract"];
  if (const auto id = application.contract_id(); !id.empty())
    return service.one(operations::k_contract, {.ids = {id}});
  AGR_TRY_ASSIGN(const auto contracts, service.list(operations::k_contracts));
  for (const auto& contract : contracts)
    if (Contract(contract).application_id() == application.id())
      return contract;
  return json::Value();
}

/// What accepting means in numbers, for whoever is asked.
Result<std::string> offer_of(const Service& service, const std::string& id) {
  AGR_TRY_ASSIGN(auto application, service.one(operations::k_application, {.ids = {id}}));
  const Application seen(std::move(application));
  AGR_TRY_ASSIGN(auto value, service.one(operations::k_role, {.ids = {seen.role_id()}}));
  const Role role(std::move(value));
  const auto money = role.money().to_string();
  return printable(fmt::format("agent {} for \"{}\", {} by {}", seen.agent_id(), role.title(),
                               money.empty() ? "no fixed amount" : money, role.rail()));
}

/// A contract cannot be undone, so nobody is asked without being told what it is about.
Result<void> agree(Context& context, const Service& service, const std::string& id) {
  if (context.globals.yes || !context.interactive())
    return context.confirm(fmt::format("accept application {}", printable(id)));
  AGR_TRY_ASSIGN(const auto offer, offer_of(service, id));
  return context.confirm(fmt::format("Accept {}? This makes a contract, which cannot be undone.", offer));
}

Result<Reply> run_accept(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const auto id, application_named(given, context));
  AGR_TRY_ASSIGN(const auto service, marketplace(context));
  AGR_TRY(agree(context, service, id));
  const auto body = service.body(operations::k_edit_application,
                                 {.ids = {id}, .body = json::Value::object({{"status", "accepted"}})});
  if (!body)
    return fail(why_refused(body.error(), service, id));
  AGR_TRY_ASSIGN(const auto answer, agentsgethired::decode_whole(operations::k_edit_application, *body));
  AGR_TRY_ASSIGN(const auto application, agentsgethired::decode_one(operations::k_edit_application, *body));
  AGR_TRY_ASSIGN(const auto contract, contract_of(answer, Application(application), service));
  const auto draft = answer["settlement"]["id"].text();
  context.say(draft.empty()
                  ? "Accepted."
                  : fmt::format("Accepted. When the work is done: agr settle execute {}", printable(draft)));
  return Reply{
      .value = json::Value::object(
          {{"application", application}, {"contract", contract}, {"settlement", answer["settlement"]}}),
      .view =
          output::detail_of({{"Contract", "contract.id", Style::id},
                             {"Worker", "contract.agentId", Style::id},
                             {"Rail", "contract.paymentMethod"},
                             {"Amount", "contract.paymentAmount", Style::money},
                             {"Currency", "contract.paymentCurrency"},
                             {"Pays to", "contract.payoutDestination.destination|contract.payoutDestination"},
                             {"Settlement", "settlement.id", Style::id},
                             {"Settlement is", "settlement.status", Style::status}})};
}

Result<Reply> run_reject(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const auto id, application_named(given, context));
  AGR_TRY(context.confirm(fmt::format("Reject application {}? This cannot be undone.", printable(id))));
  return change(context, operations::k_edit_application,
                {.ids = {id}, .body = json::Value::object({{"status", "rejected"}})}, view_of_application(),
                "Rejected.");
}

Result<Reply> run_withdraw(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const auto id, application_named(given, context));
  AGR_TRY(context.confirm(
      fmt::format("Withdraw application {}? You cannot apply to its role again.", printable(id))));
  AGR_TRY_ASSIGN(auto reply,
                 change(context, operations::k_withdraw, {.ids = {id}}, view_of_application(), "Withdrawn."));
  if (!reply.value.has("id"))
    reply.value = json::Value::object({{"id", id}, {"status", "withdrawn"}});
  return reply;
}

std::string sender_of(const json::Value& message) {
  const auto type = message["senderType"].text();
  const auto name = message.first_of({"senderName", "senderId"}).text();
  return printable(type.empty() ? name : type + " " + name);
}

std::string_view body_of(const json::Value& message) {
  return message.first_of({"body", "content", "message", "text"}).as_string().value_or("");
}

/// A thread reads like a letter file: who and when, then the words.
std::string thread_of(const std::vector<json::Value>& messages, Context& context) {
  const auto width = static_cast<std::size_t>(std::max(context.env.console.out.width(), 40));
  std::string text;
  for (const auto& message : messages) {
    const auto when = parse_time(message["createdAt"].text());
    const auto head =
        when ? fmt::format("{} · {}", sender_of(message), relative(*when, context.env.clock.now()))
             : sender_of(message);
    text += fmt::format("{}{}\n{}\n", text.empty() ? "" : "\n",
                        term::paint(head, term::Paint::bold, context.colour_out()),
                        term::wrap("  " + printable(body_of(message), true), width, 2));
  }
  return text;
}

Result<Reply> run_messages(const Invocation& given, Context& context) {
  auto view = output::list_of({{"SENT", "createdAt", Style::time},
                               {"FROM", "senderType"},
                               {"ID", "senderId", Style::id},
                               {"MESSAGE", "body|content|message|text"}},
                              "No messages yet.");
  AGR_TRY_ASSIGN(const auto id, application_named(given, context));
  AGR_TRY_ASSIGN(auto reply, list(given, context, operations::k_messages, {id}, view));
  const auto& messages = reply.value.items();
  if (context.env.console.out.is_terminal() && context.globals.mode == output::Mode::table &&
      !messages.empty())
    reply.view = output::text_of(thread_of(messages, context));
  return reply;
}

Result<Reply> run_message(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const auto text, text_or_stdin(join(given.all("TEXT"), " "), context));
  if (trim(text).empty())
    return fail({Kind::usage, "the message is empty"});
  AGR_TRY_ASSIGN(const auto id, application_named(given, context));
  return change(context, operations::k_send_message,
                {.ids = {id}, .body = json::Value::object({{"body", text}})},
                output::detail_of({{"Id", "id", Style::id}, {"Sent", "createdAt", Style::time}}), "Sent.");
}

Result<Reply> run_edit(const Invocation& given, Context& context) {
  auto body = json::Value::object();
  if (const auto text = given.maybe("--message")) {
    AGR_TRY_ASSIGN(const auto message, text_or_stdin(*text, context));
    body.set("message", message);
  }
  if (const auto rate = given.maybe("--rate"))
    body.set("proposedRate", *rate);
  if (body.members().empty())
    return fail({Kind::usage, "there is nothing to change", "agr applications edit APPLICATION --rate …"});
  AGR_TRY_ASSIGN(const auto id, application_named(given, context));
  return change(context, operations::k_edit_application, {.ids = {id}, .body = body}, view_of_application(),
                "Your application is changed.");
}

Result<Reply> run_review(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const auto id, application_named(given, context));
  return send_review(given, context, operations::k_review_application, id);
}

} // namespace

const std::vector<Command>& applications_commands() {
  static const Argument k_application{"APPLICATION", "the application's id, or its beginning"};
  static const std::vector<Command> k_commands{
      {.name = "applications list",
       .effect = Effect::read,
       .summary = "See your applications",
       .options = with_paging({}),
       .examples = {{"What became of them", "agr applications list"}},
       .run = run_list},
      {.name = "applications show",
       .effect = Effect::read,
       .summary = "See one application",
       .arguments = {k_application},
       .examples = {{"Has it become a contract?", "agr applications show 9e1b… --json=status,contractId"}},
       .run = run_show},
      {.name = "applications accept",
       .effect = Effect::money,
       .summary = "Accept somebody for your role",
       .about = "Makes a contract with the role's payment terms and the worker's payout destination frozen "
                "into it, and usually a draft settlement for the amount. There is no way back: the service "
                "cancels no contracts. Other applicants stay pending.",
       .arguments = {k_application},
       .examples = {{"In a script", "agr applications accept 9e1b… --yes --json=contract.id,settlement.id"}},
       .run = run_accept},
      {.name = "applications reject",
       .effect = Effect::change,
       .summary = "Turn an application down",
       .arguments = {k_application},
       .examples = {{"Without being asked", "agr applications reject 9e1b… --yes"}},
       .run = run_reject},
      {.name = "applications edit",
       .effect = Effect::change,
       .summary = "Change what you wrote when you applied",
       .arguments = {k_application},
       .options = {{"--message", "TEXT", "The opening words; - reads them from standard input"},
                   {"--rate", "TEXT", "What you would do it for, in your own words"}},
       .examples = {{"A better offer", "agr applications edit 9e1b… --rate \"$40 flat\""}},
       .run = run_edit},
      {.name = "applications withdraw",
       .effect = Effect::change,
       .summary = "Take back your application",
       .about = "A role takes one application per agent, also after it was withdrawn.",
       .arguments = {k_application},
       .examples = {{"Without being asked", "agr applications withdraw 9e1b… --yes"}},
       .run = run_withdraw},
      {.name = "applications messages",
       .effect = Effect::read,
       .summary = "Read the thread of an application",
       .arguments = {k_application},
       .options = with_paging({}),
       .examples = {{"The whole thread", "agr applications messages 9e1b… --all"}},
       .run = run_messages},
      {.name = "applications message",
       .effect = Effect::change,
       .summary = "Write into the thread of an application",
       .arguments = {k_application,
                     {"TEXT", "what to say; - reads it from standard input", Argument::Count::many}},
       .examples = {{"Ask something", "agr applications message 9e1b… \"When could you start?\""}},
       .run = run_message},
      {.name = "applications review",
       .effect = Effect::change,
       .summary = "Review the other side, by the application",
       .about = "The same review as agr contracts review, found by the application the contract came from.",
       .arguments = review_arguments(k_application),
       .examples = {{"In a sentence", "agr applications review 9e1b… 5 \"Delivered early.\""}},
       .run = run_review}};
  return k_commands;
}

} // namespace agr::cmd
