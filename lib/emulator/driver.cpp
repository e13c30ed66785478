// SPDX-License-Identifier: MIT
#include "emulator/driver.hpp"

#include "base/url.hpp"
#include "emulator/emulator.hpp"
#include "json/value.hpp"
#include "net/client.hpp"
#include "net/server.hpp"

#include <algorithm>
#include <deque>
#include <optional>
#include <unordered_map>
#include <utility>

namespace agr::emulator {
namespace {

constexpr std::string_view k_clock_path = "/__emulator/clock";
constexpr std::string_view k_reset_path = "/__emulator/reset"; // a new world is as old as a new emulator
constexpr std::chrono::days k_ten_years{3653};
constexpr Millis k_longest_advance = k_ten_years;
constexpr Millis k_longest_wait{60'000}; // the machine's clock may be set while we wait

net::Headers to_net(std::vector<Header> headers) {
  net::Headers out;
  for (Header& header : headers)
    out.push_back({std::move(header.name), std::move(header.value)});
  return out;
}

/// "/path?query", or the absolute address that proxies are asked with.
void set_target(Request& request, std::string_view target) {
  if (const auto url = Url::parse(target)) {
    request.path = url->path;
    request.query = url->query;
    return;
  }
  const std::size_t mark = target.find('?');
  request.path = std::string(target.substr(0, mark));
  request.query = mark == std::string_view::npos ? "" : std::string(target.substr(mark + 1));
}

Request to_world(net::ServerRequest&& from) {
  Request request;
  request.method = std::move(from.method);
  set_target(request, from.target);
  for (net::Header& header : from.headers)
    request.headers.push_back({std::move(header.name), std::move(header.value)});
  request.body = std::move(from.body);
  return request;
}

std::optional<int> status_of(const Result<net::IncomingAnswer>& answer) {
  return answer ? std::optional(answer->status) : std::nullopt;
}

void control_reply(net::Responder responder, int status, const json::Value& body) {
  responder.reply(status, {{"Content-Type", "application/json"}, {"X-AGR-Emulator", "1"}}, json::write(body));
}

/// A head that promises the whole body, and as much of it as goes out.
std::string torn_bytes(Response response) {
  const net::ResponseHead head{response.status, to_net(std::move(response.headers)), net::Framing::length,
                               response.body.size(), false};
  return net::to_bytes(head) + response.body.substr(0, response.delivery.bytes);
}

} // namespace

Time standing_clock_start() {
  return Time(std::chrono::sys_days(std::chrono::January / 1 / 2026));
}

struct Driver::Impl {
  struct OpenStream {
    net::Stream stream;
    StreamStart start;
    net::TimerId silence = {};
  };

  Impl(net::Loop& on, World of, DriverOptions with)
      : loop(on), world(std::move(of)), options(std::move(with)), standing(standing_clock_start()) {}

  net::Loop& loop;
  World world;
  DriverOptions options;
  Time standing;
  std::optional<net::Server> server = {};
  std::unordered_map<std::string, OpenStream> streams = {};
  std::unordered_map<std::string, net::Responder> parked = {};
  net::TimerId wake = {};

  /// The clock on its way to where a request wants it.
  struct Move {
    Time goal;
    net::Responder responder;
  };
  /// Since when, by the machine's clock, the clock stands before the end of somebody's time to answer.
  struct Courtesy {
    Time before;
    Millis since;
  };
  std::deque<Move> moves = {};
  std::optional<Courtesy> courtesy = {};

  [[nodiscard]] Time now() const {
    return options.clock == ClockMode::real ? system_clock().now() : standing;
  }

  void serve(net::ServerRequest request, net::Responder responder);
  void move_clock(Time to);
  void serve_clock(const Request& request, net::Responder responder);
  [[nodiscard]] Result<Time> wanted_time(const std::string& text) const;
  [[nodiscard]] Time last_goal() const { return moves.empty() ? standing : moves.back().goal; }
  void schedule_move();
  [[nodiscard]] Millis courtesy_left(Time due);
  void move_on();
  void happened(const Event& event) { finish(on(world, event, now())); }

  void finish(Step step);
  void respond(net::Responder responder, Response response);
  void open(net::Responder responder, Response response);
  void expect_silence(OpenStream& open);
  void schedule();

