// SPDX-License-Identifier: MIT
#include "emulator/traffic.hpp"

#include "emulator/dispatch.hpp"
#include "emulator/fault_rules.hpp"
#include "emulator/refusal.hpp"

#include <fmt/format.h>

#include <iterator>

namespace agr::emulator {
namespace {

constexpr std::string_view k_traffic = "traffic"; // as a timer's marketplace
constexpr std::string_view k_request = "request";
constexpr std::string_view k_answer = "answer";

using Does = Fault::Does;

void join_in(Step& step, Step&& more) {
  std::move(more.actions.begin(), more.actions.end(), std::back_inserter(step.actions));
  if (more.fault)
    step.fault = std::move(more.fault);
}

// Finding the fault

/// Almost always there is no rule at all; then nothing is written.
Result<bool> has_rules(World& world) {
  return world.db().first("SELECT 1 FROM fault_rules LIMIT 1").map([](const auto& row) { return !!row; });
}

Result<std::optional<Fault>> find_fault(World& world, const Subject& subject, Scope scope, Time now) {
  AGR_TRY_ASSIGN(const bool any, has_rules(world));
  if (!any)
    return std::nullopt;
  Turn turn{world, now};
  std::optional<Fault> fault;
  AGR_TRY(world.db().transaction([&]() -> Result<void> {
    AGR_TRY_ASSIGN(fault, take_fault(turn, subject, scope));
    return {};
  }));
  return fault;
}

// Holding up

std::string next_id(World& world) {
  return fmt::format("held/{}", ++world.transit().last_id);
}

/// Wakes release() in time.
Result<void> wake_after(World& world, std::string_view kind, const std::string& id, const Fault& delay,
                        Time now) {
  Turn turn{world, now};
  return set_timer(turn, {std::string(k_traffic), std::string(kind), id}, now + Millis(delay.number));
}

Reply hold_request(World& world, const Request& request, Visit visit, Time now) {
  visit.answers = next_id(world);
  visit.request.body = request.body;
  const Fault delay = *std::exchange(visit.fault, std::nullopt);
  if (const auto set = wake_after(world, k_request, visit.answers, delay, now); !set)
    return explain(world, request, set.error(), now);
  const std::string id = visit.answers;
  world.transit().late_requests.insert_or_assign(id, std::move(visit));
  return Parked{id};
}

Reply hold_answer(World& world, const std::string& id, Response response, const Visit& visit, Time now) {
  if (const auto set = wake_after(world, k_answer, id, *visit.fault, now); !set)
    return explain(world, visit.request, set.error(), now);
  world.transit().late_answers.insert_or_assign(id, LateAnswer{visit.number, std::move(response)});
  return Parked{id};
}

// Going wrong

Response injected_status(World& world, const Visit& visit, Time now) {
  const int status = static_cast<int>(visit.fault->number);
  const auto refusal = refuse(status, "INJECTED_FAULT", fmt::format("an injected fault answers {}", status));
  Response response = explain(world, visit.request, refusal.value(), now);
  if (visit.fault->retry_after)
    response.headers.push_back({"Retry-After", std::to_string(visit.fault->retry_after->count())});
  return response;
}

/// The marketplace is not asked, or not yet.
Reply instead(World& world, const Request& request, const Visit& visit, Time now) {
  if (visit.fault->does == Does::delay)
    return hold_request(world, request, visit, now);
  if (visit.fault->does == Does::status)
    return injected_status(world, visit, now);
  Response response = stand_in_answer(*visit.fault, visit.request);
  spoil(response, *visit.fault);
  return response;
}

void log_answer(World& world, const Visit& visit, const Reply& reply) {
  if (const auto* response = std::get_if<Response>(&reply))
    world.log().answered(visit.number, response->status);
}

/// The stream that this answer would have opened never comes about.
void lose_stream(World& world, Step& step, Response& response, Time now) {
  if (const auto stream = std::exchange(response.stream, std::nullopt))
    join_in(step, dispatch(world, StreamClosed{stream->id}, now));
}

void open_stream(World& world, const Response& response, const Visit& visit) {
  if (response.stream)
    world.transit().streams.insert_or_assign(
        response.stream->id, OpenedStream{visit.request.method, visit.request.path, visit.who});
}

/// The marketplace has answered; `id` names the request that the server waits for.
Reply onward(World& world, Step& step, Response response, const Visit& visit, const std::string& id,
             Time now) {
  if (visit.fault && visit.fault->does == Does::delay)
    return hold_answer(world, id, std::move(response), visit, now);
  if (visit.fault) {
    lose_stream(world, step, response, now);
    if (visit.fault->does == Does::status)
      response = injected_status(world, visit, now);
    spoil(response, *visit.fault);
  }
  open_stream(world, response, visit);
  log_answer(world, visit, response);
  return response;
}

Visit log_in(World& world, const Request& request, Time now) {
  auto who = who_asks(world, request, now);
  const std::uint64_t number =
      world.log().came_in(now, request.method, request.path, who ? who->kind : std::string());
  return {number,
          {},
          {request.method, request.path, request.query, request.headers, {}, request.scheme},
          std::move(who)};
}

/// The marketplace was asked: its answer goes on now, or will when there is one.
void pass_on(World& world, Step& step, Visit visit, Time now) {
  if (auto* response = std::get_if<Response>(&*step.reply)) {
    const std::string id = visit.answers.empty() ? next_id(world) : visit.answers;
    step.reply = onward(world, step, std::move(*response), visit, id, now);
    return;
  }
  const std::string parked = std::get<Parked>(*step.reply).id;
  if (visit.answers.empty())
    visit.answers = parked;
  world.transit().parked.insert_or_assign(parked, std::move(visit));
}

// Actions on their way out

/// Puts what goes out, instead of what the marketplace meant to send, into `out`; what else comes of it is
/// left in the step's actions.
class Outlet {
public:
  Outlet(World& world, Step& step, Time now, std::vector<Action>& out)
      : m_world(world), m_step(step), m_now(now), m_out(out) {}

