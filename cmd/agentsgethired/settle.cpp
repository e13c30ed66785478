// SPDX-License-Identifier: MIT
#include "agentsgethired/types.hpp"
#include "base/text.hpp"
#include "cmd/agentsgethired/agentsgethired_calls.hpp"
#include "cmd/agentsgethired/agentsgethired_views.hpp"
#include "cmd/agentsgethired/till.hpp"
#include "cmd/frame/paging.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace agr::cmd {
namespace {

namespace operations = agentsgethired::operations;
using agentsgethired::Contract;
using agentsgethired::Settlement;
using output::Style;
using settle::Line;

Result<Reply> run_list(const Invocation& given, Context& context) {
  if (given.has("CONTRACT")) {
    AGR_TRY_ASSIGN(const auto contract, whole_id(context, IdKind::contract, given.text("CONTRACT")));
    return list(given, context, operations::k_settlements, {contract}, list_of_settlements());
  }
  AGR_TRY_ASSIGN(const auto limit, limit_of(given));
  AGR_TRY_ASSIGN(const auto service, marketplace(context));
  AGR_TRY_ASSIGN(const auto contracts, service.list(operations::k_contracts));
  json::Value::Array all;
  for (const auto& contract : contracts) {
    AGR_TRY_ASSIGN(auto settlements,
                   service.list(operations::k_settlements, {.ids = {Contract(contract).id()}}));
    std::move(settlements.begin(), settlements.end(), std::back_inserter(all));
    if (limit && all.size() >= static_cast<std::size_t>(*limit))
      break;
  }
  if (limit && all.size() > static_cast<std::size_t>(*limit))
    all.resize(static_cast<std::size_t>(*limit));
  remember(context, operations::k_settlements, all);
  return Reply{.value = json::Value(std::move(all)), .view = list_of_settlements()};
}

Result<Reply> run_show(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const auto id, whole_id(context, IdKind::settlement, given.text("SETTLEMENT")));
  return show(context, operations::k_settlement, id, view_of_settlement());
}

/// The members a draft may be given or changed to.
json::Value terms_in(const Invocation& given) {
  auto body = json::Value::object();
  for (const auto& [option, member] :
       {std::pair("--amount", "amount"), {"--currency", "currency"}, {"--memo", "memo"}})
    if (given.has(option))
      body.set(member, given.text(option));
  return body;
}

std::vector<Option> with_terms(std::vector<Option> more) {
  std::vector<Option> options = {{"--amount", "DECIMAL", "How much", Option::Type::money},
                                 {"--currency", "CODE", "In what"},
                                 {"--memo", "TEXT", "What for"}};
  options.insert(options.end(), more.begin(), more.end());
  return options;
}

Result<Reply> run_create(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const auto contract, whole_id(context, IdKind::contract, given.text("CONTRACT")));
  AGR_TRY_ASSIGN(const auto service, marketplace(context));
  AGR_TRY_ASSIGN(auto present, service.list(operations::k_settlements, {.ids = {contract}}));
  const auto settlements = agentsgethired::as<Settlement>(std::move(present));
  AGR_TRY(settle::may_create(settlements, given.has("--another")));
  auto body = terms_in(given);
  if (given.has("--allow-over"))
    body.set("allowOver", true);
  return change(context, operations::k_create_settlement, {.ids = {contract}, .body = body},
                view_of_settlement(), "A draft; nothing is paid before agr settle execute.");
}

Result<Reply> run_edit(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const auto id, whole_id(context, IdKind::settlement, given.text("SETTLEMENT")));
  auto body = terms_in(given);
  const bool cancels = given.has("--cancel");
  if (cancels)
    body.set("status", "cancelled");
  if (body.members().empty())
    return fail({Kind::usage, "nothing to change was given", "add --amount, --currency, --memo or --cancel"});
  if (cancels)
    AGR_TRY(context.confirm(fmt::format("Cancel settlement {}? It cannot be opened again.", printable(id))));
  return change(context, operations::k_edit_settlement, {.ids = {id}, .body = body}, view_of_settlement(),
                cancels ? "Cancelled." : "Changed.");
}

json::Value shown(const Line& line) {
  const auto& owed = line.obligation;
  return json::Value::object({{"settlement", owed.settlement_id},
                              {"contract", owed.contract_id},
                              {"state", settle::name_of(line.state)},
                              {"rail", owed.rail},
                              {"amount", owed.amount},
                              {"currency", owed.currency},
                              {"destination", owed.destination},
                              {"receipt_reference", owed.receipt_reference},
                              {"reference", line.reference},
                              {"attempts", line.attempts},
                              {"note", line.note},
                              {"idempotency_key", line.key},
                              {"origin", owed.origin},
                              {"created", rfc3339(line.created)},
                              {"updated", rfc3339(line.updated)}});
}

Result<Reply> run_status(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(auto journal, open_journal(context));
  AGR_TRY_ASSIGN(const auto lines, journal.lines(!given.has("--all")));
  auto value = json::Value::array();
  for (const auto& line : lines)
    value.push(shown(line));
  return Reply{.value = std::move(value),
               .view = output::list_of({{"SETTLEMENT", "settlement", Style::short_id},
                                        {"STATE", "state", Style::status},
                                        {"RAIL", "rail"},
                                        {"AMOUNT", "amount", Style::money},
                                        {"CURRENCY", "currency"},
                                        {"ATTEMPTS", "attempts", Style::number},
                                        {"CHANGED", "updated", Style::time},
                                        {"NOTE", "note"}},
                                       "No payment is open.")};
}