  void carry_out(SendEvent action);
  void carry_out(const CloseStream& action);
  void carry_out(Answer action);
  void carry_out(HeadProbe action);
  void carry_out(WebhookPost action);
  void carry_out(const HangUp& action);
  void carry_out(const SetClock& action);
};

void Driver::Impl::serve(net::ServerRequest request, net::Responder responder) {
  const Request asked = to_world(std::move(request));
  if (options.clock == ClockMode::standing && asked.path == k_clock_path)
    return serve_clock(asked, std::move(responder));
  if (options.clock == ClockMode::standing && asked.path == k_reset_path)
    move_clock(standing_clock_start());
  Step step = handle(world, asked, now());
  if (!step.reply)
    return finish(std::move(step));
  if (auto* response = std::get_if<Response>(&*step.reply))
    respond(std::move(responder), std::move(*response));
  else
    parked.try_emplace(std::get<Parked>(*step.reply).id, std::move(responder));
  finish(std::move(step));
}

void Driver::Impl::finish(Step step) {
  if (step.fault && options.on_fault)
    options.on_fault(step.fault->message);
  for (Action& action : step.actions)
    std::visit([this](auto& one) { carry_out(std::move(one)); }, action);
  schedule();
}

void Driver::Impl::schedule() {
  loop.cancel(wake);
  const auto due = next_due(world);
  if (options.clock == ClockMode::standing && (!due || *due > standing))
    return schedule_move();
  if (!due)
    return;
  const Millis wait = std::clamp(*due - now(), Millis(0), k_longest_wait);
  wake = loop.after(wait, [this] { finish(advance(world, now())); });
}

// Answers

void Driver::Impl::respond(net::Responder responder, Response response) {
  switch (response.delivery.way) {
  case Delivery::Way::dropped:
    return responder.raw({});
  case Delivery::Way::reset:
    return responder.reset();
  case Delivery::Way::torn:
    return responder.raw(torn_bytes(std::move(response)));
  case Delivery::Way::whole:
    break;
  }
  if (response.stream)
    open(std::move(responder), std::move(response));
  else
    responder.reply(response.status, to_net(std::move(response.headers)), response.body);
}

void Driver::Impl::open(net::Responder responder, Response response) {
  const std::string id = response.stream->id;
  net::Stream stream = responder.open_stream(response.status, to_net(std::move(response.headers)));
  stream.send(std::move(response.body));
  stream.on_closed([this, id] {
    if (streams.erase(id) == 1)
      happened(StreamClosed{id});
  });
  const auto [added, is_new] = streams.insert_or_assign(id, OpenStream{stream, std::move(*response.stream)});
  expect_silence(added->second);
}

void Driver::Impl::expect_silence(OpenStream& open) {
  loop.cancel(open.silence);
  open.silence = loop.after(open.start.interval, [this, id = open.start.id] {
    const auto found = streams.find(id);
    if (found == streams.end())
      return;
    found->second.stream.send(found->second.start.keep_alive);
    expect_silence(found->second);
  });
}

// Actions

void Driver::Impl::carry_out(SendEvent action) {
  const auto found = streams.find(action.stream);
  if (found == streams.end())
    return;
  found->second.stream.send(std::move(action.bytes));
  expect_silence(found->second);
}

void Driver::Impl::carry_out(const CloseStream& action) {
  const auto found = streams.find(action.stream);
  if (found == streams.end())
    return;
  loop.cancel(found->second.silence);
  found->second.stream.close();
  streams.erase(found);
}

void Driver::Impl::carry_out(Answer action) {
  auto found = parked.extract(action.parked);
  if (!found.empty())
    respond(std::move(found.mapped()), std::move(action.response));
}

void Driver::Impl::carry_out(HeadProbe action) {
  net::send(loop,
            {.method = "HEAD",
             .url = std::move(action.url),
             .headers = to_net(std::move(action.headers)),
             .budget = action.budget},
            [this, id = std::move(action.id)](const Result<net::IncomingAnswer>& answer) {
              happened(HeadAnswered{id, status_of(answer)});
            });
}

void Driver::Impl::carry_out(WebhookPost action) {
  net::send(loop,
            {.method = "POST",
             .url = std::move(action.url),
             .headers = to_net(std::move(action.headers)),
             .body = std::move(action.body),
             .budget = action.budget},
            [this, id = std::move(action.id)](const Result<net::IncomingAnswer>& answer) {
              happened(WebhookAnswered{id, status_of(answer)});
            });
}

void Driver::Impl::carry_out(const HangUp&) {
  for (auto& [id, open] : std::exchange(streams, {})) {
    loop.cancel(open.silence);
    open.stream.close();
  }
  for (auto& [id, responder] : std::exchange(parked, {}))
    responder.raw({});
}

void Driver::Impl::carry_out(const SetClock& action) {
  move_clock(action.time);
}

// The standing clock

/// Where a body wants the clock: {"advance_ms": N} or {"set": "2026-01-01T12:00:00Z"}. Never back.
Result<Time> Driver::Impl::wanted_time(const std::string& text) const {
  const auto body = json::parse(text);
  if (!body || !(body->has("advance_ms") || body->has("set")))
    return fail({Kind::usage, "send advance_ms, or set"});
  if (const auto by = (*body)["advance_ms"].as_integer(); by && *by >= 0 && *by <= k_longest_advance.count())
    return last_goal() + Millis(*by);
  if (body->has("advance_ms"))
    return fail({Kind::usage, "advance_ms must be a count of milliseconds, up to ten years"});
  const auto time = parse_rfc3339((*body)["set"].text());
  if (!time || *time < last_goal() || *time - last_goal() > k_longest_advance)
    return fail({Kind::usage, "set must be an RFC 3339 time, later than now, within ten years"});
  return *time;
}

void Driver::Impl::serve_clock(const Request& request, net::Responder responder) {
  if (request.method == "POST") {
    const auto goal = wanted_time(request.body);
    if (!goal)
      return control_reply(std::move(responder), 400, json::Value::object({{"error", goal.error().message}}));
    moves.push_back({*goal, std::move(responder)});
    return schedule();
  }
  control_reply(std::move(responder), 200, json::Value::object({{"time", rfc3339(standing)}}));
}

// A world that is kept is left at the time it was.
void Driver::Impl::move_clock(Time to) {
  standing = to;
  if (options.clock != ClockMode::standing)
    return;
  if (const auto kept = world.keep_clock(to); !kept && options.on_fault)
    options.on_fault(kept.error().message);
}

void Driver::Impl::schedule_move() {
  if (moves.empty())
    return;
  const auto due = next_due(world);
  const bool is_on_the_way = due && *due <= moves.front().goal;
  wake = loop.after(is_on_the_way ? courtesy_left(*due) : Millis(0), [this] { move_on(); });
}

/// Clients live by the machine's clock: who was asked has as long to answer as without a standing clock.
Millis Driver::Impl::courtesy_left(Time due) {
  if (!is_answer_awaited(world)) {
    courtesy.reset();
    return Millis(0);
  }
  const auto steady = system_clock().steady();
  if (!courtesy || courtesy->before != due)
    courtesy = Courtesy{.before = due, .since = steady};
  return std::clamp(due - standing - (steady - courtesy->since), Millis(0), k_longest_wait);
}

/// Stops at every moment something is due, so that what a timer sets in motion happens in its own time.
void Driver::Impl::move_on() {
  const Time goal = moves.front().goal;
  if (const auto due = next_due(world); due && *due <= goal) {
    move_clock(std::max(standing, *due));
    return finish(advance(world, standing));
  }
  move_clock(std::max(standing, goal)); // a restored world may be ahead
  auto responder = std::move(moves.front().responder);
  moves.pop_front();
  control_reply(std::move(responder), 200, json::Value::object({{"time", rfc3339(standing)}}));
  schedule();
}

Driver::Driver(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
Driver::Driver(Driver&&) noexcept = default;
Driver::~Driver() = default;

Result<Driver> Driver::start(net::Loop& loop, World world, DriverOptions options) {
  auto impl = std::make_unique<Impl>(loop, std::move(world), std::move(options));
  AGR_TRY_ASSIGN(const auto kept, impl->world.kept_clock());
  impl->standing = kept.value_or(standing_clock_start());
  AGR_TRY_ASSIGN(
      net::Server server,
      net::Server::listen(loop, impl->options.address, impl->options.port,
                          [raw = impl.get()](net::ServerRequest request, net::Responder responder) {
                            raw->serve(std::move(request), std::move(responder));
                          },
                          {.body_bytes = k_max_body}));
  impl->server.emplace(std::move(server));
  impl->schedule();
  return Driver(std::move(impl));
}

std::string Driver::url() const {
  return m_impl->server->url();
}

const World& Driver::world() const {
  return m_impl->world;
}

} // namespace agr::emulator
