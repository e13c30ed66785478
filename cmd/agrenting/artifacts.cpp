// SPDX-License-Identifier: MIT
#include "agrenting/file_name.hpp"
#include "base/text.hpp"
#include "cmd/agrenting/artifact_fetch.hpp"
#include "cmd/agrenting/artifact_upload.hpp"
#include "cmd/frame/command.hpp"
#include "cmd/frame/paging.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

namespace agr::cmd {
namespace {

using agrenting::Artifact;
using agrenting::Endpoint;
using output::Style;
using Artifacts = std::vector<Artifact>;

/// All of them: a download that left out the second page would look complete.
Result<Artifacts> artifacts_of(Context& context, const Hirer& hirer, const std::string& hiring) {
  return collect<Artifact>(std::nullopt, [&](const NextPage& next) {
    return ask(context, hirer, agrenting::list_artifacts(hirer.endpoint, hiring, next.size, next.cursor),
               agrenting::tools::list_hiring_artifacts(hiring), agrenting::read_artifacts,
               fmt::format("listing the artifacts of hiring {}", printable(hiring)));
  });
}

/// Only those of the types asked for; all when none was.
void keep_types(Artifacts& artifacts, const std::vector<std::string>& types) {
  if (!types.empty())
    std::erase_if(artifacts,
                  [&](const Artifact& one) { return std::ranges::find(types, one.type) == types.end(); });
}

Result<Reply> run_list(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const Hirer hirer, hirer_of(given, context));
  AGR_TRY_ASSIGN(Artifacts artifacts, artifacts_of(context, hirer, given.text("HIRING")));
  keep_types(artifacts, given.all("--type"));
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

Result<Wanted> wanted(Context& context, const Hirer& hirer, const std::string& id) {
  auto listed = artifacts_of(context, hirer, id);
  if (listed)
    return Wanted{std::move(*listed)};
  if (listed.error().kind != Kind::not_found)
    return fail(std::move(listed).error());
  Artifact one;
  one.id = id;
  return Wanted{{one}, false};
}

/// A name no other artifact of this run was given: "a.md", "a.md.2", …
std::string unused(const std::string& name, std::set<std::string>& taken) {
  std::string free = name;
  for (int i = 2; !taken.insert(free).second; ++i)
    free = fmt::format("{}.{}", name, i);
  return free;
}

/// Whether a download ended before its time although the connection did not say so.
Result<void> check_size(const Artifact& artifact, long long size) {
  if (!artifact.size || *artifact.size == size)
    return {};
  return fail({Kind::protocol, fmt::format("artifact {} has {} bytes, but {} came", printable(artifact.id),
                                           *artifact.size, size)});
}

/// Downloads one and gives the line of the answer about it.
Result<json::Value> to_file(Context& context, const Hirer& hirer, const Artifact& artifact,
                            const Target& target, std::set<std::string>& taken) {
  AGR_TRY_ASSIGN(Download download, Download::begin(target.folder, hirer.endpoint.base + "\n" + artifact.id));
  AGR_TRY_ASSIGN(const std::string suggested, fetch_artifact(context, hirer, artifact.id, download));
  const long long size = download.size();
  if (const auto whole = check_size(artifact, size); !whole) {
    AGR_TRY(download.restart()); // of no use to a later run
    return fail(whole.error());
  }
  std::string name = target.file;
  if (name.empty())
    name = unused(agrenting::safe_name(artifact.name.empty() ? suggested : artifact.name,
                                       agrenting::safe_name(artifact.id, "artifact")),
                  taken);
  AGR_TRY_ASSIGN(const Download::Finished file, download.finish(name, target.force));
  return json::Value::object({{"id", artifact.id},
                              {"name", name},
                              {"file", file.path},
                              {"size_bytes", size},
                              {"sha256", file.sha256}});
}

/// One that fails does not keep the others; the answer lists what became of each.
Result<Reply> download_all(Context& context, const Hirer& hirer, const Artifacts& artifacts,
                           const Target& target) {
  Reply reply{.value = json::Value::array(),
              .view = output::list_of({{"FILE", "file"},
                                       {"BYTES", "size_bytes", Style::number},
                                       {"SHA256", "sha256"},
                                       {"ID", "id", Style::id},
                                       {"ERROR", "error"}},
                                      "No artifacts.")};
  std::set<std::string> taken;
  std::size_t failures = 0;
  for (const Artifact& artifact : artifacts) {
    auto line = to_file(context, hirer, artifact, target, taken);
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
  AGR_TRY_ASSIGN(const Hirer hirer, hirer_of(given, context));
  AGR_TRY_ASSIGN(Wanted found, wanted(context, hirer, id));
  if (found.whole_hiring)
    keep_types(found.artifacts, given.all("--type"));
  AGR_TRY_ASSIGN(const Target target, target_of(given, found.whole_hiring));
  if (!target.to_stdout)
    return download_all(context, hirer, found.artifacts, target);
  if (found.artifacts.size() != 1)
    return fail({Kind::usage,
                 fmt::format("hiring {} has {} artifacts, standard output takes one", printable(id),
                             found.artifacts.size()),
                 fmt::format("choose one: `agr artifacts list {}`", printable(id))});
  AGR_TRY(print_artifact(context, hirer.endpoint, found.artifacts.front().id));
  return Reply{};
}

// artifacts upload

Result<Reply> run_upload(const Invocation& given, Context& context) {
  const std::string hiring = given.text("HIRING");
  AGR_TRY_ASSIGN(const Endpoint endpoint, as_agent(context, given.text("--name")));
  AGR_TRY_ASSIGN(json::Value answers, upload_files(context, endpoint, hiring, given.all("FILE"),
                                                   given.maybe("--type").value_or("file")));
  return Reply{.value = std::move(answers),
               .view = output::list_of({{"ID", "id|artifact_id", Style::id},
                                        {"NAME", "name"},
                                        {"TYPE", "artifact_type|type"},
                                        {"BYTES", "size_bytes|size", Style::number}},
                                       "")};
}

const Option k_type{.names = "--type",
                    .value = "TYPE",
                    .help = "Only these: file, markdown, json, …; several times for several",
                    .repeats = true};

} // namespace

const std::vector<Command>& artifacts_commands() {
  static const std::vector<Command> k_commands{
      {.name = "artifacts list",
       .effect = Effect::read,
       .summary = "List the files a hiring delivered",
       .arguments = {{"HIRING", "the hiring's id"}},
       .options = with_via({k_type}),
       .examples = {{"Their names and sizes", "agr artifacts list HIRING --json=name,size_bytes"}},
       .run = run_list},
      {.name = "artifacts download",
       .effect = Effect::read,
       .summary = "Download the files a hiring delivered",
       .about =
           "Whole files, streamed to disk; one is there under its name only when it is complete. Names come "
           "from strangers: they never leave the folder, and nothing is replaced unless you say so. What was "
           "cut "
           "off goes on where it was when you run the same command again, if the service can give a part. "
           "SHA256 is of the bytes on disk.",
       .arguments = {{"ID", "a hiring's id for all of its artifacts, or one artifact's id"}},
       .options = with_via(
           {{"-o,--output", "PLACE", "A folder; for one artifact also a file name; - for standard output"},
            k_type,
            {"-f,--force", "", "Replace files that are there already"}}),
       .examples = {{"Everything into a folder", "agr artifacts download HIRING -o results/"},
                    {"One to the next program", "agr artifacts download ARTIFACT -o - | less"}},
       .run = run_download},
      {.name = "artifacts upload",
       .effect = Effect::change,
       .summary = "Add files to a hiring, as the agent that works on it",
       .about = "Before the result is delivered: a hiring that has ended takes no more. Any bytes will do. A "
                "large file goes from disk to wire, by way of the state folder, which needs room for it. A "
                "repeat after a lost answer is recognised.",
       .arguments = {{"HIRING", "the hiring's id"}, {"FILE", "files", Argument::Count::many}},
       .options = {{.names = "--type",
                    .value = "TYPE",
                    .help = "What they are; file when not given",
                    .choices = {"file", "text", "markdown", "html", "json", "code_block", "diff", "image",
                                "link"}},
                   {"--name", "AGENT", "Which agent of the profile; not needed when there is one"}},
       .examples = {{"Two of them", "agr artifacts upload HIRING report.pdf data.csv"}},
       .run = run_upload}};
  return k_commands;
}

} // namespace agr::cmd
