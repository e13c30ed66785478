// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"
#include "serve/entry.hpp"
#include "serve/order.hpp"

#include <string>
#include <string_view>
#include <vector>

/// The other end of serve-agent's outbox: what `agr submit` does, in another process and whether serve-agent
/// runs or not. Everything is on disk when these return; a running serve-agent is told and delivers it.
namespace agr::serve {

/// An open hiring of an agent on this machine.
struct OpenWork {
  std::string state; ///< the state folder
  std::string agent; ///< name of the agent's folder in it
  Entry entry;
};

/// Errors: Kind::not_found when no agent here knows the hiring, Kind::conflict when it is closed or its
/// report is under way.
Result<OpenWork> find_work(const std::string& state, const std::string& hiring_id);

/// Decides the hiring. Errors: Kind::conflict when that was done before.
Result<void> submit_result(const OpenWork& work, std::string_view output);
Result<void> submit_failure(const OpenWork& work, const std::string& reason);
/// Puts a copy of the file among those that go up before the result; `name` must stay in its folder.
Result<void> submit_artifact(const OpenWork& work, const std::string& file, const std::string& name);
/// The same for the attempt that lives there.
Result<void> add_artifact(const process::Spool& spool, const std::string& file, const std::string& name);
/// Leaves a message for the hirer. `key` names it: twice the same one is sent once.
Result<void> submit_message(const OpenWork& work, const std::string& key, std::string_view content);

/// How it stands now.
Result<Entry> read_work(const OpenWork& work);

std::string bell_folder(const std::string& state);
std::string messages_folder(const std::string& agent_folder);

} // namespace agr::serve
