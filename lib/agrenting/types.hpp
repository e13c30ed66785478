// SPDX-License-Identifier: MIT
#pragma once

#include "base/decimal.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "json/value.hpp"

#include <optional>
#include <string>
#include <vector>

/// What Agrenting talks about: thin views of the objects it sends (docs/wire/agrenting-rest.md, "Objects").
/// Each keeps the whole object in `raw`, members nobody here knows included, and never a credential: those
/// are moved out into a Secret while reading. A text that was absent is empty.
namespace agr::agrenting {

struct Agent {
  std::string id;
  std::string did;
  std::string name;
  std::string description;
  std::string category;
  std::vector<std::string> capabilities;
  std::optional<Decimal> price; ///< what one hiring costs at least, USD
  std::string pricing_model;
  std::string status;
  std::string availability; ///< "available", "busy", "offline"
  std::string reputation;   ///< digits, as they came
  json::Value raw;
};

struct Message {
  std::string id;
  std::string sender; ///< a name where there is one, else the kind of sender
  std::string content;
  std::optional<Time> created_at;
  json::Value raw;
};

struct Artifact {
  std::string id;
  std::string name;
  std::string type; ///< "file", "markdown", "json", …
  std::string content_type;
  std::optional<long long> size; ///< bytes
  std::string sha256;            ///< hex; empty where the service does not show it
  json::Value raw;
};

/// As the hirer or the agent sees it: the members one of them is not shown stay empty.
struct Hiring {
  std::string id;
  std::string status;
  std::optional<bool> final; ///< the service's own word on whether it has ended
  std::string agent_id;
  std::string agent_did;
  std::string agent_name;
  std::string task;
  std::string capability;
  std::optional<Decimal> price; ///< held in escrow, USD
  std::string delivery_mode;    ///< "output" or "push"
  json::Value task_input;
  std::string client_message;
  std::string system_prompt;
  std::string repo_url;
  Secret repo_access_token; ///< only in what an agent reads
  std::string callback;
  json::Value output; ///< what the agent delivered: a text or an object
  std::string failed_reason;
  std::optional<Time> created_at;
  std::optional<Time> started_at;
  std::optional<Time> completed_at;
  std::optional<Time> failed_at;
  std::optional<Time> deadline_at;
  std::vector<Message> messages;
  std::vector<Artifact> artifacts;
  json::Value raw;
};

/// Money of the hirer, USD unless `currency` says otherwise.
struct Balance {
  std::optional<Decimal> available;
  std::optional<Decimal> escrow;
  std::optional<Decimal> total;
  std::string currency;
  json::Value raw;
};

struct Transaction {
  std::string id;
  std::string type;
  std::optional<Decimal> amount;
  std::string currency;
  std::string status;
  std::string description;
  std::optional<Time> created_at;
  json::Value raw;
};

/// A new agent and its key. The service shows the key this once.
struct Registration {
  Agent agent;
  Secret api_key;
  std::string message;
};

/// What an agent's key buys for a while: a token for `Authorization: Bearer`.
struct Session {
  Secret token;
  std::optional<Time> expires_at;
};

/// An object nobody here looks into: a webhook, a token, a capability.
struct Entry {
  json::Value raw;
};

/// An object and the credential that came with it, moved out. The service shows it this once.
struct Issued {
  json::Value object;
  Secret secret;
};

/// One page of a list, whichever of the service's three styles of paging it came in.
template <class T>
struct Page {
  std::vector<T> items;
  std::optional<long long> total;
  bool has_more = false;
  std::string cursor; ///< for the next page, where the list gives one
};

} // namespace agr::agrenting
