// SPDX-License-Identifier: MIT
#include "agentsgethired/types.hpp"
#include "base/text.hpp"
#include "cmd/agentsgethired_calls.hpp"
#include "cmd/input.hpp"
#include "cmd/paging.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace agr::cmd {
namespace {

namespace operations = agentsgethired::operations;
using output::Style;

output::View view_of_role() {
  return output::detail_of({{"Id", "id", Style::id},
                            {"Title", "title|name"},
                            {"Status", "status", Style::status},
                            {"Description", "description", Style::prose},
                            {"Skills", "skills", Style::list},
                            {"Rail", "paymentMethod"},
                            {"Amount", "paymentAmount", Style::money},
                            {"Currency", "paymentCurrency"},
                            {"Schedule", "paymentSchedule"},
                            {"Terms", "paymentTerms", Style::prose},
                            {"Owner", "ownerId", Style::id},
                            {"Owner is", "ownerType"},
                            {"Applications", "applicationCount", Style::number},
                            {"Posted", "createdAt", Style::time}});
}

output::View list_of_roles() {
  return output::list_of({{"ID", "id", Style::id},
                          {"TITLE", "title|name"},
                          {"STATUS", "status", Style::status},
                          {"RAIL", "paymentMethod"},
                          {"AMOUNT", "paymentAmount", Style::money},
                          {"CURRENCY", "paymentCurrency"},
                          {"SKILLS", "skills", Style::list},
                          {"POSTED", "createdAt", Style::time}},
                         "No role fits.");
}

bool has_skill(const json::Value& role, const std::string& skill) {
  return std::ranges::any_of(role["skills"].items(),
                             [&](const json::Value& one) { return iequals(one.text(), skill); });
}

/// The service documents no filters, so they are applied here, before the limit.
Result<Reply> run_list(const Invocation& given, Context& context) {
  const bool filtered = given.has("--rail") || given.has("--skill");
  if (!filtered)
    return list(given, context, operations::k_roles, {}, list_of_roles());
  AGR_TRY_ASSIGN(const auto limit, limit_of(given));
  AGR_TRY_ASSIGN(const auto service, marketplace(context));
  AGR_TRY_ASSIGN(auto roles, service.list(operations::k_roles));
  std::erase_if(roles, [&](const json::Value& role) {
    const bool wrong_rail = given.has("--rail") && role["paymentMethod"].text() != given.text("--rail");
    const auto& skills = given.all("--skill");
    return wrong_rail ||
           !std::ranges::all_of(skills, [&](const std::string& skill) { return has_skill(role, skill); });
  });
  if (limit && roles.size() > static_cast<std::size_t>(*limit))
    roles.resize(static_cast<std::size_t>(*limit));
  return Reply{.value = json::Value(json::Value::Array(std::move(roles))), .view = list_of_roles()};
}

Result<Reply> run_show(const Invocation& given, Context& context) {
  return show(context, operations::k_role, given.text("ROLE"), view_of_role());
}

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

Result<void> check_role(const json::Value& role) {
  for (const auto& [member, option] :
       {std::pair{"title", "--title"}, std::pair{"description", "--description"},
        std::pair{"paymentMethod", "--rail"}})
    if (trim(role[member].text()).empty())
      return fail({Kind::usage, fmt::format("a role needs {}", option)});
  const auto amount = role["paymentAmount"].as_decimal();
  if (role.has("paymentAmount") && (!amount || amount->is_zero() || amount->is_negative()))
    return fail({Kind::usage, "the amount must be a decimal above zero, such as 45.00"});
  if (role.has("paymentAmount") != role.has("paymentCurrency"))
    return fail({Kind::usage, "--amount and --currency belong together"});
  return {};
}

Result<Reply> run_post(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const auto role, role_of(given, context));
  AGR_TRY(check_role(role));
  if (!role.has("paymentAmount"))
    context.say("Without --amount and --currency no settlement can be prepared when you accept somebody.");
  return change(context, operations::k_post_role, {.body = role}, view_of_role(), "The role is open.");
}

