#pragma once

// Host functions made of C callbacks.

#include <array>
#include <memory>
#include <utility>
#include <vector>

#include <wrun/detail/thunk.hpp>

#include "lib/api/c/object.hpp"
#include "lib/wasm/types.hpp"

namespace wrun::inline v0::capi {

/// An array on the native stack unless it is long. The elements are all zeros.
template <class T, std::size_t few>
class Buffer {
 public:
  explicit Buffer(std::size_t size) : size_(size) {
    if (size > few) many_.resize(size);
  }
  T* data() { return many_.empty() ? few_.data() : many_.data(); }
  std::size_t size() const { return size_; }

 private:
  std::size_t size_;
  std::array<T, few> few_ = {};
  std::vector<T> many_;
};

/// A pointer of a program's, finalized when nothing refers to it any more.
class Environment {
 public:
  Environment(void* env, void (*finalizer)(void*)) : env_(env), finalizer_(finalizer) {}
  ~Environment() {
    if (finalizer_) finalizer_(env_);
  }
  Environment(Environment&& other) noexcept
      : env_(other.env_), finalizer_(std::exchange(other.finalizer_, nullptr)) {}
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
  void* get() const { return env_; }

 private:
  void* env_;
  void (*finalizer_)(void*);
};

/// Takes it over at once: it is finalized, too, if there is no memory to share it.
inline std::shared_ptr<Environment> share(void* env, void (*finalizer)(void*)) {
  Environment kept(env, finalizer);
  return std::make_shared<Environment>(std::move(kept));
}

/// A host function of that type, whose calls are body(use, context, args, results), which returns
/// whether it left results; `V` is the C value. Errors: usage (a type that isn't there any more).
template <class V, class Body>
Result<detail::HostFunc> make_callback(const std::shared_ptr<wasm::TypeRegistry>& types,
                                       FuncType type, Body body);

}  // namespace wrun::inline v0::capi

#include "lib/api/c/callback.inl"
