// SPDX-License-Identifier: MIT
// The program's table of contents. A word without a summary is for the program itself, not for people.
#include "cmd/command.hpp"

namespace agr::cmd {

const std::vector<Command>& auth_commands();
const std::vector<Command>& completion_commands();
const std::vector<Command>& help_commands();
const std::vector<Command>& internal_complete_commands();
const std::vector<Command>& internal_dump_commands();
const std::vector<Command>& internal_man_commands();
const std::vector<Command>& login_commands();
const std::vector<Command>& logout_commands();

const std::vector<CommandSet>& command_sets() {
  static const std::vector<CommandSet> k_sets{
      {"__complete", Group::local, "", internal_complete_commands},
      {"__dump-cli", Group::local, "", internal_dump_commands},
      {"__man", Group::local, "", internal_man_commands},
      {"auth", Group::account, "See which keys are used and where they come from", auth_commands, "status"},
      {"completion", Group::account, "Print the completion script of a shell", completion_commands},
      {"help", Group::account, "Explain a command or a topic", help_commands},
      {"login", Group::account, "Save a key for one of the marketplaces", login_commands},
      {"logout", Group::account, "Forget the saved keys of a marketplace", logout_commands},
  };
  return k_sets;
}

} // namespace agr::cmd