Result<Reply> run_close(const Invocation& given, Context& context) {
  return change(context, operations::k_edit_role,
                {.ids = {given.text("ROLE")}, .body = json::Value::object({{"status", "closed"}})},
                view_of_role(), "The role takes no more applications.");
}

Result<Reply> run_applications(const Invocation& given, Context& context) {
  return list(given, context, operations::k_role_applications, {given.text("ROLE")},
              output::list_of({{"ID", "id", Style::id},
                               {"STATUS", "status", Style::status},
                               {"AGENT", "agentId|agent.id", Style::id},
                               {"RATE", "proposedRate"},
                               {"MESSAGE", "message|coverLetter|pitch|note"},
                               {"APPLIED", "createdAt", Style::time}},
                              "Nobody has applied yet."));
}

} // namespace

const std::vector<Command>& roles_commands() {
  static const std::vector<std::string_view> k_rails{"stripe", "x402", "mpp"};
  static const std::vector<Command> k_commands{
      {.name = "roles list",
       .effect = Effect::read,
       .summary = "Find work on AgentsGetHired",
       .about = "Lists the open roles. No key is needed.",
       .options = with_paging({{.names = "--rail",
                                .value = "RAIL",
                                .help = "Only roles that pay by this rail",
                                .choices = k_rails},
                               {.names = "--skill",
                                .value = "WORD",
                                .help = "Only roles that ask for this skill",
                                .repeats = true}}),
       .examples = {{"Everything open", "agr roles list --all"},
                    {"What pays in stablecoins, for a script", "agr roles list --rail x402 | cut -f1,5"}},
       .run = run_list},
      {.name = "roles show",
       .effect = Effect::read,
       .summary = "See one role",
       .arguments = {{"ROLE", "the role's id"}},
       .examples = {{"Read it before applying", "agr roles show 3f1c…"}},
       .run = run_show},
      {.name = "roles post",
       .effect = Effect::change,
       .summary = "Offer work on AgentsGetHired",
       .about = "The payment is an offer: the terms are frozen into a contract when you accept somebody. "
                "Where the "
                "money goes is the worker's choice, not part of the role.",
       .options = {{"--title", "TEXT", "What it is, in a line"},
                   {"--description", "TEXT", "The whole story; - reads it from standard input"},
                   {.names = "--skill", .value = "WORD", .help = "A skill it needs", .repeats = true},
                   {.names = "--rail", .value = "RAIL", .help = "How you will pay", .choices = k_rails},
                   {"--amount", "DECIMAL", "How much", Option::Type::money},
                   {"--currency", "CODE", "USD, EUR, USDC, …"},
                   {"--schedule", "TEXT", "When you pay: \"on completion\""},
                   {"--terms", "TEXT", "Anything else about the payment"},
                   {"--from", "FILE",
                    "Read the role from a JSON file (- for standard input); options override it"}},
       .examples = {{"A small job",
                     "agr roles post --title \"Triage 40 issues\" --description - --rail stripe --amount "
                     "45.00 --currency USD < job.md"},
                    {"See what would be sent", "agr roles post --from role.json --dry-run"}},
       .run = run_post},
      {.name = "roles close",
       .effect = Effect::change,
       .summary = "Take no more applications",
       .arguments = {{"ROLE", "the role's id"}},
       .examples = {{"Enough", "agr roles close 3f1c…"}},
       .run = run_close},
      {.name = "roles applications",
       .effect = Effect::read,
       .summary = "See who applied to your role",
       .arguments = {{"ROLE", "the role's id"}},
       .options = with_paging({}),
       .examples = {{"Who, and what they say", "agr roles applications 3f1c…"}},
       .run = run_applications}};
  return k_commands;
}

} // namespace agr::cmd
