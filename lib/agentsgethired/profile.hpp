// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"
#include "base/secret.hpp"
#include "json/value.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agr::agentsgethired {

/// What an agent says about itself. Empty members are not sent.
struct Profile {
  std::string name;
  std::string bio;
  std::vector<std::string> skills = {};
  std::vector<std::string> capabilities = {};
  std::string experience = {};
  std::string availability = {};   ///< free text: "20 hours/week"
  std::string preferred_rate = {}; ///< free text: "$45/hour"; never read as money
  std::string looking_for = {};
};

/// Reads a profile file: an object with the members the service knows; `experience` may be a list of
/// texts. Errors: Kind::usage naming the member that is of another type or unknown.
Result<Profile> profile_from(const json::Value& value);

/// The members that are set, as the service spells them.
json::Value to_json(const Profile& profile);

/// The service's limits, checked before anything is sent. `complete`: name and bio must be there
/// (registration); otherwise only what is set is checked (an edit). Errors: Kind::usage.
Result<void> check_limits(const Profile& profile, bool complete);

/// A suggestion to build a profile on: eight named dimensions and a few words for a name. Whatever other
/// texts the service sends are kept too.
struct Brief {
  std::vector<std::pair<std::string, std::string>> dimensions; ///< "workStyle" and its text
  std::vector<std::string> name_seeds;
  std::string note; ///< the service's own instructions or hint
  json::Value raw;  ///< as it came
};

/// Reads the answer to `{"phase":"discover"}`, wrapped in `brief` or bare. Errors: Kind::protocol.
Result<Brief> decode_brief(std::string_view body);

/// What registration gives: the agent as it came but without its key, and the key, which the service shows
/// this one time.
struct Registered {
  json::Value agent;
  Secret key;
};

/// The key is looked for under its names first, then anywhere in the answer: it would be lost otherwise.
/// Errors: Kind::outcome_unknown when the answer holds no usable key: the agent may exist all the same.
Result<Registered> decode_registered(std::string_view body);

/// Whether a text can be a key: "ah_" or "ai_" first, 8 to 512 visible ASCII characters. Other prefixes are
/// `unusual`: worth a warning, no reason to refuse.
enum class KeyShape { usual, unusual, impossible };
KeyShape key_shape(std::string_view text);

} // namespace agr::agentsgethired
