#pragma once

// What a function catches: its tries, their clauses in order, and which try is asked next. Nothing
// of it is looked at until something is thrown. Clauses are numbered through the function, so that
// a landing knows which one it came by, however far out that one is.

#include <cstdint>
#include <span>
#include <vector>

#include "lib/runtime/objects.hpp"

namespace wrun::inline v0::jit {

class TryTable {
 public:
  static constexpr std::uint32_t none = ~std::uint32_t{0};

  struct Try {
    std::uint32_t first = none;  ///< clause
    std::uint32_t last = none;
    std::uint32_t outer = none;
  };
  struct Clause {
    std::uint32_t tag = none;
    std::uint32_t next = none;  ///< of the same try
  };

  std::span<const Try> tries() const { return tries_; }
  std::span<const Clause> clauses() const { return clauses_; }

  void clear();
  /// A try without clauses yet, inside `outer`.
  std::uint32_t open(std::uint32_t outer);
  /// Adds a clause for a tag of the module, or (none) for all; returns its number.
  std::uint32_t add(std::uint32_t index, std::uint32_t tag);
  /// What the try doesn't catch is asked of `outer`.
  void delegate(std::uint32_t index, std::uint32_t outer) { tries_[index].outer = outer; }
  std::uint32_t outer(std::uint32_t index) const { return tries_[index].outer; }

 private:
  std::vector<Try> tries_;
  std::vector<Clause> clauses_;
};

/// The clause that catches an exception thrown in the body of a try; TryTable::none if it leaves
/// the function.
std::uint32_t find_clause(std::span<const TryTable::Try> tries,
                          std::span<const TryTable::Clause> clauses, std::uint32_t index,
                          const runtime::Instance& instance, const runtime::Tag* tag);

/// A call in a try: where the code goes on if that catches something.
struct Landing {
  std::uint32_t site = 0;   ///< return address, from the code's start
  std::uint32_t code = 0;   ///< from there, too
  std::uint32_t index = 0;  ///< of the try
};

}  // namespace wrun::inline v0::jit