Result<Reply> audit_log(const std::vector<settle::AuditLine>& log) {
  auto value = json::Value::array();
  for (const auto& line : log) {
    AGR_TRY_ASSIGN(auto shown, json::parse(line.text));
    shown.set("line", line.number);
    shown.set("hash", line.hash);
    value.push(std::move(shown));
  }
  return Reply{.value = std::move(value),
               .view = output::list_of({{"LINE", "line", Style::number},
                                        {"AT", "at", Style::time},
                                        {"EVENT", "event", Style::status},
                                        {"SETTLEMENT", "settlement", Style::short_id},
                                        {"AMOUNT", "amount", Style::money},
                                        {"CURRENCY", "currency"},
                                        {"NOTE", "note|reference|plan"}},
                                       "The audit log is empty.")};
}

Result<Reply> run_audit(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(auto journal, open_journal(context));
  AGR_TRY_ASSIGN(const auto log, journal.audit());
  const auto head = log.empty() ? std::string() : log.back().hash;
  if (const auto noted = given.maybe("--expect");
      noted && std::ranges::find(log, *noted, &settle::AuditLine::hash) == log.end())
    return fail({Kind::conflict, fmt::format("no line of the audit log has the hash {}", printable(*noted)),
                 "the log was rewritten or cut since that hash was noted, or it was noted elsewhere"});
  if (!log.empty())
    context.say(
        fmt::format("{} {} intact, head {}", log.size(), log.size() == 1 ? "line is" : "lines are", head));
  if (given.has("--log"))
    return audit_log(log);
  return Reply{.value = json::Value::object({{"intact", true}, {"lines", log.size()}, {"head", head}}),
               .view = {}};
}

/// The commands that pay stand between those that make drafts and those that look back.
std::vector<Command> with_paying(std::vector<Command> commands) {
  auto paying = settle_run_commands();
  paying.insert(paying.begin(), settle_execute_command());
  const auto place = std::ranges::find(commands, "settle status", &Command::name);
  commands.insert(place, paying.begin(), paying.end());
  return commands;
}

} // namespace

const std::vector<Command>& settle_commands() {
  static const Argument k_settlement{"SETTLEMENT", "the settlement's id, or the beginning of it"};
  static const std::vector<Command> k_commands = with_paying(
      {{.name = "settle list",
        .effect = Effect::read,
        .summary = "List settlements",
        .about = "Without a contract it looks through all of yours, one request for each.",
        .arguments = {{"CONTRACT", "only those of this contract", Argument::Count::maybe}},
        .options = with_paging({}),
        .examples = {{"What is left to pay", "agr settle list --all | awk '$2 == \"draft\"'"}},
        .run = run_list},
       {.name = "settle show",
        .effect = Effect::read,
        .summary = "See one settlement",
        .about = "\"sent\" means that Stripe was told to transfer; no bank has paid yet. \"settled\" means "
                 "that a receipt was "
                 "handed in. Neither proves that the money has arrived.",
        .arguments = {k_settlement},
        .examples = {{"Its state, for a script", "agr settle show 51d0… --json=status,providerReference"}},
        .run = run_show},
       {.name = "settle create",
        .effect = Effect::money,
        .summary = "Make another draft under a contract",
        .about = "Accepting somebody usually makes the draft already, so a second one is refused unless "
                 "--another says that "
                 "more is owed. Amount and currency default to the contract's frozen terms.",
        .arguments = {{"CONTRACT", "the contract's id, or the beginning of it"}},
        .options = with_terms({{"--another", "", "Even though a draft is waiting"},
                               {"--allow-over", "", "Even though the contract's amount would be exceeded"}}),
        .examples = {{"The second half",
                      "agr settle create 7c2a… --amount 22.50 --currency USD --memo \"second half\" "
                      "--another"}},
        .run = run_create},
       {.name = "settle edit",
        .effect = Effect::money,
        .summary = "Change or cancel a draft",
        .about = "Only drafts can be changed. The contract's frozen terms stay what they are.",
        .arguments = {k_settlement},
        .options = with_terms({{"--cancel", "", "Cancel it instead: it will never be paid"}}),
        .examples = {{"Half of it", "agr settle edit 51d0 --amount 22.50"},
                     {"A duplicate", "agr settle edit 51d0 --cancel"}},
        .run = run_edit},
       {.name = "settle status",
        .effect = Effect::local,
        .summary = "See which payments are open on this machine",
        .about =
            "Reads this machine's journal and asks nobody. \"intent\" and \"unknown\" both mean that the "
            "request may have "
            "arrived; agr settle execute reads such a settlement back.",
        .options = {{"--all", "", "Also the ones that ended"}},
        .examples = {{"Anything to worry about?", "agr settle status"},
                     {"Every payment ever made from here", "agr settle status --all --json"}},
        .run = run_status},
       {.name = "settle audit",
        .effect = Effect::local,
        .summary = "Verify the log of every payment made from this machine",
        .about = "Each line of the log carries a hash over itself and the line before, so that none can be "
                 "changed, moved or "
                 "dropped unnoticed; a break is an error that names the line. The payments are compared with "
                 "the log as "
                 "well. Whoever can write the file could rewrite all of it: note the head elsewhere from "
                 "time to time and "
                 "hand it in with --expect.",
        .options = {{"--log", "", "Show the lines"},
                    {"--expect", "HASH", "This head was noted earlier and must be in the log"}},
        .examples = {{"Is it intact?", "agr settle audit"},
                     {"The head, to be noted elsewhere", "agr settle audit --json=head"},
                     {"What happened lately", "agr settle audit --log | tail"}},
        .run = run_audit}});
  return k_commands;
}

} // namespace agr::cmd
