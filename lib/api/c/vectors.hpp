#pragma once

// Vectors of the C API: an array from malloc() and its size.

#include <cstddef>
#include <cstdlib>
#include <new>

namespace wrun::inline v0::capi {

template <class Vec>
void clear(Vec* out) noexcept {
  out->size = 0;
  out->data = nullptr;
}

/// All bytes zero. False, and an empty vector, if there is no memory.
template <class Vec>
bool allocate(Vec* out, std::size_t size) noexcept {
  clear(out);
  if (size == 0) return true;
  using Element = std::remove_reference_t<decltype(*out->data)>;
  out->data = static_cast<Element*>(std::calloc(size, sizeof(Element)));
  if (!out->data) return false;
  out->size = size;
  return true;
}

// How the elements of a vector are deleted and copied; vectors.cpp.

void remove(wasm_byte_vec_t* vec) noexcept;
void remove(wasm_valtype_vec_t* vec) noexcept;
void remove(wasm_importtype_vec_t* vec) noexcept;
void remove(wasm_exporttype_vec_t* vec) noexcept;
void remove(wasm_frame_vec_t* vec) noexcept;
void remove(wasm_extern_vec_t* vec) noexcept;

/// A vector of make(0), make(1), ...; empty if one of them throws.
template <class Vec, class Make>
void fill(Vec* out, std::size_t size, Make&& make) noexcept {
  try {
    if (!allocate(out, size)) return;
    for (std::size_t i = 0; i < size; ++i) out->data[i] = make(i);
  } catch (...) {
    remove(out);
  }
}

/// What `from` has; `from` is empty afterwards.
template <class Vec>
Vec take(Vec* from) noexcept {
  const Vec taken = *from;
  clear(from);
  return taken;
}

}  // namespace wrun::inline v0::capi
