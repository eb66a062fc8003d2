// Refusals that explain themselves: the guest gets an errno, the host a Denial with the flag of the
// command that would have granted it.

#include "lib/wasm/compose.hpp"
#include "wasi/preview1/call.hpp"

namespace wrun::inline v0::wasi::preview1 {

namespace {

/// "a/b" in the directory that the guest calls "/x" is "/x/a/b".
std::string full_path(const std::string& directory, const std::string& path) {
  if (directory.empty() || path.starts_with('/')) return path;
  if (directory.ends_with('/')) return directory + path;
  return directory + "/" + path;
}

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

bool only_reads(Access access) {
  return includes(Access::read, access);
}

const char* wish(Access access) {
  if (includes(access, Access::create)) return "creating";
  if (includes(access, Access::remove)) return "removing";
  if (includes(access, Access::write)) return "writing";
  return "reading";
}

}  // namespace

Errno Call::deny_access(const char* call, const Descriptor& descriptor, const std::string& path,
                        Access access) const {
  const std::string& mount = descriptor.mount;
  context_.denied({.call = call,
                   .what = full_path(descriptor.path, path),
                   .reason = compose("{} isn't granted for {}", mount, wish(access)),
                   .grant = descriptor.host_path.empty()
                                ? std::string()
                                : compose("--dir {}::{}", descriptor.host_path, mount)});
  if (only_reads(access)) return Errno::acces;
  return only_reads(descriptor.access) ? Errno::rofs : Errno::perm;
}

Errno Call::deny_ungranted(const char* call, const std::string& path, Access access) const {
  const std::string full = full_path("/", path);
  const std::string directory = parent_of(full);
  context_.denied(
      {.call = call,
       .what = full,
       .reason = "no directory granted covers it",
       .grant = compose("--dir {}::{}{}", directory, directory, only_reads(access) ? ":ro" : "")});
  return Errno::notcapable;
}

Errno Call::deny_capability(const char* call, const char* capability, const char* flag) const {
  context_.denied(
      {.call = call, .what = {}, .reason = compose("no {} is granted", capability), .grant = flag});
  return Errno::notcapable;
}

Errno Call::explain(const char* call, const Place& place, Errno error) const {
  if (error != Errno::notcapable) return error;
  context_.denied({.call = call,
                   .what = full_path(place.descriptor->path, place.path),
                   .reason = compose("it leads out of {}", place.descriptor->path),
                   .grant = {}});
  return Errno::perm;
}

}  // namespace wrun::inline v0::wasi::preview1
