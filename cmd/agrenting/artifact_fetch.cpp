// SPDX-License-Identifier: MIT
#include "cmd/agrenting/artifact_fetch.hpp"

#include "agrenting/file_name.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <optional>

namespace agr::cmd {
namespace {

using agrenting::Endpoint;

constexpr int k_tries = 5;                      // of one file, each going on where the last was cut off
constexpr long long k_most_by_tool = 1'000'000; // what a tool's answer may hold at most
constexpr Millis k_pause{500};

std::string attempt_at(const std::string& id) {
  return fmt::format("downloading artifact {}", printable(id));
}

using Sink = std::function<Result<void>(std::string_view)>;

Result<http::Response> get(Context& context, const Endpoint& endpoint, const std::string& id,
                           const std::string& range, Sink sink) {
  http::Request request = agrenting::download_artifact(endpoint, id);
  if (!range.empty())
    request.headers.push_back({"Range", range});
  request.sink = std::move(sink);
  AGR_TRY_ASSIGN(http::Response response, context.send(std::move(request)));
  if (!response.ok())
    return fail(agrenting::refusal_of(response, attempt_at(id)));
  return response;
}

/// Whether the service gives the part that begins at `from`: asked for its first byte, it sends no more than
/// that. One that ignores the question sends the whole, and is cut off.
bool gives_parts(Context& context, const Endpoint& endpoint, const std::string& id, long long from) {
  std::size_t came = 0;
  const auto answer =
      get(context, endpoint, id, fmt::format("bytes={0}-{0}", from), [&](std::string_view bytes) {
        came += bytes.size();
        return came <= 1 ? Result<void>() : fail({Kind::cancelled, "more than was asked for"});
      });
  return answer && answer->status == 206 &&
         answer->header("Content-Range").starts_with(fmt::format("bytes {0}-{0}/", from));
}

bool is_passing(const Error& error) {
  return error.kind == Kind::unavailable || error.kind == Kind::outcome_unknown;
}

/// One try: the rest, or the whole.
Result<http::Response> fetch_rest(Context& context, const Endpoint& endpoint, const std::string& id,
                                  Download& download) {
  const long long have = download.size();
  const bool goes_on = have > 0 && gives_parts(context, endpoint, id, have);
  if (have > 0 && !goes_on)
    AGR_TRY(download.restart());
  if (goes_on)
    context.progress(fmt::format("Going on at byte {} of artifact {}.", have, printable(id)));
  return get(context, endpoint, id, goes_on ? fmt::format("bytes={}-", have) : "",
             [&](std::string_view bytes) { return download.write(bytes); });
}

Result<std::string> fetch_over_rest(Context& context, const Endpoint& endpoint, const std::string& id,
                                    Download& download) {
  for (int tries = 1;; ++tries) {
    const long long before = download.size();
    auto response = fetch_rest(context, endpoint, id, download);
    if (response)
      return agrenting::suggested_name(response->header("Content-Disposition"));
    const bool cut_off = is_passing(response.error()) && download.size() > before;
    if (!cut_off || tries == k_tries)
      return fail(std::move(response).error());
    context.progress(fmt::format("{}; going on", printable(response.error().message)));
    context.env.clock.sleep(k_pause);
  }
}

/// Nothing when it does not fit into a tool's answer.
Result<std::optional<std::string>> fetch_by_tool(const Hirer& hirer, const std::string& id,
                                                 Download& download) {
  AGR_TRY_ASSIGN(const json::Value payload,
                 hirer.mcp->call(agrenting::tools::download_artifact(id, k_most_by_tool), attempt_at(id)));
  AGR_TRY_ASSIGN(const agrenting::tools::Piece piece, agrenting::tools::read_piece(payload));
  if (piece.truncated)
    return std::optional<std::string>();
  AGR_TRY(download.restart());
  AGR_TRY(download.write(piece.bytes));
  return std::optional(piece.name);
}

} // namespace

Result<std::string> fetch_artifact(Context& context, const Hirer& hirer, const std::string& id,
                                   Download& download) {
  if (hirer.by_mcp()) {
    AGR_TRY_ASSIGN(const auto name, fetch_by_tool(hirer, id, download));
    if (name)
      return *name;
  }
  return fetch_over_rest(context, hirer.endpoint, id, download);
}

Result<void> print_artifact(Context& context, const Endpoint& endpoint, const std::string& id) {
  AGR_TRY(get(context, endpoint, id, "", [&](std::string_view bytes) -> Result<void> {
    context.env.console.out.write(bytes);
    return {};
  }));
  return {};
}

} // namespace agr::cmd
