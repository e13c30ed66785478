// SPDX-License-Identifier: MIT
#include "agrenting/file_name.hpp"
#include "base/text.hpp"
#include "cmd/agrenting_calls.hpp"
#include "cmd/command.hpp"
#include "cmd/download.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <set>

namespace agr::cmd {
namespace {

using agrenting::Artifact;
using agrenting::Endpoint;
using output::Style;
using Artifacts = std::vector<Artifact>;

/// All of them: a download that left out the second page would look complete.
Result<Artifacts> artifacts_of(Context& context, const Endpoint& endpoint, const std::string& hiring) {
  return collect<Artifact>(std::nullopt, [&](const NextPage& next) {
    return ask(context, agrenting::list_artifacts(endpoint, hiring, next.size, next.cursor),
               agrenting::read_artifacts,
               fmt::format("listing the artifacts of hiring {}", printable(hiring)));
  });
}

Result<Reply> run_list(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const Endpoint endpoint, hirer(context));
  AGR_TRY_ASSIGN(const Artifacts artifacts, artifacts_of(context, endpoint, given.text("HIRING")));
  return Reply{.value = raw_list(artifacts),
               .view = output::list_of({{"ID", "id|artifact_id", Style::id},
                                        {"NAME", "name"},
                                        {"TYPE", "artifact_type|type"},
                                        {"CONTENT", "content_type"},
                                        {"BYTES", "size_bytes|size", Style::number}},
                                       "No artifacts.")};
}

/// Where downloads go: a folder, one file, or standard output.
struct Target {
  std::string folder = ".";
  std::string file; ///< only for a single artifact
  bool to_stdout = false;
  bool force = false;
};

Result<void> make_folder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!error)
    return {};
  return fail(
      {Kind::usage, fmt::format("making the folder {} failed: {}", printable(folder), error.message())});
}

/// A hiring's files go into a folder, however many there are; one artifact may be given a name.
Result<Target> target_of(const Invocation& given, bool whole_hiring) {
  Target target;
  target.force = given.has("--force");
  const std::string output = given.text("--output");
  if (output.empty())
    return target;
  if (output == "-") {
    target.to_stdout = true;
    return target;
  }
  const std::filesystem::path path(output);
  std::error_code ignored;
  target.folder = output;
  if (!whole_hiring && !output.ends_with('/') && !std::filesystem::is_directory(path, ignored)) {
    target.folder = path.has_parent_path() ? path.parent_path().string() : ".";
    target.file = path.filename().string();
  }
  AGR_TRY(make_folder(target.folder));
  return target;
}

/// What is to be fetched: all of a hiring's artifacts, or the one with that id.
struct Wanted {
  Artifacts artifacts;
  bool whole_hiring = true;
};

Result<Wanted> wanted(Context& context, const Endpoint& endpoint, const std::string& id) {
  auto listed = artifacts_of(context, endpoint, id);
  if (listed)
    return Wanted{std::move(*listed)};
  if (listed.error().kind != Kind::not_found)
    return fail(std::move(listed).error());
  Artifact one;
  one.id = id;
  return Wanted{{one}, false};
}

Result<http::Response> fetch(Context& context, const Endpoint& endpoint, const Artifact& artifact,
                             std::function<Result<void>(std::string_view)> sink) {
  http::Request request = agrenting::download_artifact(endpoint, artifact.id);
  request.sink = std::move(sink);
  AGR_TRY_ASSIGN(http::Response response, context.send(std::move(request)));
  if (!response.ok())
    return fail(
        agrenting::refusal_of(response, fmt::format("downloading artifact {}", printable(artifact.id))));
  return response;
}

Result<void> to_stdout(Context& context, const Endpoint& endpoint, const Artifact& artifact) {
  AGR_TRY(fetch(context, endpoint, artifact, [&](std::string_view bytes) -> Result<void> {
    context.env.console.out.write(bytes);
    return {};
  }));
  return {};
}

/// A name no other artifact of this run was given: "a.md", "a.md.2", …
std::string unused(const std::string& name, std::set<std::string>& taken) {
  std::string free = name;
  for (int i = 2; !taken.insert(free).second; ++i)
    free = fmt::format("{}.{}", name, i);
  return free;
}

