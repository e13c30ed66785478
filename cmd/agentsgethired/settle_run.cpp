// SPDX-License-Identifier: MIT
// Plan, apply, run: many settlements, and nobody at the keyboard.
#include "base/text.hpp"
#include "base/url.hpp"
#include "cmd/agentsgethired/agentsgethired_calls.hpp"
#include "cmd/agentsgethired/settle_facts.hpp"
#include "cmd/agentsgethired/spending.hpp"
#include "cmd/agentsgethired/till.hpp"
#include "cmd/frame/input.hpp"
#include "process/files.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace agr::cmd {
namespace {

namespace operations = agentsgethired::operations;
using output::Style;
using settle::Outcome;
using settle::Paid;
using settle::Plan;

constexpr int k_something_to_pay = 9;
constexpr std::size_t k_longest_plan = std::size_t{64} << 20;

std::string in_words(const settle::Purses& purses) {
  std::vector<std::string> sums;
  for (const auto& [purse, sum] : purses)
    sums.push_back(fmt::format("{} {}", sum.money(), printable(purse)));
  return sums.empty() ? "nothing" : join(sums, " and ");
}

std::string count_of(std::ptrdiff_t count) {
  return fmt::format("{} {}", count, count == 1 ? "settlement" : "settlements");
}

// ---- plan

output::View view_of_plan() {
  return output::list_of({{"SETTLEMENT", "settlement", Style::short_id},
                          {"VERDICT", "verdict", Style::status},
                          {"AMOUNT", "amount", Style::money},
                          {"CURRENCY", "currency"},
                          {"RAIL", "rail"},
                          {"PAYEE", "payee"},
                          {"REASON", "reason"}},
                         "Nothing waits to be paid.", "lines");
}

Result<settle::Policy> policy_for(const Invocation& given, Context& context, bool has_command) {
  AGR_TRY_ASSIGN(auto policy, policy_of(given, context));
  policy.receipts = has_command;
  return policy;
}

/// Tables cut long reasons; a person gets them whole.
void say_reason(const settle::Obligation& owed, std::string_view reason, Context& context) {
  context.say(fmt::format("Not paid: {} ({}): {}.", printable(owed.settlement_id.substr(0, 8)),
                          amount_of(owed), printable(reason)));
}

void say_plan(const Plan& plan, Context& context) {
  const auto payable = plan.payable().size();
  const auto held = plan.lines.size() - payable;
  if (!plan.lines.empty())
    context.say(fmt::format("To pay: {} in {}{}.", in_words(plan.totals()),
                            count_of(std::ssize(plan.payable())),
                            held == 0 ? "" : fmt::format("; {} held back", held)));
  for (const auto& line : plan.lines)
    if (line.is_held())
      say_reason(line.owed, line.objection->why, context);
}

Result<Reply> run_plan(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const auto service, marketplace(context));
  AGR_TRY_ASSIGN(const auto url, Url::parse(service.endpoint().url));
  AGR_TRY_ASSIGN(const auto command, receipt_command(given, context));
  AGR_TRY_ASSIGN(const auto policy, policy_for(given, context, command != nullptr));
  AGR_TRY_ASSIGN(auto journal, open_journal(context));
  AGR_TRY_ASSIGN(const auto facts, facts_of(service, url.origin(), journal, context));
  const auto plan = settle::make_plan(facts, policy, context.env.clock.now());
  auto file = settle::to_json(plan);
  say_plan(plan, context);
  if (const auto path = given.maybe("--output")) {
    AGR_TRY(process::write_durably(*path, json::write_pretty(file) + "\n"));
    context.say(fmt::format("Written to {0}; agr settle apply {0} pays exactly that.", printable(*path)));
  }
  const bool detailed = given.has("--detailed-exit-code") && !plan.payable().empty();
  return Reply{.value = std::move(file), .view = view_of_plan(), .exit = detailed ? k_something_to_pay : 0};
}

// ---- apply and run

