#include "tools/wrun/grants.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <set>

#include <wrun/wasi/archive.hpp>

extern "C" char** environ;

namespace wrun::inline v0::tool {
namespace {

using wasi::Directory;
using DirectoryPtr = std::shared_ptr<Directory>;

constexpr std::size_t most_denials = 100;

/// Tells each distinct denial once, and not without end.
class DenialPrinter {
 public:
  void print(const wasi::Denial& denial) {
    if (seen_.size() > most_denials || !seen_.insert(text(denial)).second) return;
    const bool last = seen_.size() > most_denials;
    fmt::print(stderr, "{}\n", last ? "denied: further denials are not shown" : text(denial));
  }

 private:
  std::set<std::string> seen_;
};

/// What a flag would allow.
std::optional<Capability> allowed_by(std::string_view flag) {
  if (flag.starts_with("--dir")) return Capability::files;
  if (flag.starts_with("--listen")) return Capability::sockets;
  constexpr std::string_view allow = "--allow-";
  return flag.starts_with(allow) ? capability(flag.substr(allow.size())) : std::nullopt;
}

/// Denying beats allowing: where something is denied by name, no other flag would help.
wasi::Denial explained(const decltype(Grants::denied)& denied, wasi::Denial denial) {
  const auto which = allowed_by(denial.grant);
  if (!which || !denied[static_cast<std::size_t>(*which)]) return denial;
  denial.reason = fmt::format("--deny-{} or the policy says so",
                              capability_names[static_cast<std::size_t>(*which)]);
  denial.grant.clear();
  return denial;
}

Error refused(const std::string& what, wasi::Errno why) {
  return Error(ErrorKind::io, fmt::format("{}: {}", what, wasi::text(why)));
}

/// The steps from grants to a configuration.
class Granting {
 public:
  explicit Granting(const Grants& grants) : grants_(grants) {}

  Result<wasi::Config> run(std::vector<std::string> arguments) {
    config_.args(std::move(arguments));
    grant_environment();
    grant_clock();
    if (grants_.has(Capability::random)) {
      config_.random(grants_.random_seed ? wasi::seeded_random(*grants_.random_seed)
                                         : wasi::system_random());
    }
    for (auto step :
         {&Granting::grant_streams, &Granting::grant_directories, &Granting::grant_sockets}) {
      if (const Result<void> done = (this->*step)(); !done) return done.error();
    }
    auto printer = std::make_shared<DenialPrinter>();
    config_.on_denied([printer, denied = grants_.denied](const wasi::Denial& denial) {
      printer->print(explained(denied, denial));
    });
    return std::move(config_);
  }

 private:
  void grant_environment() {
    if (grants_.denied[static_cast<std::size_t>(Capability::env)]) return;
    if (grants_.has(Capability::env)) {
      for (char** each = environ; each != nullptr && *each != nullptr; ++each) {
        const std::string_view variable = *each;
        const std::size_t equals = variable.find('=');
        if (equals == 0 || equals == variable.npos) continue;
        config_.env(std::string(variable.substr(0, equals)),
                    std::string(variable.substr(equals + 1)));
      }
    }
    for (const auto& [name, value] : grants_.environment) config_.env(name, value);
  }

  void grant_clock() {
    constexpr wasi::Timestamp second = 1'000'000'000;
    if (!grants_.has(Capability::clock)) return;
    clocks_ = grants_.fixed_clock ? wasi::fixed_clock(*grants_.fixed_clock * second)
                                  : wasi::system_clock();
    config_.clock(clocks_);
  }

  Result<void> grant_streams() {
    if (grants_.has(Capability::stdin_)) {
      auto stream = wasi::host_stdin();
      if (!grants_.stdin_file.empty()) {
        auto file = wasi::input_from_file(grants_.stdin_file);
        if (!file) return refused(grants_.stdin_file, file.error());
        stream = *std::move(file);
      }
      config_.stdin_(std::move(stream));
    }
    if (grants_.has(Capability::stdout_)) {
      auto stream = output(grants_.stdout_file, wasi::host_stdout);
      if (!stream) return std::move(stream).error();
      config_.stdout_(*std::move(stream));
    }
    if (grants_.has(Capability::stderr_)) {
      auto stream = output(grants_.stderr_file, wasi::host_stderr);
      if (!stream) return std::move(stream).error();
      config_.stderr_(*std::move(stream));
    }
    return {};
  }

