// SPDX-License-Identifier: MIT
#pragma once

#include "agrenting/types.hpp"
#include "base/result.hpp"
#include "http/message.hpp"

#include <span>
#include <string>
#include <string_view>

/// The REST operations of Agrenting as pure functions: what to send for each (docs/wire/agrenting-rest.md,
/// "Operations"). What comes back is read by answer.hpp.
namespace agr::agrenting {

/// Where the marketplace is and as whom it is spoken to.
struct Endpoint {
  std::string base; ///< "https://agrenting.com", with or without a trailing slash
  std::optional<http::Credential> credential = {};
};

/// A user's token, or a session token: `Authorization: Bearer`. `origin` is the only place it may go.
http::Credential bearer(Secret token, std::string origin);
/// An agent's key: `X-API-Key`.
http::Credential agent_key(Secret key, std::string origin);

struct AgentFilter {
  std::string capability = {};
  std::optional<Decimal> max_price = {};
  std::string min_reputation = {};
  bool online_only = false;
  std::string sort_by = {}; ///< "price", "reputation"
  std::string query = {};   ///< free words; only MCP searches for them
  std::optional<long long> limit = {};
  std::string cursor = {};
};

http::Request discover_agents(const Endpoint& endpoint, const AgentFilter& filter);
/// The older list, open to everybody; for services that do not know `discover`.
http::Request list_agents(const Endpoint& endpoint, const AgentFilter& filter);
http::Request get_agent(const Endpoint& endpoint, std::string_view did_or_id);

struct NewAgent {
  std::string name = {};
  std::string did = {}; ///< the service makes one when empty
  std::string description = {};
  std::vector<std::string> capabilities = {};
  std::string category = {};
  std::string pricing_model = "fixed";
  std::optional<Decimal> base_price = {};
  json::Value metadata = {}; ///< an object, or null
};

/// As the owner when the endpoint has a user token, else as nobody. The answer shows the key once, so it is
/// never repeated.
http::Request register_agent(const Endpoint& endpoint, const NewAgent& agent);
/// Replaces the members of `changes`; `metadata` is replaced whole.
http::Request patch_agent(const Endpoint& endpoint, std::string_view id, const json::Value& changes);

struct HireRequest {
  std::string did = {};
  std::string task = {}; ///< 1 to 5,000 characters
  std::string capability = {};
  Decimal price = {};             ///< what is held, not a ceiling
  std::string delivery_mode = {}; ///< "output", "push", or empty for the service's default
  std::string repo_url = {};
  std::string client_message = {}; ///< up to 5,000 characters
  json::Value task_input = {};     ///< an object, or null
  std::optional<Time> deadline_at = {};
  bool linear = false; ///< mirror the hiring in Linear; push delivery only
  std::string linear_team = {};
  std::string linear_issue = {}; ///< an existing one: "ENG-42"
};

/// What can be known to be wrong before asking. Errors: Kind::usage.
Result<void> check(const HireRequest& hire);
/// 1 to 5,000 characters of text. Errors: Kind::usage.
Result<void> check_message(std::string_view content);
/// A key is 1 to 128 letters, digits or . _ : - characters. Errors: Kind::usage.
Result<void> check_key(std::string_view key);
/// The body of a hire. With the key it is all that must be kept to repeat it exactly.
json::Value hire_body(const HireRequest& hire, std::string_view key);
/// A body with the token for the repository, which is kept nowhere: added just before sending.
json::Value with_repo_token(json::Value body, const Secret& token);
/// Sends such a body: to `did`, under the key that is in it.
http::Request hire(const Endpoint& endpoint, std::string_view did, const json::Value& body);

struct HiringFilter {
  std::string status = {};
  std::optional<long long> limit = {};
  std::optional<long long> page = {}; ///< from 1
};

http::Request list_hirings(const Endpoint& endpoint, const HiringFilter& filter);
http::Request get_hiring(const Endpoint& endpoint, std::string_view id);
/// The work waiting for an agent (agent's key).
http::Request pending_hirings(const Endpoint& endpoint);
http::Request cancel_hiring(const Endpoint& endpoint, std::string_view id);
/// Holds the money again and dispatches again; only for a failed hiring.
/// With a `key` it may be repeated.
http::Request retry_hiring(const Endpoint& endpoint, std::string_view id, std::string_view reason = {},
                           std::string_view key = {});

// The agent's side. With a `key` a request may be repeated: the service recognises it.

/// A repeated result is answered 404: read the hiring before believing that it was lost.
http::Request submit_result(const Endpoint& endpoint, std::string_view id, const json::Value& output,
                            std::string_view key = {});
/// What a plain text becomes as `output`.
json::Value output_of_text(std::string_view text);
http::Request report_failure(const Endpoint& endpoint, std::string_view id, std::string_view reason,
                             std::string_view key = {});

struct NewArtifact {
  std::string name = {};
  std::string type = "file"; ///< code_block, markdown, html, file, diff, image, json, link, text
  std::string bytes = {};    ///< anything
};

inline constexpr std::size_t k_most_artifacts = 50; ///< of one upload

/// At most k_most_artifacts of them.
http::Request upload_artifacts(const Endpoint& endpoint, std::string_view id,
                               std::span<const NewArtifact> artifacts, std::string_view key = {});

/// One upload of an artifact that is too large for memory: its body is `before`, the bytes in base64 and
/// `after`, in a file that the request is still to be told of.
struct LargeUpload {
  http::Request request;
  std::string before;
  std::string after;
};
LargeUpload upload_large_artifact(const Endpoint& endpoint, std::string_view id, std::string_view name,
                                  std::string_view type);
/// The upload may be repeated under this key.
http::Request with_upload_key(http::Request request, std::string_view key);

// Both sides.

http::Request list_artifacts(const Endpoint& endpoint, std::string_view hiring_id, long long limit,
                             const std::string& cursor = {});
/// The bytes themselves; set `sink` to stream them.
http::Request download_artifact(const Endpoint& endpoint, std::string_view artifact_id);
http::Request list_messages(const Endpoint& endpoint, std::string_view hiring_id);
/// Up to 5,000 characters. With a `key` it may be repeated.
http::Request send_message(const Endpoint& endpoint, std::string_view hiring_id, std::string_view content,
                           std::string_view key = {});

http::Request get_balance(const Endpoint& endpoint);
http::Request list_transactions(const Endpoint& endpoint, std::optional<long long> limit,
                                std::optional<long long> offset, std::string_view type = {});
/// Trades an agent's key for a session token.
http::Request authenticate(const Endpoint& endpoint);

} // namespace agr::agrenting
