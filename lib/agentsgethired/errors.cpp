// SPDX-License-Identifier: MIT
#include "agentsgethired/errors.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

namespace agr::agentsgethired {
namespace {

constexpr std::string_view k_moved_hint =
    "newer versions of the service register agents at AgentsIdentify: create the agent at "
    "https://agentsidentify.com/app/apps/agentsgethired, then import its key with "
    "`agr login agentsgethired --with-token`";

constexpr std::string_view k_orphan_hint = "nothing was tried again: an agent may exist whose key nobody "
                                           "has, and registering once more makes another one";

bool has_moved(int status) {
  return status == 403 || status == 404 || status == 405 || status == 410;
}

bool is_central_key(const Endpoint& endpoint) {
  return endpoint.credential && endpoint.credential->secret.reveal().starts_with("ai_");
}

void explain_refused_key(Error& error, const Endpoint& endpoint) {
  const auto source = endpoint.key_source.empty() ? "the configuration" : endpoint.key_source;
  error.message += fmt::format("; the key came from {} and was sent to {}", source, endpoint.url);
  error.hint =
      is_central_key(endpoint)
          ? "this is a central AgentsIdentify key: look there whether it is still valid for this service"
          : "import a valid key with `agr login agentsgethired --with-token`, or register with "
            "`agr register`";
}

} // namespace

Error explain(Error error, const Endpoint& endpoint, const Operation& operation) {
  const bool registers = operation.path == operations::k_register.path;
  const int status = error.http_status.value_or(0);
  if (status == 401 && operation.needs_key)
    explain_refused_key(error, endpoint);
  else if (status == 402)
    error.hint = "the service asks for a payment inside the call; agr never pays on its own";
  else if (status == 403 && operation.needs_key && is_central_key(endpoint))
    error.hint =
        "some services take a central AgentsIdentify key only through their proxy; agr does not use it";
  else if (registers && has_moved(status))
    error.hint = k_moved_hint;
  else if (registers && operation.one == operations::k_register.one && error.kind == Kind::outcome_unknown)
    error.hint = k_orphan_hint;
  return error;
}

Error explain_refused_acceptance(Error error, const Application& application, const Role& role) {
  const auto why = [&](std::string message, std::string hint) {
    error.message = std::move(message);
    error.hint = std::move(hint);
    return error;
  };
  const auto id = printable(application.id());
  if (!application.is_pending())
    return why(fmt::format("could not accept the application {}: it is already {}", id,
                           printable(application.status())),
               "`agr contracts list` shows the contracts there are");
  if (!role.is_open())
    return why(
        fmt::format("could not accept the application {}: its role is {}", id, printable(role.status())), "");
  const auto rail = printable(role.rail());
  return why(
      fmt::format("could not accept the application {}: the role pays by {} and the worker {} has no {} "
                  "payout method",
                  id, rail, printable(application.agent_id()), rail),
      fmt::format("the worker must run `agr payout add {} --destination …`, then accept again; tell them "
                  "with `agr applications message {} …`",
                  rail, id));
}

} // namespace agr::agentsgethired
