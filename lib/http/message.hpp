// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agr::http {

struct Header {
  std::string name;
  std::string value;
};

/// A credential on its way out: which header carries it, and the only origin it may go to.
struct Credential {
  std::string header; ///< "Authorization" or "X-API-Key"
  std::string prefix; ///< "Bearer " or ""
  Secret secret;
  std::string origin; ///< scheme://host[:port] the key was saved for
};

/// Whether sending a request twice can do harm.
enum class Repeat {
  safe,  ///< GET, HEAD: nothing changes
  keyed, ///< the service recognises a repeat by an idempotency key in the request
  never, ///< a second one might do the thing twice
};

/// Which redirects a request goes along with (docs/wire/agentsgethired.md and agrenting.md, "Redirects").
enum class Follow {
  none,
  same_origin, ///< reads anywhere on the same origin; changes only by 307 and 308
  www_pair,    ///< also once from a host to the same with or without "www.", everything else unchanged
  hand_back,   ///< none: the redirect is the answer, for a caller that must look before it goes along
};

struct Request {
  std::string method = "GET";
  std::string url;
  std::vector<Header> headers = {};
  std::string body = {};
  std::optional<Credential> credential = {};
  Repeat repeat = Repeat::safe; ///< `safe` means `never` on any method but GET and HEAD
  Follow follow = Follow::same_origin;
  Millis timeout{30'000};
  /// A file that is sent instead of `body`, piece by piece; `timeout` then bounds the silence between pieces.
  std::string body_file = {};
  /// Receives the body of a 2xx answer in pieces instead of Response::body (downloads); `timeout` then
  /// bounds the silence between pieces, not the whole.
  std::function<Result<void>(std::string_view)> sink = {};

  /// The first header of that name, ignoring case; empty when absent.
  [[nodiscard]] std::string_view header(std::string_view name) const;
  [[nodiscard]] bool reads_only() const { return method == "GET" || method == "HEAD"; }
};

struct Response {
  int status = 0;
  std::vector<Header> headers = {};
  std::string body = {};
  std::string url = {}; ///< where it came from, when that is not where the request first went

  /// The first header of that name, ignoring case; empty when absent.
  [[nodiscard]] std::string_view header(std::string_view name) const;
  [[nodiscard]] bool ok() const { return status >= 200 && status < 300; }
};

/// One exchange with no retry and no redirect. Errors: Kind::unavailable when nothing was sent or nothing
/// can have changed, Kind::outcome_unknown when a change may have arrived but no whole answer came.
class Transport {
public:
  virtual ~Transport() = default;
  virtual Result<Response> exchange(const Request& request) = 0;
};

} // namespace agr::http