settle::Purses paid_in(const std::vector<Paid>& report) {
  settle::Purses sums;
  for (const auto& line : report)
    if (line.outcome == Outcome::paid) {
      auto& sum = sums[settle::purse_of(line.line.owed.currency)];
      sum = sum + line.line.owed.amount;
    }
  return sums;
}

json::Value shown(const Paid& paid) {
  const auto& owed = paid.line.owed;
  auto line = json::Value::object({{"settlement", owed.settlement_id},
                                   {"contract", owed.contract_id},
                                   {"agent", paid.line.agent_id},
                                   {"outcome", settle::name_of(paid.outcome)},
                                   {"rail", owed.rail},
                                   {"amount", owed.amount},
                                   {"currency", owed.currency},
                                   {"payee", settle::payee_of(owed.destination)},
                                   {"reference", paid.reference},
                                   {"key", paid.line.key}});
  if (paid.error) {
    line.set("kind", name_of(paid.error->kind));
    line.set("code", paid.error->code);
    line.set("message", paid.error->message);
    line.set("hint", paid.error->hint);
  }
  return line;
}

output::View view_of_report() {
  return output::list_of({{"SETTLEMENT", "settlement", Style::short_id},
                          {"OUTCOME", "outcome", Style::status},
                          {"AMOUNT", "amount", Style::money},
                          {"CURRENCY", "currency"},
                          {"RAIL", "rail"},
                          {"PAYEE", "payee"},
                          {"WHY", "message|reference"}},
                         "Nothing waits to be paid.", "lines");
}

Reply reply_of(const std::vector<Paid>& report, const std::string& plan_hash, Context& context) {
  auto lines = json::Value::array();
  for (const auto& line : report)
    lines.push(shown(line));
  const auto sums = paid_in(report);
  auto paid = json::Value::object();
  for (const auto& [purse, sum] : sums)
    paid.set(purse, sum.money());
  const auto done = std::ranges::count(report, Outcome::paid, &Paid::outcome);
  const auto settled = done + std::ranges::count(report, Outcome::already_paid, &Paid::outcome);
  if (!report.empty())
    context.say(fmt::format("Paid {} in {}; {} of {} lines are paid.", in_words(sums), count_of(done),
                            settled, report.size()));
  for (const auto& line : report)
    if (line.error)
      say_reason(line.line.owed, line.error->message, context);
  const auto verdict = settle::verdict_on(report);
  return Reply{.value = json::Value::object({{"plan", plan_hash},
                                             {"verdict", verdict ? name_of(*verdict) : "paid"},
                                             {"paid", std::move(paid)},
                                             {"lines", std::move(lines)}}),
               .view = view_of_report(),
               .exit = verdict ? exit_code(*verdict) : 0};
}

Result<settle::Desk> desk_for(Till& till, const Invocation& given, Context& context) {
  settle::Desk desk{.around = around(till, given, context)};
  AGR_TRY_ASSIGN(desk.receipts, receipt_command(given, context));
  desk.accept_unproven = context.globals.yes;
  desk.keep_going = given.has("--keep-going");
  desk.receipt_field = given.maybe("--receipt-field").value_or(desk.receipt_field);
  return desk;
}

/// With --dry-run: the requests that would be sent. What needs a receipt has none yet.
Result<Reply> dry_run(const Plan& plan, const Till& till, Context& context) {
  for (const auto& line : plan.payable()) {
    if (line.owed.rail != "stripe") {
      context.say(fmt::format("Settlement {} would be paid by {} with a receipt.",
                              printable(line.owed.settlement_id), printable(line.owed.rail)));
      continue;
    }
    const settle::Line payment{.key = line.key, .obligation = line.owed, .body = "{}"};
    AGR_TRY_ASSIGN(auto request,
                   encode(till.service.endpoint(), operations::k_execute, execute_call(payment)));
    if (const auto sent = context.send(std::move(request)); !sent && sent.error().kind != Kind::dry_run)
      return fail(sent.error());
  }
  say_plan(plan, context);
  return fail({Kind::dry_run, "nothing was sent"});
}

