// SPDX-License-Identifier: MIT
#include "agrenting/answer.hpp"
#include "agrenting/file_name.hpp"
#include "agrenting/state.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace agr;
using namespace agr::agrenting;

namespace {

/// A hiring that was read has an id, holds no repository token to show, and reads the same again.
void check_hiring(const http::Response& response) {
  const auto hiring = decode(response, read_hiring, "reading it");
  if (!hiring)
    return;
  if (hiring->id.empty() || json::write(hiring->raw).find("\"repo_access_token\":") != std::string::npos)
    std::abort();
  const Hiring again = hiring_of(hiring->raw);
  if (ending_of(again) != ending_of(*hiring) || again.task != hiring->task)
    std::abort();
  (void)verdict(*hiring);
  (void)text_of_output(hiring->output);
}

/// What every list reader gives was really there.
void check_lists(const http::Response& response) {
  if (const auto page = decode(response, read_hirings, "listing them"))
    for (const Hiring& hiring : page->items)
      if (hiring.id.empty())
        std::abort();
  (void)decode(response, read_agents, "listing them");
  (void)decode(response, read_artifacts, "listing them");
  (void)decode(response, read_balance, "reading it");
}

/// No key stays in what is shown of a registration.
void check_registration(const http::Response& response) {
  const auto registration = decode(response, read_registration, "registering");
  if (registration && json::write(registration->agent.raw).find("\"api_key\":") != std::string::npos)
    std::abort();
}

/// A name is never a path, hidden or empty.
void check_name(std::string_view text) {
  for (const std::string& name : {safe_name(text, "x"), safe_name(suggested_name(text), "x")})
    if (name.empty() || name.front() == '.' || name.find('/') != std::string::npos || name.size() > 200)
      std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const int status : {200, 422}) {
    const http::Response response{status, {}, std::string(text)};
    check_hiring(response);
    check_lists(response);
    check_registration(response);
  }
  check_name(text);
  return 0;
}
