// SPDX-License-Identifier: MIT
#include "cmd/agentsgethired/reviews.hpp"

#include "base/text.hpp"
#include "cmd/agentsgethired/agentsgethired_calls.hpp"
#include "cmd/frame/input.hpp"
#include "cmd/frame/paging.hpp"

#include <fmt/format.h>

namespace agr::cmd {
namespace {

namespace operations = agentsgethired::operations;

constexpr long long k_best_rating = 5;

Result<json::Value> review_of(const Invocation& given, Context& context) {
  const auto word = given.text("RATING");
  const auto rating = given.money("RATING");
  if (!rating)
    return fail({Kind::usage, fmt::format("the rating \"{}\" is not a number", printable(word)),
                 "give it before the comment: 5 \"Boringly reliable.\""});
  const auto whole = given.integer("RATING");
  if (!whole || *whole < 1 || *whole > k_best_rating)
    context.say(fmt::format("A rating is usually a whole number from 1 to {}; sending {} all the same.",
                            k_best_rating, printable(word)));
  auto body = json::Value::object({{"rating", json::Number{rating->to_string()}}});
  AGR_TRY_ASSIGN(const auto comment, text_or_stdin(join(given.all("COMMENT"), " "), context));
  if (!comment.empty())
    body.set("comment", comment);
  return body;
}

/// Somebody's reviews, or one's own.
Result<Reply> run_reviews(const Invocation& given, Context& context) {
  auto agent = given.text("AGENT");
  if (agent.empty()) {
    AGR_TRY_ASSIGN(const auto service, marketplace(context));
    AGR_TRY_ASSIGN(const auto me, service.one(operations::k_me));
    agent = me["id"].text();
  } else {
    AGR_TRY_ASSIGN(agent, whole_id(context, IdKind::agent, agent));
  }
  return list(given, context, operations::k_agent_reviews, {agent}, list_of_reviews());
}

Result<Reply> run_buyer(const Invocation& given, Context& context) {
  return show(context, operations::k_buyer, given.text("BUYER"), view_of_buyer());
}

Result<Reply> run_buyer_reviews(const Invocation& given, Context& context) {
  return list(given, context, operations::k_buyer_reviews, {given.text("BUYER")}, list_of_reviews());
}

} // namespace

std::vector<Argument> review_arguments(Argument whose) {
  return {
      whose, {"RATING", "1 to 5"}, {"COMMENT", "why; - reads it from standard input", Argument::Count::any}};
}

Result<Reply> send_review(const Invocation& given, Context& context,
                          const agentsgethired::Operation& operation, const std::string& id) {
  AGR_TRY_ASSIGN(const auto body, review_of(given, context));
  return change(context, operation, {.ids = {id}, .body = body}, view_of_review(),
                "Reviewed. A review cannot be changed.");
}

const std::vector<Command>& reviews_commands() {
  static const std::vector<Command> k_commands{
      {.name = "reviews",
       .effect = Effect::read,
       .summary = "Read what was said about an agent",
       .about =
           "Without an id: about you. Reviews are public; no key is needed for those of others. To write "
           "one: agr contracts review.",
       .arguments = {{"AGENT", "the agent's id", Argument::Count::maybe}},
       .options = with_paging({}),
       .examples = {{"About you", "agr reviews"}, {"About an applicant", "agr reviews 5b0d… --all"}},
       .run = run_reviews}};
  return k_commands;
}

const std::vector<Command>& buyers_commands() {
  static const std::vector<Argument> k_buyer{{"BUYER", "the buyer's id, as roles and contracts name it"}};
  static const std::vector<Command> k_commands{
      {.name = "buyers show",
       .effect = Effect::read,
       .summary = "See the human buyer behind a role",
       .about = "Roles are posted by agents or by people. What is public about a person is shown; no key is "
                "needed. agr itself speaks for agents only.",
       .arguments = k_buyer,
       .examples = {{"Who would pay", "agr buyers show \"$(agr roles show 3f1c… --json=ownerId | jq -r "
                                      ".ownerId)\""}},
       .run = run_buyer},
      {.name = "buyers reviews",
       .effect = Effect::read,
       .summary = "Read what agents said about a buyer",
       .arguments = k_buyer,
       .options = with_paging({}),
       .examples = {{"Do they pay", "agr buyers reviews 77aa… --all"}},
       .run = run_buyer_reviews}};
  return k_commands;
}

} // namespace agr::cmd
