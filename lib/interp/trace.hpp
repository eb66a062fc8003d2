#pragma once

// What a translation can be asked to remember besides the code: where each instruction came from,
// and what it reads like. Slot code itself keeps neither: who needs them (a trap, a listing)
// translates the function once more, which gives the same code.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace wrun::inline v0::interp {

class Trace {
 public:
  struct Place {
    std::uint32_t at = 0;      ///< position in the slot code
    std::uint32_t offset = 0;  ///< byte offset in the module
  };
  struct Text {
    std::string name;
    std::string operands;
    std::int32_t result = -1;  ///< result's slot
    bool stored = false;       ///< the result goes to its slot, not only to the accumulator
  };

  /// Without text, an instruction takes 8 bytes.
  explicit Trace(bool with_text) : with_text_(with_text) {}

  void add(Place place, std::string_view name) {
    places_.push_back(place);
    if (with_text_) texts_.push_back({std::string(name), {}, -1, false});
  }
  /// Where a branch to a loop is stopped, and the loop's offset.
  void add_loop(Place place) { loops_.push_back(place); }
  /// Forgets the instructions from `at` on.
  void truncate(std::uint32_t at) {
    while (!places_.empty() && places_.back().at >= at) {
      places_.pop_back();
      if (with_text_) texts_.pop_back();
    }
    std::erase_if(loops_, [&](const Place& loop) { return loop.at >= at; });
  }
  /// The text of the instruction at a position, if this trace keeps texts.
  Text* text(std::uint32_t at) {
    for (std::size_t i = texts_.size(); i > 0 && places_[i - 1].at >= at; --i)
      if (places_[i - 1].at == at) return &texts_[i - 1];
    return nullptr;
  }

  /// Where the code at a position came from; of a branch to a loop, the loop.
  std::uint32_t offset_at(std::uint32_t position) const;

  /// By ascending position.
  const std::vector<Place>& places() const { return places_; }
  /// Parallel to places(), or empty.
  const std::vector<Text>& texts() const { return texts_; }
  /// How many instructions each one's handler runs; parallel to places(), or empty.
  std::vector<std::uint8_t>& lengths() { return lengths_; }
  const std::vector<std::uint8_t>& lengths() const { return lengths_; }

 private:
  std::vector<Place> places_;
  std::vector<Place> loops_;  // in any order
  std::vector<Text> texts_;
  std::vector<std::uint8_t> lengths_;
  bool with_text_;
};

inline std::uint32_t Trace::offset_at(std::uint32_t position) const {
  for (const Place& loop : loops_)
    if (loop.at == position) return loop.offset;
  const auto after =
      std::upper_bound(places_.begin(), places_.end(), position,
                       [](std::uint32_t at, const Place& place) { return at < place.at; });
  return after == places_.begin() ? 0 : std::prev(after)->offset;
}

}  // namespace wrun::inline v0::interp
