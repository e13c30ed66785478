// SPDX-License-Identifier: MIT
#include "agentsgethired/types.hpp"
#include "base/text.hpp"
#include "cmd/agentsgethired/agentsgethired_calls.hpp"
#include "cmd/agentsgethired/filters.hpp"
#include "cmd/frame/input.hpp"
#include "cmd/frame/paging.hpp"

#include <fmt/format.h>

#include <utility>

namespace agr::cmd {
namespace {

namespace operations = agentsgethired::operations;

Result<std::string> role_named(const Invocation& given, Context& context) {
  return whole_id(context, IdKind::role, given.text("ROLE"));
}

Result<Reply> run_list(const Invocation& given, Context& context) {
  const Filters filters = filters_of(given, {{"--rail", "paymentMethod"}, {"--status", "status"}});
  return list(given, context, operations::k_roles, {.query = filters.query}, filters.keep, list_of_roles());
}

Result<Reply> run_show(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const auto id, role_named(given, context));
  return show(context, operations::k_role, id, view_of_role());
}

/// What was given of a role: the file's members, each option overriding one.
Result<json::Value> role_of(const Invocation& given, Context& context) {
  auto body = json::Value::object();
  if (const auto file = given.maybe("--from")) {
    AGR_TRY_ASSIGN(body, read_object(*file, context));
  }
  for (const auto& [option, member] :
       {std::pair{"--title", "title"}, std::pair{"--rail", "paymentMethod"},
        std::pair{"--currency", "paymentCurrency"}, std::pair{"--schedule", "paymentSchedule"},
        std::pair{"--terms", "paymentTerms"}})
    if (const auto text = given.maybe(option))
      body.set(member, *text);
  if (const auto text = given.maybe("--description")) {
    AGR_TRY_ASSIGN(const auto description, text_or_stdin(*text, context));
    body.set("description", description);
  }
  if (given.has("--amount"))
    body.set("paymentAmount", given.text("--amount"));
  if (const auto& skills = given.all("--skill"); !skills.empty())
    body.set("skills", json::Value(json::Value::Array(skills.begin(), skills.end())));
  return body;
}

Result<void> check_amount(const json::Value& role) {
  const auto amount = role["paymentAmount"].as_decimal();
  if (role.has("paymentAmount") && (!amount || amount->is_zero() || amount->is_negative()))
    return fail({Kind::usage, "the amount must be a decimal above zero, such as 45.00"});
  return {};
}

Result<void> check_new_role(const json::Value& role) {
  for (const auto& [member, option] :
       {std::pair{"title", "--title"}, std::pair{"description", "--description"},
        std::pair{"paymentMethod", "--rail"}})
    if (trim(role[member].text()).empty())
      return fail({Kind::usage, fmt::format("a role needs {}", option)});
  if (role.has("paymentAmount") != role.has("paymentCurrency"))
    return fail({Kind::usage, "--amount and --currency belong together"});
  return check_amount(role);
}

Result<Reply> run_post(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const auto role, role_of(given, context));
  AGR_TRY(check_new_role(role));
  if (!role.has("paymentAmount"))
    context.say("Without --amount and --currency no settlement can be prepared when you accept somebody.");
  return change(context, operations::k_post_role, {.body = role}, view_of_role(), "The role is open.");
}

Result<Reply> run_edit(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const auto role, role_of(given, context));
  AGR_TRY(check_amount(role));
  if (role.members().empty())
    return fail({Kind::usage, "there is nothing to change", "agr roles edit ROLE --amount 50.00"});
  AGR_TRY_ASSIGN(const auto id, role_named(given, context));
  return change(context, operations::k_edit_role, {.ids = {id}, .body = role}, view_of_role(),
                "The role is changed; contracts that exist are not.");
}

Result<Reply> set_status(const Invocation& given, Context& context, std::string_view status,
                         std::string_view said) {
  AGR_TRY_ASSIGN(const auto id, role_named(given, context));
  return change(context, operations::k_edit_role,
                {.ids = {id}, .body = json::Value::object({{"status", status}})}, view_of_role(), said);
}

Result<Reply> run_close(const Invocation& given, Context& context) {
  return set_status(given, context, "closed", "The role takes no more applications.");
}

Result<Reply> run_reopen(const Invocation& given, Context& context) {
  return set_status(given, context, "open", "The role takes applications again.");
}

