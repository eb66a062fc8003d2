#pragma once

// What a host reference keeps alive: an object that somebody else counts the references of, or one
// that does so itself.

#include <cstddef>
#include <memory>
#include <utility>

#include <wrun/intrusive.hpp>

namespace wrun::inline v0::runtime {

class Keeper {
 public:
  Keeper() noexcept : shared_() {}
  Keeper(std::nullptr_t) noexcept : Keeper() {}
  template <class T>
  Keeper(std::shared_ptr<T> object) noexcept : shared_(std::move(object)) {}
  /// Adds a reference, unless the object is null.
  Keeper(void* object, const detail::Counting& how) noexcept : counting_(&how), counted_(object) {
    if (counted_) counting_->add_ref(counted_);
  }
  Keeper(Keeper&& other) noexcept : counting_(other.counting_) {
    if (counting_) {
      counted_ = std::exchange(other.counted_, nullptr);
    } else {
      new (&shared_) std::shared_ptr<void>(std::move(other.shared_));
    }
  }
  Keeper& operator=(Keeper&& other) noexcept {
    if (this != &other) {
      this->~Keeper();
      new (this) Keeper(std::move(other));
    }
    return *this;
  }
  ~Keeper() {
    if (!counting_) {
      shared_.~shared_ptr();
    } else if (counted_) {
      counting_->release(counted_);
    }
  }

  void* get() const noexcept { return counting_ ? counted_ : shared_.get(); }
  /// Null if the object counts its references itself.
  const std::shared_ptr<void>* shared() const noexcept { return counting_ ? nullptr : &shared_; }
  /// How, if it does.
  const detail::Counting* counting() const noexcept { return counting_; }

 private:
  const detail::Counting* counting_ = nullptr;
  union {
    std::shared_ptr<void> shared_;
    void* counted_;
  };
};

}  // namespace wrun::inline v0::runtime
