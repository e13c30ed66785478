// SPDX-License-Identifier: MIT
#include "emulator/agentsgethired/idempotency.hpp"

namespace agr::emulator::agentsgethired {
namespace {

constexpr std::size_t k_longest_key = 255;

std::optional<std::string> key_of(const Call& call) {
  const auto header = call.request.header("Idempotency-Key");
  if (!header || call.request.method != "POST" || call.caller.id.empty())
    return std::nullopt;
  return std::string(*header);
}

std::string fingerprint(const Request& request) {
  return hash_of(request.method + ' ' + request.path + '\n' + request.body);
}

} // namespace

Result<std::optional<Response>> replay(const Call& call) {
  const auto key = key_of(call);
  if (!key)
    return std::nullopt;
  if (key->empty() || key->size() > k_longest_key)
    return bad_request("Idempotency-Key must have 1 to 255 characters");
  AGR_TRY_ASSIGN(
      const auto row,
      call.db().first("SELECT fingerprint, status, body FROM ah_replays WHERE party_id = ? AND key = ?",
                      {call.caller.id, *key}));
  if (!row)
    return std::nullopt;
  if (row->text("fingerprint") != fingerprint(call.request))
    return conflict("idempotency_mismatch", "this Idempotency-Key was used for another request");
  Response response = text_response(static_cast<int>(row->integer("status")),
                                    "application/json; charset=utf-8", row->text("body"));
  response.headers.push_back({"Idempotent-Replayed", "true"});
  return response;
}

Result<void> remember(const Call& call, const Response& response) {
  if (const auto key = key_of(call); key && call.is_final)
    AGR_TRY(call.db().run(
        "INSERT INTO ah_replays(party_id, key, fingerprint, status, body) VALUES(?, ?, ?, ?, ?)",
        {call.caller.id, *key, fingerprint(call.request), std::int64_t{response.status}, response.body}));
  return {};
}

} // namespace agr::emulator::agentsgethired
