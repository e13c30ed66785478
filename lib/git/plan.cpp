// SPDX-License-Identifier: MIT
#include "git/plan.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

namespace agr::git {
namespace {

constexpr std::size_t k_subject_columns = 72;

/// Git takes names and addresses apart at these.
bool is_plain(std::string_view text) {
  return !text.empty() && text.find_first_of("<>\n\r\0", 0, 5) == std::string_view::npos;
}

} // namespace

json::Value to_json(const Plan& plan) {
  return json::Value::object({{"address", plan.address.to_string()},
                              {"branch", plan.branch},
                              {"to_default", plan.to_default},
                              {"author", plan.author},
                              {"subject", plan.subject},
                              {"hiring", plan.hiring}});
}

Result<Plan> read_plan(const json::Value& value) {
  auto address = Url::parse(value["address"].text());
  if (!address || value["branch"].text().empty())
    return fail(Error{Kind::internal, "the plan for the repository makes no sense"});
  return Plan{.address = std::move(*address),
              .branch = value["branch"].text(),
              .to_default = value["to_default"].as_bool().value_or(false),
              .author = value["author"].text(),
              .subject = value["subject"].text(),
              .hiring = value["hiring"].text()};
}

std::string branch_for(std::string_view hiring, int attempt) {
  return attempt <= 1 ? fmt::format("agr/{}", hiring) : fmt::format("agr/{}-{}", hiring, attempt);
}

std::string subject_for(std::string_view task) {
  const auto text = printable(to_utf8(trim(task)), true);
  const auto first = shorten(trim(std::string_view(text).substr(0, text.find('\n'))), k_subject_columns);
  return first.empty() ? "Do what was asked for" : first;
}

std::string message_of(const Plan& plan) {
  return fmt::format("{}\n\nHiring: {}\n", plan.subject, plan.hiring);
}

Result<Author> read_author(std::string_view text) {
  const auto open = text.find('<');
  const auto close = text.find('>', open == std::string_view::npos ? 0 : open);
  const bool is_whole = close != std::string_view::npos && close + 1 == text.size();
  if (is_whole && is_plain(trim(text.substr(0, open))) && is_plain(text.substr(open + 1, close - open - 1)))
    return Author{.name = std::string(trim(text.substr(0, open))),
                  .address = std::string(text.substr(open + 1, close - open - 1))};
  return fail(Error{Kind::config, fmt::format("\"{}\" is no author of commits", printable(text)),
                    "write it as Name <address@host>"});
}

json::Value to_json(const Delivery& delivery) {
  auto files = json::Value::array();
  for (const auto& file : delivery.files)
    files.push(file);
  auto value = json::Value::object({{"files_changed", std::move(files)}, {"repo_url", delivery.repository}});
  if (delivery.file_count > delivery.files.size())
    value.set("files_changed_count", delivery.file_count);
  if (!delivery.commit.empty()) {
    value.set("branch", delivery.branch);
    value.set("commit", delivery.commit);
  }
  return value;
}

Delivery read_delivery(const json::Value& value) {
  Delivery delivery{.repository = value["repo_url"].text(),
                    .branch = value["branch"].text(),
                    .commit = value["commit"].text()};
  for (const auto& file : value["files_changed"].items())
    delivery.files.push_back(file.text());
  delivery.file_count = static_cast<std::size_t>(
      value["files_changed_count"].as_integer().value_or(static_cast<long long>(delivery.files.size())));
  return delivery;
}

} // namespace agr::git
