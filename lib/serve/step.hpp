// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "json/value.hpp"
#include "process/attempt.hpp"
#include "serve/entry.hpp"
#include "serve/order.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// What a Worker is told and what it wants done.
namespace agr::serve {

// ---- what happened -----------------------------------------------------------------------------------

/// A hiring as the marketplace offers it.
struct Offer {
  std::string id;
  std::string status;
  std::optional<Time> deadline = {};
  Dispatch dispatch = {};
  std::string hiring = {};  ///< the whole of it as JSON, without credentials
  std::string summary = {}; ///< for people, printable: "summarizing for 2.00"
};

/// What the marketplace has for us, all of it, by whichever way it came.
struct HiringsListed {
  std::vector<Offer> offers;
};
/// Asking for that list failed.
struct ListFailed {
  Error error;
};
/// Names somebody who waits to hear whether a hiring is safe here.
enum class Ticket : std::uint64_t {};
/// Somebody who knows our secret says that there is one hiring for us. Whether there is, the marketplace is
/// asked (docs/serve-agent.md, "Webhooks").
struct Announced {
  std::string id;
  json::Value extras = json::Value::object(); ///< members the marketplace does not show when asked
  Ticket ticket{};
};
/// What the journal knew when this worker started; said once, before anything else.
struct JournalLoaded {
  std::vector<Entry> open = {};
};
/// The answer to LookUp: what is known of a hiring's latest dispatch, nothing when it was never here.
struct LookedUp {
  std::string id;
  std::optional<Entry> last = {};
};
/// The journal could not be written: nothing that waits for it may happen any more.
struct JournalFailed {
  Error error;
};
struct HandlerStarted {
  std::string id;
  int attempt = 0;
};
struct HandlerEnded {
  std::string id;
  int attempt = 0;
  process::Ending ending;
  std::string errors = {};         ///< the end of its stderr, free of secrets
  std::optional<Order> order = {}; ///< what was decided with `agr submit` meanwhile
};
/// `agr submit` has decided about a hiring; also the answer to LookForOrder, when there is an order.
struct Ordered {
  std::string id;
  int attempt = 0;
  Order order;
};
/// `agr submit` has left something for this agent.
struct Rung {};
/// Something in the artifacts folder that is no plain file; it stays here.
struct ArtifactRefused {
  std::string id;
  std::string name; ///< printable
};
struct ArtifactsUploaded {
  std::string id;
  std::optional<Error> error = {};
};
/// The answer to SubmitResult or SubmitFailure.
struct Submitted {
  std::string id;
  std::optional<Error> error = {};
};
/// The marketplace's view of a hiring; nothing when it does not know it (any more).
struct ReadBack {
  std::string id;
  Result<std::optional<Offer>> hiring;
};
/// Said when the stream is subscribed and the pending work was read through it, not before.
struct StreamUp {};
struct StreamDown {
  Error error;
  Millis retry_in{0};
};
/// The key was refused.
struct LockedOut {
  Error error;
};
/// TERM or INT.
struct Signalled {
  int number = 0;
};
/// The time of Step::wake has come.
struct Tick {};

using Event = std::variant<HiringsListed, ListFailed, Announced, JournalLoaded, LookedUp, JournalFailed,
                           HandlerStarted, HandlerEnded, Ordered, Rung, ArtifactRefused, ArtifactsUploaded,
                           Submitted, ReadBack, StreamUp, StreamDown, LockedOut, Signalled, Tick>;

// ---- what to do --------------------------------------------------------------------------------------

/// Was this hiring here before? Asked of the journal, which knows more than fits into memory.
struct LookUp {
  std::string id;
};
struct StartHandler {
  std::string id;
  int attempt = 0;
  std::string hiring;
  std::optional<Time> deadline = {};
};
/// After a restart: is this handler still running, or how did it end?
struct FindHandler {
  std::string id;
  int attempt = 0;
  std::string hiring; ///< and the deadline: should there still be something to do
  std::optional<Time> deadline = {};
  bool was_running = false; ///< it was seen running, so it cannot turn out that it was never started
};
/// Has `agr submit` decided about this attempt?
struct LookForOrder {
  std::string id;
  int attempt = 0;
};
struct StopHandler {
  std::string id;
  process::Stop how = process::Stop::gently;
};
/// Whatever the handler left in its artifacts folder; those the marketplace has already are left out.
struct UploadArtifacts {
  std::string id;
  int attempt = 0;
};
struct SubmitResult {
  std::string id;
  int attempt = 0; ///< its output, or that of an order
};
struct SubmitFailure {
  std::string id;
  int attempt = 0;
  std::string reason;
};
struct ReadHiring {
  std::string id;
};
struct ListPending {};
/// The announced hiring is in the journal, or over.
struct Acknowledge {
  Ticket ticket{};
};
/// It is not here; the caller had better say it again later.
struct Refuse {
  Ticket ticket{};
};
/// The hiring is closed: the spools of its attempts up to this one may go.
struct Forget {
  std::string id;
  int attempt = 0;
};
/// One line for whoever watches; `event` is stable (docs/serve-agent.md, "Log").
struct Log {
  enum class Level { info, warning, error };
  Level level = Level::info;
  std::string event;
  std::string hiring_id = {};
  std::string text = {};
  json::Value fields = json::Value::object(); ///< more of the same, for programs
};
struct Exit {
  int code = 0;
};

using Effect =
    std::variant<LookUp, StartHandler, FindHandler, LookForOrder, StopHandler, UploadArtifacts, SubmitResult,
                 SubmitFailure, ReadHiring, ListPending, Acknowledge, Refuse, Forget, Log, Exit>;

/// The answer to one event.
struct Step {
  std::vector<Effect> now = {};
  std::vector<Entry> lines = {};  ///< for the journal
  std::vector<Effect> after = {}; ///< only once the lines are synced
  std::optional<Time> wake = {};  ///< when to send Tick; replaces the wake of the step before
};

} // namespace agr::serve