json::Value about(const Plan& plan) {
  auto totals = json::Value::object();
  for (const auto& [purse, sum] : plan.totals())
    totals.set(purse, sum.money());
  return json::Value::object(
      {{"plan", settle::hash_of(plan)}, {"payments", plan.payable().size()}, {"totals", std::move(totals)}});
}

Result<std::vector<Paid>> carry_out(const Plan& plan, const settle::Desk& desk, std::string_view event,
                                    Context& context) {
  if (!plan.payable().empty())
    AGR_TRY(desk.around.journal.remark(event, about(plan), context.env.clock.now()));
  return settle::pay(plan, desk);
}

Result<Plan> read_plan(const std::string& path, const Till& till, Context& context) {
  AGR_TRY_ASSIGN(const auto text, read_input(path, context, k_longest_plan));
  const auto file = json::parse(text, {.bytes = k_longest_plan});
  if (!file)
    return fail({Kind::usage, fmt::format("{}: {}", printable(path), file.error().message)});
  AGR_TRY_ASSIGN(auto plan, settle::plan_from(*file));
  if (plan.origin != till.origin)
    return fail(
        {Kind::conflict,
         fmt::format("the plan is for {}, and this run is for {}", printable(plan.origin), till.origin),
         "choose the profile it was made with"});
  std::erase_if(plan.lines, &settle::PlanLine::is_held);
  return plan;
}

/// The plan was made under some policy; the configuration's limits hold all the same. Without a list of
/// currencies there the plan's own are meant.
Result<void> within_limits(const Plan& plan, settle::Policy policy, settle::Purses spent,
                           bool lists_currencies) {
  for (const auto& line : plan.lines)
    if (!lists_currencies)
      policy.currencies.push_back(line.owed.currency);
  const auto rails = policy.rails;
  settle::Judge judge(std::move(policy), std::move(spent));
  for (const auto& line : plan.lines)
    if (const auto objection =
            settle::selects({.rails = rails}, line.owed.rail, line.owed.contract_id)
                ? judge.objection(line.owed, line.agent_id)
                : settle::Objection{"rail", fmt::format("{} is not among the rails", line.owed.rail)})
      return fail({.kind = Kind::money,
                   .message = fmt::format("settlement {} of the plan may not be paid here: {}",
                                          printable(line.owed.settlement_id), objection->why),
                   .hint = "nothing was sent; make a plan within the limits",
                   .code = objection->code});
  return {};
}

/// What this machine paid of the plan already is no part of what is still to be spent.
Result<Plan> still_to_pay(Plan plan, settle::Journal& journal) {
  std::vector<settle::PlanLine> left;
  for (auto& line : plan.lines) {
    AGR_TRY_ASSIGN(const auto known, journal.find(line.owed.origin, line.owed.settlement_id));
    if (!known || known->state == settle::State::refused)
      left.push_back(std::move(line));
  }
  plan.lines = std::move(left);
  return plan;
}

Result<Reply> run_apply(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(auto till, open_till(context));
  AGR_TRY_ASSIGN(const auto plan, read_plan(given.text("FILE"), till, context));
  AGR_TRY_ASSIGN(const auto desk, desk_for(till, given, context));
  AGR_TRY_ASSIGN(const auto policy, policy_for(given, context, true));
  AGR_TRY_ASSIGN(auto spent, spent_lately(*till.journal, context));
  AGR_TRY_ASSIGN(const auto left, still_to_pay(plan, *till.journal));
  AGR_TRY_ASSIGN(const config::Settings* settings, context.settings());
  AGR_TRY(within_limits(left, policy, std::move(spent), !settings->spending.currencies.empty()));
  AGR_TRY(settle::still_holds(plan, desk));
  if (context.globals.dry_run)
    return dry_run(left, till, context);
  AGR_TRY_ASSIGN(const auto report, carry_out(plan, desk, "apply", context));
  return reply_of(report, settle::hash_of(plan), context);
}

