#include "lib/interp/sequences.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <utility>
#include <vector>

#include "lib/interp/bodies_sequence.hpp"

namespace wrun::inline v0::interp {

namespace {

using namespace body_keys;
using enum wasm::Op;

/// All sequences, each ended by `end`, in ascending order.
constexpr BodyKey listed[] = {
#define SEQUENCE(...) __VA_ARGS__, BodyKey::end,
#include "lib/interp/sequences/1.def"
#include "lib/interp/sequences/2.def"
#include "lib/interp/sequences/3.def"
#include "lib/interp/sequences/4.def"
#undef SEQUENCE
};

constexpr std::size_t sequence_count =
    std::count(std::begin(listed), std::end(listed), BodyKey::end);
constexpr std::size_t longest = 15;

/// Where each sequence begins in `listed`.
constexpr auto beginnings = [] {
  std::array<std::uint16_t, sequence_count> at{};
  std::size_t sequence = 0;
  bool is_first = true;
  for (std::size_t i = 0; i < std::size(listed); ++i) {
    if (is_first) at[sequence++] = static_cast<std::uint16_t>(i);
    is_first = listed[i] == BodyKey::end;
  }
  return at;
}();

constexpr BodyKey key_at(std::size_t sequence, std::size_t depth) {
  return listed[beginnings[sequence] + depth];
}

constexpr bool is_sorted() {
  for (std::size_t i = 1; i < sequence_count; ++i) {
    std::size_t depth = 0;
    while (key_at(i - 1, depth) == key_at(i, depth) && key_at(i, depth) != BodyKey::end) ++depth;
    if (key_at(i - 1, depth) >= key_at(i, depth) || depth >= longest) return false;
  }
  return true;
}
static_assert(is_sorted(), "the sequences have to be sorted, and to differ");

/// A set of keys, by hashing.
template <std::size_t size>
struct KeySet {
  std::array<BodyKey, size> slots{};
  std::size_t count = 0;

  constexpr void insert(BodyKey key) {
    std::size_t i = static_cast<std::uint32_t>(key) * 0x9e3779b1u % size;
    while (slots[i] != BodyKey::end && slots[i] != key) i = (i + 1) % size;
    count += slots[i] == BodyKey::end;
    slots[i] = key;
  }
};

constexpr auto distinct = [] {
  KeySet<2048> set;
  for (const BodyKey key : listed)
    if (key != BodyKey::end) set.insert(key);
  return set;
}();

constexpr auto keys = [] {
  std::array<BodyKey, distinct.count> found{};
  std::copy_if(distinct.slots.begin(), distinct.slots.end(), found.begin(),
               [](BodyKey key) { return key != BodyKey::end; });
  return found;
}();

/// The handlers of single instructions, parallel to `keys`.
constexpr auto single_handlers = []<std::size_t... i>(std::index_sequence<i...>) {
  return std::array<Handler, keys.size()>{&handler<BodyOf<keys[i]>>...};
}
(std::make_index_sequence<keys.size()>());

/// The key of a handler, and the sequences that begin with it.
struct Entry {
  Handler handler = nullptr;
  BodyKey key = BodyKey::end;
  std::uint16_t first = 0;
  std::uint16_t last = 0;
};

class Index {
 public:
  Index() {
    for (std::size_t i = 0; i < keys.size(); ++i) insert(single_handlers[i], keys[i]);
  }
  const Entry& find(Handler handler) const {
    std::size_t i = slot_of(handler);
    while (entries_[i].handler != handler && entries_[i].handler != nullptr) i = (i + 1) % size;
    return entries_[i];
  }

 private:
  static constexpr std::size_t size = 2048;
  static_assert(keys.size() * 2 <= size);

  static std::size_t slot_of(Handler handler) {
    return (reinterpret_cast<std::uintptr_t>(handler) >> 4) * 0x9e3779b1u % size;
  }
  void insert(Handler handler, BodyKey key) {
    std::size_t i = slot_of(handler);
    while (entries_[i].handler != nullptr) i = (i + 1) % size;
    std::size_t first = 0;
    for (std::size_t step = std::size_t{1} << 15; step != 0; step /= 2)
      if (first + step <= sequence_count && key_at(first + step - 1, 0) < key) first += step;
    std::size_t last = first;
    while (last < sequence_count && key_at(last, 0) == key) ++last;
    entries_[i] = {handler, key, static_cast<std::uint16_t>(first),
                   static_cast<std::uint16_t>(last)};
  }
  std::array<Entry, size> entries_{};
};

Handler handler_of(std::size_t sequence) {
  for (const auto& list :
       {sequence_handlers_1, sequence_handlers_2, sequence_handlers_3, sequence_handlers_4}) {
    if (sequence < list.size()) return list[sequence];
    sequence -= list.size();
  }
  return nullptr;
}

/// Narrows the sequences [first, last), which agree up to `depth`, to those with `key` there.
void narrow(std::size_t depth, BodyKey key, std::size_t& first, std::size_t& last) {
  while (first < last && key_at(first, depth) < key) ++first;
  std::size_t end = first;
  while (end < last && key_at(end, depth) == key) ++end;
  last = end;
}

}  // namespace

void combine(std::span<Word> code, std::span<const std::uint32_t> starts,
             std::vector<std::uint8_t>* lengths) {
  static const Index index;
  struct Instruction {
    const Entry* entry = nullptr;
    std::uint32_t dispatches = 0;  // the fewest from here to the end, as if nothing branched
  };
  const std::size_t count = starts.size();
  std::vector<Instruction> instructions(count + 1);
  if (lengths != nullptr) lengths->assign(count, 1);
  for (std::size_t i = count; i-- > 0;) {
    Handler handler;
    std::memcpy(&handler, &code[starts[i]], sizeof(handler));
    const Entry& entry = index.find(handler);
    instructions[i] = {&entry, instructions[i + 1].dispatches + 1};
    std::size_t first = entry.first;
    std::size_t last = entry.last;
    std::size_t best = sequence_count;
    for (std::size_t depth = 1; first < last; ++depth) {
      if (key_at(first, depth) == BodyKey::end) {
        if (const std::uint32_t with = instructions[i + depth].dispatches + 1;
            with <= instructions[i].dispatches) {
          instructions[i].dispatches = with;
          best = first;
          if (lengths != nullptr) (*lengths)[i] = static_cast<std::uint8_t>(depth);
        }
        ++first;
      }
      if (i + depth >= count) break;
      narrow(depth, instructions[i + depth].entry->key, first, last);
    }
    if (best == sequence_count) continue;
    handler = handler_of(best);
    std::memcpy(&code[starts[i]], &handler, sizeof(handler));
  }
}

}  // namespace wrun::inline v0::interp
