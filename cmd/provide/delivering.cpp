// SPDX-License-Identifier: MIT
#include "cmd/provide/delivering.hpp"

#include "git/plan.hpp"
#include "serve/handler.hpp"
#include "serve/hiclaw.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace agr::cmd {
namespace {

constexpr std::string_view k_hiclaw = "__hiclaw";

/// Of the agent's name, what can be a part of an author.
std::string author_named(std::string name) {
  std::erase_if(name, [](char c) { return c == '<' || c == '>' || static_cast<unsigned char>(c) < 0x20; });
  return fmt::format("{} <agr@localhost>", name.empty() ? "agr" : name);
}

} // namespace

std::vector<std::string> built_in(std::vector<std::string> handler, const config::HiClaw& hiclaw,
                                  const std::string& program) {
  if (handler != std::vector<std::string>{"hiclaw"})
    return handler;
  auto settings = serve::hiclaw::to_json({.tasks = hiclaw.tasks,
                                          .alias = hiclaw.alias,
                                          .worker = hiclaw.worker,
                                          .rooms = hiclaw.rooms,
                                          .mc = hiclaw.mc,
                                          .copaw = hiclaw.copaw});
  return {program, std::string(k_hiclaw), json::write(settings)};
}

Result<void> add_delivery(const config::AgentEntry& entry, const std::string& program,
                          serve::AgentOptions& agent) {
  const auto author = entry.push.author.empty() ? author_named(entry.name) : entry.push.author;
  AGR_TRY(git::read_author(author));
  agent.push = {.to_default = entry.push.to_default, .author = author, .program = program};
  agent.pushes_itself = agent.handler.size() > 1 && agent.handler[1] == k_hiclaw;
  if (agent.pushes_itself && agent.sandbox)
    return fail({Kind::config, fmt::format("agent {}: hiclaw cannot be isolated", entry.name),
                 "it runs nothing of a hirer's, and needs mc, copaw and the network"});
  return {};
}

Result<std::string> check_hiclaw(const serve::AgentOptions& agent, const std::string& path) {
  AGR_TRY_ASSIGN(const auto value, json::parse(agent.handler.back()));
  const auto settings = serve::hiclaw::read_settings(value);
  for (const auto& program : {settings.mc, settings.copaw})
    if (!serve::resolve({program}, path))
      return fail({Kind::config, fmt::format("{} is not a program that can be run", program)});
  if (settings.rooms.empty())
    return fail({Kind::config, "hiclaw.rooms names no worker's room"});
  if (!settings.worker.empty())
    AGR_TRY(serve::hiclaw::addressee_of(json::Value::object(), settings));
  return fmt::format("passes work on to {} workers; nobody was told anything", settings.rooms.size());
}

} // namespace agr::cmd