Result<Reply> run_run(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(auto till, open_till(context));
  AGR_TRY_ASSIGN(const auto desk, desk_for(till, given, context));
  AGR_TRY_ASSIGN(const auto policy, policy_for(given, context, desk.receipts != nullptr));
  if (!policy.max_total)
    return fail({Kind::usage, "settle run pays without asking, so it needs a limit",
                 fmt::format("add --max-total, or max_total under [settle] in {}", context.paths().config)});
  std::vector<Paid> report;
  if (!context.globals.dry_run) {
    AGR_TRY_ASSIGN(report, settle::look_again(till.origin, desk));
  }
  AGR_TRY_ASSIGN(const auto facts, facts_of(till.service, till.origin, *till.journal, context));
  const auto plan = settle::make_plan(facts, policy, context.env.clock.now());
  if (context.globals.dry_run)
    return dry_run(plan, till, context);
  AGR_TRY_ASSIGN(const auto paid, carry_out(plan, desk, "run", context));
  report.insert(report.end(), paid.begin(), paid.end());
  return reply_of(report, settle::hash_of(plan), context);
}

std::vector<Option> with_policy(std::vector<Option> options) {
  const auto policy = policy_options();
  options.insert(options.end(), policy.begin(), policy.end());
  return options;
}

std::vector<Option> paying_options() {
  return {receipt_command_option(),
          {"--receipt-field", "NAME", "The member a receipt goes under (providerReceipt)"},
          patience_option(),
          {"--keep-going", "", "Do not stop at the first payment whose outcome is unknown"}};
}

} // namespace

std::vector<Command> settle_run_commands() {
  return {
      {.name = "settle plan",
       .effect = Effect::read,
       .summary = "See what waits to be paid, and what would be held back",
       .about =
           "Looks through the contracts you pay. A draft is held back when it is beyond the limits under "
           "[settle] or "
           "those given here, when an earlier payment of it is open, when it pays more than its contract "
           "agreed on, "
           "or when anything else about it is strange. The file of --output carries a hash over all of it.",
       .options =
           with_policy({receipt_command_option(),
                        {"-o,--output", "FILE", "Write the plan to this file as well, for settle apply"},
                        {"--detailed-exit-code", "", "Exit with 9 when there is something to pay"}}),
       .examples = {{"What is due?", "agr settle plan"},
                    {"Look first, pay later",
                     "agr settle plan -o friday.json && agr settle apply friday.json"},
                    {"Only when something is due",
                     "agr settle plan --detailed-exit-code --quiet; test $? -eq 9"}},
       .run = run_plan},
      {.name = "settle apply",
       .effect = Effect::money,
       .summary = "Pay exactly what a plan says",
       .about = "Asks nothing. Before the first payment every line is compared with the marketplace; when "
                "anything moved, "
                "nothing is paid and the exit code is 7. A plan that was interrupted is applied again: what "
                "was paid is "
                "not paid twice.",
       .arguments = {{"FILE", "a plan made by settle plan (- for standard input)"}},
       .options = paying_options(),
       .examples = {{"Pay what somebody approved", "agr settle apply friday.json --json > report.json"}},
       .run = run_apply},
      {.name = "settle run",
       .effect = Effect::money,
       .summary = "Plan and pay in one go, for cron",
       .about = "Asks nothing and needs a limit. Payments that earlier runs left open are read back first, "
                "and never sent "
                "again by a run. Exit code 0: all is paid, or nothing is due; 3: some lines are not, the "
                "report names "
                "each; 7: a payment's outcome is unknown; 10: everything that is due is held back; 75: "
                "another run is at "
                "work. agr help cron shows a timer for it.",
       .options = with_policy(paying_options()),
       .examples = {{"From cron", "agr settle run --max-total 500.00 --max-each 50.00 --rail stripe --json"},
                    {"What would it do?", "agr settle run --max-total 500.00 --dry-run"}},
       .run = run_run}};
}

} // namespace agr::cmd
