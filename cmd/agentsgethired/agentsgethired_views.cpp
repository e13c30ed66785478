// SPDX-License-Identifier: MIT
#include "cmd/agentsgethired/agentsgethired_views.hpp"

namespace agr::cmd {

using output::Style;

output::View view_of_agent() {
  return output::whole_of({{"Id", "id", Style::id},
                           {"Name", "name"},
                           {"Bio", "bio", Style::prose},
                           {"Skills", "skills", Style::list},
                           {"Capabilities", "capabilities", Style::list},
                           {"Experience", "experience", Style::prose},
                           {"Availability", "availability"},
                           {"Rate", "preferredRate"},
                           {"Looking for", "lookingFor", Style::prose},
                           {"Payouts", "payoutMethods", Style::list},
                           {"Status", "status", Style::status},
                           {"Rating", "rating", Style::number},
                           {"Reviews", "reviewCount", Style::number},
                           {"Since", "createdAt", Style::time},
                           {"Last active", "lastActive", Style::time}});
}

output::View list_of_agents() {
  return output::list_of({{"ID", "id", Style::short_id},
                          {"NAME", "name"},
                          {"SKILLS", "skills", Style::list},
                          {"RATE", "preferredRate"},
                          {"AVAILABLE", "availability"},
                          {"RATING", "rating", Style::number},
                          {"REVIEWS", "reviewCount", Style::number},
                          {"ACTIVE", "lastActive|createdAt", Style::time}},
                         "No agent fits.");
}

output::View view_of_role() {
  return output::whole_of({{"Id", "id", Style::id},
                           {"Title", "title|name"},
                           {"Status", "status", Style::status},
                           {"Description", "description", Style::prose},
                           {"Skills", "skills", Style::list},
                           {"Rail", "paymentMethod"},
                           {"Amount", "paymentAmount", Style::money},
                           {"Currency", "paymentCurrency"},
                           {"Schedule", "paymentSchedule", Style::prose},
                           {"Terms", "paymentTerms", Style::prose},
                           {"Owner", "ownerId", Style::id},
                           {"Owner is", "ownerType"},
                           {"Applications", "applicationCount", Style::number},
                           {"Posted", "createdAt", Style::time},
                           {"Changed", "updatedAt", Style::time}});
}

output::View list_of_roles() {
  return output::list_of({{"ID", "id", Style::short_id},
                          {"TITLE", "title|name"},
                          {"STATUS", "status", Style::status},
                          {"RAIL", "paymentMethod"},
                          {"AMOUNT", "paymentAmount", Style::money},
                          {"CURRENCY", "paymentCurrency"},
                          {"SKILLS", "skills", Style::list},
                          {"POSTED", "createdAt", Style::time}},
                         "No role fits.");
}

output::View view_of_application() {
  return output::whole_of({{"Id", "id", Style::id},
                           {"Status", "status", Style::status},
                           {"Role", "roleId|role.id", Style::id},
                           {"Agent", "agentId|agent.id", Style::id},
                           {"Contract", "contractId|contract.id|contract", Style::id},
                           {"Rate", "proposedRate"},
                           {"Message", "message|coverLetter|pitch|note", Style::prose},
                           {"Thread", "thread"},
                           {"Applied", "createdAt", Style::time},
                           {"Changed", "updatedAt", Style::time}});
}

output::View list_of_applications() {
  return output::list_of({{"ID", "id", Style::short_id},
                          {"STATUS", "status", Style::status},
                          {"ROLE", "roleId|role.id", Style::short_id},
                          {"CONTRACT", "contractId|contract.id|contract", Style::short_id},
                          {"MESSAGE", "message|coverLetter|pitch|note"},
                          {"CHANGED", "updatedAt|createdAt", Style::time}},
                         "No applications. Find a role with agr roles list.");
}

output::View list_of_applicants() {
  return output::list_of({{"ID", "id", Style::short_id},
                          {"STATUS", "status", Style::status},
                          {"AGENT", "agentId|agent.id", Style::short_id},
                          {"RATE", "proposedRate"},
                          {"MESSAGE", "message|coverLetter|pitch|note"},
                          {"APPLIED", "createdAt", Style::time}},
                         "Nobody has applied yet.");
}

output::View view_of_contract() {
  return output::whole_of({{"Id", "id", Style::id},
                           {"Status", "status", Style::status},
                           {"Role", "roleId|role.id", Style::id},
                           {"Application", "applicationId|application.id", Style::id},
                           {"Worker", "agentId|agent.id", Style::id},
                           {"Buyer", "buyerId|buyer.id", Style::id},
                           {"Buyer is", "buyerType"},
                           {"Rail", "paymentMethod|method"},
                           {"Amount", "paymentAmount|amount", Style::money},
                           {"Currency", "paymentCurrency|currency"},
                           {"Schedule", "paymentSchedule", Style::prose},
                           {"Terms", "paymentTerms", Style::prose},
                           {"Pays to", "payoutDestination.destination|payoutDestination"},
                           {"Network", "payoutDestination.network"},
                           {"Asset", "payoutDestination.asset"},
                           {"Accepted", "acceptedAt", Style::time},
                           {"Since", "createdAt", Style::time},
                           {"Changed", "updatedAt", Style::time}});
}

output::View list_of_contracts() {
  return output::list_of({{"ID", "id", Style::short_id},
                          {"STATUS", "status", Style::status},
                          {"WORKER", "agentId|agent.id", Style::short_id},
                          {"BUYER", "buyerId|buyer.id", Style::short_id},
                          {"RAIL", "paymentMethod|method"},
                          {"AMOUNT", "paymentAmount|amount", Style::money},
                          {"CURRENCY", "paymentCurrency|currency"},
                          {"ACCEPTED", "acceptedAt|createdAt", Style::time}},
                         "No contracts. Accepting an application makes one.");
}

output::View view_of_settlement() {
  return output::whole_of({{"Id", "id", Style::id},
                           {"Status", "status", Style::status},
                           {"Contract", "contractId", Style::id},
                           {"Rail", "method|paymentMethod"},
                           {"Amount", "amount", Style::money},
                           {"Currency", "currency"},
                           {"Pays to", "destination.destination|destination"},
                           {"Network", "destination.network"},
                           {"Asset", "destination.asset"},
                           {"Reference", "providerReference"},
                           {"Receipt", "providerReceipt", Style::prose},
                           {"Memo", "memo", Style::prose},
                           {"Error", "error", Style::prose},
                           {"Executed", "executedAt", Style::time},
                           {"Created", "createdAt", Style::time},
                           {"Changed", "updatedAt", Style::time}});
}

output::View list_of_settlements() {
  return output::list_of({{"ID", "id", Style::short_id},
                          {"STATUS", "status", Style::status},
                          {"RAIL", "method|paymentMethod"},
                          {"AMOUNT", "amount", Style::money},
                          {"CURRENCY", "currency"},
                          {"REFERENCE", "providerReference", Style::text},
                          {"MEMO", "memo"},
                          {"CHANGED", "executedAt|updatedAt|createdAt", Style::time}},
                         "No settlements.");
}

output::View view_of_payout() {
  return output::whole_of({{"Rail", "method|rail"},
                           {"Destination", "destination"},
                           {"Network", "network"},
                           {"Asset", "asset"},
                           {"Label", "label"},
                           {"Since", "createdAt", Style::time},
                           {"Changed", "updatedAt", Style::time}});
}

output::View list_of_payouts() {
  return output::list_of({{"RAIL", "method|rail|"},
                          {"DESTINATION", "destination"},
                          {"NETWORK", "network"},
                          {"ASSET", "asset"},
                          {"LABEL", "label"},
                          {"CHANGED", "updatedAt|createdAt", Style::time}},
                         "No payout methods. Nobody can pay you yet: agr payout add stripe --destination …");
}

output::View view_of_buyer() {
  return output::whole_of({{"Id", "id", Style::id},
                           {"Name", "name"},
                           {"Company", "company"},
                           {"Bio", "bio", Style::prose},
                           {"Rating", "rating", Style::number},
                           {"Reviews", "reviewCount", Style::number},
                           {"Since", "createdAt", Style::time}});
}

output::View view_of_review() {
  return output::whole_of({{"Id", "id", Style::id},
                           {"Rating", "rating", Style::number},
                           {"Comment", "comment", Style::prose},
                           {"Contract", "contractId", Style::id},
                           {"By", "authorId", Style::id},
                           {"About", "subjectId", Style::id},
                           {"Written", "createdAt", Style::time}});
}

output::View list_of_reviews() {
  return output::list_of({{"RATING", "rating", Style::number},
                          {"BY", "authorId", Style::short_id},
                          {"WHO IS", "authorType"},
                          {"CONTRACT", "contractId", Style::short_id},
                          {"COMMENT", "comment"},
                          {"WRITTEN", "createdAt", Style::time}},
                         "No reviews yet.");
}

} // namespace agr::cmd
