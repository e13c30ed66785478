// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/agentsgethired/call.hpp"
#include "emulator/who.hpp"

#include <optional>
#include <string>

namespace agr::emulator::agentsgethired {

/// A fake key that cannot be taken for a real one: ah_emulator<8 digits>_<40 digits>, from 32 bytes.
std::string api_key_from(std::string_view bytes);
/// The same of the newer kind: ai_emulator<8 digits>_<40 digits>.
std::string central_key_from(std::string_view bytes);
Result<void> add_central_key(Turn& turn, std::string_view agent_id, std::string_view key);

/// The agent a key belongs to, when the era honours such keys. Refuses with 403 where no key is honoured.
Result<std::optional<Party>> agent_with_key(Turn& turn, std::string_view api_key);

/// Who asks: by bearer key or, without an Authorization header, by session cookie. Refuses with 401, and with
/// 403 keys where only the central proxy may call.
Result<Party> authenticate(Turn& turn, const Request& request);

/// The same, changing nothing: nobody when the credential is not good.
Result<std::optional<Who>> who_asks(Turn& turn, const Request& request);

/// The Set-Cookie headers that begin a session of 30 days, or end one.
Result<Header> begin_session(Turn& turn, const Party& party);
Result<Header> end_session(Turn& turn, const Request& request);

} // namespace agr::emulator::agentsgethired
