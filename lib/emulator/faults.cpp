// SPDX-License-Identifier: MIT
#include "emulator/faults.hpp"

#include "base/text.hpp"
#include "base/url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace agr::emulator {
namespace {

using Does = Fault::Does;

struct Word {
  std::string_view name;
  Does does;
  bool before;
  bool takes_number;
};

constexpr auto k_words = std::to_array<Word>({
    {"drop_before", Does::drop, true, false},
    {"drop_after_commit", Does::drop, false, false},
    {"reset_before", Does::reset, true, false},
    {"reset_after_commit", Does::reset, false, false},
    {"delay_before", Does::delay, true, true},
    {"delay_after_commit", Does::delay, false, true},
    {"truncate_body", Does::truncate, false, true},
    {"html_502", Does::html, true, false},
    {"402_x402", Does::x402, true, false},
    {"402_mpp", Does::mpp, true, false},
    {"event_drop", Does::event_drop, false, false},
    {"event_duplicate", Does::event_duplicate, false, false},
    {"event_reorder", Does::event_reorder, false, false},
    {"event_tear", Does::event_tear, false, true},
});

constexpr std::string_view k_fault_words =
    R"(drop_before            no answer; the marketplace never saw the request
drop_after_commit      the marketplace acted; no answer
reset_before           as drop_before, with a connection reset
reset_after_commit     as drop_after_commit, with a connection reset
NNN_before             status NNN (400 to 599), and nothing was done
NNN_after_commit       the marketplace acted; the answer is status NNN
delay_before=MS        the marketplace sees the request MS later
delay_after_commit=MS  the marketplace acted; the answer comes MS later
truncate_body=BYTES    it acted; the answer breaks off after BYTES of its body
html_502               a web page with status 502 from somebody in between
402_x402               a 402 with an x402 challenge
402_mpp                a 402 with a Payment challenge
redirect=URL           308 to URL; a URL that is only a host gets the request's
                       path. redirect_301, _302, _303 and _307 likewise
event_drop             on a stream: an event is lost
event_duplicate        on a stream: an event is sent twice
event_reorder          on a stream: an event is sent after the next one
event_tear=BYTES       on a stream: BYTES of an event, then the stream ends
)";

constexpr long long k_largest_number = 1'000'000'000;

tl::unexpected<Error> no_fault(std::string_view word, std::string_view why) {
  return fail({Kind::usage, fmt::format("\"{}\" is no fault: {}", printable(word.substr(0, 100)), why),
               "`agr emulator fault add --help` lists them"});
}

std::optional<long long> number_in(std::string_view text) {
  long long number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < 0 || number > k_largest_number)
    return std::nullopt;
  return number;
}

/// 503_before, 500_after_commit.
std::optional<Fault> status_fault(std::string_view name) {
  const auto status = number_in(name.substr(0, 3));
  const std::string_view when = name.size() > 3 ? name.substr(3) : "";
  if (!status || *status < 400 || *status > 599 || (when != "_before" && when != "_after_commit"))
    return std::nullopt;
  return Fault{Does::status, when == "_before", *status};
}

/// redirect, redirect_301.
std::optional<Fault> redirect_fault(std::string_view name) {
  if (name == "redirect")
    return Fault{Does::redirect, true, 308};
  constexpr auto k_statuses = std::to_array<std::string_view>({"301", "302", "303", "307", "308"});
  const std::string_view status = name.starts_with("redirect_") ? name.substr(9) : "";
  if (std::find(k_statuses.begin(), k_statuses.end(), status) == k_statuses.end())
    return std::nullopt;
  return Fault{Does::redirect, true, *number_in(status)};
}

Result<Fault> with_number(const Word& word, std::string_view text, std::string_view value) {
  const auto number = number_in(value);
  if (word.takes_number && !number)
    return no_fault(text, "it takes a whole number after \"=\"");
  if (!word.takes_number && !value.empty())
    return no_fault(text, "it takes no value");
  return Fault{word.does, word.before, number.value_or(0)};
}

Result<Fault> with_location(Fault fault, std::string_view text, std::string_view value) {
  if (!Url::parse(value))
    return no_fault(text, "it takes an http or https address after \"=\"");
  fault.text = std::string(value);
  return fault;
}

// The answers of those in between

constexpr std::string_view k_page =
    "<html>\n<head><title>502 Bad Gateway</title></head>\n<body>\n<center><h1>502 Bad Gateway</h1></center>\n"
    "</body>\n</html>\n";

