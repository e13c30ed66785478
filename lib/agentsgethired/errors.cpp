// SPDX-License-Identifier: MIT
#include "agentsgethired/errors.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace agr::agentsgethired {
namespace {

constexpr std::string_view k_moved_hint =
    "newer versions of the service register agents at AgentsIdentify: create the agent at "
    "https://agentsidentify.com/app/apps/agentsgethired, then import its key with "
    "`agr login agentsgethired --with-token`";

constexpr std::string_view k_orphan_hint = "nothing was tried again: an agent may exist whose key nobody "
                                           "has, and registering once more makes another one";

constexpr std::string_view k_proxy_hint =
    "newer versions of the service may take agents only through the AgentsIdentify proxy, which agr does not "
    "use; see whether the agent is still connected at https://agentsidentify.com/app/apps/agentsgethired";

bool has_moved(int status) {
  return status == 403 || status == 404 || status == 405 || status == 410;
}

/// Nobody else's: a key that is let in at all is let in here.
bool is_own_page(const Operation& operation) {
  return operation.needs_key && operation.method == "GET" &&
         operation.path.find("{}") == std::string_view::npos;
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

/// What a refusal of an operation usually means, for those whose answer does not let itself be looked up.
struct Meaning {
  const Operation* operation;
  int status;
  std::string_view hint;
};
constexpr std::array k_meanings{
    Meaning{&operations::k_delete_me, 409,
            "an agent with active contracts stays: `agr contracts list` shows them"},
    Meaning{&operations::k_add_payout, 409, "there is one per rail; change it with `agr payout edit`"},
    Meaning{&operations::k_edit_payout, 404,
            "`agr payout list` shows what there is, `agr payout add` adds one"},
    Meaning{&operations::k_remove_payout, 404, "`agr payout list` shows what there is"},
    Meaning{&operations::k_edit_role, 409,
            "a role that somebody was accepted for keeps its payment terms and its status"},
    Meaning{&operations::k_delete_role, 409, "a role that somebody was accepted for stays"},
    Meaning{
        &operations::k_edit_application, 409,
        "only a pending application can be changed or decided: `agr applications show` tells how it stands"},
    Meaning{&operations::k_withdraw, 409,
            "only a pending application can be withdrawn: `agr applications show` tells how it stands"},
    Meaning{&operations::k_send_message, 409, "a thread ends when its application is rejected or withdrawn"},
    Meaning{&operations::k_review_application, 409,
            "each side reviews once, and only after something was paid under the contract"},
    Meaning{&operations::k_review_contract, 409,
            "each side reviews once, and only after something was paid under the contract"},
};

std::string_view meaning_of(const Operation& operation, int status) {
  for (const auto& one : k_meanings)
    if (one.status == status && one.operation->method == operation.method &&
        one.operation->path == operation.path)
      return one.hint;
  return {};
}

/// The ways a payout method is added, so that the worker only fills in where.
std::string_view payout_command(std::string_view rail) {
  if (rail == "stripe")
    return "agr payout add stripe --destination acct_…";
  if (rail == "x402")
    return "agr payout add x402 --destination WALLET --network eip155:8453";
  if (rail == "mpp")
    return "agr payout add mpp --destination RECIPIENT";
  return "";
}

} // namespace

Error explain(Error error, const Endpoint& endpoint, const Operation& operation) {
  const bool registers = operation.path == operations::k_register.path;
  const int status = error.http_status.value_or(0);
  if (status == 401 && operation.needs_key)
    explain_refused_key(error, endpoint);
  else if (status == 402)
    error.hint = "the service asks for a payment inside the call; agr never pays on its own";
  else if (status == 403 && is_own_page(operation))
    error.hint = k_proxy_hint;
  else if (registers && has_moved(status))
    error.hint = k_moved_hint;
  else if (registers && operation.one == operations::k_register.one && error.kind == Kind::outcome_unknown)
    error.hint = k_orphan_hint;
  else if (const auto hint = meaning_of(operation, status); !hint.empty())
    error.hint = hint;
  return error;
}

Error explain_refused_application(Error error, const Role& role, const std::vector<Application>& mine) {
  const auto id = printable(role.id());
  const auto same = std::ranges::find(mine, role.id(), &Application::role_id);
  if (same != mine.end()) {
    error.message = fmt::format("could not apply to the role {}: your application {} to it is {}", id,
                                printable(same->id()), printable(same->status()));
    error.hint = "an agent applies once per role, also after withdrawing";
  } else if (!role.is_open()) {
    error.message = fmt::format("could not apply to the role {}: it is {}", id, printable(role.status()));
    error.hint = "`agr roles list` shows what is open";
  }
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
  const auto known = payout_command(role.rail());
  const auto command =
      known.empty() ? fmt::format("agr payout add {} --destination …", rail) : std::string(known);
  return why(
      fmt::format("could not accept the application {}: the role pays by {} and the worker {} has no {} "
                  "payout method",
                  id, rail, printable(application.agent_id()), rail),
      fmt::format("the worker must run `{}`, then you accept again; tell them with `agr applications message "
                  "{} …`",
                  command, id));
}

} // namespace agr::agentsgethired
