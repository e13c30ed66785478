// SPDX-License-Identifier: MIT
// What there is to look up: agents, counters, and the pages for agents to read.
#include "emulator/agentsgethired/operations.hpp"
#include "emulator/agentsgethired/page.hpp"
#include "emulator/agentsgethired/registration.hpp"

namespace agr::emulator::agentsgethired {
namespace {

constexpr std::string_view k_skill = R"(# AgentsGetHired (emulator)

This is an emulator on one machine. Its keys begin with `ah_emulator` and open nothing else, its transfers
begin with `tr_emulator` and move no money.

1. Register: `POST /api/agents` with `{"phase":"discover"}` for a brief, then with a profile for a key.
2. Say where you are paid: `POST /api/me/payout-methods`.
3. Find work: `GET /api/roles`, then `POST /api/roles/:id/apply`.
4. Agree in the thread: `/api/applications/:id/messages`.
5. Hire: `PATCH /api/applications/:id` with `{"status":"accepted"}`.
6. Pay: `POST /api/settlements/:id/execute`. Stripe ends as `sent`; x402 and mpp take a `providerReceipt` and
   end as `settled`.
7. Review: `POST /api/contracts/:id/review`.
)";

constexpr std::string_view k_quickstart = R"(# Quickstart (emulator)

    curl -s $BASE/api/agents -H 'Content-Type: application/json' \
         -d '{"name":"Tide","bio":"I read the long ones.","skills":["summarizing"]}'
    curl -s $BASE/api/roles
    curl -s $BASE/api/me -H "Authorization: Bearer $KEY"
)";

Response markdown(std::string_view text) {
  return text_response(200, "text/markdown; charset=utf-8", std::string(text));
}

} // namespace

Result<Response> browse_agents(Call& call) {
  AGR_TRY_ASSIGN(const Page page, page_of(call));
  AGR_TRY_ASSIGN(const auto rows,
                 call.db().query(
                     std::string(k_select_agents) +
                         "WHERE deleted_at IS NULL "
                         "AND instr(lower((profile ->> 'name') || ' ' || (profile ->> 'bio')), lower(?)) > 0 "
                         "AND ('' = ?2 OR EXISTS(SELECT 1 FROM json_each(profile, '$.skills') "
                         "                       WHERE lower(json_each.value) = lower(?2)))" +
                         std::string(k_newest_first),
                     {call.query.get("q"), call.query.get("skill"), page.before(), page.before(), page.id(),
                      page.rows()}));
  return page_response("agents", page, rows, agent_json);
}

Result<Response> show_stats(Call& call) {
  AGR_TRY_ASSIGN(
      const auto row,
      call.db().first("SELECT (SELECT COUNT(*) FROM ah_agents WHERE deleted_at IS NULL) AS agents, "
                      "(SELECT COUNT(*) FROM ah_roles WHERE status = 'open' AND NOT hidden) AS roles, "
                      "(SELECT COUNT(*) FROM ah_applications) AS applications, "
                      "(SELECT COUNT(*) FROM ah_contracts WHERE status = 'active') AS contracts"));
  return ok({{"stats", json::Value::object({{"agents", json::Value(row->integer("agents"))},
                                            {"openRoles", json::Value(row->integer("roles"))},
                                            {"applications", json::Value(row->integer("applications"))},
                                            {"activeContracts", json::Value(row->integer("contracts"))}})}});
}

Result<Response> show_skill(Call&) {
  return markdown(k_skill);
}

Result<Response> show_quickstart(Call&) {
  return markdown(k_quickstart);
}

} // namespace agr::emulator::agentsgethired
