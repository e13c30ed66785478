// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "emulator/request_log.hpp"
#include "emulator/step.hpp"
#include "emulator/transit.hpp"
#include "store/database.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agr::emulator {

/// How a new hiring's agent must prove that it is there (docs/wire/agrenting.md, "Probe").
enum class ProbePolicy {
  strict,  ///< answer a ping or a HEAD in time
  lenient, ///< a live, subscribed session is proof enough
  off,     ///< always there
};

/// Which generation of AgentsGetHired is emulated (docs/wire/agentsgethired.md, "Emulator").
enum class Era {
  seed,     ///< registers agents itself, ah_ keys
  identity, ///< sends them to AgentsIdentify, ai_ keys
  mixed,    ///< registers, both kinds of keys
  proxy,    ///< takes no key at all
};
std::string_view name_of(Era era);

struct Options {
  std::uint64_t seed = 1;
  ProbePolicy probe = ProbePolicy::strict;
  bool rate_limits = true;
  Era era = Era::seed;
  bool stands = false; ///< its time stands still until somebody moves it, and is kept with it
};

/// Everything the emulator knows, in one database: the same seed and the same calls give the same bytes,
/// across restarts too. Holds no clock; time is an argument.
class World {
public:
  /// Opens the world kept in the file `path` (":memory:" keeps none), seeding it when it is new. A kept
  /// world keeps its own seed. What died with the last process's connections is forgotten. Errors:
  /// Kind::usage when the file is of another build of the emulator, or something else, or its time is of the
  /// other kind (Options::stands); it is left alone.
  static Result<World> open(const std::string& path, Options options, Time now);

  [[nodiscard]] store::Database& db() { return m_db; }
  [[nodiscard]] const Options& options() const { return m_options; }
  [[nodiscard]] Transit& transit() { return m_transit; }
  [[nodiscard]] RequestLog& log() { return m_log; }

  /// The time a world that stands was left at; a new one has none.
  Result<std::optional<Time>> kept_clock();
  Result<void> keep_clock(Time now);

  /// Everything but the log, as bytes; the same world gives the same bytes.
  Result<std::string> image(Time now);
  /// Becomes the world that image() gave, and gives the time it was then. Errors: Kind::usage when the bytes
  /// are no world of this build; then nothing has changed.
  Result<Time> become(std::string_view image, Time now);
  /// Becomes what it was when it was new, with the seed it has.
  Result<Time> start_anew(Time now);

  /// 32 bytes that no other call gives: SHA-256 over the seed and a counter kept in the database.
  Result<std::string> fresh_bytes();
  /// A UUID of the form of version 4.
  Result<std::string> fresh_uuid();

  /// 32 bytes, the same for the same seed and label: what the default world is made of.
  [[nodiscard]] std::string bytes_for(std::string_view label) const;
  [[nodiscard]] std::string uuid_for(std::string_view label) const;

private:
  World(store::Database db, Options options) : m_db(std::move(db)), m_options(options) {}
  Result<void> check_clock(const std::string& path);
  /// Whatever was in the database: now it has all tables and a default world.
  Result<void> settle_in(Time now);
  /// Whether the world is new.
  Result<bool> adopt_seed();

  store::Database m_db;
  Options m_options;
  Transit m_transit = {};
  RequestLog m_log = {};
};

/// One step in the making: the world, the moment it happens at, the actions it has caused so far.
struct Turn {
  World& world;
  Time now;
  std::vector<Action> actions = {};

  [[nodiscard]] store::Database& db() const { return world.db(); }
};

/// How the database keeps a moment: milliseconds since 1970.
inline std::int64_t to_cell(Time time) {
  return time.time_since_epoch().count();
}
inline Time time_from_cell(std::int64_t millis) {
  return Time(Millis(millis));
}

/// What is stored of a credential.
std::string hash_of(std::string_view credential);

} // namespace agr::emulator
