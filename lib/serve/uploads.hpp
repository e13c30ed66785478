// SPDX-License-Identifier: MIT
#pragma once

#include "agrenting/api.hpp"
#include "base/secret.hpp"
#include "http/async.hpp"
#include "serve/link.hpp"

#include <functional>
#include <memory>
#include <string>

namespace agr::serve {

/// Brings artifacts to the marketplace: what is there already stays, the rest goes up in portions, several at
/// a time, and then it is looked whether all of it has arrived as it left.
class Uploads {
public:
  Uploads(net::Loop& loop, http::Async& async, agrenting::Endpoint endpoint, std::string spools,
          const Redactor& redactor, Tell tell, std::function<void(const Log&)> log);

  /// From now on as somebody else.
  void use(agrenting::Endpoint endpoint) { m_endpoint = std::move(endpoint); }
  /// Ends in an ArtifactsUploaded.
  void start(const UploadArtifacts& order);

private:
  struct Upload;
  using Shared = std::shared_ptr<Upload>;
  using Then = std::function<void(const Shared&)>;

  void list(const Shared& upload, const std::string& cursor, const Then& then);
  void send_missing(const Shared& upload);
  void send_more(const Shared& upload);
  void send(const Shared& upload);
  void sent(const Shared& upload, std::optional<Error> error);
  void verify(const Shared& upload);
  void read_back(const Shared& upload);
  void look_into(const Shared& upload, std::size_t index, const std::string& artifact_id);
  void verified(const Shared& upload);
  void end(const Shared& upload, std::optional<Error> error);

  net::Loop& m_loop;
  http::Async& m_async;
  agrenting::Endpoint m_endpoint;
  std::string m_spools;
  const Redactor& m_redactor;
  Tell m_tell;
  std::function<void(const Log&)> m_log;
};

} // namespace agr::serve
