// SPDX-License-Identifier: MIT
#include "git/work.hpp"

#include "base/text.hpp"
#include "git/trouble.hpp"
#include "process/files.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

namespace agr::git {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view k_base = "refs/heads/base"; // what was fetched, in the repository of our own

std::string kept_in(const Place& place) {
  return place.folder + "/repository";
}

std::string ref_of(std::string_view branch) {
  return fmt::format("refs/heads/{}", branch);
}

std::string shown(const Plan& plan) {
  return plan.address.to_string();
}

/// Fresh, and without anything of the templates this system may have.
Result<Git> make_repository(const Git& git, const std::string& folder) {
  AGR_TRY(process::remove_folder(folder));
  AGR_TRY(process::make_private_folder(folder));
  auto made = git.in(folder);
  AGR_TRY(made.local({"init", "--quiet", "--bare", "--template="}, "make a repository"));
  return made;
}

/// Talks to the server until it answers.
Result<Git::Ran> ask(const Git& git, const std::vector<std::string>& words, const std::string& attempted,
                     const Wait& wait) {
  for (int tries = 1;; ++tries) {
    AGR_TRY_ASSIGN(auto ran, git.remote(words));
    if (ran.code == 0)
      return ran;
    auto error = trouble(attempted, ran.output + ran.errors);
    if (error.kind != Kind::unavailable || !wait(tries))
      return fail(std::move(error));
  }
}

/// What the server calls its default branch.
struct Head {
  std::string branch; ///< "main"
  std::string commit; ///< empty: the repository is
};

Result<Head> head_of(const Git& git, const Plan& plan, const Wait& wait) {
  AGR_TRY_ASSIGN(const auto ran, ask(git, {"ls-remote", "--symref", "--", shown(plan), "HEAD"},
                                     fmt::format("read {}", shown(plan)), wait));
  Head head;
  constexpr std::string_view k_symref = "ref: refs/heads/";
  for (const auto& line : split(ran.output, '\n')) {
    const auto tab = line.find('\t');
    if (tab == std::string::npos || line.substr(tab + 1) != "HEAD")
      continue;
    if (line.starts_with(k_symref))
      head.branch = line.substr(k_symref.size(), tab - k_symref.size());
    else
      head.commit = line.substr(0, tab);
  }
  return head;
}

// ---- before -------------------------------------------------------------------------------------------

/// A push that sends nothing: the server says whether it would take one.
Result<void> try_push(const Git& git, const Plan& plan, const Wait& wait) {
  const auto refspec = fmt::format("{}:{}", k_base, ref_of(plan.branch));
  AGR_TRY(ask(git, {"push", "--dry-run", "--porcelain", "--no-verify", "--", shown(plan), refspec},
              fmt::format("push to {}", shown(plan)), wait));
  return {};
}

/// Links instead of copies where the system can: nothing is ever written into an object.
Result<void> copy_objects(const std::string& from, const std::string& to) {
  std::error_code code;
  fs::copy(from, to, fs::copy_options::recursive | fs::copy_options::create_hard_links, code);
  if (code)
    return fail(Error{Kind::internal, fmt::format("cannot copy {}: {}", from, code.message())});
  return {};
}

/// The tree with a `.git`, for whoever works there: a clone as it would have made one itself.
Result<void> fill_tree(const Git& git, const Plan& plan, const Place& place, const Head& head) {
  const auto inside = place.tree + "/.git";
  AGR_TRY(process::remove_folder(inside));
  AGR_TRY(process::make_private_folder(inside));
  const auto tree = git.in(inside, place.tree);
  AGR_TRY(tree.local({"init", "--quiet", "--template=", "--initial-branch=" + plan.branch}, "make a clone"));
  AGR_TRY(tree.local({"config", "remote.origin.url", shown(plan)}, "make a clone"));
  AGR_TRY(
      tree.local({"config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*"}, "make a clone"));
  if (head.commit.empty())
    return {};
  AGR_TRY(copy_objects(kept_in(place) + "/objects", inside + "/objects"));
  AGR_TRY(process::write_private(inside + "/shallow", head.commit + "\n"));
  const auto followed = "refs/remotes/origin/" + (head.branch.empty() ? "HEAD" : head.branch);
  AGR_TRY(tree.local({"update-ref", followed, head.commit}, "make a clone"));
  AGR_TRY(tree.local({"reset", "--quiet", "--hard", head.commit}, "write the files of the repository"));
  return {};
}

// ---- after --------------------------------------------------------------------------------------------

/// Whoever worked there may have left repositories, whose settings can name programs. Without them, what is
/// in their folders are files like any others.
Result<void> remove_repositories(const std::string& tree) {
  std::error_code code;
  if (fs::symlink_status(tree, code).type() != fs::file_type::directory)
    return fail(Error{Kind::failed, "the folder of the work is gone"});
  std::vector<fs::path> found;
  for (fs::recursive_directory_iterator at(tree, code), end; !code && at != end; at.increment(code))
    if (at->path().filename() == ".git") {
      found.push_back(at->path());
      at.disable_recursion_pending();
    }
  for (const auto& path : found)
    if (!code)
      fs::remove_all(path, code);
  if (code)
    return fail(Error{Kind::failed, fmt::format("cannot read the folder of the work: {}", code.message())});
  return {};
}

bool is_commit(std::string_view text) {
  return (text.size() == 40 || text.size() == 64) &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// A repository nobody has worked with, which knows the fetched commit.
Result<Git> make_outgoing(const Git& git, const Place& place, const std::string& base) {
  const auto folder = place.folder + "/outgoing";
  AGR_TRY_ASSIGN(auto made, make_repository(git, folder));
  if (!base.empty()) {
    AGR_TRY(process::write_private(folder + "/objects/info/alternates", kept_in(place) + "/objects\n"));
    AGR_TRY(process::write_private(folder + "/shallow", base + "\n"));
  }
  return git.in(folder, place.tree);
}

Result<Git> as_author(const Git& git, const Plan& plan, Time time) {
  AGR_TRY_ASSIGN(const auto author, read_author(plan.author));
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
  const auto date = fmt::format("{} +0000", seconds);
  return git.with("GIT_AUTHOR_NAME", author.name)
      .with("GIT_AUTHOR_EMAIL", author.address)
      .with("GIT_AUTHOR_DATE", date)
      .with("GIT_COMMITTER_NAME", author.name)
      .with("GIT_COMMITTER_EMAIL", author.address)
      .with("GIT_COMMITTER_DATE", date);
}

/// The tree as a commit; empty when nothing is different from `base`.
Result<std::string> record(const Git& git, const Plan& plan, const Place& place, const std::string& base,
                           Time time) {
  constexpr std::string_view k_what = "record the work";
  if (!base.empty())
    AGR_TRY(git.local({"read-tree", base}, k_what));
  AGR_TRY(git.local({"add", "--all", "--", "."}, k_what));
  AGR_TRY_ASSIGN(const auto tree, git.local({"write-tree"}, k_what));
  AGR_TRY_ASSIGN(const auto before, base.empty()
                                        ? git.local({"hash-object", "-t", "tree", "/dev/null"}, k_what)
                                        : git.local({"rev-parse", base + "^{tree}"}, k_what));
  if (tree == before)
    return std::string();
  const auto message = place.folder + "/message";
  ::unlink(message.c_str());
  AGR_TRY(process::write_private(message, message_of(plan)));
  AGR_TRY_ASSIGN(const auto author, as_author(git, plan, time));
  std::vector<std::string> words{"commit-tree", tree, "-F", "-"};
  if (!base.empty())
    words.insert(words.end(), {"-p", base});
  return author.local(words, k_what, message);
}

Result<void> list_files(const Git& git, const std::string& base, Delivery& delivery) {
  std::vector<std::string> words{"diff-tree", "-r", "-z", "--name-only", "--no-renames", "--no-commit-id"};
  if (base.empty())
    words.emplace_back("--root");
  words.push_back(delivery.commit);
  AGR_TRY_ASSIGN(const auto names, git.local(words, "list what was changed"));
  for (const auto& name : split(names, '\0'))
    if (!name.empty() && ++delivery.file_count <= k_most_files)
      delivery.files.push_back(printable(to_utf8(name)));
  return {};
}

/// The branch that has taken the commit.
Result<std::string> push(const Git& git, const Plan& plan, const std::string& commit, const Wait& wait) {
  const auto push_to = [&](const std::string& branch) {
    return ask(git, {"push", "--porcelain", "--no-verify", "--", shown(plan), commit + ":" + ref_of(branch)},
               fmt::format("push to branch {} of {}", branch, shown(plan)), wait);
  };
  if (plan.to_default) {
    AGR_TRY_ASSIGN(const auto head, head_of(git, plan, wait));
    const auto pushed = head.branch.empty() ? fail({Kind::conflict, ""}) : push_to(head.branch);
    if (pushed)
      return head.branch;
    if (pushed.error().kind != Kind::conflict)
      return fail(pushed.error());
  }
  AGR_TRY(push_to(plan.branch));
  return plan.branch;
}

} // namespace

Result<void> fetch(const Git& git, const Plan& plan, const Place& place, const Wait& wait) {
  AGR_TRY_ASSIGN(const auto own, make_repository(git, kept_in(place)));
  AGR_TRY_ASSIGN(auto head, head_of(own, plan, wait));
  if (!head.commit.empty()) {
    AGR_TRY(ask(own,
                {"fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules", "--", shown(plan),
                 fmt::format("+HEAD:{}", k_base)},
                fmt::format("fetch {}", shown(plan)), wait));
    AGR_TRY_ASSIGN(head.commit, own.local({"rev-parse", "--verify", std::string(k_base)}, "read the clone"));
    AGR_TRY(try_push(own, plan, wait));
  }
  AGR_TRY(fill_tree(git, plan, place, head));
  return process::write_durably(place.folder + "/base", head.commit);
}

Result<Delivery> publish(const Git& git, const Plan& plan, const Place& place, Time time, const Wait& wait) {
  AGR_TRY_ASSIGN(const auto base, process::read_file(place.folder + "/base"));
  if (!base.empty() && !is_commit(base))
    return fail(Error{Kind::failed, "what was fetched is not known any more"});
  AGR_TRY(remove_repositories(place.tree));
  AGR_TRY_ASSIGN(const auto outgoing, make_outgoing(git, place, base));
  Delivery delivery{.repository = shown(plan)};
  AGR_TRY_ASSIGN(delivery.commit, record(outgoing, plan, place, base, time));
  if (delivery.commit.empty())
    return delivery;
  AGR_TRY(list_files(outgoing, base, delivery));
  AGR_TRY_ASSIGN(delivery.branch, push(outgoing, plan, delivery.commit, wait));
  return delivery;
}

} // namespace agr::git
