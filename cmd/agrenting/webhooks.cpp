// SPDX-License-Identifier: MIT
#include "agrenting/account.hpp"
#include "base/text.hpp"
#include "base/url.hpp"
#include "cmd/agrenting/agrenting_calls.hpp"
#include "cmd/agrenting/shown_once.hpp"
#include "cmd/frame/command.hpp"

#include <fmt/format.h>

namespace agr::cmd {
namespace {

using agrenting::Endpoint;
using output::Style;

Result<Reply> run_list(const Invocation&, Context& context) {
  AGR_TRY_ASSIGN(const Endpoint endpoint, hirer(context));
  AGR_TRY_ASSIGN(auto page, ask(context, agrenting::list_webhooks(endpoint), agrenting::read_webhooks,
                                "listing the webhooks"));
  for (agrenting::Entry& webhook : page.items)
    for (const std::string_view name : {"secret_key", "secret"})
      agrenting::take_secret(webhook.raw, name);
  return Reply{.value = raw_list(page.items),
               .view = output::list_of({{"ID", "id", Style::id},
                                        {"URL", "callback_url|url"},
                                        {"EVENTS", "event_types|events", Style::list},
                                        {"STATUS", "status", Style::status},
                                        {"FAILURES", "failure_count", Style::number},
                                        {"LAST", "last_delivery_at", Style::time}},
                                       "No webhooks.")};
}

Result<void> check_url(const std::string& text) {
  const auto url = Url::parse(text);
  if (url && (url->scheme == "https" || url->scheme == "http"))
    return {};
  return fail({Kind::usage, fmt::format("\"{}\" is no web address", printable(text)),
               "write the whole of it: https://example.com/hook"});
}

Result<Reply> run_add(const Invocation& given, Context& context) {
  const std::string url = given.text("URL");
  AGR_TRY(check_url(url));
  AGR_TRY_ASSIGN(const Endpoint endpoint, hirer(context));
  AGR_TRY_ASSIGN(const ShownOnce place, ShownOnce::prepare(given.text("--output")));
  std::vector<std::string> events = given.all("--event");
  if (events.empty())
    events = {"task.completed", "task.failed", "task.cancelled"};
  AGR_TRY_ASSIGN(auto made,
                 ask(context, agrenting::add_webhook(endpoint, url, events), agrenting::read_webhook,
                     fmt::format("adding a webhook to {}", printable(url))));
  return Reply{.value = place.keep(std::move(made), "secret_key", context),
               .view = output::detail_of({{"Webhook", "id", Style::id},
                                          {"URL", "callback_url|url"},
                                          {"Events", "event_types|events", Style::list},
                                          {"Status", "status", Style::status},
                                          {"Secret", "secret_key"},
                                          {"Secret in", "file"}})};
}

Result<Reply> run_remove(const Invocation& given, Context& context) {
  const std::string id = given.text("ID");
  AGR_TRY_ASSIGN(const Endpoint endpoint, hirer(context));
  AGR_TRY(context.confirm(fmt::format("Remove webhook {}?", printable(id))));
  AGR_TRY_ASSIGN(const http::Response response, context.send(agrenting::remove_webhook(endpoint, id)));
  if (!response.ok())
    return fail(agrenting::refusal_of(response, fmt::format("removing webhook {}", printable(id))));
  context.say("Removed.");
  return Reply{.value = json::Value::object({{"id", id}, {"removed", true}})};
}

} // namespace

const std::vector<Command>& webhooks_commands() {
  static const std::vector<Command> k_commands{
      {.name = "webhooks list",
       .effect = Effect::read,
       .summary = "List where Agrenting reports events to",
       .examples = {{"Which ones fail", "agr webhooks list --json=callback_url,failure_count"}},
       .run = run_list},
      {.name = "webhooks add",
       .effect = Effect::change,
       .summary = "Have events reported to an address of yours",
       .about = "Each report carries X-Webhook-Signature: HMAC-SHA256 over the raw body in base64, with the "
                "secret that is shown now and never again. Without --event you hear of work that ended.",
       .arguments = {{"URL", "where to post to; a public https address"}},
       .options = {{.names = "--event",
                    .value = "NAME",
                    .help = "Only these: task.created, task.completed, payment.confirmed, …",
                    .repeats = true},
                   secret_file_option()},
       .examples = {{"The secret goes into a file",
                     "agr webhooks add https://example.com/hook --event task.completed -o hook.secret"}},
       .run = run_add},
      {.name = "webhooks remove",
       .effect = Effect::change,
       .summary = "Stop reporting to an address",
       .arguments = {{"ID", "the webhook's id: agr webhooks list"}},
       .examples = {{"Without being asked", "agr webhooks remove ID --yes"}},
       .run = run_remove}};
  return k_commands;
}

} // namespace agr::cmd