  void operator()(Answer& answer) {
    auto found = m_world.transit().parked.extract(answer.parked);
    if (found.empty())
      return put(std::move(answer));
    const Visit& visit = found.mapped();
    Reply reply = onward(m_world, m_step, std::move(answer.response), visit, visit.answers, m_now);
    if (auto* response = std::get_if<Response>(&reply))
      put(Answer{visit.answers, std::move(*response)});
  }

  void operator()(SendEvent& event) {
    const auto found = m_world.transit().streams.find(event.stream);
    const auto fault =
        found == m_world.transit().streams.end() ? std::nullopt : fault_of(event, found->second);
    if (!fault)
      return send(std::move(event));
    if (fault->does == Does::event_reorder)
      found->second.held_back += event.bytes;
    else if (fault->does == Does::event_tear)
      tear(std::move(event), static_cast<std::size_t>(fault->number));
    else if (fault->does == Does::event_duplicate) {
      event.bytes += event.bytes;
      send(std::move(event));
    }
  }

  void operator()(CloseStream& close) {
    m_world.transit().streams.erase(close.stream);
    put(std::move(close));
  }

  template <class Other>
  void operator()(Other& other) {
    put(std::move(other));
  }

private:
  void put(Action action) { m_out.push_back(std::move(action)); }

  std::optional<Fault> fault_of(const SendEvent& event, const OpenedStream& stream) {
    auto fault =
        find_fault(m_world, {stream.method, stream.path, stream.who, event.bytes}, Scope::events, m_now);
    if (!fault)
      m_step.fault = fault.error();
    return fault.value_or(std::nullopt);
  }

  /// What was held back follows.
  void send(SendEvent event) {
    const auto found = m_world.transit().streams.find(event.stream);
    std::string late =
        found == m_world.transit().streams.end() ? "" : std::exchange(found->second.held_back, {});
    const std::string stream = event.stream;
    put(std::move(event));
    if (!late.empty())
      put(SendEvent{stream, std::move(late)});
  }

  void tear(SendEvent event, std::size_t bytes) {
    const std::string stream = event.stream;
    event.bytes.resize(std::min(bytes, event.bytes.size()));
    m_world.transit().streams.erase(stream);
    put(std::move(event));
    put(CloseStream{stream});
    join_in(m_step, dispatch(m_world, StreamClosed{stream}, m_now));
  }

  World& m_world;
  Step& m_step;
  Time m_now;
  std::vector<Action>& m_out;
};

} // namespace

Step arrive(World& world, const Request& request, Time now) {
  Visit visit = log_in(world, request, now);
  const Subject subject{request.method, request.path, visit.who, request.body};
  auto fault = find_fault(world, subject, Scope::requests, now);
  visit.fault = fault.value_or(std::nullopt);
  if (visit.fault)
    world.log().met_fault(visit.number, visit.fault->word);
  Step step;
  if (visit.fault && visit.fault->before) {
    step.reply = instead(world, request, visit, now);
    log_answer(world, visit, *step.reply);
  } else {
    step = dispatch(world, request, now);
    pass_on(world, step, std::move(visit), now);
  }
  if (!fault)
    step.fault = fault.error();
  depart(world, step, now);
  return step;
}

void depart(World& world, Step& step, Time now) {
  std::vector<Action> out;
  while (!step.actions.empty()) {
    std::vector<Action> actions = std::exchange(step.actions, {});
    Outlet outlet(world, step, now, out);
    for (Action& action : actions)
      std::visit(outlet, action);
  }
  step.actions = std::move(out);
}

void forget_stream(World& world, const std::string& stream) {
  world.transit().streams.erase(stream);
}

Step release(World& world, const Timer& timer, Time now) {
  if (timer.marketplace != k_traffic)
    return {};
  Transit& transit = world.transit();
  if (auto answer = transit.late_answers.extract(timer.subject); !answer.empty()) {
    world.log().answered(answer.mapped().number, answer.mapped().response.status);
    return {.actions = {Answer{timer.subject, std::move(answer.mapped().response)}}};
  }
  auto late = transit.late_requests.extract(timer.subject);
  if (late.empty())
    return {};
  Step step = dispatch(world, late.mapped().request, now);
  late.mapped().request.body.clear();
  pass_on(world, step, std::move(late.mapped()), now);
  auto reply = std::exchange(step.reply, std::nullopt);
  if (auto* response = std::get_if<Response>(&*reply))
    step.actions.insert(step.actions.begin(), Answer{timer.subject, std::move(*response)});
  depart(world, step, now);
  return step;
}

Result<void> forget_traffic(Turn& turn) {
  turn.world.transit() = {};
  return turn.db().run("DELETE FROM timers WHERE marketplace = ?", {std::string(k_traffic)}).map([](int) {});
}

} // namespace agr::emulator
