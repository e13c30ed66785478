// SPDX-License-Identifier: MIT
#include "emulator/agrenting/hirer_tools.hpp"
#include "emulator/agrenting/mcp_server.hpp"
#include "emulator/agrenting/messages.hpp"
#include "emulator/agrenting/newer_tools.hpp"
#include "emulator/agrenting/status_view.hpp"
#include "emulator/refusal.hpp"

#include <fmt/format.h>

#include <array>

namespace agr::emulator::agrenting {
namespace {

constexpr std::string_view k_active = "hirings://active";
constexpr std::string_view k_scheme = "hiring://";
constexpr std::string_view k_resource_scope = "hirings:read";

/// hiring://<id>/status or hiring://<id>/messages, of one of the caller's hirings.
struct Place {
  Hiring hiring;
  bool is_status;
};

Result<Place> place_at(Turn& turn, const RpcCall& call, const std::string& uri) {
  const std::size_t slash = uri.rfind('/');
  const std::string facet = slash == std::string::npos ? "" : uri.substr(slash + 1);
  if (!uri.starts_with(k_scheme) || slash < k_scheme.size() || (facet != "status" && facet != "messages"))
    return no_such_resource(uri);
  AGR_TRY_ASSIGN(auto hiring, hiring_by_id(turn, uri.substr(k_scheme.size(), slash - k_scheme.size())));
  if (!hiring || hiring->hirer != call.caller.id)
    return no_such_resource(uri);
  return Place{std::move(*hiring), facet == "status"};
}

Result<void> may_read(const RpcCall& call) {
  if (!call.caller.may(k_resource_scope))
    return rpc_refusal(k_invalid_request, fmt::format("Token missing required scope: {}", k_resource_scope));
  return {};
}

Result<RpcReply> initialize(Turn&, const RpcCall& call) {
  return initialize_result(
      call, json::Value::object(
                {{"tools", json::Value::object({{"listChanged", true}})},
                 {"resources", json::Value::object({{"subscribe", true}, {"listChanged", false}})}}));
}

json::Value resource(std::string_view uri, std::string_view name) {
  return json::Value::object({{"uri", uri}, {"name", name}, {"mimeType", "application/json"}});
}

Result<RpcReply> list_resources(Turn& turn, const RpcCall& call) {
  AGR_TRY(may_read(call));
  json::Value list = json::Value::array({resource(k_active, "Your open hirings")});
  AGR_TRY_ASSIGN(const auto hirings, list_hirings(turn, {.hirer = call.caller.id, .open_only = true}));
  for (const Hiring& hiring : hirings) {
    list.push(resource(fmt::format("{}{}/status", k_scheme, hiring.id), "Status of hiring " + hiring.id));
    list.push(resource(fmt::format("{}{}/messages", k_scheme, hiring.id), "Messages of hiring " + hiring.id));
  }
  return json::Value::object({{"resources", std::move(list)}});
}

json::Value uri_template(std::string_view text, std::string_view name) {
  return json::Value::object({{"uriTemplate", text}, {"name", name}, {"mimeType", "application/json"}});
}

Result<RpcReply> list_templates(Turn&, const RpcCall& call) {
  AGR_TRY(may_read(call));
  return json::Value::object(
      {{"resourceTemplates", json::Value::array({uri_template("hiring://{id}/status", "Status of one hiring"),
                                                 uri_template("hiring://{id}/messages", "Its messages")})}});
}

Result<RpcReply> read_resource(Turn& turn, const RpcCall& call) {
  AGR_TRY(may_read(call));
  const std::string uri = call.params["uri"].text();
  if (uri == k_active) {
    AGR_TRY_ASSIGN(const json::Value list, hiring_rows(turn, {.hirer = call.caller.id, .open_only = true}));
    return resource_contents(uri, list);
  }
  AGR_TRY_ASSIGN(const Place place, place_at(turn, call, uri));
  AGR_TRY_ASSIGN(const json::Value payload,
                 place.is_status ? status_view(turn, place.hiring) : messages_of(turn, place.hiring.id));
  return resource_contents(uri, payload);
}

Result<RpcReply> subscribe_to(Turn& turn, const RpcCall& call) {
  AGR_TRY(may_read(call));
  const std::string uri = call.params["uri"].text();
  if (uri != k_active)
    AGR_TRY(place_at(turn, call, uri));
  if (!call.session.empty())
    AGR_TRY(subscribe(turn, call.session, uri));
  return json::Value::object();
}

Result<RpcReply> unsubscribe_from(Turn& turn, const RpcCall& call) {
  AGR_TRY(may_read(call));
  AGR_TRY(unsubscribe(turn, call.session, call.params["uri"].text()));
  return json::Value::object();
}

Result<RpcReply> tools_list(Turn& turn, const RpcCall&) {
  return list_tools(turn, k_hirer_server);
}

Result<RpcReply> tools_call(Turn& turn, const RpcCall& call) {
  return call_tool(turn, k_hirer_server, call);
}

constexpr std::array k_methods = {
    Method{"initialize", initialize},
    Method{"ping", pong},
    Method{"tools/list", tools_list},
    Method{"tools/call", tools_call},
    Method{"resources/list", list_resources},
    Method{"resources/templates/list", list_templates},
    Method{"resources/read", read_resource},
    Method{"resources/subscribe", subscribe_to},
    Method{"resources/unsubscribe", unsubscribe_from},
};

/// A new stream hears of the open hirings without asking.
Result<void> restore_subscriptions(Turn& turn, const Session& session, const Principal& caller) {
  if (!caller.may(k_resource_scope))
    return {};
  AGR_TRY(subscribe(turn, session.id, std::string(k_active)));
  AGR_TRY_ASSIGN(const auto hirings, list_hirings(turn, {.hirer = caller.id, .open_only = true}));
  for (const Hiring& hiring : hirings)
    AGR_TRY(subscribe(turn, session.id, fmt::format("{}{}/status", k_scheme, hiring.id)));
  return {};
}

} // namespace

const Server k_hirer_server = {Surface::hirer, k_methods, hirer_tools(), newer_hirer_tools(),
                               restore_subscriptions};

} // namespace agr::emulator::agrenting
