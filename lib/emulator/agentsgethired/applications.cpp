// SPDX-License-Identifier: MIT
// Applications (docs/wire/agentsgethired.md, "Applications").
#include "emulator/agentsgethired/applications.hpp"

#include "emulator/agentsgethired/fields.hpp"
#include "emulator/agentsgethired/operations.hpp"
#include "emulator/agentsgethired/page.hpp"

#include <array>

namespace agr::emulator::agentsgethired {
namespace {

constexpr auto k_pitch = std::to_array<Field>({
    {"message", Shape::text, 4000},
    {"proposedRate", Shape::text, 100},
});

json::Value application_json(const store::Row& row) {
  const json::Value pitch = document(row, "pitch");
  return json::Value::object({{"id", row.text("id")},
                              {"roleId", row.text("role_id")},
                              {"agentId", row.text("agent_id")},
                              {"status", row.text("status")},
                              {"message", pitch["message"]},
                              {"proposedRate", pitch["proposedRate"]},
                              {"contractId", row.maybe_text("contract_id")},
                              {"thread", "/api/applications/" + row.text("id") + "/messages"},
                              {"createdAt", moment(row, "created_at")},
                              {"updatedAt", moment(row, "updated_at")}});
}

Result<Application> find_application(Turn& turn, std::string_view id) {
  AGR_TRY_ASSIGN(const auto row,
                 turn.db().first("SELECT * FROM ah_applications WHERE id = ?", {std::string(id)}));
  if (!row)
    return not_found("application");
  return Application{row->text("id"),     row->text("role_id"),    row->text("agent_id"),
                     row->text("status"), document(*row, "pitch"), row->text("contract_id")};
}

tl::unexpected<Error> not_pending(const Application& application) {
  return conflict("application_not_pending", "the application is " + application.status);
}

Result<void> set_status(Call& call, std::string_view id, std::string_view status) {
  AGR_TRY(call.db().run("UPDATE ah_applications SET status = ?, updated_at = ? WHERE id = ?",
                        {std::string(status), to_cell(call.turn.now), std::string(id)}));
  return {};
}

Result<Response> respond(Call& call, std::string_view id) {
  AGR_TRY_ASSIGN(json::Value application, shown_application(call.turn, id));
  return ok({{"application", std::move(application)}});
}

Result<Response> reject(Call& call, const Bid& bid) {
  if (bid.application.status != "pending")
    return not_pending(bid.application);
  AGR_TRY(set_status(call, bid.application.id, "rejected"));
  return respond(call, bid.application.id);
}

Result<Response> decide(Call& call, const Bid& bid, const json::Value& body) {
  const std::string status = body["status"].text();
  if (status == "accepted")
    return accept(call, bid);
  if (status == "rejected")
    return reject(call, bid);
  return bad_request("status must be accepted or rejected");
}

Result<Response> rewrite(Call& call, const Bid& bid, const json::Value& body) {
  AGR_TRY_ASSIGN(const json::Value change, take_fields(body, k_pitch, Intent::change));
  if (bid.application.status != "pending")
    return not_pending(bid.application);
  json::Value pitch = bid.application.pitch;
  merge(pitch, change);
  AGR_TRY(call.db().run("UPDATE ah_applications SET pitch = ?, updated_at = ? WHERE id = ?",
                        {json::write(pitch), to_cell(call.turn.now), bid.application.id}));
  return respond(call, bid.application.id);
}

Result<bool> has_applied(Call& call, const Role& role) {
  AGR_TRY_ASSIGN(const auto row,
                 call.db().first("SELECT 1 FROM ah_applications WHERE role_id = ? AND agent_id = ?",
                                 {role.id, call.caller.id}));
  return row.has_value();
}

/// Agents see what they applied for, buyers what arrived for their roles.
constexpr std::string_view k_mine =
    "SELECT * FROM ah_applications WHERE "
    "((?1 = 'agent' AND agent_id = ?2) OR (?1 = 'buyer' AND role_id IN "
    "(SELECT id FROM ah_roles WHERE owner_type = 'buyer' AND owner_id = ?2)))";

} // namespace

Result<Bid> bid_of(Call& call) {
  AGR_TRY_ASSIGN(Application application, find_application(call.turn, call.path.get("id")));
  AGR_TRY_ASSIGN(Role role, find_role(call.turn, application.role_id));
  Bid bid{std::move(application), std::move(role)};
  if (!bid.is_applicant(call.caller) && !bid.is_owner(call.caller))
    return forbidden("only the applicant and the owner of the role may do this");
  return bid;
}

Result<json::Value> shown_application(Turn& turn, std::string_view id) {
  AGR_TRY_ASSIGN(const auto row,
                 turn.db().first("SELECT * FROM ah_applications WHERE id = ?", {std::string(id)}));
  return application_json(*row);
}

Result<Response> list_role_applications(Call& call) {
  AGR_TRY_ASSIGN(const Role role, find_shown_role(call.turn, call.path.get("id")));
  if (role.owner != call.caller)
    return forbidden("only the owner of the role sees its applications");
  AGR_TRY_ASSIGN(const Page page, page_of(call));
  AGR_TRY_ASSIGN(
      const auto rows,
      call.db().query("SELECT * FROM ah_applications WHERE role_id = ?" + std::string(k_newest_first),
                      {role.id, page.before(), page.before(), page.id(), page.rows()}));
  return page_response("applications", page, rows, application_json);
}

Result<Response> apply_to_role(Call& call) {
  AGR_TRY_ASSIGN(const Role role, find_shown_role(call.turn, call.path.get("id")));
  if (role.owner == call.caller)
    return refuse(403, "own_role", "an agent cannot apply to its own role");
  AGR_TRY_ASSIGN(const json::Value body, call.body());
  AGR_TRY_ASSIGN(const json::Value pitch, take_fields(body, k_pitch, Intent::create));
  if (role.status != "open")
    return conflict("role_not_open", "the role is " + role.status);
  AGR_TRY_ASSIGN(const bool again, has_applied(call, role));
  if (again)
    return conflict("already_applied", "an agent applies to a role once, withdrawn applications included");
  AGR_TRY_ASSIGN(const std::string id, call.turn.world.fresh_uuid());
  const std::int64_t now = to_cell(call.turn.now);
  AGR_TRY(call.db().run(
      "INSERT INTO ah_applications(id, role_id, agent_id, status, pitch, created_at, updated_at) "
      "VALUES(?, ?, ?, 'pending', ?, ?, ?)",
      {id, role.id, call.caller.id, json::write(pitch), now, now}));
  AGR_TRY_ASSIGN(json::Value application, shown_application(call.turn, id));
  return created({{"application", std::move(application)}});
}

Result<Response> list_applications(Call& call) {
  AGR_TRY_ASSIGN(const Page page, page_of(call));
  AGR_TRY_ASSIGN(const auto rows, call.db().query(std::string(k_mine) + std::string(k_newest_first),
                                                  {call.caller.type, call.caller.id, page.before(),
                                                   page.before(), page.id(), page.rows()}));
  return page_response("applications", page, rows, application_json);
}

Result<Response> show_application(Call& call) {
  AGR_TRY_ASSIGN(const Bid bid, bid_of(call));
  return respond(call, bid.application.id);
}

/// The owner decides, the applicant edits its own words.
Result<Response> change_application(Call& call) {
  AGR_TRY_ASSIGN(const Bid bid, bid_of(call));
  const bool owner = bid.is_owner(call.caller);
  AGR_TRY_ASSIGN(const json::Value body, call.body());
  if (owner)
    return decide(call, bid, body);
  if (body.has("status"))
    return forbidden("only the owner of the role accepts or rejects");
  return rewrite(call, bid, body);
}

Result<Response> withdraw_application(Call& call) {
  AGR_TRY_ASSIGN(const Bid bid, bid_of(call));
  if (!bid.is_applicant(call.caller))
    return forbidden("only the applicant may withdraw");
  if (bid.application.status != "pending")
    return not_pending(bid.application);
  AGR_TRY(set_status(call, bid.application.id, "withdrawn"));
  return respond(call, bid.application.id);
}

} // namespace agr::emulator::agentsgethired
