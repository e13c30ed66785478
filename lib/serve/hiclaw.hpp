// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "json/value.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

/// Passing a hiring on to a HiClaw installation: a folder with the task, copied to its object storage, and a
/// message to the worker's room (docs/wire/hiclaw.md). What is said and written, not how. Pure.
namespace agr::serve::hiclaw {

/// The names its own set-up gives.
struct Settings {
  std::string tasks = "/root/hiclaw-fs/shared/tasks"; ///< the folder of all tasks
  std::string alias = "hiclaw";                       ///< of the object storage
  std::string worker = {};                            ///< when a hiring names none: "@name:server"
  std::map<std::string, std::string> rooms = {};      ///< by worker: "!id:server"
  std::string mc = "mc";                              ///< programs
  std::string copaw = "copaw";
};

json::Value to_json(const Settings& settings);
Settings read_settings(const json::Value& value);

/// Who is to work, and the room to tell them in. Errors: Kind::config when nobody is named or has no room.
struct Addressee {
  std::string worker;
  std::string room;
};
Result<Addressee> addressee_of(const json::Value& hiring, const Settings& settings);

/// task-spec.json. The token is in it when there is one, because the worker has no other way to get it.
/// `created`: local time without a zone, as the worker's tools expect it.
json::Value task_spec(const json::Value& hiring, const std::string& worker, const Secret& token,
                      std::string_view created);
/// state.json, once the worker was told.
json::Value state(Time notified);

/// "2026-04-19T12:00:00.123456": the time here.
std::string local_time(Time time);

/// The folder of one task. Errors: Kind::usage for an id that is no name of a folder.
Result<std::string> task_folder(const Settings& settings, std::string_view hiring_id);

std::vector<std::string> copy_words(const Settings& settings, std::string_view hiring_id);
std::vector<std::string> message_words(const Settings& settings, const Addressee& addressee,
                                       std::string_view hiring_id);

} // namespace agr::serve::hiclaw
