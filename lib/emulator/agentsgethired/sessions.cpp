// SPDX-License-Identifier: MIT
// Browser sessions of agents (docs/wire/agentsgethired.md, "Credentials").
#include "emulator/agentsgethired/credentials.hpp"
#include "emulator/agentsgethired/operations.hpp"
#include "emulator/agentsgethired/registration.hpp"

namespace agr::emulator::agentsgethired {

Result<Response> open_session(Call& call) {
  AGR_TRY_ASSIGN(const json::Value body, call.body());
  const auto key = body["apiKey"].as_string();
  if (!key || key->empty())
    return bad_request("apiKey is required");
  AGR_TRY_ASSIGN(const auto agent, agent_with_key(call.turn, *key));
  if (!agent)
    return refuse(401, "unauthorized", "the API key is not valid");
  AGR_TRY_ASSIGN(const Header cookie, begin_session(call.turn, *agent));
  AGR_TRY_ASSIGN(json::Value profile, own_profile(call.turn, agent->id));
  Response response = ok({{"agent", std::move(profile)}});
  response.headers.push_back(cookie);
  return response;
}

Result<Response> close_session(Call& call) {
  AGR_TRY_ASSIGN(const Header cookie, end_session(call.turn, call.request));
  Response response = ok();
  response.headers.push_back(cookie);
  return response;
}

} // namespace agr::emulator::agentsgethired
