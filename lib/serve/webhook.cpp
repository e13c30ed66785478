// SPDX-License-Identifier: MIT
#include "serve/webhook.hpp"

#include "base/text.hpp"
#include "crypto/digest.hpp"
#include "serve/rules.hpp"

#include <utility>

namespace agr::serve {
namespace {

constexpr std::string_view k_hooks = "/hooks/";
/// Where the service's own example of such a server listens.
constexpr std::string_view k_documented = "/webhook/agrenting/hiring";

std::string_view path_of(std::string_view target) {
  return target.substr(0, target.find('?'));
}

// ---- is it who it should be? -------------------------------------------------------------------------

/// The operator chooses the header (`callback_auth_header`), so any of them will do; a scheme may stand
/// before the secret.
bool is_shown(const net::Headers& headers, const std::string& secret) {
  bool found = false;
  for (const auto& header : headers) {
    const std::string_view value = trim(header.value);
    const auto space = value.find(' ');
    const auto bare = space == std::string_view::npos ? value : trim(value.substr(space));
    found |= crypto::equal_constant_time(value, secret);
    found |= crypto::equal_constant_time(bare, secret);
  }
  return found;
}

/// In base64 as documented, or in hex, which other services write.
bool is_signed(const net::ServerRequest& request, const std::string& secret) {
  constexpr std::string_view k_prefix = "sha256=";
  constexpr std::size_t k_hex_size = 64;
  std::string_view signature = trim(request.header("X-Webhook-Signature"));
  if (signature.starts_with(k_prefix))
    signature.remove_prefix(k_prefix.size());
  const auto expected = crypto::hmac_sha256(secret, request.body);
  if (signature.size() == k_hex_size)
    return crypto::equal_constant_time(lower(signature), hex(expected));
  const auto bytes = base64_decode(signature);
  return bytes && crypto::equal_constant_time(*bytes, expected);
}

bool is_proven(const net::ServerRequest& request, const WebhookSecrets& secrets) {
  if (secrets.shown.empty() && secrets.signing.empty())
    return false;
  const bool shown_ok = secrets.shown.empty() || is_shown(request.headers, secrets.shown.reveal()) ||
                        is_signed(request, secrets.shown.reveal());
  const bool signing_ok = secrets.signing.empty() || is_signed(request, secrets.signing.reveal());
  return shown_ok && signing_ok;
}

// ---- what does it say? -------------------------------------------------------------------------------

bool is_json(std::string_view content_type) {
  const auto type = lower(trim(content_type.substr(0, content_type.find(';'))));
  return type.empty() || type == "application/json" || type.ends_with("+json");
}

/// Who works with Matrix rooms needs them, and no other way of asking shows them.
json::Value extras_of(const json::Value& body) {
  auto extras = json::Value::object();
  for (const char* name : {"worker_matrix_id", "customer_id"})
    if (body[name].is_string())
      extras.set(name, body[name]);
  return extras;
}

WebhookVerdict read_dispatch(const std::string& text, const std::string& agent_id) {
  const auto body = json::parse(text);
  if (!body)
    return WebhookAnswer{400, "the body is no JSON"};
  const auto id = body->first_of({"hiring_id", "id"}).text();
  if (!is_safe_id(id))
    return WebhookAnswer{422, "the body names no hiring"};
  const auto& meant = (*body)["agent_id"];
  if (meant.is_string() && !agent_id.empty() && !iequals(meant.text(), agent_id))
    return WebhookAnswer{422, "the hiring is for another agent"};
  return Dispatched{.hiring_id = id, .extras = extras_of(*body)};
}

} // namespace

WebhookPath webhook_path_of(std::string_view target) {
  using Kind = WebhookPath::Kind;
  const auto path = path_of(target);
  if (path == "/health")
    return {.kind = Kind::health};
  if (path == "/" || path == k_documented)
    return {.kind = Kind::only_agent};
  if (!path.starts_with(k_hooks))
    return {};
  const auto name = percent_decode(path.substr(k_hooks.size()));
  return name && !name->empty() ? WebhookPath{.kind = Kind::agent, .agent = *name} : WebhookPath{};
}

std::string webhook_path_to(std::string_view agent) {
  return std::string(k_hooks) + percent_encode(agent);
}

WebhookVerdict judge_webhook(const net::ServerRequest& request, const WebhookAgent& agent) {
  if (request.method == "GET" || request.method == "HEAD")
    return agent.is_alive ? webhook_health(request.method) : webhook_try_again();
  if (request.method != "POST")
    return webhook_health(request.method);
  // Before anything of the body is looked at.
  if (!is_proven(request, agent.secrets))
    return WebhookAnswer{401, "the request does not prove where it comes from"};
  if (!is_json(request.header("Content-Type")))
    return WebhookAnswer{415, "the body must be application/json"};
  return read_dispatch(request.body, agent.id);
}

WebhookAnswer webhook_health(std::string_view method) {
  return method == "GET" || method == "HEAD" ? WebhookAnswer{200, "ok"}
                                             : WebhookAnswer{405, "only POST, GET and HEAD"};
}

WebhookAnswer webhook_accepted() {
  return {200, "accepted"};
}

WebhookAnswer webhook_try_again() {
  return {503, "try again later"};
}

WebhookAnswer webhook_nothing_here() {
  return {404, "nothing is here"};
}

void send(net::Responder& responder, const WebhookAnswer& answer) {
  net::Headers headers{{"Content-Type", "application/json"}};
  if (answer.status == 401)
    headers.push_back({"WWW-Authenticate", "ApiKey"});
  if (answer.status == 405)
    headers.push_back({"Allow", "POST, GET, HEAD"});
  if (answer.status == 503)
    headers.push_back({"Retry-After", "1"});
  const char* name = answer.status == 200 ? "status" : "error";
  responder.reply(answer.status, std::move(headers), json::write(json::Value::object({{name, answer.text}})));
}

} // namespace agr::serve
