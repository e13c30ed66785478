// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"
#include "base/secret.hpp"
#include "serve/artifacts.hpp"

#include <functional>
#include <string>
#include <string_view>

/// Artifacts as they leave: without secrets, and never whole in memory when they are large.
namespace agr::serve {

using TakeBytes = std::function<Result<void>(std::string_view)>;

/// Masks secrets in a text of any length, given piece by piece; none hides on the border of two pieces.
class Masker {
public:
  Masker(const Redactor& redactor, TakeBytes take) : m_redactor(redactor), m_take(std::move(take)) {}

  Result<void> add(std::string_view bytes);
  /// After the last piece.
  Result<void> end();

private:
  Result<void> cut();

  const Redactor& m_redactor;
  TakeBytes m_take;
  std::string m_window;
};

/// What the marketplace will have of a file: name, type, size and digest.
Result<StagedArtifact> stage(const ArtifactFile& file, const Redactor& redactor);

/// Gives the bytes of a staged file, as they leave. Errors: Kind::internal, also when it is not the file any
/// more that was staged.
Result<void> read_staged(const StagedArtifact& artifact, const Redactor& redactor, const TakeBytes& take);

/// Writes `before`, the bytes in base64 and `after` to a file.
Result<void> write_body(const StagedArtifact& artifact, const Redactor& redactor, std::string_view before,
                        std::string_view after, const std::string& path);

} // namespace agr::serve
