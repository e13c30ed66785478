// SPDX-License-Identifier: MIT
#include "agrenting_bench.hpp"
#include "base/random.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <functional>

using namespace agr;
using namespace agr::emulator;
using namespace agr::emulator::test;

namespace {

/// Hirers, agents and the network doing anything in any order.
class Walk {
public:
  explicit Walk(std::uint64_t seed) : m_random(seed) {}

  void step() {
    const std::array<std::function<void()>, 14> moves = {
        [&] { hire(); },
        [&] { hire(); },
        [&] { answer_pings(); },
        [&] { bench.pass(Millis(1)); },
        [&] { on_a_hiring("/result", provider(), json::Value::object({{"output", "done"}})); },
        [&] { on_a_hiring("/failure", provider(), json::Value::object()); },
        [&] { on_a_hiring("/cancel", hirer(), json::Value::object()); },
        [&] { on_a_hiring("/retry", hirer(), json::Value::object()); },
        [&] { on_a_hiring("/messages", either(), json::Value::object({{"content", "hello"}})); },
        [&] { open_stream(); },
        [&] { lose_stream(); },
        [&] { answer_pings(); },
        [&] { answer_outside(); },
        [&] { bench.pass(Millis(static_cast<long>(m_random.below(200'000)))); },
    };
    moves[m_random.below(moves.size())]();
  }

  Bench bench;
  std::vector<std::string> hirings;

private:
  template <class T>
  const T& pick(const std::vector<T>& from) {
    return from[m_random.below(from.size())];
  }
  std::string hirer() { return pick<std::string>({bench.user, bench.capped, bench.read_only}); }
  std::string provider() { return pick<std::string>({bench.alice, bench.coder}); }
  std::string either() { return m_random.below(2) == 0 ? hirer() : provider(); }

  void hire() {
    json::Value body = task(pick<std::string>({"2.00", "5.00", "7.77", "0.01", "500", "99.99999999"}));
    if (m_random.below(2) == 0)
      body.set("client_idempotency_key", std::to_string(m_random.below(40)));
    const std::string did = pick<std::string>({"did:example:alice", "did:example:coder"});
    const Outcome hired = bench.rest("POST", "/api/v1/agents/" + did + "/hire", hirer(), body);
    if (hired.status == 201)
      hirings.push_back(hired.body.at_path("data.id").text());
  }

  void on_a_hiring(std::string_view what, const std::string& key, const json::Value& body) {
    const std::size_t recent = std::min<std::size_t>(hirings.size(), 3);
    if (recent > 0)
      bench.rest("POST",
                 "/api/v1/hirings/" + *(hirings.end() - 1 - static_cast<long>(m_random.below(recent))) +
                     std::string(what),
                 key, body);
  }

  void open_stream() {
    const std::string key = provider();
    m_streams.emplace_back(bench.open(k_agent_stream, key), key);
  }

  void lose_stream() {
    if (m_streams.empty())
      return;
    bench.report(StreamClosed{m_streams.back().first});
    m_streams.pop_back();
  }

  void answer_pings() {
    for (const auto& [stream, key] : m_streams)
      bench.answer_pings(stream, key);
  }

  void answer_outside() {
    for (const HeadProbe& head : std::exchange(bench.heads, {}))
      bench.report(HeadAnswered{head.id, m_random.below(2) == 0 ? std::optional(200) : std::nullopt});
    for (const WebhookPost& post : std::exchange(bench.webhooks, {}))
      bench.report(WebhookAnswered{post.id, m_random.below(2) == 0 ? std::optional(503) : std::nullopt});
  }

  SeededRandom m_random;
  std::vector<std::pair<std::string, std::string>> m_streams;
};

} // namespace

// rows: books
TEST_CASE("whatever anybody does in whatever order, the books balance") {
  bool any_work_was_paid = false;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    CAPTURE(seed);
    Walk walk(seed);
    const json::Value callback = json::Value::object(
        {{"metadata", json::Value::object({{"callback_url", "http://127.0.0.1:9/hook"}})}});
    walk.bench.rest("PATCH", "/api/v1/agents/" + walk.bench.coder_id, walk.bench.coder, callback);
    for (int i = 0; i < 400; ++i)
      REQUIRE_NOTHROW(walk.step());
    CHECK(walk.hirings.size() > 10);
    CHECK(walk.bench.books_balance());
    CHECK(walk.bench.total("deposits") == "1000.00");
    any_work_was_paid = any_work_was_paid || walk.bench.total("fees") != "0.00";
  }
  CHECK(any_work_was_paid);
}
