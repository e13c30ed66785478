// SPDX-License-Identifier: MIT
#include "base/text.hpp"
#include "serve/rules.hpp"
#include "serve/webhook.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

using namespace agr;
using namespace agr::serve;

/// Lines: the target, the signature, another header's value, then the body. Nobody who does not show the
/// secret is believed, and of who does, only an id that could be a file name is taken.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto lines = split(text, '\n');
  const auto line = [&](std::size_t number) { return number < lines.size() ? lines[number] : std::string(); };
  const auto head = std::min(size, line(0).size() + line(1).size() + line(2).size() + 3);
  net::ServerRequest request{
      "POST", line(0), {{"X-Webhook-Signature", line(1)}, {"Authorization", line(2)}}, text.substr(head)};

  const auto path = webhook_path_of(request.target);
  if (path.kind == WebhookPath::Kind::agent &&
      webhook_path_of(webhook_path_to(path.agent)).agent != path.agent)
    std::abort();
  const std::string secret(64, '\x01'); // no line shows it by chance
  const WebhookAgent agent{.secrets = {.shown = Secret(secret)}};
  if (std::holds_alternative<Dispatched>(judge_webhook(request, agent)))
    std::abort();
  request.headers.push_back({"X-Key", secret});
  const auto verdict = judge_webhook(request, agent);
  if (const auto* dispatched = std::get_if<Dispatched>(&verdict);
      dispatched != nullptr && !is_safe_id(dispatched->hiring_id))
    std::abort();
  return 0;
}