/// Downloads one and gives the line of the answer about it.
Result<json::Value> to_file(Context& context, const Endpoint& endpoint, const Artifact& artifact,
                            const Target& target, std::set<std::string>& taken) {
  AGR_TRY_ASSIGN(Download download, Download::begin(target.folder));
  long long size = 0;
  AGR_TRY_ASSIGN(const http::Response response,
                 fetch(context, endpoint, artifact, [&](std::string_view bytes) {
                   size += static_cast<long long>(bytes.size());
                   return download.write(bytes);
                 }));
  std::string name = target.file;
  if (name.empty()) {
    const std::string suggested = artifact.name.empty()
                                      ? agrenting::suggested_name(response.header("Content-Disposition"))
                                      : artifact.name;
    name = unused(agrenting::safe_name(suggested, agrenting::safe_name(artifact.id, "artifact")), taken);
  }
  AGR_TRY_ASSIGN(const std::string path, download.finish(name, target.force));
  return json::Value::object({{"id", artifact.id}, {"name", name}, {"file", path}, {"size_bytes", size}});
}

/// One that fails does not keep the others; the answer lists what became of each.
Result<Reply> download_all(Context& context, const Endpoint& endpoint, const Artifacts& artifacts,
                           const Target& target) {
  Reply reply{.value = json::Value::array(),
              .view = output::list_of({{"FILE", "file"},
                                       {"BYTES", "size_bytes", Style::number},
                                       {"ID", "id", Style::id},
                                       {"ERROR", "error"}},
                                      "No artifacts.")};
  std::set<std::string> taken;
  std::size_t failures = 0;
  for (const Artifact& artifact : artifacts) {
    auto line = to_file(context, endpoint, artifact, target, taken);
    if (!line && ++failures == artifacts.size())
      return fail(std::move(line).error());
    reply.value.push(line ? std::move(*line)
                          : json::Value::object({{"id", artifact.id}, {"error", line.error().message}}));
  }
  reply.exit = failures == 0 ? 0 : exit_code(Kind::partial);
  return reply;
}

Result<Reply> run_download(const Invocation& given, Context& context) {
  const std::string id = given.text("ID");
  AGR_TRY_ASSIGN(const Endpoint endpoint, hirer(context));
  AGR_TRY_ASSIGN(const Wanted found, wanted(context, endpoint, id));
  AGR_TRY_ASSIGN(const Target target, target_of(given, found.whole_hiring));
  if (!target.to_stdout)
    return download_all(context, endpoint, found.artifacts, target);
  if (found.artifacts.size() != 1)
    return fail({Kind::usage,
                 fmt::format("hiring {} has {} artifacts, standard output takes one", printable(id),
                             found.artifacts.size()),
                 fmt::format("choose one: `agr artifacts list {}`", printable(id))});
  AGR_TRY(to_stdout(context, endpoint, found.artifacts.front()));
  return Reply{};
}

} // namespace

const std::vector<Command>& artifacts_commands() {
  static const std::vector<Command> k_commands{
      {.name = "artifacts list",
       .effect = Effect::read,
       .summary = "List the files a hiring delivered",
       .arguments = {{"HIRING", "the hiring's id"}},
       .examples = {{"Their names and sizes", "agr artifacts list HIRING --json=name,size_bytes"}},
       .run = run_list},
      {.name = "artifacts download",
       .effect = Effect::read,
       .summary = "Download the files a hiring delivered",
       .about =
           "Whole files, streamed to disk; one is there under its name only when it is complete. Names come "
           "from strangers: they never leave the folder, and nothing is replaced unless you say so.",
       .arguments = {{"ID", "a hiring's id for all of its artifacts, or one artifact's id"}},
       .options = {{"-o,--output", "PLACE",
                    "A folder; for one artifact also a file name; - for standard output"},
                   {"-f,--force", "", "Replace files that are there already"}},
       .examples = {{"Everything into a folder", "agr artifacts download HIRING -o results/"},
                    {"One to the next program", "agr artifacts download ARTIFACT -o - | less"}},
       .run = run_download}};
  return k_commands;
}

} // namespace agr::cmd
