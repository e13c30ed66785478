// SPDX-License-Identifier: MIT
#include "process/sandbox.hpp"

#include "base/text.hpp"
#include "json/value.hpp"
#include "process/files.hpp"
#include "process/filter.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>

namespace agr::process {
namespace {

/// Namespaces of its own, no capability in them, and no way to make further ones.
constexpr auto k_confinement = std::to_array<std::string_view>(
    {"--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try",
     "--disable-userns", "--cap-drop", "ALL", "--hostname", "sandbox", "--new-session", "--die-with-parent",
     "--json-status-fd", "3"});

constexpr auto k_system =
    std::to_array<std::string_view>({"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"});

/// What programs look up; nothing that is secret anywhere.
constexpr auto k_etc = std::to_array<std::string_view>({"alternatives",
                                                        "ca-certificates",
                                                        "ca-certificates.conf",
                                                        "debian_version",
                                                        "fonts",
                                                        "gai.conf",
                                                        "group",
                                                        "host.conf",
                                                        "hosts",
                                                        "java",
                                                        "ld.so.cache",
                                                        "ld.so.conf",
                                                        "ld.so.conf.d",
                                                        "locale.alias",
                                                        "localtime",
                                                        "magic",
                                                        "mime.types",
                                                        "nsswitch.conf",
                                                        "os-release",
                                                        "passwd",
                                                        "perl",
                                                        "pki",
                                                        "protocols",
                                                        "python3",
                                                        "resolv.conf",
                                                        "services",
                                                        "ssl/certs",
                                                        "ssl/openssl.cnf",
                                                        "terminfo",
                                                        "timezone"});

/// Sockets and folders that are not there inside.
constexpr auto k_dangling = std::to_array<std::string_view>(
    {"DBUS_SESSION_BUS_ADDRESS", "SSH_AUTH_SOCK", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME",
     "XDG_RUNTIME_DIR", "XDG_STATE_HOME"});

/// In memory, so small. The rest of /dev and / is read-only.
constexpr std::string_view k_shared_memory = "67108864";

class Words {
public:
  template <class... Texts>
  void add(const Texts&... texts) {
    (m_words.emplace_back(texts), ...);
  }
  void bind(std::string_view how, std::string_view path) { add(how, path, path); }
  std::vector<std::string> take() && { return std::move(m_words); }

private:
  std::vector<std::string> m_words;
};

Error does_not_work() {
  const auto setting = [](const char* name) {
    return std::string(trim(read_file(std::string("/proc/sys/") + name).value_or("")));
  };
  std::string hint = "user namespaces have to be allowed here; a container may need --security-opt "
                     "seccomp=unconfined, or more; see what bwrap said above";
  if (setting("kernel/unprivileged_userns_clone") == "0")
    hint = "sysctl kernel.unprivileged_userns_clone=1 allows user namespaces";
  else if (setting("user/max_user_namespaces") == "0")
    hint = "sysctl user.max_user_namespaces=10000 allows user namespaces";
  else if (setting("kernel/apparmor_restrict_unprivileged_userns") == "1")
    hint = "sysctl kernel.apparmor_restrict_unprivileged_userns=0 allows user namespaces";
  return {Kind::config, "handlers cannot be isolated: bubblewrap does not work here", hint};
}

Result<void> try_it(const std::string& bubblewrap) {
  auto words = sandbox_words(Sandbox{.bubblewrap = bubblewrap, .temporary = "/tmp"});
  // The report would go where our own descriptor 3 goes.
  words.insert(words.begin(), {"/bin/sh", "-c", "exec \"$0\" \"$@\" 3>/dev/null"});
  words.emplace_back("/bin/true");
  const auto tried = run_filter({.argv = words, .patience = Millis(30'000)}, "");
  if (!tried || tried->how != Filtered::How::exited || tried->code != 0)
    return fail(does_not_work());
  return {};
}

} // namespace

std::vector<std::string> sandbox_words(const Sandbox& sandbox) {
  Words words;
  words.add(sandbox.bubblewrap);
  for (const auto word : k_confinement)
    words.add(word);
  if (!sandbox.network)
    words.add("--unshare-net");
  for (const auto folder : k_system)
    words.bind("--ro-bind-try", folder);
  for (const auto file : k_etc)
    words.bind("--ro-bind-try", fmt::format("/etc/{}", file));
  words.add("--proc", "/proc", "--dev", "/dev");
  words.add("--size", k_shared_memory, "--perms", "1777", "--tmpfs", "/dev/shm", "--remount-ro", "/dev");
  words.add("--bind", sandbox.temporary, "/tmp", "--symlink", "../tmp", "/var/tmp");
  for (const auto& path : sandbox.readable)
    words.bind("--ro-bind", path);
  for (const auto& path : sandbox.writable)
    words.bind("--bind", path);
  words.add("--remount-ro", "/", "--setenv", "HOME", "/tmp", "--setenv", "TMPDIR", "/tmp");
  for (const auto name : k_dangling)
    words.add("--unsetenv", name);
  words.add("--");
  return std::move(words).take();
}

Result<std::string> find_bubblewrap(std::string_view path) {
  for (const auto& folder : split(path, ':')) {
    auto bubblewrap = folder + "/bwrap";
    if (!folder.starts_with('/') || ::access(bubblewrap.c_str(), X_OK) != 0)
      continue;
    AGR_TRY(try_it(bubblewrap));
    return bubblewrap;
  }
  return fail(
      {Kind::config, "handlers cannot be isolated: bubblewrap is not installed", "apt install bubblewrap"});
}

void SandboxReport::add(std::string_view bytes) {
  m_text += bytes;
  for (auto end = m_text.find('\n'); end != std::string::npos; end = m_text.find('\n')) {
    read_line(std::string_view(m_text).substr(0, end));
    m_text.erase(0, end + 1);
  }
}

void SandboxReport::read_line(std::string_view line) {
  const auto value = json::parse(line);
  if (!value)
    return;
  if (const auto pid = (*value)["child-pid"].as_integer())
    m_first = identify(static_cast<pid_t>(*pid));
  m_ran = m_ran || value->has("exit-code");
}

std::optional<pid_t> SandboxReport::group() const {
  // The number may have passed to a stranger since.
  if (!m_first || identify(m_first->pid) != m_first)
    return {};
  return m_first->pid;
}

} // namespace agr::process