constexpr std::string_view k_usdc_on_base_sepolia = "0x036CbD53842c5426634e7929541eC2318f3dCF7e";
constexpr std::string_view k_nobody = "0x000000000000000000000000000000000000dEaD";
constexpr std::string_view k_challenged_units = "1000000";

/// Both versions at once: the second in a header, the first in the body.
Response x402_challenge(const Request& request) {
  const std::string url = request.origin() + request.path;
  const json::Value first = json::Value::object({{"scheme", "exact"},
                                                 {"network", "base-sepolia"},
                                                 {"maxAmountRequired", k_challenged_units},
                                                 {"resource", url},
                                                 {"description", "an injected challenge"},
                                                 {"mimeType", "application/json"},
                                                 {"payTo", k_nobody},
                                                 {"maxTimeoutSeconds", 60},
                                                 {"asset", k_usdc_on_base_sepolia}});
  const json::Value second = json::Value::object({{"scheme", "exact"},
                                                  {"network", "eip155:84532"},
                                                  {"amount", k_challenged_units},
                                                  {"asset", k_usdc_on_base_sepolia},
                                                  {"payTo", k_nobody},
                                                  {"maxTimeoutSeconds", 60}});
  const json::Value header = json::Value::object({{"x402Version", 2},
                                                  {"error", "payment required"},
                                                  {"resource", json::Value::object({{"url", url}})},
                                                  {"accepts", json::Value::array({second})}});
  Response response = json_response(402, json::Value::object({{"x402Version", 1},
                                                              {"error", "payment required"},
                                                              {"accepts", json::Value::array({first})}}));
  response.headers.push_back({"PAYMENT-REQUIRED", base64(json::write(header))});
  return response;
}

Response mpp_challenge(const Request& request) {
  const std::string charge =
      json::write(json::Value::object({{"amount", k_challenged_units},
                                       {"currency", "0x20c0000000000000000000000000000000000000"},
                                       {"methodDetails", json::Value::object({{"chainId", 42431}})},
                                       {"recipient", k_nobody}}));
  Response response = text_response(
      402, "application/problem+json",
      json::write(json::Value::object({{"type", "https://paymentauth.org/problems/payment-required"},
                                       {"title", "Payment Required"},
                                       {"status", 402},
                                       {"detail", "an injected challenge"}})));
  response.headers.push_back(
      {"WWW-Authenticate",
       fmt::format(R"(Payment id="emulator", realm="{}", method="tempo", intent="charge", request="{}")",
                   request.header("Host").value_or("localhost"), base64url(charge))});
  return response;
}

Response redirection(const Fault& fault, const Request& request) {
  const Url to = Url::parse(fault.text).value_or(Url{});
  std::string location = fault.text;
  if (to.path == "/" && !fault.text.ends_with('/'))
    location += request.path + (request.query.empty() ? "" : "?" + request.query);
  return {static_cast<int>(fault.number), {{"Location", location}}};
}

} // namespace

Result<Fault> parse(std::string_view word) {
  const std::size_t equals = word.find('=');
  const std::string_view name = word.substr(0, equals);
  const std::string_view value = equals == std::string_view::npos ? "" : word.substr(equals + 1);
  if (auto fault = redirect_fault(name))
    return with_location(*std::move(fault), word, value);
  const auto known =
      std::find_if(k_words.begin(), k_words.end(), [&](const Word& w) { return w.name == name; });
  if (known != k_words.end())
    return with_number(*known, word, value);
  if (auto fault = status_fault(name); fault && equals == std::string_view::npos)
    return *std::move(fault);
  return no_fault(word, "there is no such word");
}

Result<Fault> parse_fault(std::string_view word) {
  AGR_TRY_ASSIGN(Fault fault, parse(word));
  fault.word = std::string(word);
  return fault;
}

std::string_view fault_words() {
  return k_fault_words;
}

Response stand_in_answer(const Fault& fault, const Request& request) {
  if (fault.does == Does::x402)
    return x402_challenge(request);
  if (fault.does == Does::mpp)
    return mpp_challenge(request);
  if (fault.does == Does::redirect)
    return redirection(fault, request);
  return text_response(502, "text/html", std::string(k_page));
}

void spoil(Response& response, const Fault& fault) {
  const std::size_t all_but_one = response.body.size() - std::min<std::size_t>(response.body.size(), 1);
  if (fault.does == Does::drop)
    response.delivery = {Delivery::Way::dropped};
  else if (fault.does == Does::reset)
    response.delivery = {Delivery::Way::reset};
  else if (fault.does == Does::truncate)
    response.delivery = {Delivery::Way::torn, std::min(static_cast<std::size_t>(fault.number), all_but_one)};
}

} // namespace agr::emulator
