// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace agr::process {

/// "cannot WHAT PATH: reason", the reason from errno. Kind::internal.
Error system_error(std::string_view what, std::string_view path);

Result<std::string> read_file(const std::string& path);
/// Creates a new file of mode 0600. It is not synced.
Result<void> write_private(const std::string& path, std::string_view bytes);
/// Replaces the file in one step that survives a power cut: temporary file, sync, rename, sync of the folder.
Result<void> write_durably(const std::string& path, std::string_view bytes);
/// Creates the file in one step, with its whole content, durably. False when it was there already, and then
/// nothing changed: of several who try, exactly one gets true.
Result<bool> create_once(const std::string& path, std::string_view bytes);
/// A folder of mode 0700; one that is there already is fine.
Result<void> make_private_folder(const std::string& path);
/// With everything in it, not following links. One that is not there is fine.
Result<void> remove_folder(const std::string& path);

} // namespace agr::process
