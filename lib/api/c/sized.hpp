#pragma once

// Structures of C programs' whose first member is their size, of any version that there was.

#include <cstddef>
#include <cstring>
#include <type_traits>

#include <wrun/result.hpp>

namespace wrun::inline v0::capi {

/// How large the first version of a structure was. Specialized where it has grown since.
template <class T>
inline constexpr std::size_t first_size = sizeof(T);

/// Whether members lie side by side up to the end: a member that is put into bytes which older
/// programs don't know of would have whatever was there. Specialized for those with floats.
template <class T>
inline constexpr bool has_no_gaps = std::has_unique_object_representations_v<T>;

/// Whether a version had that size. Each is a multiple of the alignment, and has no gaps.
template <class T>
constexpr bool is_size_of(std::size_t size) {
  static_assert(has_no_gaps<T>, "name the padding `reserved`");
  return size >= first_size<T> && size <= sizeof(T) && size % alignof(T) == 0;
}

Error wrong_size(const char* type);

/// A program's structure of options; what an older program doesn't know of is as in `defaults`.
template <class T>
Result<T> read_options(const T& from, T defaults) {
  if (!is_size_of<T>(from.struct_size)) return wrong_size("a structure of options");
  std::memcpy(static_cast<void*>(&defaults), &from, from.struct_size);
  defaults.struct_size = sizeof(T);
  return defaults;
}

/// Answers in a program's structure, as far as it has room. False if its size can't be.
template <class T>
bool write_answers(T answers, T& to) {
  if (!is_size_of<T>(to.struct_size)) return false;
  answers.struct_size = to.struct_size;
  std::memcpy(static_cast<void*>(&to), &answers, to.struct_size);
  return true;
}

}  // namespace wrun::inline v0::capi
