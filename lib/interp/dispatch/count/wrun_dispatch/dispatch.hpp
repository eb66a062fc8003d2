#pragma once

// Dispatch that counts: the loop's, which at the end of the process writes how often each
// instruction was followed by which, for bench/sequences. Instructions aren't combined. Only for a
// build made with -DWRUN_DISPATCH=count; one thread.

#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <utility>

#include "lib/interp/dispatch/by_calls.hpp"

namespace wrun::inline v0::interp {

/// Counts of pairs of positions. Positions are those of the code in memory, so they tell apart
/// what is freed only while it isn't; a command frees nothing before its end.
class DispatchCounts {
 public:
  DispatchCounts() = default;
  DispatchCounts(const DispatchCounts&) = delete;
  DispatchCounts& operator=(const DispatchCounts&) = delete;
  /// Lines of position, handler's address in the program, next position, count; to the file that
  /// WRUN_COUNTS names.
  ~DispatchCounts() {
    const char* path = std::getenv("WRUN_COUNTS");
    std::FILE* file = path ? std::fopen(path, "w") : nullptr;
    if (file == nullptr) return;
    for (const auto& [edge, entry] : edges_) {
      Dl_info info{};
      dladdr(reinterpret_cast<void*>(entry.handler), &info);
      const auto base = reinterpret_cast<std::uintptr_t>(info.dli_fbase);
      std::fprintf(file, "%p %zx %p %llu\n", static_cast<const void*>(edge.first),
                   reinterpret_cast<std::uintptr_t>(entry.handler) - base,
                   static_cast<const void*>(edge.second),
                   static_cast<unsigned long long>(entry.count));
    }
    std::fclose(file);
  }

  void note(const Word* from, Handler handler, const Word* to) {
    Cached& cached = cache_[(reinterpret_cast<std::uintptr_t>(from) >> 3 ^
                             reinterpret_cast<std::uintptr_t>(to) << 5) %
                            cache_size];
    if (cached.from != from || cached.to != to) {
      Entry& entry = edges_[{from, to}];
      entry.handler = handler;
      cached = {from, to, &entry.count};
    }
    ++*cached.count;
  }

 private:
  static constexpr std::size_t cache_size = 1 << 16;
  struct Entry {
    Handler handler = nullptr;
    std::uint64_t count = 0;
  };
  struct Cached {
    const Word* from = nullptr;
    const Word* to = nullptr;
    std::uint64_t* count = nullptr;
  };
  std::map<std::pair<const Word*, const Word*>, Entry> edges_;
  Cached cache_[cache_size];
};

inline DispatchCounts dispatch_counts;

inline void dispatch(Regs r) {
  do {
    const Word* from = r.pc;
    const Handler run = handler_at(from);
    run(r);
    dispatch_counts.note(from, run, r.pc);
  } while (r.pc != nullptr);
}

inline constexpr const char* dispatch_name = "counting loop";
inline constexpr bool combines_instructions = false;

}  // namespace wrun::inline v0::interp
