// SPDX-License-Identifier: MIT
// Roles (docs/wire/agentsgethired.md, "Roles").
#include "emulator/agentsgethired/roles.hpp"

#include "emulator/agentsgethired/fields.hpp"
#include "emulator/agentsgethired/operations.hpp"
#include "emulator/agentsgethired/page.hpp"
#include "receipt/receipt.hpp"

#include <algorithm>
#include <array>

namespace agr::emulator::agentsgethired {
namespace {

constexpr auto k_offer = std::to_array<Field>({
    {"title", Shape::text, 160, true},
    {"description", Shape::text, 8000, true},
    {"skills", Shape::texts, 64},
    {"paymentMethod", Shape::rail, 0, true},
    {"paymentAmount", Shape::amount},
    {"paymentCurrency", Shape::currency},
    {"paymentSchedule", Shape::text, 200},
    {"paymentTerms", Shape::text, 4000},
});

constexpr std::string_view k_select_roles =
    "SELECT r.*, (SELECT COUNT(*) FROM ah_applications WHERE role_id = r.id) AS application_count "
    "FROM ah_roles AS r ";

bool is_payment(std::string_view member) {
  return member.starts_with("payment");
}

json::Value role_json(const store::Row& row) {
  const json::Value offer = document(row, "offer");
  json::Value role = json::Value::object({{"id", row.text("id")}});
  for (const Field& field : k_offer)
    role.set(field.name, field.shape == Shape::texts && !offer.has(field.name) ? json::Value::array()
                                                                               : offer[field.name]);
  role.set("status", row.text("status"));
  role.set("ownerType", row.text("owner_type"));
  role.set("ownerId", row.text("owner_id"));
  role.set("applicationCount", json::Value(row.integer("application_count")));
  role.set("createdAt", moment(row, "created_at"));
  role.set("updatedAt", moment(row, "updated_at"));
  return role;
}

Result<json::Value> shown(Call& call, std::string_view id) {
  AGR_TRY_ASSIGN(const auto row,
                 call.db().first(std::string(k_select_roles) + "WHERE r.id = ?", {std::string(id)}));
  return role_json(*row);
}

Result<void> check_offer(const json::Value& offer) {
  if (offer.has("paymentAmount") != offer.has("paymentCurrency"))
    return bad_request("paymentAmount and paymentCurrency belong together");
  return {};
}

Result<Role> own_role(Call& call) {
  AGR_TRY_ASSIGN(Role role, find_shown_role(call.turn, call.path.get("id")));
  if (role.owner != call.caller)
    return forbidden("only the owner of the role may do this");
  return role;
}

/// The status a change asks for, when it asks for one.
Result<std::optional<std::string>> wanted_status(const json::Value& body) {
  if (!body.has("status"))
    return std::nullopt;
  const std::string status = body["status"].text();
  if (status != "open" && status != "closed")
    return bad_request("status must be open or closed");
  return status;
}

Result<void> check_filled(const Role& role, const json::Value& change, bool changes_status) {
  const auto members = change.members();
  const bool changes_payment =
      std::any_of(members.begin(), members.end(), [](const json::Member& m) { return is_payment(m.name); });
  if (role.status == "filled" && (changes_status || changes_payment))
    return conflict("role_not_open", "the role is filled: its payment and status are settled");
  return {};
}

Result<std::string> filter(const Call& call, std::string_view name,
                           std::initializer_list<std::string_view> values, std::string_view otherwise) {
  std::string value = call.query.find(name).value_or(std::string(otherwise));
  if (value != otherwise && std::find(values.begin(), values.end(), value) == values.end())
    return bad_request(std::string(name) + " has no value \"" + value + "\"");
  return value;
}

} // namespace

Result<Role> find_role(Turn& turn, std::string_view id) {
  AGR_TRY_ASSIGN(const auto row, turn.db().first("SELECT * FROM ah_roles WHERE id = ?", {std::string(id)}));
  if (!row)
    return not_found("role");
  return Role{row->text("id"),
              {row->text("owner_type"), row->text("owner_id")},
              row->text("status"),
              row->integer("hidden") != 0,
              document(*row, "offer")};
}

Result<Role> find_shown_role(Turn& turn, std::string_view id) {
  AGR_TRY_ASSIGN(Role role, find_role(turn, id));
  if (role.hidden)
    return not_found("role");
  return role;
}

Result<void> set_role_status(Turn& turn, std::string_view id, std::string_view status) {
  AGR_TRY(turn.db().run("UPDATE ah_roles SET status = ?, updated_at = ? WHERE id = ?",
                        {std::string(status), to_cell(turn.now), std::string(id)}));
  return {};
}

json::Value payment_terms(const json::Value& offer) {
  json::Value terms = json::Value::object();
  for (const json::Member& member : offer.members())
    if (is_payment(member.name))
      terms.set(member.name, member.value);
  return terms;
}

Result<Response> list_roles(Call& call) {
  AGR_TRY_ASSIGN(const Page page, page_of(call));
  AGR_TRY_ASSIGN(const std::string status, filter(call, "status", {"filled", "closed"}, "open"));
  AGR_TRY_ASSIGN(const std::string rail, filter(call, "paymentMethod", {"stripe", "x402", "mpp"}, ""));
  AGR_TRY_ASSIGN(
      const auto rows,
      call.db().query(
          std::string(k_select_roles) +
              "WHERE NOT hidden AND status = ? AND ? IN ('', offer ->> 'paymentMethod') "
              "AND instr(lower((offer ->> 'title') || ' ' || (offer ->> 'description')), lower(?)) > 0 "
              "AND ('' = ?4 OR EXISTS(SELECT 1 FROM json_each(offer, '$.skills') "
              "                       WHERE lower(json_each.value) = lower(?4)))" +
              std::string(k_newest_first),
          {status, rail, call.query.get("q"), call.query.get("skill"), page.before(), page.before(),
           page.id(), page.rows()}));
  return page_response("roles", page, rows, role_json);
}

Result<Response> show_role(Call& call) {
  AGR_TRY_ASSIGN(const Role role, find_shown_role(call.turn, call.path.get("id")));
  AGR_TRY_ASSIGN(json::Value value, shown(call, role.id));
  return ok({{"role", std::move(value)}});
}

Result<Response> post_role(Call& call) {
  AGR_TRY_ASSIGN(const json::Value body, call.body());
  AGR_TRY_ASSIGN(const json::Value offer, take_fields(body, k_offer, Intent::create));
  AGR_TRY(check_offer(offer));
  AGR_TRY_ASSIGN(const std::string id, call.turn.world.fresh_uuid());
  const std::int64_t now = to_cell(call.turn.now);
  AGR_TRY(
      call.db().run("INSERT INTO ah_roles(id, owner_type, owner_id, status, offer, created_at, updated_at) "
                    "VALUES(?, ?, ?, 'open', ?, ?, ?)",
                    {id, call.caller.type, call.caller.id, json::write(offer), now, now}));
  AGR_TRY_ASSIGN(json::Value role, shown(call, id));
  return created({{"role", std::move(role)}});
}

Result<Response> change_role(Call& call) {
  AGR_TRY_ASSIGN(Role role, own_role(call));
  AGR_TRY_ASSIGN(const json::Value body, call.body());
  AGR_TRY_ASSIGN(const json::Value change, take_fields(body, k_offer, Intent::change));
  AGR_TRY_ASSIGN(const auto status, wanted_status(body));
  merge(role.offer, change);
  AGR_TRY(check_offer(role.offer));
  AGR_TRY(check_filled(role, change, status.has_value()));
  AGR_TRY(call.db().run("UPDATE ah_roles SET offer = ? WHERE id = ?", {json::write(role.offer), role.id}));
  AGR_TRY(set_role_status(call.turn, role.id, status.value_or(role.status)));
  AGR_TRY_ASSIGN(json::Value value, shown(call, role.id));
  return ok({{"role", std::move(value)}});
}

/// Closed and out of sight; applications and their threads stay.
Result<Response> delete_role(Call& call) {
  AGR_TRY_ASSIGN(const Role role, own_role(call));
  AGR_TRY(check_filled(role, {}, true));
  AGR_TRY(set_role_status(call.turn, role.id, "closed"));
  AGR_TRY(call.db().run("UPDATE ah_roles SET hidden = 1 WHERE id = ?", {role.id}));
  return ok();
}

} // namespace agr::emulator::agentsgethired
