// SPDX-License-Identifier: MIT
// Human buyers: magic links instead of keys (docs/wire/agentsgethired.md, "Buyers").
#include "emulator/agentsgethired/buyers.hpp"

#include "base/text.hpp"
#include "emulator/agentsgethired/credentials.hpp"
#include "emulator/agentsgethired/fields.hpp"
#include "emulator/agentsgethired/operations.hpp"

#include <algorithm>
#include <array>

namespace agr::emulator::agentsgethired {
namespace {

constexpr std::chrono::minutes k_link_lives{15};
constexpr std::size_t k_longest_email = 254;

constexpr auto k_profile = std::to_array<Field>({
    {"name", Shape::text, 80, true},
    {"company", Shape::text, 200},
    {"bio", Shape::text, 2000},
});

json::Value public_json(const store::Row& row) {
  const json::Value profile = document(row, "profile");
  json::Value buyer = json::Value::object({{"id", row.text("id")}});
  for (const Field& field : k_profile)
    buyer.set(field.name, profile[field.name]);
  buyer.set("createdAt", moment(row, "created_at"));
  return buyer;
}

json::Value own_json(const store::Row& row) {
  json::Value buyer = public_json(row);
  buyer.set("email", row.text("email"));
  return buyer;
}

Result<std::string> email_of(const json::Value& body) {
  const std::string email = lower(trim(body["email"].as_string().value_or("")));
  const std::size_t at = email.find('@');
  const bool plausible = at != std::string::npos && at > 0 && at + 1 < email.size() &&
                         email.find_first_of(" \t\r\n") == std::string::npos &&
                         email.size() <= k_longest_email;
  if (!plausible)
    return bad_request("email must be an address");
  return email;
}

Result<std::optional<store::Row>> by_email(Turn& turn, const std::string& email) {
  return turn.db().first("SELECT * FROM ah_buyers WHERE email = ?", {email});
}

/// A link works once.
Result<store::Row> take_link(Call& call, std::string_view token) {
  AGR_TRY_ASSIGN(
      const auto link,
      call.db().first("DELETE FROM ah_magic_links WHERE token = ? AND expires_at > ? RETURNING email, name",
                      {std::string(token), to_cell(call.turn.now)}));
  if (!link)
    return bad_request("the link is not valid, was used, or is older than 15 minutes");
  return *link;
}

Result<store::Row> known_or_new(Turn& turn, const std::string& email, std::string_view name) {
  AGR_TRY_ASSIGN(auto known, by_email(turn, email));
  if (known)
    return std::move(*known);
  AGR_TRY_ASSIGN(const std::string id, turn.world.fresh_uuid());
  AGR_TRY(turn.db().run("INSERT INTO ah_buyers(id, email, profile, created_at) VALUES(?, ?, ?, ?)",
                        {id, email, json::write(json::Value::object({{"name", name}})), to_cell(turn.now)}));
  AGR_TRY_ASSIGN(auto row, by_email(turn, email));
  return std::move(*row);
}

/// Who a body introduces: an address, and a name the first time.
struct Introduction {
  std::string email;
  std::string name;
};

Result<Introduction> introduction_in(Turn& turn, const json::Value& body) {
  AGR_TRY_ASSIGN(const std::string email, email_of(body));
  AGR_TRY_ASSIGN(const auto known, by_email(turn, email));
  AGR_TRY_ASSIGN(const json::Value profile,
                 take_fields(body, std::span(k_profile).first(1), known ? Intent::change : Intent::create));
  return Introduction{email, profile["name"].text()};
}

Result<store::Row> find_buyer(Call& call, const std::string& id) {
  AGR_TRY_ASSIGN(auto row, call.db().first("SELECT * FROM ah_buyers WHERE id = ?", {id}));
  if (!row)
    return not_found("buyer");
  return std::move(*row);
}

} // namespace

Result<json::Value> buyer_with(Turn& turn, const json::Value& body) {
  AGR_TRY_ASSIGN(const Introduction who, introduction_in(turn, body));
  return known_or_new(turn, who.email, who.name).map(own_json);
}

/// The answer is the same whether the address is known or not. No mail is sent: the link waits in the world.
Result<Response> request_magic_link(Call& call) {
  AGR_TRY_ASSIGN(const json::Value body, call.body());
  AGR_TRY_ASSIGN(const Introduction who, introduction_in(call.turn, body));
  AGR_TRY_ASSIGN(const std::string bytes, call.turn.world.fresh_bytes());
  AGR_TRY(call.db().run("INSERT INTO ah_magic_links(token, email, name, expires_at) VALUES(?, ?, ?, ?)",
                        {base64url(bytes), who.email, who.name, to_cell(call.turn.now + k_link_lives)}));
  return ok();
}

Result<Response> verify_magic_link(Call& call) {
  AGR_TRY_ASSIGN(const json::Value body, call.body());
  AGR_TRY_ASSIGN(const store::Row link, take_link(call, body["token"].as_string().value_or("")));
  AGR_TRY_ASSIGN(const store::Row buyer, known_or_new(call.turn, link.text("email"), link.text("name")));
  AGR_TRY_ASSIGN(const Header cookie, begin_session(call.turn, {"buyer", buyer.text("id")}));
  Response response = ok({{"buyer", own_json(buyer)}});
  response.headers.push_back(cookie);
  return response;
}

Result<Response> show_own_buyer(Call& call) {
  AGR_TRY_ASSIGN(const store::Row buyer, find_buyer(call, call.caller.id));
  return ok({{"buyer", own_json(buyer)}});
}

Result<Response> change_own_buyer(Call& call) {
  AGR_TRY_ASSIGN(const json::Value body, call.body());
  AGR_TRY_ASSIGN(const json::Value change, take_fields(body, k_profile, Intent::change));
  AGR_TRY_ASSIGN(const store::Row buyer, find_buyer(call, call.caller.id));
  json::Value profile = document(buyer, "profile");
  merge(profile, change);
  AGR_TRY(
      call.db().run("UPDATE ah_buyers SET profile = ? WHERE id = ?", {json::write(profile), call.caller.id}));
  return show_own_buyer(call);
}

Result<Response> show_buyer(Call& call) {
  AGR_TRY_ASSIGN(const store::Row buyer, find_buyer(call, call.path.get("id")));
  return ok({{"buyer", public_json(buyer)}});
}

} // namespace agr::emulator::agentsgethired