  Result<std::shared_ptr<wasi::OutputStream>> output(
      const std::string& name, std::shared_ptr<wasi::OutputStream> (*make)()) const {
    if (name.empty()) {
      return grants_.max_output ? wasi::capped_output(make(), *grants_.max_output) : make();
    }
    auto file = grants_.max_output ? wasi::output_to_file(name, *grants_.max_output)
                                   : wasi::output_to_file(name);
    if (!file) return refused(name, file.error());
    return *std::move(file);
  }

  Result<void> grant_directories() {
    if (!grants_.has(Capability::files)) return {};
    for (const DirectoryGrant& grant : grants_.directories) {
      const auto access = grant.read_only ? wasi::read_only : wasi::read_write;
      if (grant.kind == DirectoryGrant::Kind::host) {
        config_.dir(grant.source, grant.guest, access);
        if (config_.error()) return *config_.error();
        continue;
      }
      auto directory = virtual_directory(grant);
      if (!directory) return std::move(directory).error();
      config_.dir(*std::move(directory), grant.guest, access);
    }
    return {};
  }

  Result<DirectoryPtr> virtual_directory(const DirectoryGrant& grant) const {
    if (grant.kind == DirectoryGrant::Kind::archive) {
      return wasi::archive_file(grant.source, grants_.quota());
    }
    if (grant.kind == DirectoryGrant::Kind::memory) {
      const DirectoryPtr root = in_memory();
      if (grant.source.empty()) return root;
      const auto from = host(grant.source);
      if (!from) return from;
      const auto copied = wasi::copy_tree(**from, *root);
      if (!copied) return refused(grant.source, copied.error());
      return root;
    }
    const auto base = std::filesystem::is_directory(grant.source)
                          ? host(grant.source)
                          : wasi::archive_file(grant.source, grants_.quota());
    if (!base) return base;
    const auto upper = grant.upper.empty() ? Result<DirectoryPtr>(in_memory()) : host(grant.upper);
    if (!upper) return upper;
    return wasi::overlay(*base, *upper);
  }

  DirectoryPtr in_memory() const {
    return wasi::MemoryFiles::create(grants_.quota(), clocks_)->root();
  }

  static Result<DirectoryPtr> host(const std::string& path) {
    auto directory = wasi::host_directory(path);
    if (!directory) {
      return Error(ErrorKind::io, fmt::format("can't open directory \"{}\": {}", path,
                                              wasi::text(directory.error())));
    }
    return *std::move(directory);
  }

  Result<void> grant_sockets() {
    if (!grants_.has(Capability::sockets)) return {};
    wasi::SocketRules rules;
    for (const std::string& rule : grants_.allow_net) {
      if (auto added = rules.allow(rule); !added) return added;
    }
    for (const std::string& rule : grants_.deny_net) {
      if (auto added = rules.deny(rule); !added) return added;
    }
    // A flag that opens one is leave enough, unless rules say what is.
    if (grants_.allow_net.empty()) (void)rules.allow("*");
    for (const std::string& text : grants_.listen) {
      auto endpoint = permitted(rules, wasi::Direction::listen, text);
      if (!endpoint) return std::move(endpoint).error();
      auto listener = wasi::listen_on(*endpoint);
      if (!listener) return refused("--listen " + text, listener.error());
      if (text.ends_with(":0")) fmt::print(stderr, "listening on {}\n", wasi::text(*endpoint));
      config_.listener(*std::move(listener));
    }
    for (const std::string& text : grants_.connect) {
      auto endpoint = permitted(rules, wasi::Direction::connect, text);
      if (!endpoint) return std::move(endpoint).error();
      auto connection = wasi::connect_to(*endpoint);
      if (!connection) return refused("--connect " + text, connection.error());
      config_.connection(*std::move(connection));
    }
    return {};
  }

  static Result<wasi::Endpoint> permitted(const wasi::SocketRules& rules, wasi::Direction direction,
                                          const std::string& text) {
    auto endpoint = wasi::Endpoint::parse(text);
    if (!endpoint) return endpoint;
    if (!endpoint->address) {
      return Error(ErrorKind::usage, fmt::format("'{}' has to be an address, not a name", text));
    }
    const auto verdict = rules.judge(direction, *endpoint);
    if (verdict.allowed) return endpoint;
    const bool listens = direction == wasi::Direction::listen;
    return Error(ErrorKind::denied,
                 verdict.rule.empty()
                     ? fmt::format("{}: no rule allows it; add --allow-net '{} {}'", text,
                                   listens ? "listen" : "connect", text)
                     : fmt::format("{}: denied by the rule '{}'", text, verdict.rule));
  }

