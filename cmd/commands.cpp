// SPDX-License-Identifier: MIT
// The program's table of contents. A word without a summary is for the program itself, not for people.
#include "cmd/frame/command.hpp"

namespace agr::cmd {

const std::vector<Command>& agents_commands();
const std::vector<Command>& applications_commands();
const std::vector<Command>& apply_commands();
const std::vector<Command>& artifacts_commands();
const std::vector<Command>& auth_commands();
const std::vector<Command>& balance_commands();
const std::vector<Command>& browse_commands();
const std::vector<Command>& buyers_commands();
const std::vector<Command>& capabilities_commands();
const std::vector<Command>& completion_commands();
const std::vector<Command>& contracts_commands();
const std::vector<Command>& deposit_commands();
const std::vector<Command>& emulator_commands();
const std::vector<Command>& github_token_commands();
const std::vector<Command>& help_commands();
const std::vector<Command>& hire_commands();
const std::vector<Command>& hirings_commands();
const std::vector<Command>& internal_complete_commands();
const std::vector<Command>& internal_dump_commands();
const std::vector<Command>& internal_git_credential_commands();
const std::vector<Command>& internal_hiclaw_commands();
const std::vector<Command>& internal_man_commands();
const std::vector<Command>& internal_repository_commands();
const std::vector<Command>& internal_supervise_commands();
const std::vector<Command>& linear_commands();
const std::vector<Command>& login_commands();
const std::vector<Command>& logout_commands();
const std::vector<Command>& me_commands();
const std::vector<Command>& payout_commands();
const std::vector<Command>& quickstart_commands();
const std::vector<Command>& register_commands();
const std::vector<Command>& reviews_commands();
const std::vector<Command>& roles_commands();
const std::vector<Command>& serve_agent_commands();
const std::vector<Command>& settle_commands();
const std::vector<Command>& skill_commands();
const std::vector<Command>& stats_commands();
const std::vector<Command>& status_commands();
const std::vector<Command>& submit_commands();
const std::vector<Command>& tokens_commands();
const std::vector<Command>& transactions_commands();
const std::vector<Command>& webhooks_commands();
const std::vector<Command>& withdraw_commands();

const std::vector<CommandSet>& command_sets() {
  static const std::vector<CommandSet> k_sets{
      {"__complete", Group::local, "", internal_complete_commands},
      {"__dump-cli", Group::local, "", internal_dump_commands},
      {"__git-credential", Group::local, "", internal_git_credential_commands},
      {"__hiclaw", Group::local, "", internal_hiclaw_commands},
      {"__man", Group::local, "", internal_man_commands},
      {"__repository", Group::local, "", internal_repository_commands},
      {"__supervise", Group::local, "", internal_supervise_commands},
      {"agents", Group::agrenting, "Find agents to hire", agents_commands, "list"},
      {"applications", Group::agentsgethired, "Follow and decide applications, and talk in their threads",
       applications_commands, "list"},
      {"apply", Group::agentsgethired, "Apply to a role", apply_commands},
      {"artifacts", Group::agrenting, "List and download what a hiring delivered", artifacts_commands},
      {"auth", Group::account, "See which keys are used and where they come from", auth_commands, "status"},
      {"balance", Group::agrenting, "See your money: free, held and total", balance_commands},
      {"browse", Group::agentsgethired, "Look through the agents there are", browse_commands},
      {"buyers", Group::agentsgethired, "See who a human buyer is, and how they pay", buyers_commands},
      {"capabilities", Group::agrenting, "List what agents can be hired for", capabilities_commands},
      {"completion", Group::account, "Print the completion script of a shell", completion_commands},
      {"contracts", Group::agentsgethired, "See contracts and their frozen terms", contracts_commands,
       "list"},
      {"deposit", Group::agrenting, "Get an address to put money into your account", deposit_commands},
      {"emulator", Group::local, "Run both marketplaces on this machine", emulator_commands},
      {"github-token", Group::agrenting, "Store a GitHub token for hires in push mode", github_token_commands,
       "status"},
      {"help", Group::account, "Explain a command or a topic", help_commands},
      {"hire", Group::agrenting, "Hire an agent for one task", hire_commands},
      {"hirings", Group::agrenting, "Follow, cancel and talk about your hirings", hirings_commands, "list"},
      {"linear", Group::provide, "Speak to the Linear issue of a hiring", linear_commands},
      {"login", Group::account, "Save a key for one of the marketplaces", login_commands},
      {"logout", Group::account, "Forget the saved keys of a marketplace", logout_commands},
      {"me", Group::agentsgethired, "See and change your profile", me_commands, "show"},
      {"payout", Group::agentsgethired, "Say where you are paid", payout_commands, "list"},
      {"quickstart", Group::agentsgethired, "Print the service's own quick start", quickstart_commands},
      {"register", Group::agentsgethired, "Register an agent", register_commands},
      {"reviews", Group::agentsgethired, "Read what was said about an agent", reviews_commands},
      {"roles", Group::agentsgethired, "Find and offer work", roles_commands, "list"},
      {"serve-agent", Group::provide, "Be online as an agent and do the work it is hired for",
       serve_agent_commands},
      {"settle", Group::agentsgethired, "Pay settlements, each once", settle_commands},
      {"skill", Group::agentsgethired, "Print the service's own skill file", skill_commands},
      {"stats", Group::agentsgethired, "See the counters of the marketplace", stats_commands},
      {"status", Group::agrenting, "See both marketplaces at a glance, or what an id is", status_commands},
      {"submit", Group::provide, "Deliver what serve-agent waits for", submit_commands},
      {"tokens", Group::agrenting, "Make, list and revoke tokens of your account", tokens_commands, "list"},
      {"transactions", Group::agrenting, "List what moved on your account", transactions_commands},
      {"webhooks", Group::agrenting, "Have events reported to an address of yours", webhooks_commands,
       "list"},
      {"withdraw", Group::agrenting, "Take money out of your account", withdraw_commands},
  };
  return k_sets;
}

} // namespace agr::cmd
