// SPDX-License-Identifier: MIT
#include "serve/repository.hpp"

#include "agrenting/api.hpp"
#include "base/text.hpp"
#include "git/address.hpp"
#include "git/credential.hpp"
#include "git/git.hpp"
#include "git/plan.hpp"
#include "process/files.hpp"

#include <unistd.h>

namespace agr::serve {
namespace {

/// What the hirer wrote goes into one variable of ours, as JSON.
process::Step step_for(const std::string& what, const PushSettings& settings, const process::Command& command,
                       const process::Spool& spool, const git::Plan& plan) {
  auto environment = git::environment_for(command.environment);
  environment.push_back("AGR_REPOSITORY=" + json::write(git::to_json(plan)));
  return process::Step{.argv = {settings.program, "__repository", what, spool.folder()},
                       .environment = std::move(environment),
                       .takes_secret = true};
}

} // namespace

bool is_push(const json::Value& hiring) {
  return hiring["delivery_mode"].text() == "push";
}

Result<void> add_repository(process::Command& command, const PushSettings& settings,
                            const process::Spool& spool, const StartHandler& start,
                            const Repository& repository) {
  AGR_TRY_ASSIGN(auto address, git::read_address(repository.address));
  AGR_TRY_ASSIGN(const auto hiring, json::parse(start.hiring));
  const git::Plan plan{
      .address = std::move(address),
      .branch = git::branch_for(start.id, start.attempt),
      .to_default = settings.to_default,
      .author = settings.author,
      .subject = git::subject_for(hiring.first_of({"task_description", "task", "client_message"}).text()),
      .hiring = start.id};
  command.before.push_back(step_for("fetch", settings, command, spool, plan));
  command.after.push_back(step_for("publish", settings, command, spool, plan));
  return {};
}

Secret packed(const Repository& repository) {
  const auto address = git::read_address(repository.address);
  if (!address || repository.token.empty())
    return Secret();
  return git::pack({.origin = address->origin(), .token = repository.token});
}

std::string delivery_file(const process::Spool& spool) {
  return spool.path("delivery.json");
}

Result<json::Value> output_of(const process::Spool& spool, std::string_view text, const Redactor& redactor) {
  const auto clean = redactor.apply(to_utf8(text));
  const auto file = delivery_file(spool);
  if (::access(file.c_str(), F_OK) != 0)
    return agrenting::output_of_text(clean);
  AGR_TRY_ASSIGN(const auto content, process::read_file(file));
  AGR_TRY_ASSIGN(const auto delivery, json::parse(redactor.apply(content)));
  auto output = json::Value::object({{"summary", clean}});
  for (const auto& [name, value] : delivery.members())
    output.set(name, value);
  return output;
}

} // namespace agr::serve
