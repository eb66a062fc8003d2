#pragma once

// Memory that is kept for its next use: AddressSanitizer tells of whoever touches it until then.
// Without that these do nothing.

#include <cstddef>

#if defined(__SANITIZE_ADDRESS__)
#define WRUN_POISONS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WRUN_POISONS 1
#endif
#endif

#if defined(WRUN_POISONS)
#include <sanitizer/asan_interface.h>
#endif

namespace wrun::inline v0::os {

#if defined(WRUN_POISONS)

inline constexpr bool poisons = true;

inline void poison(const void* begin, std::size_t bytes) noexcept {
  __asan_poison_memory_region(begin, bytes);
}
inline void unpoison(const void* begin, std::size_t bytes) noexcept {
  __asan_unpoison_memory_region(begin, bytes);
}
inline bool is_poisoned(const void* byte) noexcept {
  return __asan_address_is_poisoned(byte) != 0;
}

#else

inline constexpr bool poisons = false;

inline void poison(const void*, std::size_t) noexcept {}
inline void unpoison(const void*, std::size_t) noexcept {}
inline bool is_poisoned(const void*) noexcept {
  return false;
}

#endif

#undef WRUN_POISONS

}  // namespace wrun::inline v0::os
