// SPDX-License-Identifier: MIT
#include "agrenting_bench.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace agr::emulator::test {
namespace {

constexpr std::string_view k_host = "127.0.0.1:4012";

World open_world(const std::string& file, const Options& options, Time now) {
  auto world = World::open(file, options, now);
  if (!world)
    throw std::runtime_error(world.error().message);
  return std::move(*world);
}

std::string data_of(std::string_view block) {
  for (const std::string& line : split(block, '\n'))
    if (line.starts_with("data: "))
      return line.substr(6);
  return "";
}

} // namespace

Options Bench::quiet() {
  Options options;
  options.rate_limits = false;
  return options;
}

Bench::Bench(Options options, const std::string& file)
    : world(open_world(file, options, parse_rfc3339("2026-01-15T12:00:00Z").value())),
      now(parse_rfc3339("2026-01-15T12:00:00Z").value()) {
  const json::Value known = ready_description(world, "http://x", 1)["agrenting"];
  user = known["user_token"].text();
  read_only = known["read_only_token"].text();
  capped = known["capped_token"].text();
  const auto& agents = known["agents"].items();
  alice = agents.at(0)["api_key"].text();
  alice_id = agents.at(0)["id"].text();
  coder = agents.at(1)["api_key"].text();
  coder_id = agents.at(1)["id"].text();
}

void Bench::carry_out(Step& step) {
  if (step.fault)
    throw std::runtime_error(step.fault->message);
  for (Action& action : step.actions) {
    if (auto* event = std::get_if<SendEvent>(&action))
      streams[event->stream] += event->bytes;
    else if (auto* answer = std::get_if<Answer>(&action))
      answers[answer->parked] = answer->response;
    else if (auto* head = std::get_if<HeadProbe>(&action))
      heads.push_back(*head);
    else if (auto* post = std::get_if<WebhookPost>(&action))
      webhooks.push_back(*post);
  }
}

Outcome Bench::request(Request request) {
  if (!request.header("Host"))
    request.headers.push_back({"Host", std::string(k_host)});
  Step step = handle(world, request, now);
  carry_out(step);
  Outcome outcome;
  if (const auto* parked = std::get_if<Parked>(&step.reply.value())) {
    outcome.parked = parked->id;
    return outcome;
  }
  outcome.response = std::get<Response>(*step.reply);
  outcome.status = outcome.response.status;
  outcome.body = json::parse(outcome.response.body).value_or(json::Value());
  if (outcome.response.stream)
    streams[outcome.response.stream->id] = outcome.response.body;
  return outcome;
}

Outcome Bench::rest(std::string_view method, std::string_view target, std::string_view key,
                    const json::Value& body, std::vector<Header> more) {
  const std::size_t mark = std::min(target.find('?'), target.size());
  Request wanted{std::string(method), std::string(target.substr(0, mark)),
                 std::string(target.substr(std::min(mark + 1, target.size()))), std::move(more)};
  if (!key.empty())
    wanted.headers.push_back({"Authorization", "Bearer " + std::string(key)});
  if (!body.is_null())
    wanted.body = json::write(body);
  return request(std::move(wanted));
}

std::string Bench::open(std::string_view path, std::string_view key) {
  const Outcome opened = rest("GET", path, key);
  if (!opened.response.stream)
    throw std::runtime_error("no stream: " + opened.response.body);
  const std::string id = opened.response.stream->id;
  streams[id].clear();
  const std::string base = path == k_agent_stream ? "/mcp/messages/" : "/mcp/hirer/messages/";
  post(base + id, key, json::Value::object({{"jsonrpc", "2.0"}, {"method", "notifications/initialized"}}));
  return id;
}

Outcome Bench::post(std::string_view session_path, std::string_view key, const json::Value& message) {
  return rest("POST", session_path, key, message);
}

json::Value Bench::rpc(std::string_view session_path, std::string_view key, std::string_view method,
                       const json::Value& params) {
  const Outcome outcome = post(
      session_path, key,
      json::Value::object({{"jsonrpc", "2.0"}, {"id", ++m_next_id}, {"method", method}, {"params", params}}));
  return outcome.body;
}

json::Value Bench::tool(std::string_view session_path, std::string_view key, std::string_view name,
                        const json::Value& arguments) {
  const json::Value answer =
      rpc(session_path, key, "tools/call", json::Value::object({{"name", name}, {"arguments", arguments}}));
  if (answer.has("error"))
    return json::Value::object({{"error", answer.at_path("error.message")}});
  const std::string text = answer.at_path("result.content").items().at(0)["text"].text();
  if (answer.at_path("result.isError").as_bool().value_or(false))
    return json::Value::object({{"error", text}});
  return json::parse(text).value();
}

void Bench::pass(Millis duration) {
  const Time until = now + duration;
  for (auto due = next_due(world); due && *due <= until; due = next_due(world)) {
    now = std::max(now, *due);
    Step step = advance(world, now);
    carry_out(step);
  }
  now = until;
}

void Bench::report(const Event& event) {
  Step step = on(world, event, now);
  carry_out(step);
}

std::vector<json::Value> Bench::received(const std::string& stream) {
  std::vector<json::Value> messages;
  std::string bytes = std::move(streams[stream]);
  streams[stream].clear();
  for (std::size_t at = 0; (at = bytes.find("event: message\n", at)) != std::string::npos; ++at)
    messages.push_back(json::parse(data_of(std::string_view(bytes).substr(at))).value());
  return messages;
}

int Bench::answer_pings(const std::string& stream, std::string_view key) {
  int pings = 0;
  for (const json::Value& message : received(stream)) {
    if (message["method"].text() != "ping")
      continue;
    ++pings;
    post("/mcp/messages/" + stream, key,
         json::Value::object({{"jsonrpc", "2.0"}, {"id", message["id"]}, {"result", json::Value::object()}}));
  }
  return pings;
}

bool Bench::books_balance() {
  const Outcome books = rest("GET", "/__emulator/books", "");
  return books.status == 200 && books.body["balanced"].as_bool().value_or(false);
}

std::string Bench::total(std::string_view purpose) {
  const Outcome books = rest("GET", "/__emulator/books", "");
  for (const json::Value& total : books.body["totals"].items())
    if (total["marketplace"].text() == "agrenting")
      return total[purpose].text();
  return "";
}

Folder::Folder() : m_path((std::filesystem::temp_directory_path() / "agr_bench_XXXXXX").string()) {
  if (::mkdtemp(m_path.data()) == nullptr)
    throw std::runtime_error("no temporary folder");
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(m_path, ignored);
}

json::Value task(std::string_view price) {
  return json::Value::object(
      {{"task_description", "Summarize this."}, {"capability_requested", "summarizing"}, {"price", price}});
}

} // namespace agr::emulator::test
