// SPDX-License-Identifier: MIT
// `agr status` looks at both marketplaces at once and shows what answers; with an id it finds what that is.
#include "agentsgethired/types.hpp"
#include "agrenting/state.hpp"
#include "base/text.hpp"
#include "cmd/agentsgethired/agentsgethired_calls.hpp"
#include "cmd/agrenting/agrenting_calls.hpp"
#include "cmd/agrenting/waiting.hpp"
#include "cmd/frame/command.hpp"
#include "serve/outbox.hpp"
#include "store/intents.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

namespace agr::cmd {
namespace {

using agrenting::Endpoint;
using output::Style;

constexpr long long k_looked_at = 100;      // hirings
constexpr int k_contracts_looked_into = 20; // one request each

/// One line of the overview: whose, what, and how it stands.
json::Value line(std::string_view where, std::string_view what, json::Value value,
                 std::string_view note = {}) {
  return json::Value::object({{"where", where}, {"what", what}, {"value", std::move(value)}, {"note", note}});
}

json::Value trouble(std::string_view where, const Error& error) {
  return json::Value::object({{"where", where},
                              {"what", "error"},
                              {"value", name_of(error.kind)},
                              {"note", error.message},
                              {"code", exit_code(error.kind)}});
}

/// The balance and the open hirings of the user.
json::Value agrenting_lines(Context& context, const Endpoint& endpoint) {
  json::Value lines = json::Value::array();
  const auto balance =
      ask(context, agrenting::get_balance(endpoint), agrenting::read_balance, "reading the balance");
  if (!balance) {
    lines.push(trouble("agrenting", balance.error()));
    return lines;
  }
  lines.push(line("agrenting", "available", balance->available, balance->currency));
  lines.push(line("agrenting", "escrow", balance->escrow, balance->currency));
  const auto hirings = ask(context, agrenting::list_hirings(endpoint, {.limit = k_looked_at}),
                           agrenting::read_hirings, "listing the hirings");
  if (!hirings) {
    lines.push(trouble("agrenting", hirings.error()));
    return lines;
  }
  for (const agrenting::Hiring& hiring : hirings->items)
    if (agrenting::ending_of(hiring) == agrenting::Ending::none)
      lines.push(line("agrenting", "hiring " + hiring.id, hiring.status, hiring.task));
  return lines;
}

/// What is still to be paid under a contract, when it is ours to pay.
void add_drafts(json::Value& lines, const agentsgethired::Service& service,
                const agentsgethired::Contract& contract) {
  const auto settlements = service.list(agentsgethired::operations::k_settlements, {.ids = {contract.id()}});
  if (!settlements) {
    lines.push(trouble("agentsgethired", settlements.error()));
    return;
  }
  for (const auto& one : agentsgethired::as<agentsgethired::Settlement>(*settlements))
    if (one.is_draft())
      lines.push(line("agentsgethired", "draft " + one.id(), one.money().to_string(),
                      "to be paid by " + one.rail() + ": agr settle"));
}

/// The agent, its open applications and contracts, and what it owes.
json::Value agentsgethired_lines(const agentsgethired::Service& service) {
  namespace operations = agentsgethired::operations;
  json::Value lines = json::Value::array();
  const auto me = service.one(operations::k_me);
  if (!me) {
    lines.push(trouble("agentsgethired", me.error()));
    return lines;
  }
  lines.push(line("agentsgethired", "agent", me->first_of({"name"}), me->first_of({"id"}).text()));
  if (const auto applications = service.list(operations::k_applications))
    for (const json::Value& one : *applications)
      if (one["status"].text() == "pending")
        lines.push(line("agentsgethired", "application " + one["id"].text(), one["status"]));
  int looked_at = 0;
  if (const auto contracts = service.list(operations::k_contracts))
    for (const auto& one : agentsgethired::as<agentsgethired::Contract>(*contracts)) {
      lines.push(line("agentsgethired", "contract " + one.id(), one.status(), one.money().to_string()));
      const bool is_ours = one.raw()["buyerId"].text() == (*me)["id"].text();
      if (is_ours && one.status() == "active" && looked_at++ < k_contracts_looked_into)
        add_drafts(lines, service, one);
    }
  return lines;
}

/// Hires whose outcome this machine does not know.
json::Value intent_lines(const std::string& path) {
  json::Value lines = json::Value::array();
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored))
    return lines;
  auto intents = store::Intents::open(path);
  const auto open = intents ? intents->open_ones() : fail(std::move(intents).error());
  if (!open) {
    lines.push(trouble("here", open.error()));
    return lines;
  }
  for (const store::Intent& intent : *open)
    lines.push(line("here", "unknown outcome", intent.key, intent.summary));
  return lines;
}

/// Reports of serve-agent that the marketplace has not acknowledged yet: their age and last error.
json::Value outbox_lines(Context& context) {
  json::Value lines = json::Value::array();
  const auto outbox = serve::read_outbox(context.paths().state);
  if (!outbox) {
    lines.push(trouble("here", outbox.error()));
    return lines;
  }
  for (const serve::Entry& entry : *outbox) {
    const std::string age =
        fmt::format("{}, {} tries", relative(entry.seen_at, context.env.clock.now()), entry.tries);
    lines.push(line("here", "undelivered report " + entry.id, serve::name_of(entry.state),
                    entry.last_error.empty() ? age : age + ": " + entry.last_error));
  }
  return lines;
}

