// SPDX-License-Identifier: MIT
#pragma once

#include "base/decimal.hpp"
#include "emulator/agrenting/agents.hpp"
#include "emulator/world.hpp"
#include "json/value.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agr::emulator::agrenting {

extern const std::string_view k_hiring_schema;

/// Where a hiring stands; a hire paid from the balance begins as queued (docs/wire/agrenting.md,
/// "Lifecycle").
enum class Status {
  pending_payment,
  paid,
  queued,
  in_progress,
  completed,
  failed,
  disputed,
  cancelled,
  refunded,
};
std::string_view name_of(Status status);
std::optional<Status> status_named(std::string_view name);
/// completed, failed, cancelled, refunded: what the wire calls final.
bool is_final(Status status);
/// Before its end and not disputed: its agent is busy with it.
bool is_open(Status status);
/// Its price is in escrow.
bool is_held(Status status);

enum class Delivery { output, push };
std::string_view name_of(Delivery delivery);

/// One piece of work as the database keeps it.
struct Hiring {
  std::string id;
  std::string agent;
  std::string hirer; ///< a user
  Status status = Status::queued;
  Decimal price = {}; ///< what is held
  std::string capability = {};
  std::string task_description = {};
  Delivery delivery = Delivery::output;
  std::optional<std::string> repo_url = {};
  std::optional<std::string> repo_access_token = {}; ///< push only; gone once final
  json::Value task_input = {};
  std::optional<std::string> client_message = {};
  std::optional<std::string> failed_reason = {};
  json::Value task_output = {};
  std::optional<std::string> idempotency_key = {};
  std::string fingerprint = {}; ///< of the request that made it
  std::string origin = {};      ///< scheme://host the hirer used: what callback addresses begin with
  std::int64_t missed_checks = 0;
  std::int64_t attempt = 1;
  Time deadline_at = {};
  Time created_at = {};
  Time updated_at = {};
  std::optional<Time> started_at = {};
  std::optional<Time> ended_at = {};
};

Result<void> insert(Turn& turn, const Hiring& hiring);
/// Writes back what may change after creation.
Result<void> update(Turn& turn, const Hiring& hiring);

Result<std::optional<Hiring>> hiring_by_id(Turn& turn, const std::string& id);
Result<std::optional<Hiring>> hiring_by_key(Turn& turn, const std::string& hirer, const std::string& key);

inline constexpr std::size_t k_all_hirings = std::size_t{1} << 40;

/// A list of hirings, newest first; empty texts do not narrow it.
struct HiringFilter {
  std::string hirer = {};
  std::string agent = {};
  std::string status = {};
  bool open_only = false; ///< not final
  std::size_t offset = 0;
  std::size_t limit = 10'000;
};
Result<std::vector<Hiring>> list_hirings(Turn& turn, const HiringFilter& filter);
Result<std::size_t> count_hirings(Turn& turn, const HiringFilter& filter);

/// What the agent is told for this piece of work; outranks the task's own words.
std::string system_prompt_for(const Hiring& hiring);

/// As the hirer sees it: no repository token, the agent beside it. `id` and `hiring_id` are both there.
json::Value hirer_view(const Hiring& hiring, const Agent& agent);
/// As the agent sees it: credentials in push mode, the callback under `origin`.
json::Value agent_view(const Hiring& hiring, std::string_view origin);

} // namespace agr::emulator::agrenting
