#include <wasm.h>

#include <cstring>
#include <type_traits>

#include "lib/api/c/vectors.hpp"

namespace {

using namespace wrun;

// An element is a byte, a value, or a pointer that owns.

struct ByteVector {
  static void remove(wasm_byte_t&) {}
  static bool copy(wasm_byte_t& out, const wasm_byte_t& from) { return out = from, true; }
};
struct Values {
  static void remove(wasm_val_t& value) { wasm_val_delete(&value); }
  static bool copy(wasm_val_t& out, const wasm_val_t& from) {
    return wasm_val_copy(&out, &from), true;
  }
};
template <auto destroy, auto duplicate>
struct Pointers {
  template <class T>
  static void remove(T*& element) {
    destroy(element);
  }
  template <class T>
  static bool copy(T*& out, T* from) {
    out = from ? duplicate(from) : nullptr;
    return out || !from;
  }
};

template <class Element, class Vec>
void remove_all(Vec* vec) noexcept {
  if (!vec) return;
  for (std::size_t i = 0; i < vec->size && vec->data; ++i) Element::remove(vec->data[i]);
  std::free(vec->data);
  capi::clear(vec);
}

template <class Element, class Vec, class T>
void make(Vec* out, std::size_t size, T const* elements) noexcept {
  if (capi::allocate(out, size)) {
    if (size) std::memcpy(out->data, elements, size * sizeof(T));
    return;
  }
  for (std::size_t i = 0; i < size; ++i) {
    T element = elements[i];
    Element::remove(element);
  }
}

template <class Element, class Vec>
void copy_all(Vec* out, const Vec* from) noexcept {
  if (!capi::allocate(out, from->size)) return;
  for (std::size_t i = 0; i < from->size; ++i) {
    if (!Element::copy(out->data[i], from->data[i])) return remove_all<Element>(out);
  }
}

}  // namespace

#define WRUN_VEC(name, ptr_or_none, element)                                               \
  void wasm_##name##_vec_new_empty(wasm_##name##_vec_t* out) {                             \
    capi::clear(out);                                                                      \
  }                                                                                        \
  void wasm_##name##_vec_new_uninitialized(wasm_##name##_vec_t* out, size_t size) {        \
    capi::allocate(out, size);                                                             \
  }                                                                                        \
  void wasm_##name##_vec_new(wasm_##name##_vec_t* out, size_t size,                        \
                             wasm_##name##_t ptr_or_none const elements[]) {               \
    make<element>(out, size, elements);                                                    \
  }                                                                                        \
  void wasm_##name##_vec_copy(wasm_##name##_vec_t* out, const wasm_##name##_vec_t* from) { \
    copy_all<element>(out, from);                                                          \
  }                                                                                        \
  void wasm_##name##_vec_delete(wasm_##name##_vec_t* vec) {                                \
    remove_all<element>(vec);                                                              \
  }

#define WRUN_POINTER_VEC(name)                                                  \
  using name##_pointers = Pointers<&wasm_##name##_delete, &wasm_##name##_copy>; \
  WRUN_VEC(name, *, name##_pointers)

extern "C" {

WRUN_VEC(byte, , ByteVector)
WRUN_VEC(val, , Values)
WRUN_POINTER_VEC(valtype)
WRUN_POINTER_VEC(functype)
WRUN_POINTER_VEC(globaltype)
WRUN_POINTER_VEC(tabletype)
WRUN_POINTER_VEC(memorytype)
WRUN_POINTER_VEC(externtype)
WRUN_POINTER_VEC(importtype)
WRUN_POINTER_VEC(exporttype)
WRUN_POINTER_VEC(frame)
WRUN_POINTER_VEC(extern)

}  // extern "C"

namespace wrun::inline v0::capi {

void remove(wasm_byte_vec_t* vec) noexcept {
  wasm_byte_vec_delete(vec);
}
void remove(wasm_valtype_vec_t* vec) noexcept {
  wasm_valtype_vec_delete(vec);
}
void remove(wasm_importtype_vec_t* vec) noexcept {
  wasm_importtype_vec_delete(vec);
}
void remove(wasm_exporttype_vec_t* vec) noexcept {
  wasm_exporttype_vec_delete(vec);
}
void remove(wasm_frame_vec_t* vec) noexcept {
  wasm_frame_vec_delete(vec);
}
void remove(wasm_extern_vec_t* vec) noexcept {
  wasm_extern_vec_delete(vec);
}

}  // namespace wrun::inline v0::capi
