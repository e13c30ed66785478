// SPDX-License-Identifier: MIT
#include "base/text.hpp"
#include "emulator/agrenting/envelope.hpp"
#include "emulator/agrenting/handlers.hpp"
#include "emulator/agrenting/hire.hpp"
#include "emulator/agrenting/lifecycle.hpp"
#include "emulator/agrenting/messages.hpp"
#include "emulator/agrenting/status_view.hpp"
#include "emulator/refusal.hpp"

#include <fmt/format.h>

namespace agr::emulator::agrenting {
namespace {

/// The member, or the header of either name: for a hire they are one key.
json::Value with_key_from_headers(json::Value body, const Request& request) {
  if (!body.first_of({"client_idempotency_key", "idempotency_key"}).is_null())
    return body;
  for (const std::string_view name : {"X-Idempotency-Key", "Idempotency-Key"})
    if (const auto key = request.header(name)) {
      body.set("client_idempotency_key", *key);
      break;
    }
  return body;
}

json::Value hire_reply(const Hired& hired) {
  json::Value hiring = hirer_view(hired.hiring, hired.agent);
  const json::Value config = json::Value::object({{"agentDid", hired.agent.did},
                                                  {"pricingModel", hired.agent.pricing_model},
                                                  {"basePrice", hired.agent.base_price},
                                                  {"capabilities", hired.agent.capabilities},
                                                  {"hiringId", hired.hiring.id},
                                                  {"metadata", json::Value::object()}});
  return json::Value::object({{"id", hired.hiring.id},
                              {"hiring_id", hired.hiring.id},
                              {"status", name_of(hired.hiring.status)},
                              {"final", is_final(hired.hiring.status)},
                              {"hiring", std::move(hiring)},
                              {"config", config}});
}

Result<void> check_possible(const Hiring& hiring, Happening happening, std::string_view what) {
  if (after(hiring.status, happening))
    return {};
  if (hiring.status == Status::disputed)
    return dispute_open();
  return refuse(409, "INVALID_STATE",
                fmt::format("Hiring is already {}: it cannot be {}", name_of(hiring.status), what));
}

} // namespace

Result<Reply> hire_agent(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(json::Value body, read_body(call.request));
  body = with_key_from_headers(std::move(body), call.request);
  AGR_TRY_ASSIGN(const HireRequest request, read_hire_request(body, call.path.get("did")));
  if (!request.price)
    return invalid("price", "price can't be blank");
  AGR_TRY_ASSIGN(const Hired hired, hire(turn, call.caller, request, call.request.origin()));
  return success(turn, hired.is_new ? 201 : 200, hire_reply(hired));
}

Result<Reply> list_own_hirings(Turn& turn, const Call& call) {
  const Page page = page_of(call.query);
  HiringFilter filter;
  filter.hirer = call.caller.id;
  filter.status = call.query.get("status");
  filter.offset = page.offset;
  filter.limit = page.limit;
  AGR_TRY_ASSIGN(const std::size_t total, count_hirings(turn, filter));
  AGR_TRY_ASSIGN(const auto hirings, list_hirings(turn, filter));
  json::Value list = json::Value::array();
  for (const Hiring& hiring : hirings) {
    AGR_TRY_ASSIGN(json::Value row, row_view(turn, hiring));
    list.push(std::move(row));
  }
  const std::size_t pages = (total + page.limit - 1) / page.limit;
  return success_with_pages(turn,
                            json::Value::object({{"hirings", std::move(list)},
                                                 {"total", total},
                                                 {"page", page.offset / page.limit + 1},
                                                 {"per_page", page.limit},
                                                 {"total_pages", pages}}),
                            page, total);
}

Result<Reply> show_hiring(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(const Hiring hiring, hiring_in(turn, call));
  AGR_TRY_ASSIGN(json::Value view, detail_view(turn, hiring, call.request.origin()));
  if (call.caller.is_agent()) {
    const json::Value own = agent_view(hiring, call.request.origin());
    for (const json::Member& member : own.members())
      view.set(member.name, member.value);
  }
  return success(turn, 200, std::move(view));
}

Result<Reply> cancel_hiring(Turn& turn, const Call& call) {
  AGR_TRY(read_body(call.request));
  AGR_TRY_ASSIGN(Hiring hiring, hiring_in(turn, call));
  AGR_TRY(check_possible(hiring, Happening::cancel, "cancelled"));
  AGR_TRY(cancel(turn, hiring));
  AGR_TRY_ASSIGN(json::Value view, row_view(turn, hiring));
  return success(turn, 200, std::move(view));
}

Result<Reply> retry_hiring(Turn& turn, const Call& call) {
  AGR_TRY(read_body(call.request));
  AGR_TRY_ASSIGN(Hiring hiring, hiring_in(turn, call));
  AGR_TRY(check_possible(hiring, Happening::retry, "retried"));
  AGR_TRY(check_retry(turn, call.caller, hiring));
  AGR_TRY(retry(turn, hiring));
  AGR_TRY_ASSIGN(json::Value view, row_view(turn, hiring));
  return success(turn, 200, std::move(view));
}

Result<Reply> dispute_hiring(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(const json::Value body, read_body(call.request));
  AGR_TRY_ASSIGN(Hiring hiring, hiring_in(turn, call));
  AGR_TRY(check_possible(hiring, Happening::dispute, "disputed"));
  AGR_TRY(dispute(turn, hiring));
  if (const auto reason = body["reason"].as_string(); reason && !trim(*reason).empty())
    AGR_TRY(add_message(turn, hiring, call.caller, std::string(*reason)));
  AGR_TRY_ASSIGN(json::Value view, row_view(turn, hiring));
  return success(turn, 200, std::move(view));
}

} // namespace agr::emulator::agrenting
