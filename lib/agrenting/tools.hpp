// SPDX-License-Identifier: MIT
#pragma once

#include "agrenting/api.hpp"
#include "base/result.hpp"
#include "json/value.hpp"

#include <optional>
#include <string>
#include <string_view>

/// The twelve tools and three resources of the hirer's MCP surface as pure functions: what to call, and what
/// an answer means (docs/wire/agrenting-mcp.md).
namespace agr::agrenting::tools {

struct Call {
  std::string_view name; ///< the tool's, or k_read
  json::Value arguments = json::Value::object();
  bool changes = false;
  /// Whether calling it twice does no harm: it only looks, or has a key, or sets what is set already.
  bool repeatable = true;
};

/// The method that reads a resource: such a call has its URI as the only argument.
inline constexpr std::string_view k_read = "resources/read";

struct Search {
  std::string capability = {};
  std::string query = {}; ///< free text
  std::string min_reputation = {};
  std::optional<Decimal> max_price = {};
  std::optional<long long> limit = {};
};

Call list_agents(const Search& search);
/// From the body of a REST hire (hire_body), so that one hire has one form wherever it is kept. Seconds 1 to
/// 25 make the service wait for the end before it answers.
Call hire_agent(std::string_view did, const json::Value& body, long long wait_seconds = 0);
Call get_hiring_status(std::string_view hiring_id);
/// After a lost answer: the hiring with this key, if there is one.
Call get_hiring_status_by_key(std::string_view key);
Call cancel_hiring(std::string_view hiring_id, std::string_view reason = {});
Call check_balance();
Call list_my_hirings(std::string_view status = {});
Call list_hiring_artifacts(std::string_view hiring_id);
/// At most `max_bytes`, 1 to 1,000,000; the service has no way to ask for a later part.
Call download_artifact(std::string_view artifact_id, std::optional<long long> max_bytes = {});
Call generate_deposit_address(std::string_view currency, std::string_view network);
/// What was written on a hiring. A resource, no tool.
Call messages_of(std::string_view hiring_id);
Call set_github_token(const Secret& token);
Call get_github_token_status();
Call clear_github_token();

/// The method of JSON-RPC that carries the call, and its params.
std::string_view method_of(const Call& call);
json::Value params_of(const Call& call);
/// The same with credentials masked, to be shown.
json::Value shown_params_of(const Call& call);

/// What a tool answered: the JSON in its text. A failure is recognised in either form, as `isError` in the
/// result or, through refuse, as a JSON-RPC error. `attempted` is a noun: "reading the balance".
Result<json::Value> read_result(const json::Value& result, std::string_view attempted);
/// The same for any call: a resource is read by read_resource.
Result<json::Value> read_answer(const Call& call, const json::Value& result, std::string_view attempted);
/// A JSON-RPC error, or a call that broke, in the words of the REST errors.
Error refuse(Error error, std::string_view attempted);

// Resources: pushes name one, reading it gives the truth.

inline constexpr std::string_view k_active = "hirings://active";
std::string status_uri(std::string_view hiring_id);
std::string messages_uri(std::string_view hiring_id);
/// The hiring a status URI belongs to; empty for any other.
std::string hiring_of_status_uri(std::string_view uri);

/// The JSON in what `resources/read` gave for `uri`. Errors: Kind::protocol.
Result<json::Value> read_resource(const json::Value& result, std::string_view uri);

/// A downloaded artifact, decoded.
struct Piece {
  std::string name;
  std::string content_type;
  std::string bytes;
  bool truncated = false;
};
Result<Piece> read_piece(const json::Value& payload);

} // namespace agr::agrenting::tools