void append(json::Value& lines, json::Value more) {
  for (json::Value& item : more.array_ref())
    lines.push(std::move(item));
}

/// The first trouble decides the exit code: what could be seen is shown all the same.
int exit_of(const json::Value& lines) {
  for (const json::Value& item : lines.items())
    if (const auto code = item["code"].as_integer())
      return static_cast<int>(*code);
  return 0;
}

Result<Reply> overview(Context& context) {
  AGR_TRY_ASSIGN(const config::Settings* settings, context.settings());
  json::Value lines = json::Value::array();
  if (!settings->agentsgethired.key.empty()) {
    AGR_TRY_ASSIGN(const agentsgethired::Service service, marketplace(context));
    append(lines, agentsgethired_lines(service));
  }
  if (!settings->agrenting.key.empty())
    append(lines, agrenting_lines(context, {settings->agrenting.url, bearer(settings->agrenting)}));
  if (settings->agentsgethired.key.empty() && settings->agrenting.key.empty())
    return fail({Kind::auth, "no key is configured for either marketplace",
                 "start with agr register, or agr login agrenting"});
  AGR_TRY_ASSIGN(const std::string journal, context.state_file("intents.db"));
  append(lines, intent_lines(journal));
  append(lines, outbox_lines(context));
  const int exit = exit_of(lines);
  return Reply{.value = std::move(lines),
               .view = output::list_of(
                   {{"WHERE", "where"}, {"WHAT", "what"}, {"IS", "value", Style::status}, {"", "note"}},
                   "Nothing to show."),
               .exit = exit};
}

Result<Reply> found_hiring(Context& context, const Endpoint& endpoint, const std::string& id) {
  AGR_TRY_ASSIGN(const agrenting::Hiring hiring, find_hiring(context, endpoint, id));
  return Reply{.value = complete_value(hiring), .view = view_of(hiring)};
}

Result<Reply> found_agent(Context& context, const Endpoint& endpoint, const std::string& did) {
  AGR_TRY_ASSIGN(const agrenting::Agent agent, find_agent(context, endpoint, did));
  return Reply{.value = agent.raw,
               .view = output::detail_of({{"Agent", "did", Style::id},
                                          {"Name", "name"},
                                          {"Status", "status", Style::status},
                                          {"Availability", "availability_status", Style::status},
                                          {"Price", "base_price|price_per_task", Style::money}})};
}

/// Asks AgentsGetHired for a role, an application, a contract or a settlement of that id.
Result<Reply> found_there(Context& context, const std::string& text) {
  namespace operations = agentsgethired::operations;
  AGR_TRY_ASSIGN(const agentsgethired::Service service, marketplace(context));
  Error last{Kind::not_found, fmt::format("nothing on either marketplace has the id {}", printable(text)),
             "`agr status` without an id shows what is open"};
  for (const auto& [kind, operation] : {std::pair{IdKind::contract, &operations::k_contract},
                                        std::pair{IdKind::application, &operations::k_application},
                                        std::pair{IdKind::role, &operations::k_role},
                                        std::pair{IdKind::settlement, &operations::k_settlement}}) {
    const auto id = whole_id(context, kind, text);
    auto object = id ? service.one(*operation, {.ids = {*id}}) : fail(id.error());
    if (object) {
      object->set("is", operation->one);
      return Reply{.value = std::move(*object),
                   .view = output::detail_of({{"Is", "is"},
                                              {"Id", "id", Style::id},
                                              {"Status", "status", Style::status},
                                              {"Title", "title|role.title"},
                                              {"Amount", "amount", Style::money},
                                              {"Since", "createdAt|created_at", Style::time}})};
    }
    if (object.error().kind != Kind::not_found && object.error().kind != Kind::forbidden)
      return fail(std::move(object).error());
  }
  return fail(std::move(last));
}

Result<Reply> find(const std::string& id, Context& context) {
  AGR_TRY_ASSIGN(const config::Settings* settings, context.settings());
  const bool only_agrenting = settings->agentsgethired.key.empty();
  if (settings->agrenting.key.empty() && !only_agrenting)
    return found_there(context, id);
  AGR_TRY_ASSIGN(const Endpoint endpoint, hirer(context));
  if (id.starts_with("did:"))
    return found_agent(context, endpoint, id);
  auto hiring = found_hiring(context, endpoint, id);
  if (hiring || hiring.error().kind != Kind::not_found || only_agrenting)
    return hiring;
  return found_there(context, id);
}

Result<Reply> run_status(const Invocation& given, Context& context) {
  return given.has("ID") ? find(given.text("ID"), context) : overview(context);
}

} // namespace

const std::vector<Command>& status_commands() {
  static const std::vector<Command> k_commands{
      {.name = "status",
       .effect = Effect::read,
       .summary = "See both marketplaces at a glance, or what an id is",
       .about = "Without an id: who you are, your money, what is open, what you owe, hires whose outcome "
                "this machine does "
                "not know yet, and results of serve-agent that are still to be delivered. Only marketplaces "
                "you have a key for are asked. With an id: the hiring, "
                "agent (by DID), contract, application, role or settlement it belongs to.",
       .arguments = {{"ID", "an id of either marketplace, or a DID", Argument::Count::maybe}},
       .examples = {{"What is going on", "agr status"},
                    {"What was this again", "agr status did:example:alice"}},
       .run = run_status}};
  return k_commands;
}

} // namespace agr::cmd
