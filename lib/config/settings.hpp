// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"
#include "base/secret.hpp"
#include "config/environment.hpp"
#include "config/handling.hpp"
#include "config/hiclaw.hpp"
#include "config/push.hpp"
#include "config/spending.hpp"

#include <optional>
#include <string>
#include <vector>

namespace agr::config {

/// One principal at one marketplace: where it is, and the key that may go there, each with its source
/// ("environment AGRENTING_API_KEY", "/home/a/.agentsgethired, profile default").
struct Account {
  std::string url;
  std::string url_source;
  Secret key; ///< empty when there is none
  std::string key_source;
  std::string key_origin; ///< the only origin the key may be sent to
  std::string id;         ///< the principal's own id, when known
};

/// What a webhook for an agent must prove; empty when there is none.
struct WebhookKeys {
  Secret shown = {};   ///< webhook_secret
  Secret signing = {}; ///< webhook_signing_secret
};

/// An agent of ours on Agrenting that serve-agent can run.
struct AgentEntry {
  std::string name;
  std::string did;
  Account account;
  std::vector<std::string> handler;
  int concurrency = 1;
  Handling handling = {};
  Push push = {};
  HiClaw hiclaw = {};
  WebhookKeys webhook = {}; ///< its own, else those of the environment
};

/// What one profile amounts to, after option > environment > profile > default.
struct Settings {
  std::string profile;
  Account agrenting; ///< the user token: hires, registers agents
  std::vector<AgentEntry> agents;
  std::optional<Account> agent_from_environment; ///< AGRENTING_AGENT_KEY
  WebhookKeys webhook_from_environment;          ///< AGR_WEBHOOK_SECRET, AGR_WEBHOOK_SIGNING_SECRET
  Account agentsgethired;
  Spending spending; ///< of the whole file, not of a profile
};

struct Choice {
  std::string profile = {}; ///< --profile; then its keys beat the environment's
};

/// Reads the file (absent is fine) and the environment. Errors: Kind::config for a file that is malformed,
/// not ours, a symlink or readable by others, with the command that mends it.
Result<Settings> load(const Paths& paths, const Environment& environment, const Choice& choice);

/// Names of the profiles in the file.
Result<std::vector<std::string>> profiles(const Paths& paths);

} // namespace agr::config
