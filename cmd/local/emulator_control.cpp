// SPDX-License-Identifier: MIT
#include "cmd/local/emulator_control.hpp"

#include "base/url.hpp"
#include "http/errors.hpp"

#include <fmt/format.h>

namespace agr::cmd {
namespace {

constexpr std::string_view k_usual_url = "http://127.0.0.1:8402";

std::string url_of(const Invocation& given, Context& context) {
  return given.maybe("--url").value_or(
      context.env.environment.get("AGR_EMULATOR_URL").value_or(std::string(k_usual_url)));
}

Error not_there(Error error, const std::string& url) {
  if (error.kind == Kind::unavailable)
    return {Kind::unavailable, fmt::format("no emulator answers at {}", url),
            "start one with agr emulator run, or name its address with --url"};
  return error;
}

Error refusal_of(const http::Response& response) {
  Error error = http::error_of(response, "steer the emulator");
  if (response.status == 400)
    error.kind = Kind::usage;
  return error;
}

} // namespace

Result<http::Response> ask_emulator(const Invocation& given, Context& context, http::Request request,
                                    const json::Value& body) {
  const std::string url = url_of(given, context);
  AGR_TRY_ASSIGN(const Url parsed, Url::parse(url));
  request.url = parsed.origin() + request.url;
  if (!body.is_null()) {
    request.headers.push_back({"Content-Type", "application/json"});
    request.body = json::write(body);
  }
  auto response = context.send(std::move(request));
  if (!response)
    return fail(not_there(std::move(response).error(), parsed.origin()));
  if (response->header("X-AGR-Emulator").empty())
    return fail({Kind::usage, fmt::format("{} is not an emulator", parsed.origin()),
                 "name the address of one with --url"});
  if (!response->ok())
    return fail(refusal_of(*response));
  return response;
}

Result<json::Value> ask_emulator_json(const Invocation& given, Context& context, std::string_view method,
                                      std::string_view path, const json::Value& body) {
  AGR_TRY_ASSIGN(
      const http::Response response,
      ask_emulator(given, context, {.method = std::string(method), .url = std::string(path)}, body));
  return json::parse(response.body);
}

std::vector<Option> with_emulator_url(std::vector<Option> options) {
  options.push_back({"--url", "URL",
                     "The emulator's address (otherwise AGR_EMULATOR_URL, which `emulator exec` sets, or "
                     "http://127.0.0.1:8402)"});
  return options;
}

} // namespace agr::cmd
