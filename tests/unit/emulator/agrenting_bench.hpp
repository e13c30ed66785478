// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/emulator.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace agr::emulator::test {

/// What a request came to: the response, now or after it was parked.
struct Outcome {
  int status = 0;
  json::Value body = {};
  Response response = {};
  std::string parked = {}; ///< not empty: no answer yet
};

/// An Agrenting in memory, with its time, streams, probes and webhooks in the hands of a test.
class Bench {
public:
  explicit Bench(Options options = quiet(), const std::string& file = ":memory:");
  /// No rate limits, seed 1, strict probe.
  static Options quiet();

  Outcome request(Request request);
  /// One REST call; `key` is a user token or an agent key, or empty.
  Outcome rest(std::string_view method, std::string_view target, std::string_view key,
               const json::Value& body = {}, std::vector<Header> more = {});

  /// Opens a stream and sends a first message, so that the session counts; gives the session's id.
  std::string open(std::string_view path, std::string_view key);
  Outcome post(std::string_view session_path, std::string_view key, const json::Value& message);
  /// A JSON-RPC request on a session; gives the message that answers it, or null.
  json::Value rpc(std::string_view session_path, std::string_view key, std::string_view method,
                  const json::Value& params = json::Value::object());
  /// A tool's payload, or {"error": text} when it failed.
  json::Value tool(std::string_view session_path, std::string_view key, std::string_view name,
                   const json::Value& arguments);

  /// Lets time pass, timer by timer.
  void pass(Millis duration);
  void report(const Event& event);

  /// The messages that came on a stream since the last look; only their JSON.
  std::vector<json::Value> received(const std::string& stream);
  /// Answers every ping that came on this agent's stream.
  int answer_pings(const std::string& stream, std::string_view key);

  bool books_balance();
  /// The sum in accounts of that purpose, as money.
  std::string total(std::string_view purpose);

  // The default world.
  std::string user, read_only, capped, alice, alice_id, coder, coder_id;

  World world;
  Time now;
  std::map<std::string, std::string> streams; ///< raw bytes not looked at yet
  std::map<std::string, Response> answers;    ///< of parked requests
  std::vector<HeadProbe> heads;
  std::vector<WebhookPost> webhooks;

private:
  void carry_out(Step& step);
  int m_next_id = 0;
};

/// A folder that goes away with its owner.
class Folder {
public:
  Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder();
  [[nodiscard]] std::string file(std::string_view name) const { return m_path + "/" + std::string(name); }

private:
  std::string m_path;
};

/// A good body for POST /agents/:did/hire.
json::Value task(std::string_view price = "2.00");
constexpr std::string_view k_hire_alice = "/api/v1/agents/did:example:alice/hire";
constexpr std::string_view k_agent_stream = "/mcp/sse";
constexpr std::string_view k_hirer_stream = "/mcp/hirer/sse";

} // namespace agr::emulator::test
