// SPDX-License-Identifier: MIT
#include "emulator/agrenting/agents.hpp"
#include "emulator/agrenting/handlers.hpp"
#include "emulator/agrenting/mcp_server.hpp"
#include "emulator/agrenting/sessions.hpp"

namespace agr::emulator::agrenting {
namespace {

Result<Reply> take(Turn& turn, const Call& call, const Server& server) {
  AGR_TRY_ASSIGN(const Session session,
                 find_session(turn, server.surface, call.caller, call.path.get("session")));
  return take_message(turn, server, session, call.caller, call.request.body);
}

} // namespace

Result<Reply> open_agent_stream(Turn& turn, const Call& call) {
  return open_stream(turn, Surface::agent, call.caller, call.request);
}

Result<Reply> take_agent_message(Turn& turn, const Call& call) {
  return take(turn, call, k_agent_server);
}

Result<Reply> open_hirer_stream(Turn& turn, const Call& call) {
  return open_stream(turn, Surface::hirer, call.caller, call.request);
}

Result<Reply> take_hirer_message(Turn& turn, const Call& call) {
  return take(turn, call, k_hirer_server);
}

Result<Reply> take_hirer_call(Turn& turn, const Call& call) {
  return take_single_call(turn, k_hirer_server, call.caller, call.request);
}

} // namespace agr::emulator::agrenting
