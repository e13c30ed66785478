// SPDX-License-Identifier: MIT
#include "serve/uploads.hpp"

#include "agrenting/answer.hpp"
#include "agrenting/decode.hpp"
#include "base/text.hpp"
#include "crypto/hasher.hpp"
#include "serve/artifacts.hpp"
#include "serve/handler.hpp"
#include "serve/staging.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace agr::serve {
namespace {

/// The lanes are shared with everything else that this process asks.
constexpr int k_most_at_once = 3;
/// A body of a portion, over a slow line.
constexpr Millis k_body_timeout{300'000};
/// Silence in the middle of a large body.
constexpr Millis k_stall{120'000};
/// Larger artifacts are not read back where the marketplace shows no digest of them.
constexpr std::uint64_t k_most_read_back = std::uint64_t{16} << 20;

Result<agrenting::NewArtifact> load(const StagedArtifact& staged, const Redactor& redactor) {
  agrenting::NewArtifact artifact{.name = staged.name, .type = staged.type};
  AGR_TRY(read_staged(staged, redactor, [&artifact](std::string_view piece) -> Result<void> {
    artifact.bytes += piece;
    return {};
  }));
  return artifact;
}

Result<http::Request> request_for(const agrenting::Endpoint& endpoint, const std::string& id,
                                  std::span<const StagedArtifact> portion, const Redactor& redactor,
                                  const std::string& body_file) {
  if (is_large(portion)) {
    const auto& artifact = portion.front();
    auto large = agrenting::upload_large_artifact(endpoint, id, artifact.name, artifact.type);
    AGR_TRY(write_body(artifact, redactor, large.before, large.after, body_file));
    large.request.body_file = body_file;
    large.request.timeout = k_stall;
    return std::move(large.request);
  }
  std::vector<agrenting::NewArtifact> artifacts;
  for (const auto& staged : portion) {
    AGR_TRY_ASSIGN(auto artifact, load(staged, redactor));
    artifacts.push_back(std::move(artifact));
  }
  auto request = agrenting::upload_artifacts(endpoint, id, artifacts);
  request.timeout = k_body_timeout;
  return request;
}

} // namespace

/// One upload on its way.
struct Uploads::Upload {
  std::string id;
  process::Spool spool;
  Redactor redactor;
  std::vector<StagedArtifact> artifacts = {};
  std::vector<agrenting::Artifact> there = {};
  bool is_listed = true;                              // the marketplace shows agents what is there
  std::vector<std::vector<StagedArtifact>> left = {}; // last portion first
  int at_once = 0;
  int bodies = 0; // files that were made for large ones
  std::optional<Error> error = {};
  bool is_again = false; // what was damaged is sent a second time, and no third
  std::vector<StagedArtifact> damaged = {};
};

Uploads::Uploads(net::Loop& loop, http::Async& async, agrenting::Endpoint endpoint, std::string spools,
                 const Redactor& redactor, Tell tell, std::function<void(const Log&)> log)
    : m_loop(loop), m_async(async), m_endpoint(std::move(endpoint)), m_spools(std::move(spools)),
      m_redactor(redactor), m_tell(std::move(tell)), m_log(std::move(log)) {}

void Uploads::start(const UploadArtifacts& order) {
  auto upload = std::make_shared<Upload>(
      Upload{.id = order.id, .spool = spool_of(m_spools, order.id, order.attempt), .redactor = m_redactor});
  auto refused = std::make_shared<std::vector<std::string>>();
  m_loop.background(
      [upload, refused] {
        learn_secrets(upload->redactor, upload->spool);
        auto found = find_artifacts(artifacts_folder(upload->spool));
        *refused = std::move(found.refused);
        for (const auto& file : found.files) {
          auto staged = stage(file, upload->redactor);
          if (staged)
            upload->artifacts.push_back(std::move(*staged));
          else
            refused->push_back(printable(file.name));
        }
      },
      [this, upload, refused] {
        for (const auto& name : *refused)
          m_tell(ArtifactRefused{upload->id, name});
        if (upload->artifacts.empty())
          return end(upload, std::nullopt);
        list(upload, "", [this](const Shared& listed) { send_missing(listed); });
      });
}

/// A service that does not list artifacts to agents gets all of them.
void Uploads::list(const Shared& upload, const std::string& cursor, const Then& then) {
  constexpr long long k_page = 100;
  if (cursor.empty())
    upload->there.clear();
  m_async.send(agrenting::list_artifacts(m_endpoint, upload->id, k_page, cursor),
               [this, upload, then](const Result<http::Response>& response) {
                 const auto answer =
                     response ? agrenting::document_of(*response, "list artifacts of hiring " + upload->id)
                              : fail(response.error());
                 const auto page = answer ? agrenting::read_artifacts(*answer) : fail(answer.error());
                 upload->is_listed =
                     page || (page.error().kind != Kind::not_found && page.error().kind != Kind::forbidden);
                 if (!upload->is_listed)
                   return then(upload);
                 if (!page)
                   return end(upload, page.error());
                 std::ranges::copy(page->items, std::back_inserter(upload->there));
                 if (page->has_more && !page->cursor.empty() && !page->items.empty())
                   return list(upload, page->cursor, then);
                 then(upload);
               });
}

// ---- up ----------------------------------------------------------------------------------------------

/// An upload may have been cut off before: only what is not there yet is sent.
void Uploads::send_missing(const Shared& upload) {
  upload->left = portions(missing(upload->artifacts, upload->there));
  std::ranges::reverse(upload->left);
  if (upload->left.empty())
    return end(upload, std::nullopt);
  send_more(upload);
}

void Uploads::send_more(const Shared& upload) {
  while (upload->at_once < k_most_at_once && !upload->left.empty() && !upload->error)
    send(upload);
  if (upload->at_once > 0)
    return;
  if (upload->error)
    return end(upload, upload->error);
  verify(upload);
}

void Uploads::send(const Shared& upload) {
  ++upload->at_once;
  const auto body_file = upload->spool.path(fmt::format("upload.{}", ++upload->bodies));
  auto request = std::make_shared<Result<http::Request>>();
  m_loop.background(
      [endpoint = m_endpoint, upload, portion = upload->left.back(), body_file, request] {
        *request = request_for(endpoint, upload->id, portion, upload->redactor, body_file);
      },
      [this, upload, body_file, request] {
        if (!*request) {
          ::unlink(body_file.c_str());
          return sent(upload, request->error());
        }
        m_async.send(
            std::move(**request),
            [this, upload, body_file](const Result<http::Response>& response) {
              ::unlink(body_file.c_str());
              const auto answer =
                  response ? agrenting::document_of(*response, "upload artifacts of hiring " + upload->id)
                           : fail(response.error());
              sent(upload, answer ? std::nullopt : std::optional(answer.error()));
            },
            http::Lane::bulk);
      });
  upload->left.pop_back();
}

void Uploads::sent(const Shared& upload, std::optional<Error> error) {
  --upload->at_once;
  if (error && !upload->error)
    upload->error = std::move(error);
  send_more(upload);
}

// ---- and there -----------------------------------------------------------------------------------------

void Uploads::verify(const Shared& upload) {
  if (!upload->is_listed)
    return end(upload, std::nullopt);
  list(upload, "", [this](const Shared& listed) {
    listed->damaged = missing(listed->artifacts, listed->there);
    read_back(listed);
  });
}

/// Where no digest is shown, the bytes themselves tell. One after the other: it is the exception.
void Uploads::read_back(const Shared& upload) {
  for (std::size_t i = 0; i < upload->artifacts.size(); ++i) {
    auto& artifact = upload->artifacts[i];
    const auto found = std::ranges::find_if(
        upload->there, [&](const auto& other) { return is_same(artifact, other) && !other.id.empty(); });
    if (found == upload->there.end() || !found->sha256.empty() || artifact.size > k_most_read_back)
      continue;
    return look_into(upload, i, found->id);
  }
  verified(upload);
}

void Uploads::look_into(const Shared& upload, std::size_t index, const std::string& artifact_id) {
  auto hasher = std::make_shared<crypto::Hasher>();
  auto request = agrenting::download_artifact(m_endpoint, artifact_id);
  request.sink = [hasher](std::string_view piece) -> Result<void> {
    hasher->add(piece);
    return {};
  };
  m_async.send(
      std::move(request), [this, upload, index, artifact_id, hasher](const Result<http::Response>& response) {
        const auto there = std::ranges::find(upload->there, artifact_id, &agrenting::Artifact::id);
        const auto& artifact = upload->artifacts[index];
        // What cannot be read back is believed to be there.
        there->sha256 = response && response->ok() ? hex(hasher->take()) : artifact.sha256;
        if (!is_same(artifact, *there) && missing(std::span(&artifact, 1), upload->there).size() == 1)
          upload->damaged.push_back(artifact);
        read_back(upload);
      });
}

void Uploads::verified(const Shared& upload) {
  if (upload->damaged.empty())
    return end(upload, std::nullopt);
  if (!std::exchange(upload->is_again, true)) {
    upload->left = portions(std::exchange(upload->damaged, {}));
    return send_more(upload);
  }
  for (const auto& artifact : upload->damaged)
    m_log({.level = Log::Level::error,
           .event = "artifact_damaged",
           .hiring_id = upload->id,
           .text = fmt::format("{} did not arrive as it left, twice", artifact.name)});
  end(upload, std::nullopt);
}

void Uploads::end(const Shared& upload, std::optional<Error> error) {
  m_tell(ArtifactsUploaded{upload->id, std::move(error)});
}

} // namespace agr::serve
