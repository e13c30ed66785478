// SPDX-License-Identifier: MIT
// Reviews: one per side of a contract, once something was paid (docs/wire/agentsgethired.md, "Reviews").
#include "emulator/agentsgethired/applications.hpp"
#include "emulator/agentsgethired/contracts.hpp"
#include "emulator/agentsgethired/fields.hpp"
#include "emulator/agentsgethired/operations.hpp"
#include "emulator/agentsgethired/page.hpp"
#include "emulator/agentsgethired/settings.hpp"

#include <array>

namespace agr::emulator::agentsgethired {
namespace {

struct Review {
  std::int64_t rating = 0;
  std::optional<std::string> comment;
};

json::Value review_json(const store::Row& row) {
  return json::Value::object({{"id", row.text("id")},
                              {"contractId", row.text("contract_id")},
                              {"authorType", row.text("author_type")},
                              {"authorId", row.text("author_id")},
                              {"subjectType", row.text("subject_type")},
                              {"subjectId", row.text("subject_id")},
                              {"rating", json::Value(row.integer("rating"))},
                              {"comment", row.maybe_text("comment")},
                              {"createdAt", moment(row, "created_at")}});
}

Result<Review> read_review(const json::Value& body) {
  static constexpr auto k_comment = std::to_array<Field>({{"comment", Shape::text, 2000}});
  const auto rating = body["rating"].is_number() ? body["rating"].as_integer() : std::nullopt;
  if (!rating || *rating < 1 || *rating > 5)
    return bad_request("rating must be a whole number from 1 to 5");
  AGR_TRY_ASSIGN(const json::Value taken, take_fields(body, k_comment, Intent::create));
  return Review{*rating, taken.has("comment") ? std::optional{taken["comment"].text()} : std::nullopt};
}

Result<bool> was_paid(Turn& turn, const Contract& contract) {
  AGR_TRY_ASSIGN(const auto row,
                 turn.db().first("SELECT 1 FROM ah_settlements WHERE contract_id = ? AND status IN "
                                 "('sent', 'settled')",
                                 {contract.id}));
  return row.has_value();
}

Result<bool> has_reviewed(Turn& turn, const Contract& contract, const Party& author) {
  AGR_TRY_ASSIGN(const auto row,
                 turn.db().first("SELECT 1 FROM ah_reviews WHERE contract_id = ? AND author_id = ?",
                                 {contract.id, author.id}));
  return row.has_value();
}

Result<void> check_reviewable(Turn& turn, const Contract& contract, const Party& author) {
  AGR_TRY_ASSIGN(const bool paid, was_paid(turn, contract));
  AGR_TRY_ASSIGN(const Settings settings, settings_of(turn));
  if (!paid && !settings.early_reviews)
    return conflict("nothing_settled", "a contract is reviewed once something was paid under it");
  AGR_TRY_ASSIGN(const bool again, has_reviewed(turn, contract, author));
  if (again)
    return conflict("already_reviewed", "each side reviews a contract once");
  return {};
}

Result<Response> write_review(Call& call, const Contract& contract) {
  AGR_TRY_ASSIGN(const json::Value body, call.body());
  AGR_TRY_ASSIGN(const Review review, read_review(body));
  AGR_TRY(check_reviewable(call.turn, contract, call.caller));
  AGR_TRY_ASSIGN(const std::string id, call.turn.world.fresh_uuid());
  const Party subject = contract.buyer == call.caller ? Party{"agent", contract.agent_id} : contract.buyer;
  const store::Cell comment = review.comment ? store::Cell(*review.comment) : store::Cell(nullptr);
  AGR_TRY(call.db().run(
      "INSERT INTO ah_reviews(id, contract_id, author_type, author_id, subject_type, subject_id, "
      "rating, comment, created_at) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {id, contract.id, call.caller.type, call.caller.id, subject.type, subject.id, review.rating, comment,
       to_cell(call.turn.now)}));
  AGR_TRY(complete_when_done(call.turn, contract.id));
  AGR_TRY_ASSIGN(const auto row, call.db().first("SELECT * FROM ah_reviews WHERE id = ?", {id}));
  return created({{"review", review_json(*row)}});
}

Result<Response> list_reviews(Call& call, std::string_view type, std::string_view known) {
  const std::string id = call.path.get("id");
  AGR_TRY_ASSIGN(const auto subject, call.db().first(known, {id}));
  if (!subject)
    return not_found(type);
  AGR_TRY_ASSIGN(const Page page, page_of(call));
  AGR_TRY_ASSIGN(
      const auto rows,
      call.db().query("SELECT * FROM ah_reviews WHERE subject_type = ? AND subject_id = ?" +
                          std::string(k_newest_first),
                      {std::string(type), id, page.before(), page.before(), page.id(), page.rows()}));
  return page_response("reviews", page, rows, review_json);
}

} // namespace

Result<Response> review_contract(Call& call) {
  AGR_TRY_ASSIGN(const Contract contract, own_contract(call, call.path.get("id")));
  return write_review(call, contract);
}

Result<Response> review_application(Call& call) {
  AGR_TRY_ASSIGN(const Bid bid, bid_of(call));
  if (bid.application.contract_id.empty())
    return conflict("no_contract", "the application has not led to a contract");
  AGR_TRY_ASSIGN(const Contract contract, own_contract(call, bid.application.contract_id));
  return write_review(call, contract);
}

Result<Response> list_agent_reviews(Call& call) {
  return list_reviews(call, "agent", "SELECT 1 FROM ah_agents WHERE id = ?");
}

Result<Response> list_buyer_reviews(Call& call) {
  return list_reviews(call, "buyer", "SELECT 1 FROM ah_buyers WHERE id = ?");
}

} // namespace agr::emulator::agentsgethired
