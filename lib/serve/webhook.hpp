// SPDX-License-Identifier: MIT
#pragma once

#include "base/secret.hpp"
#include "json/value.hpp"
#include "net/server.hpp"

#include <string>
#include <string_view>
#include <variant>

/// What is answered where the marketplace posts hirings (docs/wire/agrenting-rest.md, "Webhook"). Pure.
namespace agr::serve {

/// What a POST must prove to be believed. What is set must be proven; with nothing set nobody is believed.
struct WebhookSecrets {
  Secret shown = {};   ///< stands in a header, or signs the body
  Secret signing = {}; ///< signs the body
};

/// An agent, as the door sees it.
struct WebhookAgent {
  std::string id = {}; ///< at the marketplace; empty when unknown
  WebhookSecrets secrets = {};
  bool is_alive = true; ///< what it has is being worked on, or it takes more
};

/// Where a request goes, by its path.
struct WebhookPath {
  enum class Kind { nowhere, health, only_agent, agent };
  Kind kind = Kind::nowhere;
  std::string agent = {}; ///< its name, for Kind::agent
};
WebhookPath webhook_path_of(std::string_view target);
/// The path of that agent.
std::string webhook_path_to(std::string_view agent);

/// A hiring somebody told of who knows the secret. Only its id is used to decide anything.
struct Dispatched {
  std::string hiring_id;
  json::Value extras = json::Value::object(); ///< what only a webhook says, for the handler
};
/// Anything else, with its whole answer.
struct WebhookAnswer {
  int status = 200;
  std::string text = {}; ///< "status" of a success, "error" of a refusal
};
using WebhookVerdict = std::variant<Dispatched, WebhookAnswer>;

/// What to do with a request to `agent`.
WebhookVerdict judge_webhook(const net::ServerRequest& request, const WebhookAgent& agent);

WebhookAnswer webhook_health(std::string_view method);
/// Of a POST whose hiring is safe with us in the end, or is not.
WebhookAnswer webhook_accepted();
WebhookAnswer webhook_try_again();
WebhookAnswer webhook_nothing_here();

void send(net::Responder& responder, const WebhookAnswer& answer);

} // namespace agr::serve
