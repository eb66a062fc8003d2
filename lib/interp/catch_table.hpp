#pragma once

// What a function catches, by ranges of its code. Nothing of it is looked at until something is
// thrown.
//
// The code is divided at the ends of try bodies. Each piece belongs to the innermost try around
// it, whose entries are asked in order; then those of the try around that one, or of whatever it
// delegates to.

#include <cstdint>
#include <string>
#include <vector>

namespace wrun::inline v0::interp {

class CatchTable {
 public:
  static constexpr std::uint32_t none = ~std::uint32_t{0};

  /// Where an exception goes that is caught. The frame is as at any label: locals and operands at
  /// home, nothing in accumulators.
  struct Entry {
    std::uint32_t tag = none;        ///< in the index space of the module; none: any
    std::uint32_t target = none;     ///< position in the code
    std::uint32_t values = none;     ///< slot of the first of the tag's values
    std::uint32_t exception = none;  ///< slot for the exception itself
    std::uint32_t next = none;       ///< of the same try
  };
  struct Try {
    std::uint32_t first = none;  ///< entry
    std::uint32_t last = none;   ///< entry
    std::uint32_t outer = none;  ///< try that is asked next
  };

  bool empty() const { return tries_.empty(); }
  const Entry& entry(std::uint32_t index) const { return entries_[index]; }
  const Try& at(std::uint32_t index) const { return tries_[index]; }
  /// The innermost try around a position of the code; logarithmic.
  std::uint32_t innermost(std::uint32_t position) const;

  // While the function is translated

  void clear();
  /// Begins the body of a try, inside the present one.
  std::uint32_t open(std::uint32_t position);
  /// Ends the body of the innermost open one.
  void close(std::uint32_t position);
  std::uint32_t present() const { return present_; }
  /// What `index` doesn't catch goes to `outer`; no exception gets there by another way.
  void delegate(std::uint32_t index, std::uint32_t outer) { tries_[index].outer = outer; }
  /// Adds to a try's entries; returns the entry's index.
  std::uint32_t add(std::uint32_t index, const Entry& entry);
  /// For entries whose target isn't known yet: puts `index` before the list `head`.
  void put_later(std::uint32_t index, std::uint32_t& head);
  /// Gives all entries of the list the target.
  void patch(std::uint32_t head, std::uint32_t target);
  /// The code from `position` on was taken back.
  void truncate(std::uint32_t position);

  /// A line for each entry, for listings.
  friend std::string to_text(const CatchTable& table);

 private:
  struct Mark {
    std::uint32_t position = 0;  ///< from here to the next mark
    std::uint32_t innermost = none;
  };

  void mark(std::uint32_t position) { marks_.push_back({position, present_}); }

  std::vector<Mark> marks_;  // by position; the last one of a position counts
  std::vector<Try> tries_;
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> around_;  // by try: the one whose body it is in
  std::uint32_t present_ = none;
};

std::string to_text(const CatchTable& table);

}  // namespace wrun::inline v0::interp