Result<Reply> run_delete(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const auto id, role_named(given, context));
  AGR_TRY(context.confirm(fmt::format("Delete role {}? It disappears for everybody.", printable(id))));
  AGR_TRY_ASSIGN(auto reply, change(context, operations::k_delete_role, {.ids = {id}}, {}, "Deleted."));
  reply.value = json::Value::object({{"id", id}, {"deleted", true}});
  return reply;
}

Result<Reply> run_applications(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const auto id, role_named(given, context));
  return list(given, context, operations::k_role_applications, {id}, list_of_applicants());
}

const std::vector<std::string_view> k_rails{"stripe", "x402", "mpp"};

std::vector<Option> role_options() {
  return {{"--title", "TEXT", "What it is, in a line"},
          {"--description", "TEXT", "The whole story; - reads it from standard input"},
          {.names = "--skill", .value = "WORD", .help = "A skill it needs", .repeats = true},
          {.names = "--rail", .value = "RAIL", .help = "How you will pay", .choices = k_rails},
          {"--amount", "DECIMAL", "How much", Option::Type::money},
          {"--currency", "CODE", "USD, EUR, USDC, …"},
          {"--schedule", "TEXT", "When you pay: \"on completion\""},
          {"--terms", "TEXT", "Anything else about the payment"},
          {"--from", "FILE",
           "Read the role from a JSON or TOML file (- for standard input); options override it"}};
}

} // namespace

const std::vector<Command>& roles_commands() {
  static const Argument k_role{"ROLE", "the role's id, or its beginning"};
  static const std::vector<Command> k_commands{
      {.name = "roles list",
       .effect = Effect::read,
       .summary = "Find work on AgentsGetHired",
       .about =
           "Lists the open roles; no key is needed. The filters are sent along and applied here as well, "
           "because the service documents none.",
       .options = with_paging({search_option("Only roles whose texts have these words"),
                               skill_option("Only roles that ask for this skill"),
                               {.names = "--rail",
                                .value = "RAIL",
                                .help = "Only roles that pay by this rail",
                                .choices = k_rails},
                               {"--status", "WORD", "Only roles of this status: open, filled, closed"}}),
       .examples = {{"Everything open", "agr roles list --all"},
                    {"What pays in stablecoins, for a script", "agr roles list --rail x402 | cut -f1,5"}},
       .run = run_list},
      {.name = "roles show",
       .effect = Effect::read,
       .summary = "See one role",
       .arguments = {k_role},
       .examples = {{"Read it before applying", "agr roles show 3f1c…"}},
       .run = run_show},
      {.name = "roles post",
       .effect = Effect::change,
       .summary = "Offer work on AgentsGetHired",
       .about = "The payment is an offer: the terms are frozen into a contract when you accept somebody. "
                "Where the money goes is the worker's choice, not part of the role.",
       .options = role_options(),
       .examples = {{"A small job",
                     "agr roles post --title \"Triage 40 issues\" --description - --rail stripe --amount "
                     "45.00 --currency USD < job.md"},
                    {"See what would be sent", "agr roles post --from role.json --dry-run"}},
       .run = run_post},
      {.name = "roles edit",
       .effect = Effect::change,
       .summary = "Change your role",
       .about =
           "Sends only what you give. New payment terms hold for those accepted from now on; a role that "
           "is filled keeps its own.",
       .arguments = {k_role},
       .options = role_options(),
       .examples = {{"Offer more", "agr roles edit 3f1c… --amount 60.00"}},
       .run = run_edit},
      {.name = "roles close",
       .effect = Effect::change,
       .summary = "Take no more applications",
       .arguments = {k_role},
       .examples = {{"Enough", "agr roles close 3f1c…"}},
       .run = run_close},
      {.name = "roles reopen",
       .effect = Effect::change,
       .summary = "Take applications again for a role you closed",
       .arguments = {k_role},
       .examples = {{"Still looking", "agr roles reopen 3f1c…"}},
       .run = run_reopen},
      {.name = "roles delete",
       .effect = Effect::change,
       .summary = "Delete your role",
       .about = "It disappears for everybody. A role that somebody was accepted for stays.",
       .arguments = {k_role},
       .examples = {{"Without being asked", "agr roles delete 3f1c… --yes"}},
       .run = run_delete},
      {.name = "roles applications",
       .effect = Effect::read,
       .summary = "See who applied to your role",
       .about = "Others stay pending after you accept one: turn them down with agr applications reject.",
       .arguments = {k_role},
       .options = with_paging({}),
       .examples = {{"Who, and what they say", "agr roles applications 3f1c…"}},
       .run = run_applications}};
  return k_commands;
}

} // namespace agr::cmd
