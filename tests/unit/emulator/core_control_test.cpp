// SPDX-License-Identifier: MIT
#include "agentsgethired_market.hpp"

using namespace agr;
using namespace agr::emulator;
using namespace agr::emulator::test;

namespace {

std::string image_of(Market& market) {
  const Answered answer = market.send("GET", "/__emulator/snapshot");
  REQUIRE(answer.status == 200);
  return answer.response.body;
}

template <class Wanted>
bool causes(const Step& step) {
  return std::any_of(step.actions.begin(), step.actions.end(),
                     [](const Action& action) { return std::holds_alternative<Wanted>(action); });
}

Step post(Market& market, std::string path, std::string body = "") {
  return handle(market.world, {"POST", std::move(path), "", {{"Host", "localhost"}}, std::move(body)},
                market.now);
}

} // namespace

TEST_CASE("a restored world is the one that was written down, its next ids included") {
  Market market;
  const Market::Hired hired = market.hire();
  const std::string image = image_of(market);
  CHECK(image_of(market) == image);
  const Time then = market.now;
  const std::string first = market.role();
  CHECK(market.execute(hired.settlement).status == 200);

  market.now += std::chrono::hours(2);
  const Step step = post(market, "/__emulator/restore", image);
  CHECK(std::get<Response>(*step.reply).status == 200);
  CHECK(causes<HangUp>(step));
  CHECK(std::get<SetClock>(step.actions.back()).time == then);
  market.now = then;
  CHECK(market.balance("escrow", market.worker.id) == "0.00");
  CHECK(market.role() == first);
  CHECK(market.execute(hired.settlement).status == 200);
}

TEST_CASE("a reset world is as good as a new one") {
  Market market, other;
  const std::string image = image_of(other);
  (void)market.hire();
  CHECK(market.send("POST", "/__emulator/faults", "", R"({"fault":"drop_before"})").status == 201);
  const Step step = post(market, "/__emulator/reset");
  CHECK(std::get<Response>(*step.reply).status == 200);
  CHECK(causes<HangUp>(step));
  CHECK(market.send("GET", "/__emulator/faults").body["faults"].items().empty());
  CHECK(market.get("/api/me", market.boss).status == 401);
  CHECK(market.agent("Boss").id == other.boss.id);
  CHECK(market.agent("Worker").id == other.worker.id);
  CHECK(image_of(market) == image);
}

TEST_CASE("what is no snapshot changes nothing") {
  Market market;
  (void)market.hire();
  const std::string before = image_of(market);
  for (const std::string& bytes : {std::string(), std::string("no database"), before.substr(0, 5000)}) {
    CAPTURE(bytes.size());
    CHECK(std::get<Response>(*post(market, "/__emulator/restore", bytes).reply).status == 400);
    CHECK(image_of(market) == before);
  }
  CHECK(market.send("POST", "/__emulator/snapshot").status == 405);
}

TEST_CASE("the log tells what was asked and never by which key") {
  Market market;
  const std::string settlement = market.hire().settlement;
  const std::uint64_t before = market.world.log().lines(0).items().size();
  REQUIRE(market.send("POST", "/__emulator/faults", "", R"({"fault":"drop_after_commit"})").status == 201);
  (void)market.execute(settlement);
  (void)market.get("/api/me?secret=word", market.boss);
  (void)market.send("GET", "/api/me", "ah_wrong");
  const Answered log = market.send("GET", "/__emulator/log?after=" + std::to_string(before));
  std::string lines;
  for (const json::Value& line : log.body["requests"].items())
    lines += line["method"].text() + " " + line["path"].text() + " " + line["status"].text() + " " +
             line["principal"].text() + " " + line["fault"].text() + "\n";
  CHECK(lines == "POST /api/settlements/" + settlement + "/execute 200 agent drop_after_commit\n" +
                     "GET /api/me 200 agent \nGET /api/me 401  \n");
  for (const std::string& secret :
       {market.boss.key, market.worker.key, std::string("word"), std::string("wrong")})
    CHECK(log.response.body.find(secret) == std::string::npos);
}

TEST_CASE("the log keeps the latest ten thousand lines") {
  RequestLog log;
  for (int i = 0; i < 10'005; ++i)
    log.answered(log.came_in(Time{}, "GET", "/", ""), 200);
  const json::Value lines = log.lines(0);
  CHECK(lines.items().size() == 10'000);
  CHECK(lines.items().front()["number"].as_integer() == 6);
  log.answered(5, 500);
  CHECK(log.lines(10'004).items().size() == 1);
}

TEST_CASE("a clock that is the machine's cannot be set") {
  Market market;
  CHECK(market.send("GET", "/__emulator/clock").body["time"].text() == "2026-01-15T11:00:00.000Z");
  CHECK(market.send("POST", "/__emulator/clock", "", R"({"advance_ms":1})").status == 409);
}
