#include "tools/wrun/grants.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <set>

namespace wrun::inline v0::tool {
namespace {

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

}  // namespace

wasi::Config wasi_config(const GuestOptions& options) {
  wasi::Config config;
  std::vector<std::string> arguments{options.file};
  arguments.insert(arguments.end(), options.arguments.begin(), options.arguments.end());
  config.args(std::move(arguments));
  for (const auto& [name, value] : options.environment) config.env(name, value);
  config.stdin_(wasi::host_stdin).stdout_(wasi::host_stdout).stderr_(wasi::host_stderr);
  for (const DirectoryGrant& grant : options.directories) {
    config.dir(grant.host, grant.guest, grant.read_only ? wasi::read_only : wasi::read_write);
  }
  if (options.allow_clock) config.clock(wasi::system_clock);
  if (options.allow_random) config.random(wasi::system_random);
  auto printer = std::make_shared<DenialPrinter>();
  config.on_denied([printer](const wasi::Denial& denial) { printer->print(denial); });
  return config;
}

DirectoryGrant parse_directory(std::string text) {
  DirectoryGrant grant;
  if (text.ends_with(":ro")) {
    grant.read_only = true;
    text.resize(text.size() - 3);
  }
  const std::size_t colons = text.find("::");
  grant.host = text.substr(0, colons);
  grant.guest = colons == std::string::npos ? grant.host : text.substr(colons + 2);
  return grant;
}

}  // namespace wrun::inline v0::tool
