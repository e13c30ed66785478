// SPDX-License-Identifier: MIT
#include "serve/inside.hpp"

#include "base/text.hpp"
#include "json/value.hpp"
#include "process/files.hpp"
#include "serve/handler.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <optional>

namespace agr::serve {
namespace {

constexpr const char* k_name = "submission";
constexpr const char* k_output = "submitted.inside";
constexpr off_t k_most_bytes = off_t{256} << 20; // of JSON; the output alone is bounded by agr submit

/// The bytes of a plain file that is not reached by a link.
std::optional<std::string> read_stranger(const std::string& path) {
  const process::Fd fd(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat info{};
  if (!fd.is_open() || ::fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode) || info.st_size > k_most_bytes)
    return {};
  auto bytes = process::read_file("/proc/self/fd/" + std::to_string(fd.get()));
  return bytes ? std::optional(std::move(*bytes)) : std::nullopt;
}

/// The folder itself was made by us, and its owner inside could not replace it: it is mounted there.
std::optional<json::Value> read_submission(const process::Spool& spool) {
  const auto text = read_stranger(submissions_folder(spool) + "/" + k_name);
  auto value = text ? json::parse(*text) : fail(Error{});
  const bool is_ours = value && (*value)["text"].is_string() &&
                       ((*value)["report"].text() == "result" || (*value)["report"].text() == "failure");
  return is_ours ? std::optional(std::move(*value)) : std::nullopt;
}

} // namespace

Result<void> submit_inside(const std::string& folder, Report report, std::string_view text) {
  const auto value = json::Value::object(
      {{"report", report == Report::result ? "result" : "failure"}, {"text", to_utf8(text)}});
  AGR_TRY_ASSIGN(const bool is_first, process::create_once(folder + "/" + k_name, json::write(value)));
  if (!is_first)
    return fail({Kind::conflict, "what is reported for this hiring is decided already"});
  return {};
}

Result<void> adopt_submission(const process::Spool& spool) {
  const auto submission = read_submission(spool);
  if (!submission)
    return {};
  const auto text = (*submission)["text"].text();
  Order order{.report = Report::failure, .reason = text};
  if ((*submission)["report"].text() == "result") {
    order = {.report = Report::result, .output = k_output};
    AGR_TRY(process::write_durably(spool.path(k_output), text));
  }
  AGR_TRY(place_order(spool, order));
  return {};
}

} // namespace agr::serve
