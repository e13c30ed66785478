// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/frame/command.hpp"
#include "cmd/frame/context.hpp"
#include "http/message.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace agr::cmd {

/// The verbs of `agr emulator` that steer one that runs: they speak to /__emulator/.
std::vector<Command> emulator_fault_commands();
std::vector<Command> emulator_world_commands();

/// Sends a request to the emulator that `--url`, AGR_EMULATOR_URL or nobody names, with `body` as JSON unless
/// it is null. Errors: Kind::unavailable when none answers, Kind::usage when something else does or it says
/// 400.
Result<http::Response> ask_emulator(const Invocation& given, Context& context, http::Request request,
                                    const json::Value& body = {});
Result<json::Value> ask_emulator_json(const Invocation& given, Context& context, std::string_view method,
                                      std::string_view path, const json::Value& body = {});

/// The options of a verb, and --url.
std::vector<Option> with_emulator_url(std::vector<Option> options);

} // namespace agr::cmd
