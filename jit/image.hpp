#pragma once

// The machine code of a module's functions as bytes, which don't depend on where they will run: the
// only distances to anything outside are those to stubs, and an image has their numbers.
//
// Reading believes nothing but the instructions themselves: every other word is checked.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "jit/emit.hpp"
#include "jit/inlining.hpp"
#include "jit/stubs.hpp"
#include "jit/try_table.hpp"

namespace wrun::inline v0::jit {

/// A function in an image.
struct ImageFunction {
  std::uint32_t function = 0;
  std::uint32_t code = 0;  ///< offset in the code, a multiple of 64
  std::uint32_t size = 0;
  std::uint32_t first_site = 0;
  std::uint32_t sites = 0;
  std::uint32_t first_relocation = 0;
  std::uint32_t relocations = 0;
  std::uint32_t frame_start = 0;  ///< see EmittedCode
  std::uint32_t first_call = 0;
  std::uint32_t calls = 0;
  std::uint32_t first_access = 0;
  std::uint32_t accesses = 0;
  std::uint32_t first_landing = 0;
  std::uint32_t landings = 0;
  std::uint32_t first_try = 0;
  std::uint32_t tries = 0;
  std::uint32_t first_clause = 0;
  std::uint32_t clauses = 0;
  std::uint32_t first_inlined = 0;
  std::uint32_t inlined = 0;
};

/// As Relocation, with a stub's number.
struct ImageRelocation {
  std::uint32_t offset = 0;
  std::uint32_t stub = 0;
};

struct Compiled;

class ImageWriter {
 public:
  explicit ImageWriter(const Stubs& stubs) : stubs_(stubs) {}

  /// Functions in ascending order. Leaves out one that an image can't have, for its size. Throws
  /// std::bad_alloc.
  void add(std::uint32_t function, const Compiled& made);
  /// Appends the image.
  void write(std::vector<std::uint8_t>& out) const;

 private:
  bool add_relocations(const EmittedCode& code);

  const Stubs& stubs_;
  std::vector<ImageFunction> functions_;
  std::vector<Site> sites_;
  std::vector<ImageRelocation> relocations_;
  std::vector<CallSite> calls_;
  std::vector<Access> accesses_;
  std::vector<Landing> landings_;
  std::vector<TryTable::Try> tries_;
  std::vector<TryTable::Clause> clauses_;
  std::vector<InlinedCall> inlined_;
  std::vector<std::uint8_t> code_;
};

/// How many of what there are in the module that an image belongs to.
struct ImageBounds {
  std::uint32_t imported = 0;  ///< functions
  std::uint32_t functions = 0;
  std::uint32_t tags = 0;
};

/// A view into an image, which begins at a multiple of 8 bytes.
class ImageView {
 public:
  /// False if it is none.
  bool open(std::span<const std::uint8_t> image, const ImageBounds& bounds);

  std::span<const ImageFunction> functions() const { return functions_; }
  std::span<const Site> sites(const ImageFunction& of) const {
    return sites_.subspan(of.first_site, of.sites);
  }
  std::span<const ImageRelocation> relocations(const ImageFunction& of) const {
    return relocations_.subspan(of.first_relocation, of.relocations);
  }
  std::span<const CallSite> calls(const ImageFunction& of) const {
    return calls_.subspan(of.first_call, of.calls);
  }
  std::span<const Access> accesses(const ImageFunction& of) const {
    return accesses_.subspan(of.first_access, of.accesses);
  }
  std::span<const Landing> landings(const ImageFunction& of) const {
    return landings_.subspan(of.first_landing, of.landings);
  }
  TryTable tries(const ImageFunction& of) const {
    return {tries_.subspan(of.first_try, of.tries), clauses_.subspan(of.first_clause, of.clauses)};
  }
  std::span<const InlinedCall> inlined(const ImageFunction& of) const {
    return inlined_.subspan(of.first_inlined, of.inlined);
  }
  std::span<const std::uint8_t> code() const { return code_; }

 private:
  bool is_sound(const ImageFunction& function, const ImageBounds& bounds) const;
  bool inlines_soundly(const ImageFunction& function, const ImageBounds& bounds) const;
  bool catches_soundly(const ImageFunction& function, std::uint32_t tags) const;

  std::span<const ImageFunction> functions_;
  std::span<const Site> sites_;
  std::span<const ImageRelocation> relocations_;
  std::span<const CallSite> calls_;
  std::span<const Access> accesses_;
  std::span<const Landing> landings_;
  std::span<const TryTable::Try> tries_;
  std::span<const TryTable::Clause> clauses_;
  std::span<const InlinedCall> inlined_;
  std::span<const std::uint8_t> code_;
};

}  // namespace wrun::inline v0::jit
