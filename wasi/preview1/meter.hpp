#pragma once

// What one call of a guest's costs, for the context's account and the store's.

#include <string_view>

#include <wrun/caller.hpp>

#include "wasi/context_state.hpp"

namespace wrun::inline v0::wasi::preview1 {

/// What a function is about, by its name; absent for those that depend on their descriptor.
constexpr std::optional<CallKind> kind_of(std::string_view function) {
  constexpr std::pair<std::string_view, CallKind> prefixes[] = {
      {"args_", CallKind::arguments}, {"environ_", CallKind::environment},
      {"clock_", CallKind::clocks},   {"random_", CallKind::random},
      {"path_", CallKind::files},     {"sock_", CallKind::sockets},
      {"poll_", CallKind::polling},   {"proc_", CallKind::process},
      {"sched_", CallKind::process}};
  for (const auto& [prefix, kind] : prefixes) {
    if (function.starts_with(prefix)) return kind;
  }
  return std::nullopt;
}

/// What a descriptor's functions are about; those of none are about files.
CallKind kind_of(const Descriptor* descriptor);

/// Counts a call from its beginning to its end.
class Meter {
 public:
  Meter(ContextState& context, const Caller& caller, std::optional<CallKind> kind, Fd fd);
  ~Meter();
  Meter(const Meter&) = delete;
  Meter& operator=(const Meter&) = delete;

 private:
  ContextState& context_;
  const Caller& caller_;
  Timestamp start_ = 0;
  std::uint64_t bytes_in_;
  std::uint64_t bytes_out_;
};

}  // namespace wrun::inline v0::wasi::preview1
