// SPDX-License-Identifier: MIT
#include "serve/hiclaw.hpp"

#include "base/text.hpp"
#include "serve/rules.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>

namespace agr::serve::hiclaw {
namespace {

std::string either(const std::string& text, const std::string& other) {
  return text.empty() ? other : text;
}

/// A webhook brings an object, everything else the text.
json::Value task_of(const json::Value& hiring) {
  if (hiring["task"].is_object())
    return hiring["task"];
  return json::Value::object({{"description", hiring.first_of({"task_description", "task"})}});
}

json::Value input_of(const json::Value& hiring, const Secret& token) {
  auto input = hiring["task_input"].is_object() ? hiring["task_input"] : json::Value::object();
  input.set("delivery_mode", hiring["delivery_mode"].text() == "push" ? "push" : "output");
  if (!hiring["repo_url"].is_null())
    input.set("repo_url", hiring["repo_url"]);
  if (!token.empty())
    input.set("repo_access_token", token.reveal());
  return input;
}

} // namespace

json::Value to_json(const Settings& settings) {
  auto rooms = json::Value::object();
  for (const auto& [worker, room] : settings.rooms)
    rooms.set(worker, room);
  return json::Value::object({{"tasks", settings.tasks},
                              {"alias", settings.alias},
                              {"worker", settings.worker},
                              {"rooms", std::move(rooms)},
                              {"mc", settings.mc},
                              {"copaw", settings.copaw}});
}

Settings read_settings(const json::Value& value) {
  const Settings standard;
  Settings settings{.tasks = either(value["tasks"].text(), standard.tasks),
                    .alias = either(value["alias"].text(), standard.alias),
                    .worker = value["worker"].text(),
                    .mc = either(value["mc"].text(), standard.mc),
                    .copaw = either(value["copaw"].text(), standard.copaw)};
  for (const auto& [worker, room] : value["rooms"].members())
    settings.rooms.emplace(worker, room.text());
  return settings;
}

Result<Addressee> addressee_of(const json::Value& hiring, const Settings& settings) {
  const auto named =
      either(hiring["worker_matrix_id"].text(), hiring.at_path("metadata.worker_matrix_id").text());
  const auto worker = either(named, settings.worker);
  if (worker.empty())
    return fail({Kind::config, "the hiring names no worker, and hiclaw.worker is not configured"});
  const auto room = settings.rooms.find(worker);
  if (room == settings.rooms.end())
    return fail({Kind::config, fmt::format("hiclaw.rooms has no room for worker {}", printable(worker))});
  return Addressee{.worker = worker, .room = room->second};
}

json::Value task_spec(const json::Value& hiring, const std::string& worker, const Secret& token,
                      std::string_view created) {
  return json::Value::object({{"hiring_id", hiring.first_of({"id", "hiring_id"})},
                              {"source", "agrenting.com"},
                              {"agent_id", hiring["agent_id"]},
                              {"worker_matrix_id", worker},
                              {"customer_id", hiring.first_of({"customer_id", "client_agent_id"})},
                              {"price", hiring["price"]},
                              {"task", task_of(hiring)},
                              {"task_input", input_of(hiring, token)},
                              {"callback_url", hiring.first_of({"callback", "callback_url"}).text()},
                              {"created_at", created},
                              {"status", "assigned"}});
}

json::Value state(Time notified) {
  return json::Value::object({{"status", "delegated"}, {"notified_at", rfc3339(notified)}});
}

std::string local_time(Time time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const auto clock = std::chrono::system_clock::to_time_t(seconds);
  std::tm here{};
  ::localtime_r(&clock, &here);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}000", here, (time - seconds).count());
}

Result<std::string> task_folder(const Settings& settings, std::string_view hiring_id) {
  if (!is_safe_id(hiring_id))
    return fail({Kind::usage, fmt::format("\"{}\" is no id of a hiring", printable(hiring_id))});
  return fmt::format("{}/{}", settings.tasks, hiring_id);
}

std::vector<std::string> copy_words(const Settings& settings, std::string_view hiring_id) {
  return {settings.mc, "cp", "-r", fmt::format("{}/{}", settings.tasks, hiring_id),
          fmt::format("{}/hiclaw-storage/shared/tasks/{}", settings.alias, hiring_id)};
}

std::vector<std::string> message_words(const Settings& settings, const Addressee& addressee,
                                       std::string_view hiring_id) {
  return {
      settings.copaw,
      "channels",
      "send",
      "--agent-id",
      "default",
      "--channel",
      "matrix",
      "--target-user",
      addressee.worker,
      "--target-session",
      addressee.room,
      "--text",
      fmt::format("{} Task assigned: {}. Please file-sync to get task files.", addressee.worker, hiring_id)};
}

} // namespace agr::serve::hiclaw
