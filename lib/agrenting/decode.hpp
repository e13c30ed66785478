// SPDX-License-Identifier: MIT
#pragma once

#include "agrenting/types.hpp"
#include "base/result.hpp"

#include <string_view>

/// Reads the service's JSON. Tolerant of everything the service and its versions disagree about: wrapped or
/// bare objects, two names for one member, numbers or strings (docs/wire/agrenting-rest.md, "Variants").
/// Strict about one thing: an object that must be acted upon without an id is an error (Kind::protocol).
namespace agr::agrenting {

/// The `data` member where there is one, else the whole document.
const json::Value& unwrap(const json::Value& document);

// Of one object, already unwrapped.
Agent agent_of(json::Value object);
Message message_of(json::Value object);
Artifact artifact_of(json::Value object);
Hiring hiring_of(json::Value object);
Transaction transaction_of(json::Value object);

// Of a whole document.
Result<Agent> read_agent(const json::Value& document);
Result<Hiring> read_hiring(const json::Value& document);
Result<Message> read_message(const json::Value& document);
Result<Balance> read_balance(const json::Value& document);
Result<Registration> read_registration(const json::Value& document);
Result<Session> read_session(const json::Value& document);
Result<Page<Agent>> read_agents(const json::Value& document);
Result<Page<Hiring>> read_hirings(const json::Value& document);
Result<Page<Artifact>> read_artifacts(const json::Value& document);
Result<Page<Message>> read_messages(const json::Value& document);
Result<Page<Transaction>> read_transactions(const json::Value& document);

Result<Page<Entry>> read_capabilities(const json::Value& document);
Result<Page<Entry>> read_webhooks(const json::Value& document);
Result<Page<Entry>> read_tokens(const json::Value& document);
Result<Page<Entry>> read_addresses(const json::Value& document);
/// What came, unwrapped, whatever it is.
Result<json::Value> read_whatever(const json::Value& document);

// What the service shows once. Errors: Kind::outcome_unknown when it was made but not shown.
Result<Issued> read_webhook(const json::Value& document);
Result<Issued> read_token(const json::Value& document);
Result<Issued> read_new_key(const json::Value& document);

/// Takes a credential out of a value, wherever in it and however often it occurs; the outermost one counts.
Secret take_secret(json::Value& value, std::string_view name);

/// The words in what an agent delivered, for people: the text itself, or the member that holds it
/// (`result`, `output`, `text`, `summary`, `content`, `message`), or the object as JSON.
std::string text_of_output(const json::Value& output);

} // namespace agr::agrenting
