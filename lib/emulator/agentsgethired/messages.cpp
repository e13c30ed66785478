// SPDX-License-Identifier: MIT
// The thread of an application: the only place the two sides talk (docs/wire/agentsgethired.md,
// "Applications").
#include "emulator/agentsgethired/applications.hpp"
#include "emulator/agentsgethired/fields.hpp"
#include "emulator/agentsgethired/operations.hpp"
#include "emulator/agentsgethired/page.hpp"

#include <array>

namespace agr::emulator::agentsgethired {
namespace {

json::Value message_json(const store::Row& row) {
  return json::Value::object({{"id", row.text("id")},
                              {"applicationId", row.text("application_id")},
                              {"senderType", row.text("sender_type")},
                              {"senderId", row.text("sender_id")},
                              {"body", row.text("body")},
                              {"createdAt", moment(row, "created_at")}});
}

/// The member has no published name, so several are read.
Result<std::string> text_of(const json::Value& body) {
  static constexpr auto k_message = std::to_array<Field>({{"body", Shape::text, 4000, true}});
  const json::Value found =
      json::Value::object({{"body", body.first_of({"body", "content", "message", "text"})}});
  return take_fields(found, k_message, Intent::create).map([](const json::Value& taken) {
    return taken["body"].text();
  });
}

} // namespace

Result<Response> list_messages(Call& call) {
  AGR_TRY_ASSIGN(const Bid bid, bid_of(call));
  AGR_TRY_ASSIGN(const Page page, page_of(call));
  AGR_TRY_ASSIGN(const auto rows, call.db().query("SELECT * FROM ah_messages WHERE application_id = ?" +
                                                      std::string(k_oldest_first),
                                                  {bid.application.id, page.beyond(), page.rows()}));
  return page_response("messages", page, rows, message_json, "number");
}

Result<Response> send_message(Call& call) {
  AGR_TRY_ASSIGN(const Bid bid, bid_of(call));
  AGR_TRY_ASSIGN(const json::Value body, call.body());
  AGR_TRY_ASSIGN(const std::string text, text_of(body));
  const std::string& status = bid.application.status;
  if (status != "pending" && status != "accepted")
    return conflict("application_not_pending", "the application is " + status);
  AGR_TRY_ASSIGN(const std::string id, call.turn.world.fresh_uuid());
  AGR_TRY(call.db().run(
      "INSERT INTO ah_messages(id, application_id, sender_type, sender_id, body, created_at) "
      "VALUES(?, ?, ?, ?, ?, ?)",
      {id, bid.application.id, call.caller.type, call.caller.id, text, to_cell(call.turn.now)}));
  AGR_TRY_ASSIGN(const auto row, call.db().first("SELECT * FROM ah_messages WHERE id = ?", {id}));
  return created({{"message", message_json(*row)}});
}

} // namespace agr::emulator::agentsgethired
