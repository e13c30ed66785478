// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/faults.hpp"
#include "emulator/message.hpp"
#include "emulator/who.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace agr::emulator {

/// One request's stay at the emulator.
struct Visit {
  std::uint64_t number; ///< of its line in the log
  std::string answers;  ///< the id under which the server waits for the answer, when it waits
  Request request;      ///< without its body
  std::optional<Who> who = {};
  std::optional<Fault> fault = {}; ///< that its answer will meet
};

/// An answer that is held up.
struct LateAnswer {
  std::uint64_t number; ///< of its request's line in the log
  Response response;
};

/// A stream that is open, by the request that opened it.
struct OpenedStream {
  std::string method;
  std::string path;
  std::optional<Who> who = {};
  std::string held_back = {}; ///< events that are sent after the next one
};

/// What is on its way, held up by faults or awaited by a marketplace. In memory: it dies with the
/// connections.
struct Transit {
  std::map<std::string, Visit> late_requests = {};
  std::map<std::string, LateAnswer> late_answers = {};
  std::map<std::string, Visit> parked = {}; ///< by the id a marketplace parked it under
  std::map<std::string, OpenedStream> streams = {};
  std::uint64_t last_id = 0;
};

} // namespace agr::emulator
