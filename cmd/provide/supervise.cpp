// SPDX-License-Identifier: MIT
// `agr __supervise FOLDER`: what serve-agent starts for every handler.
#include "process/supervise.hpp"

#include "cmd/frame/command.hpp"

namespace agr::cmd {
namespace {

Result<Reply> run_supervise(const Invocation& given, Context&) {
  return Reply{.exit = process::supervise(given.text("FOLDER"))};
}

} // namespace

const std::vector<Command>& internal_supervise_commands() {
  static const std::vector<Command> k_commands{{.name = "__supervise",
                                                .effect = Effect::local,
                                                .summary = "Run one handler and write down how it ended",
                                                .arguments = {{"FOLDER", "the spool of the attempt"}},
                                                .run = run_supervise,
                                                .hidden = true}};
  return k_commands;
}

} // namespace agr::cmd
