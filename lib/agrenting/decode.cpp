// SPDX-License-Identifier: MIT
#include "agrenting/decode.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <utility>

namespace agr::agrenting {
namespace {

using Names = std::initializer_list<std::string_view>;

std::string text_at(const json::Value& object, Names names) {
  return object.first_of(names).text();
}

std::optional<Time> time_at(const json::Value& object, Names names) {
  return parse_time(text_at(object, names));
}

std::optional<Decimal> money_at(const json::Value& object, Names names) {
  return object.first_of(names).as_decimal();
}

/// The first of two texts that says something.
std::string either(std::string first, std::string second) {
  return first.empty() ? std::move(second) : std::move(first);
}

std::vector<std::string> texts_of(const json::Value& list) {
  std::vector<std::string> texts;
  for (const json::Value& item : list.items())
    if (std::string text = item.text(); !text.empty())
      texts.push_back(std::move(text));
  return texts;
}

template <class T>
std::vector<T> each(const json::Value& list, T (*read)(json::Value)) {
  std::vector<T> out;
  for (const json::Value& item : list.items())
    if (item.is_object())
      out.push_back(read(item));
  return out;
}

Error makes_no_sense(std::string_view what) {
  return {Kind::protocol, fmt::format("Agrenting's answer holds no {}", what),
          "repeat with --verbose to see the answer, and check the URL with `agr auth status`"};
}

/// The agent may well exist, but its key was shown to nobody.
Error no_key_in_registration() {
  return {Kind::outcome_unknown, "Agrenting's answer to the registration holds no agent key",
          "look for the agent with `agr agents list`; its owner can give it another key"};
}

/// The object called `name` in a document, or the document's object itself.
const json::Value& object_called(const json::Value& document, std::string_view name) {
  const json::Value& data = unwrap(document);
  return data[name].is_object() ? data[name] : data;
}

/// The array of a list answer: bare, or under its own name in `data`.
Result<const json::Value*> array_called(const json::Value& document, std::string_view name) {
  const json::Value& data = unwrap(document);
  if (data.is_array())
    return &data;
  if (data[name].is_array())
    return &data[name];
  return fail(makes_no_sense(fmt::format("list of {}", name)));
}

/// Cursor paging says it in `meta.pagination`, page numbers beside the list.
template <class T>
void read_paging(const json::Value& document, Page<T>& page) {
  const json::Value& cursor = document.at_path("meta.pagination");
  const json::Value& numbers = unwrap(document);
  page.total = cursor["total_count"].as_integer();
  page.cursor = cursor["cursor"].text();
  page.has_more = cursor["has_more"].as_bool().value_or(false);
  if (!page.total)
    page.total = numbers["total"].as_integer();
  const auto here = numbers["page"].as_integer();
  const auto last = numbers["total_pages"].as_integer();
  if (here && last)
    page.has_more = *here < *last;
}

template <class T>
Result<Page<T>> read_page(const json::Value& document, std::string_view name, T (*read)(json::Value)) {
  AGR_TRY_ASSIGN(const json::Value* list, array_called(document, name));
  Page<T> page;
  page.items = each(*list, read);
  read_paging(document, page);
  return page;
}

/// The member of an object output that holds the words; null when none does.
const json::Value& words_of(const json::Value& output) {
  return output.first_of({"result", "output", "text", "summary", "content", "message"});
}

std::string joined_parts(const json::Value& parts) {
  std::string text;
  for (const json::Value& part : parts.items())
    text += part.is_string() ? part.text() : part["text"].text();
  return text;
}

Entry entry_of(json::Value object) {
  return {std::move(object)};
}

/// Services differ in where they put a new credential and what they call it.
Result<Issued> issued_in(const json::Value& document, Names names, const Error& missing) {
  Issued issued{unwrap(document), {}};
  for (const std::string_view name : names)
    if (Secret secret = take_secret(issued.object, name); issued.secret.empty())
      issued.secret = std::move(secret);
  if (issued.secret.empty())
    return fail(missing);
  return issued;
}

} // namespace

Secret take_secret(json::Value& value, std::string_view name) {
  Secret found;
  if (value.is_object()) {
    if (const auto text = value[name].as_string())
      found = Secret(std::string(*text));
    value.remove(name);
    for (json::Member& member : value.object_ref())
      if (Secret inner = take_secret(member.value, name); found.empty())
        found = std::move(inner);
  } else if (value.is_array()) {
    for (json::Value& item : value.array_ref())
      if (Secret inner = take_secret(item, name); found.empty())
        found = std::move(inner);
  }
  return found;
}

const json::Value& unwrap(const json::Value& document) {
  return document.has("data") ? document["data"] : document;
}

Agent agent_of(json::Value object) {
  take_secret(object, "api_key");
  Agent agent;
  agent.id = text_at(object, {"id", "agent_id"});
  agent.did = text_at(object, {"did", "agent_did"});
  agent.name = text_at(object, {"name"});
  agent.description = text_at(object, {"description"});
  agent.category = text_at(object, {"category"});
  agent.capabilities = texts_of(object["capabilities"]);
  agent.price = money_at(object, {"base_price", "price_per_task", "min_price"});
  agent.pricing_model = text_at(object, {"pricing_model"});
  agent.status = text_at(object, {"status"});
  agent.availability = text_at(object, {"availability_status", "availability"});
  agent.reputation = text_at(object, {"reputation_score", "reputation"});
  agent.raw = std::move(object);
  return agent;
}

Message message_of(json::Value object) {
  Message message;
  message.id = text_at(object, {"id", "message_id"});
  message.sender = text_at(object, {"sender_name", "sender_type", "sender_agent_id"});
  message.content = text_at(object, {"content", "message", "text"});
  message.created_at = time_at(object, {"created_at", "inserted_at"});
  message.raw = std::move(object);
  return message;
}

Artifact artifact_of(json::Value object) {
  Artifact artifact;
  artifact.id = text_at(object, {"id", "artifact_id"});
  artifact.name = text_at(object, {"name"});
  artifact.type = text_at(object, {"artifact_type", "type"});
  artifact.content_type = text_at(object, {"content_type"});
  artifact.size = object.first_of({"size_bytes", "size"}).as_integer();
  artifact.sha256 = text_at(object, {"sha256"});
  artifact.raw = std::move(object);
  return artifact;
}

Hiring hiring_of(json::Value object) {
  Hiring hiring;
  hiring.repo_access_token = take_secret(object, "repo_access_token");
  const json::Value& input = object["task_input"];
  hiring.id = text_at(object, {"id", "hiring_id"});
  hiring.status = text_at(object, {"status"});
  hiring.final = object["final"].as_bool();
  hiring.agent_id = either(text_at(object, {"agent_id"}), object.at_path("agent.id").text());
  hiring.agent_did = either(text_at(object, {"agent_did"}), object.at_path("agent.did").text());
  hiring.agent_name = either(text_at(object, {"agent_name"}), object.at_path("agent.name").text());
  hiring.task = either(text_at(object, {"task_description"}), object.at_path("task.description").text());
  hiring.capability = text_at(object, {"capability_requested", "capability"});
  hiring.price = money_at(object, {"price"});
  hiring.delivery_mode = either(text_at(object, {"delivery_mode"}), input["delivery_mode"].text());
  hiring.task_input = input;
  hiring.client_message = text_at(object, {"client_message"});
  hiring.system_prompt = text_at(object, {"system_prompt"});
  hiring.repo_url = either(text_at(object, {"repo_url"}), input["repo_url"].text());
  hiring.callback = text_at(object, {"callback", "callback_url"});
  hiring.output = object.first_of({"task_output", "output", "result"});
  hiring.failed_reason = text_at(object, {"failed_reason", "failure_reason"});
  hiring.created_at = time_at(object, {"inserted_at", "created_at"});
  hiring.started_at = time_at(object, {"started_at"});
  hiring.completed_at = time_at(object, {"completed_at"});
  hiring.failed_at = time_at(object, {"failed_at"});
  hiring.deadline_at = time_at(object, {"deadline_at"});
  hiring.messages = each(object.first_of({"messages", "last_messages"}), message_of);
  hiring.artifacts = each(object["artifacts"], artifact_of);
  if (hiring.artifacts.empty()) // over MCP a hiring knows only their ids
    for (const std::string& id : texts_of(object["artifact_ids"]))
      hiring.artifacts.emplace_back().id = id;
  hiring.raw = std::move(object);
  return hiring;
}

Transaction transaction_of(json::Value object) {
  Transaction entry;
  entry.id = text_at(object, {"id", "transaction_id"});
  entry.type = text_at(object, {"type"});
  entry.amount = money_at(object, {"amount"});
  entry.currency = text_at(object, {"currency"});
  entry.status = text_at(object, {"status"});
  entry.description = text_at(object, {"description"});
  entry.created_at = time_at(object, {"created_at", "inserted_at"});
  entry.raw = std::move(object);
  return entry;
}

Result<Agent> read_agent(const json::Value& document) {
  Agent agent = agent_of(object_called(document, "agent"));
  if (agent.did.empty() && agent.id.empty())
    return fail(makes_no_sense("agent"));
  return agent;
}

Result<Hiring> read_hiring(const json::Value& document) {
  const json::Value& data = unwrap(document);
  Hiring hiring = hiring_of(object_called(document, "hiring"));
  if (hiring.id.empty())
    hiring.id = either(text_at(data, {"hiring_id", "id"}), data.at_path("config.hiringId").text());
  if (hiring.id.empty())
    return fail(makes_no_sense("hiring"));
  return hiring;
}

Result<Message> read_message(const json::Value& document) {
  Message message = message_of(object_called(document, "message"));
  if (!message.raw.is_object())
    return fail(makes_no_sense("message"));
  return message;
}

Result<Balance> read_balance(const json::Value& document) {
  const json::Value& data = object_called(document, "balance");
  Balance balance;
  balance.available = money_at(data, {"available"});
  balance.escrow = money_at(data, {"escrow", "held"});
  balance.total = money_at(data, {"total"});
  balance.currency = either(text_at(data, {"currency"}), "USD");
  balance.raw = data;
  if (!balance.available && !balance.escrow && !balance.total)
    return fail(makes_no_sense("balance"));
  return balance;
}

Result<Registration> read_registration(const json::Value& document) {
  json::Value data = unwrap(document);
  Registration registration;
  registration.api_key = take_secret(data, "api_key");
  registration.agent = agent_of(data["agent"].is_object() ? data["agent"] : data);
  registration.agent.id = either(registration.agent.id, text_at(data, {"id", "agent_id"}));
  registration.message = data["message"].text();
  if (registration.api_key.empty())
    return fail(no_key_in_registration());
  return registration;
}

Result<Session> read_session(const json::Value& document) {
  const json::Value& data = unwrap(document);
  Session session{Secret(text_at(data, {"session_token", "token"})), time_at(data, {"expires_at"})};
  if (session.token.empty())
    return fail(makes_no_sense("session token"));
  return session;
}

Result<Page<Agent>> read_agents(const json::Value& document) {
  return read_page(document, "agents", agent_of);
}

Result<Page<Hiring>> read_hirings(const json::Value& document) {
  AGR_TRY_ASSIGN(Page<Hiring> page, read_page(document, "hirings", hiring_of));
  // Nothing can be done about a hiring without an id, and one odd entry must not hide the others.
  std::erase_if(page.items, [](const Hiring& hiring) { return hiring.id.empty(); });
  return page;
}

Result<Page<Artifact>> read_artifacts(const json::Value& document) {
  return read_page(document, "artifacts", artifact_of);
}

Result<Page<Message>> read_messages(const json::Value& document) {
  return read_page(document, "messages", message_of);
}

Result<Page<Transaction>> read_transactions(const json::Value& document) {
  return read_page(document, "transactions", transaction_of);
}

Result<Page<Entry>> read_capabilities(const json::Value& document) {
  return read_page(document, "capabilities", entry_of);
}

Result<Page<Entry>> read_webhooks(const json::Value& document) {
  return read_page(document, "webhooks", entry_of);
}

Result<Page<Entry>> read_tokens(const json::Value& document) {
  return read_page(document, "tokens", entry_of);
}

Result<Page<Entry>> read_addresses(const json::Value& document) {
  return read_page(document, "withdrawal_addresses", entry_of);
}

Result<json::Value> read_whatever(const json::Value& document) {
  return unwrap(document);
}

Result<Issued> read_webhook(const json::Value& document) {
  return issued_in(document, {"secret_key", "secret"},
                   {Kind::outcome_unknown, "Agrenting's answer holds no signing secret",
                    "look with `agr webhooks list`; remove the one without a known secret and add it again"});
}

Result<Issued> read_token(const json::Value& document) {
  return issued_in(document, {"token", "api_key", "key"},
                   {Kind::outcome_unknown, "Agrenting's answer holds no token",
                    "look with `agr tokens list`; revoke the one nobody knows and make another"});
}

Result<Issued> read_new_key(const json::Value& document) {
  return issued_in(document, {"api_key", "new_api_key", "key", "token"},
                   {Kind::outcome_unknown, "Agrenting's answer holds no new key",
                    "the old key is probably dead: give the agent another one at /dashboard/api-keys"});
}

std::string text_of_output(const json::Value& output) {
  if (output.is_null())
    return {};
  if (!output.is_object())
    return output.is_array() ? json::write_pretty(output) : output.text();
  const json::Value& words = words_of(output);
  if (words.is_array())
    if (std::string parts = joined_parts(words); !parts.empty())
      return parts;
  return words.is_string() ? words.text() : json::write_pretty(output);
}

} // namespace agr::agrenting
