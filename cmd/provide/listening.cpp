// SPDX-License-Identifier: MIT
#include "cmd/provide/listening.hpp"

#include "base/text.hpp"
#include "config/private_file.hpp"
#include "process/files.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <set>

namespace agr::cmd {
namespace {

/// "9464", "127.0.0.1:9464", "[::1]:9464".
Result<serve::Options::Address> address_of(const std::string& text) {
  const auto colon = text.rfind(':');
  std::string ip = colon == std::string::npos ? "" : text.substr(0, colon);
  if (ip.starts_with('[') && ip.ends_with(']'))
    ip = ip.substr(1, ip.size() - 2);
  const auto port = json::Value(colon == std::string::npos ? text : text.substr(colon + 1)).as_integer();
  if (!port || *port < 0 || *port > 65'535)
    return fail({Kind::usage, fmt::format("\"{}\" is no address to listen on", printable(text)),
                 "give a port, or IP:PORT"});
  return serve::Options::Address{.ip = ip.empty() ? "127.0.0.1" : ip, .port = static_cast<int>(*port)};
}

Result<serve::Options::Address> address_in(const Invocation& given, std::string_view option) {
  const auto text = given.maybe(option);
  return text ? address_of(*text) : serve::Options::Address();
}

/// The certificate is for everybody to see, the key for nobody else. Who renews them puts links in their
/// place; it is the key they lead to that must be private.
Result<net::Certificate> read_certificate(const std::string& chain, const std::string& key) {
  AGR_TRY_ASSIGN(const auto shown, process::read_file(chain));
  std::error_code code;
  const auto real = std::filesystem::weakly_canonical(key, code);
  AGR_TRY_ASSIGN(auto hidden, config::read_if_private(code ? key : real.string()));
  if (!hidden)
    return fail({Kind::config, fmt::format("there is no file {}", printable(key))});
  return net::Certificate::from_pem(shown, Secret(std::move(*hidden)));
}

} // namespace

Result<void> take_addresses(const Invocation& given, serve::Options& options) {
  AGR_TRY_ASSIGN(options.health, address_in(given, "--health"));
  AGR_TRY_ASSIGN(options.webhook, address_in(given, "--webhook"));
  const auto chain = given.maybe("--webhook-cert");
  const auto key = given.maybe("--webhook-key");
  if (chain.has_value() != key.has_value())
    return fail({Kind::usage, "--webhook-cert and --webhook-key go together"});
  if (chain && options.webhook.port < 0)
    return fail({Kind::usage, "a certificate needs --webhook, which says where to listen"});
  if (!chain)
    return {};
  options.certificate = [chain = *chain, key = *key] { return read_certificate(chain, key); };
  AGR_TRY(options.certificate()); // also where nothing is served
  return {};
}

Result<void> check_webhooks(const Invocation& given, const std::vector<serve::AgentOptions>& agents) {
  if (!given.has("--webhook"))
    return {};
  std::set<std::string> names;
  for (const auto& agent : agents) {
    if (agent.webhook.shown.empty() && agent.webhook.signing.empty())
      return fail({Kind::config, fmt::format("agent {} has no webhook_secret", printable(agent.name)),
                   "give it one in the configuration, or set AGR_WEBHOOK_SECRET"});
    if (!names.insert(agent.name).second)
      return fail(
          {Kind::config, fmt::format("two agents are called {}, so their webhooks cannot be told apart",
                                     printable(agent.name))});
  }
  return {};
}

} // namespace agr::cmd
