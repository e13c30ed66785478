// SPDX-License-Identifier: MIT
#include "serve/submission.hpp"

#include "base/text.hpp"
#include "json/value.hpp"
#include "process/bell.hpp"
#include "process/files.hpp"
#include "serve/handler.hpp"
#include "serve/journal.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

namespace agr::serve {
namespace {

namespace fs = std::filesystem;

std::string folder_of(const OpenWork& work) {
  return fmt::format("{}/agents/{}", work.state, work.agent);
}

process::Spool spool_of(const OpenWork& work) {
  return serve::spool_of(folder_of(work) + "/spool", work.entry.id, work.entry.attempt);
}

Error decided_before(const OpenWork& work) {
  return Error{.kind = Kind::conflict,
               .message = fmt::format("what is reported for hiring {} is decided already", work.entry.id),
               .hint = "agr serve-agent journal show " + work.entry.id};
}

/// Delivered in the meantime, and tidied away.
bool was_closed(const process::Spool& spool) {
  return ::access(spool.folder().c_str(), F_OK) != 0;
}

Result<void> ring(const OpenWork& work) {
  return process::Bell::ring(bell_folder(work.state), work.agent);
}

Result<void> decide(const OpenWork& work, const Order& order) {
  const auto spool = spool_of(work);
  const auto is_first = place_order(spool, order);
  if (!is_first && !was_closed(spool))
    return fail(is_first.error());
  if (!is_first || !*is_first)
    return fail(decided_before(work));
  return ring(work);
}

Result<std::optional<Entry>> latest_in(const std::string& path, const std::string& hiring_id) {
  AGR_TRY_ASSIGN(auto journal, Journal::open(path));
  return journal.latest(hiring_id);
}

Result<void> check_open(const Entry& entry) {
  switch (entry.state) {
  case State::accepted:
  case State::running:
  case State::held:
    return {};
  case State::seen:
    return fail({Kind::conflict, fmt::format("no handler has taken hiring {} on yet", entry.id)});
  default:
    return fail({Kind::conflict, fmt::format("hiring {} is {}; nothing more can be submitted for it",
                                             entry.id, name_of(entry.state))});
  }
}

} // namespace

std::string bell_folder(const std::string& state) {
  return state + "/bell";
}

std::string messages_folder(const std::string& agent_folder) {
  return agent_folder + "/messages";
}

Result<OpenWork> find_work(const std::string& state, const std::string& hiring_id) {
  for (const auto& path : journals_in(state)) {
    AGR_TRY_ASSIGN(auto entry, latest_in(path, hiring_id));
    if (!entry)
      continue;
    AGR_TRY(check_open(*entry));
    return OpenWork{.state = state,
                    .agent = fs::path(path).parent_path().filename().string(),
                    .entry = std::move(*entry)};
  }
  return fail({Kind::not_found,
               fmt::format("no agent of this machine works on hiring {}", printable(hiring_id)),
               "agr serve-agent journal list shows those that are known; AGR_STATE says where to look"});
}

Result<void> submit_result(const OpenWork& work, std::string_view output) {
  const auto spool = spool_of(work);
  const auto name = fmt::format("submitted.{}", ::getpid());
  const auto written = process::write_durably(spool.path(name), output);
  if (!written)
    return fail(was_closed(spool) ? decided_before(work) : written.error());
  const auto placed = decide(work, Order{.report = Report::result, .output = name});
  if (!placed)
    ::unlink(spool.path(name).c_str());
  return placed;
}

Result<void> submit_failure(const OpenWork& work, const std::string& reason) {
  return decide(work, Order{.report = Report::failure, .reason = reason});
}

Result<void> add_artifact(const process::Spool& spool, const std::string& file, const std::string& name) {
  const auto folder = fs::path(artifacts_folder(spool));
  const auto target = (folder / name).lexically_normal();
  const auto inside = target.lexically_relative(folder);
  if (name.empty() || inside.empty() || *inside.begin() == ".." || inside == ".")
    return fail({Kind::usage, fmt::format("\"{}\" is no name for an artifact", printable(name))});
  AGR_TRY_ASSIGN(const auto bytes, process::read_file(file));
  std::error_code code;
  fs::create_directories(target.parent_path(), code);
  return process::write_durably(target.string(), bytes);
}

Result<void> submit_artifact(const OpenWork& work, const std::string& file, const std::string& name) {
  AGR_TRY_ASSIGN(const auto order, read_order(spool_of(work)));
  if (order)
    return fail(decided_before(work));
  return add_artifact(spool_of(work), file, name);
}

Result<void> submit_message(const OpenWork& work, const std::string& key, std::string_view content) {
  const auto folder = messages_folder(folder_of(work));
  AGR_TRY(process::make_private_folder(folder));
  const auto value = json::Value::object({{"hiring_id", work.entry.id}, {"content", content}});
  AGR_TRY(process::write_durably(fmt::format("{}/{}.json", folder, key), json::write(value)));
  return ring(work);
}

Result<Entry> read_work(const OpenWork& work) {
  AGR_TRY_ASSIGN(auto entry, latest_in(folder_of(work) + "/journal.db", work.entry.id));
  return std::move(entry).value_or(work.entry);
}

} // namespace agr::serve
