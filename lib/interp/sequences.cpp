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

constexpr std::size_t node_count = [] {
  std::size_t count = 1;
  for (std::size_t i = 0; i < sequence_count; ++i) {
    std::size_t depth = 0;
    while (i != 0 && key_at(i - 1, depth) == key_at(i, depth)) ++depth;
    for (; key_at(i, depth) != BodyKey::end; ++depth) ++count;
  }
  return count;
}();

/// The sequences as a tree, level by level: a node for each beginning of one, below the node of the
/// beginning that is shorter by one. The root is node 0.
struct Tree {
  static constexpr std::uint16_t none = 0xffff;

  std::array<BodyKey, node_count> last_key{};
  std::array<std::uint16_t, node_count + 1>
      first_child{};                                 // its children end where the next's begin
  std::array<std::uint16_t, node_count> sequence{};  // that ends here, or none

  constexpr std::uint16_t child(std::uint16_t node, BodyKey key) const {
    const auto begin = last_key.begin() + first_child[node];
    const auto end = last_key.begin() + first_child[node + 1];
    const auto found = std::lower_bound(begin, end, key);
    if (found == end || *found != key) return 0;
    return static_cast<std::uint16_t>(found - last_key.begin());
  }
};
static_assert(node_count < Tree::none && sequence_count < Tree::none);

constexpr Tree tree = [] {
  Tree t;
  struct Range {
    std::size_t first, last, depth;  // sequences that agree up to `depth`
  };
  std::array<Range, node_count> ranges{};
  ranges[0] = {0, sequence_count, 0};
  std::size_t next = 1;
  for (std::size_t node = 0; node < node_count; ++node) {
    auto [i, last, depth] = ranges[node];
    t.first_child[node] = static_cast<std::uint16_t>(next);
    t.sequence[node] = Tree::none;
    if (key_at(i, depth) == BodyKey::end) t.sequence[node] = static_cast<std::uint16_t>(i++);
    while (i < last) {
      const std::size_t first = i;
      const BodyKey key = key_at(first, depth);
      while (i < last && key_at(i, depth) == key) ++i;
      t.last_key[next] = key;
      ranges[next++] = {first, i, depth + 1};
    }
  }
  t.first_child[node_count] = static_cast<std::uint16_t>(next);
  return t;
}();

/// The handlers of single instructions, parallel to `keys`.
constexpr auto single_handlers = []<std::size_t... i>(std::index_sequence<i...>) {
  return std::array<Handler, keys.size()>{&handler<BodyOf<keys[i]>>...};
}
(std::make_index_sequence<keys.size()>());

/// The key of a handler, and the node of the sequences that begin with it.
struct Entry {
  Handler handler = nullptr;
  BodyKey key = BodyKey::end;
  std::uint16_t node = 0;
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
    entries_[i] = {handler, key, tree.child(0, key)};
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

}  // namespace

void combine(std::span<Word> code, std::span<const std::uint32_t> starts,
             std::vector<std::uint8_t>* lengths) {
  static const Index index;
  struct Instruction {
    std::uint32_t dispatches = 0;  // the fewest from here to the end, as if nothing branched
    BodyKey key = BodyKey::end;
  };
  const std::size_t count = starts.size();
  std::vector<Instruction> instructions(count + 1);
  if (lengths != nullptr) lengths->assign(count, 1);
  for (std::size_t i = count; i-- > 0;) {
    Handler handler;
    std::memcpy(&handler, &code[starts[i]], sizeof(handler));
    const Entry& entry = index.find(handler);
    std::uint32_t dispatches = instructions[i + 1].dispatches + 1;
    std::uint16_t best = Tree::none;
    std::size_t depth = 1;
    for (std::uint16_t node = entry.node; node != 0; ++depth) {
      if (const std::uint16_t sequence = tree.sequence[node];
          sequence != Tree::none && instructions[i + depth].dispatches + 1 <= dispatches) {
        dispatches = instructions[i + depth].dispatches + 1;
        best = sequence;
        if (lengths != nullptr) (*lengths)[i] = static_cast<std::uint8_t>(depth);
      }
      if (i + depth == count) break;
      node = tree.child(node, instructions[i + depth].key);
    }
    instructions[i] = {dispatches, entry.key};
    if (best == Tree::none) continue;
    handler = handler_of(best);
    std::memcpy(&code[starts[i]], &handler, sizeof(handler));
  }
}

}  // namespace wrun::inline v0::interp