  const Grants& grants_;
  wasi::Config config_;
  std::shared_ptr<wasi::Clocks> clocks_;
};

/// Cuts "A::B" into A, and B into the text; false if there is no "::".
bool split(std::string& text, std::string& first) {
  const std::size_t colons = text.find("::");
  if (colons == text.npos) return false;
  first = text.substr(0, colons);
  text.erase(0, colons + 2);
  return true;
}

}  // namespace

std::optional<Capability> capability(std::string_view name) {
  const auto found = std::find(capability_names.begin(), capability_names.end(), name);
  if (found == capability_names.end()) return std::nullopt;
  return static_cast<Capability>(found - capability_names.begin());
}

bool Grants::has(Capability which) const {
  const auto at = static_cast<std::size_t>(which);
  if (denied[at]) return false;
  const bool by_default = which != Capability::clock && which != Capability::random &&
                          which != Capability::env && which != Capability::threads;
  const bool implied =
      (which == Capability::clock && fixed_clock) || (which == Capability::random && random_seed);
  return by_default || implied || allowed[at];
}

wasi::FilesQuota Grants::quota() const {
  wasi::FilesQuota quota;
  quota.bytes = fs_bytes.value_or(quota.bytes);
  quota.files = fs_files.value_or(quota.files);
  return quota;
}

void Grants::add(const Grants& others) {
  const auto append = [](auto& to, const auto& from) {
    to.insert(to.end(), from.begin(), from.end());
  };
  const auto fill = [](auto& to, const auto& from) {
    if (to == std::remove_cvref_t<decltype(to)>()) to = from;
  };
  append(directories, others.directories);
  append(environment, others.environment);
  append(listen, others.listen);
  append(connect, others.connect);
  append(allow_net, others.allow_net);
  append(deny_net, others.deny_net);
  append(natives, others.natives);
  fill(fs_bytes, others.fs_bytes);
  fill(fs_files, others.fs_files);
  fill(fixed_clock, others.fixed_clock);
  fill(random_seed, others.random_seed);
  fill(stdin_file, others.stdin_file);
  fill(stdout_file, others.stdout_file);
  fill(stderr_file, others.stderr_file);
  fill(max_output, others.max_output);
  for (std::size_t i = 0; i < allowed.size(); ++i) {
    allowed[i] = allowed[i] || others.allowed[i];
    denied[i] = denied[i] || others.denied[i];
  }
}

DirectoryGrant parse_directory(DirectoryGrant::Kind kind, std::string text) {
  using Kind = DirectoryGrant::Kind;
  DirectoryGrant grant;
  grant.kind = kind;
  if (kind == Kind::host && text.ends_with(":ro")) {
    grant.read_only = true;
    text.resize(text.size() - 3);
  }
  if (kind == Kind::memory) {
    split(text, grant.source);
    grant.guest = text;
    return grant;
  }
  if (!split(text, grant.source)) {
    grant.source = text;
    grant.guest = kind == Kind::archive ? "/" : text;
    return grant;
  }
  if (kind == Kind::overlay && split(text, grant.guest)) {
    grant.upper = text;
  } else {
    grant.guest = text;
  }
  return grant;
}

std::optional<NativeGrant> parse_native(std::string_view text) {
  const std::size_t equals = text.find('=');
  const std::size_t colon = text.substr(0, equals).rfind(':');
  if (equals == text.npos || colon == text.npos) return std::nullopt;
  NativeGrant grant{std::string(text.substr(0, colon)),
                    std::string(text.substr(colon + 1, equals - colon - 1)),
                    std::string(text.substr(equals + 1))};
  if (grant.library.empty() || grant.symbol.empty()) return std::nullopt;
  return grant;
}

void grant_natives(const Grants& grants, Linker& linker) {
  if (!grants.has(Capability::native)) return;
  for (const NativeGrant& grant : grants.natives) {
    linker.native("env", grant.symbol, grant.signature, {grant.library, grant.symbol});
  }
}

bool add_variable(Grants& grants, const std::string& text) {
  const std::size_t equals = text.find('=');
  if (text.empty() || equals == 0) return false;
  if (equals != text.npos) {
    grants.environment.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  } else if (const char* set = std::getenv(text.c_str())) {
    grants.environment.emplace_back(text, set);
  }
  return true;
}

Result<wasi::Config> wasi_config(const Grants& grants, std::vector<std::string> arguments) {
  return Granting(grants).run(std::move(arguments));
}

}  // namespace wrun::inline v0::tool
