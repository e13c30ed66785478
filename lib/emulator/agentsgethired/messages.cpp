// SPDX-License-Identifier: MIT
// The thread of an application: the only place the two sides talk (docs/wire/agentsgethired.md,
// "Applications").
#include "base/text.hpp"
#include "emulator/agentsgethired/applications.hpp"
#include "emulator/agentsgethired/operations.hpp"
#include "emulator/agentsgethired/page.hpp"

namespace agr::emulator::agentsgethired {
namespace {

constexpr std::size_t k_longest_message = 4000;

json::Value message_json(const store::Row& row) {
  return json::Value::object({{"id", row.text("id")},
                              {"applicationId", row.text("application_id")},
                              {"senderType", row.text("sender_type")},
                              {"senderId", row.text("sender_id")},
                              {"body", row.text("body")},
                              {"createdAt", moment(row, "created_at")}});
}

Result<std::string> text_of(const json::Value& body) {
  const json::Value& member = body.first_of({"body", "content", "message", "text"});
  const std::string text(trim(member.as_string().value_or("")));
  if (text.empty() || text.size() > k_longest_message)
    return bad_request("body must be a text of 1 to 4000 bytes");
  return text;
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
