#include "lib/interp/sequences.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>
#include <vector>

#include "lib/interp/bodies_sequence.hpp"
#include "lib/interp/handlers.hpp"

namespace wrun::inline v0::interp {

namespace {

using namespace body_keys;
using enum wasm::Op;

/// All sequences, each ended by `end`; those that begin alike follow each other.
constexpr BodyKey listed[] = {
#define SEQUENCE(...) __VA_ARGS__, BodyKey::end,
#include "lib/interp/sequences/1.def"
#include "lib/interp/sequences/2.def"
#include "lib/interp/sequences/3.def"
#include "lib/interp/sequences/4.def"
#include "lib/interp/sequences/vector.def"
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

constexpr bool has_op(BodyKey key) {
  const Group group = group_of(key);
  return group == Group::unary || group == Group::binary || group == Group::compare_branch ||
         group == Group::load || group == Group::store;
}

constexpr bool is_of_vectors(BodyKey key) {
  return has_op(key) && wasm::info(static_cast<wasm::Op>(what_of(key))).feature == Feature::simd;
}

constexpr bool begins_with_vector(std::size_t sequence) {
  return is_of_vectors(key_at(sequence, 0));
}

/// Sorted, but that the last ones begin with vector instructions and no other does.
constexpr bool is_sorted() {
  for (std::size_t i = 1; i < sequence_count; ++i) {
    if (begins_with_vector(i) > begins_with_vector(i - 1)) continue;
    std::size_t depth = 0;
    while (key_at(i - 1, depth) == key_at(i, depth) && key_at(i, depth) != BodyKey::end) ++depth;
    if (key_at(i - 1, depth) >= key_at(i, depth) || depth >= longest) return false;
    if (begins_with_vector(i) != begins_with_vector(i - 1)) return false;
  }
  return true;
}
static_assert(is_sorted(), "the sequences have to be sorted, and to differ");

/// The distinct keys in `listed`, by hashing; a key's number is its place.
class KeySet {
 public:
  static constexpr std::size_t size = 1024;

  constexpr void insert(BodyKey key) {
    const std::size_t i = find(key);
    count_ += keys_[i] == BodyKey::end;
    keys_[i] = key;
  }
  constexpr std::uint16_t number(BodyKey key) const {
    return static_cast<std::uint16_t>(find(key));
  }
  constexpr BodyKey operator[](std::size_t number) const { return keys_[number]; }
  constexpr std::size_t count() const { return count_; }

 private:
  constexpr std::size_t find(BodyKey key) const {
    std::size_t i = static_cast<std::uint32_t>(key) * 0x9e3779b1u % size;
    while (keys_[i] != BodyKey::end && keys_[i] != key) i = (i + 1) % size;
    return i;
  }
  std::array<BodyKey, size> keys_{};
  std::size_t count_ = 0;
};

constexpr KeySet keys = [] {
  KeySet set;
  for (const BodyKey key : listed)
    if (key != BodyKey::end) set.insert(key);
  return set;
}();
static_assert(keys.count() * 2 <= KeySet::size);

constexpr std::size_t node_count = [] {
  std::size_t count = 1;
  for (std::size_t i = 0; i < sequence_count; ++i) {
    std::size_t depth = 0;
    while (i != 0 && key_at(i - 1, depth) == key_at(i, depth)) ++depth;
    for (; key_at(i, depth) != BodyKey::end; ++depth) ++count;
  }
  return count;
}();

/// The sequences as a tree, whose nodes are the beginnings of sequences; the root is node 0. A node
/// is found from the one that is shorter by one and the number of the last key, by hashing into a
/// table that is mostly empty: looking through a node's children, or through what fell to the same
/// place, was a branch that no processor foresees.
class Tree {
 public:
  static constexpr std::uint16_t none = 0xffff;
  static constexpr std::uint16_t no_sequence = 0x7fff;

  struct Node {
    std::uint16_t from = none;
    std::uint16_t key = none;
    std::uint16_t sequence : 15 = no_sequence;  ///< that ends here
    std::uint16_t goes_on : 1 = 0;
  };

  constexpr const Node& operator[](std::uint16_t node) const { return nodes_[node]; }
  /// The root if there is no such node.
  constexpr std::uint16_t find(std::uint16_t from, std::uint16_t key) const {
    std::size_t i = place(from, key);
    while (places_[i] != 0 && (nodes_[places_[i]].from != from || nodes_[places_[i]].key != key))
      i = (i + 1) % size;
    return places_[i];
  }
  constexpr void insert(std::uint16_t number, const Node& node) {
    nodes_[number] = node;
    nodes_[node.from].goes_on = 1;
    std::size_t i = place(node.from, node.key);
    while (places_[i] != 0) i = (i + 1) % size;
    places_[i] = number;
  }

 private:
  static constexpr std::size_t size = 8192;
  static_assert(node_count * 2 <= size && sequence_count < no_sequence);

  static constexpr std::size_t place(std::uint16_t from, std::uint16_t key) {
    return ((std::uint32_t{from} << 10 | key) * 0x9e3779b1u) >> 19;
  }
  std::array<std::uint16_t, size> places_{};
  std::array<Node, node_count> nodes_{};
};

constexpr Tree tree = [] {
  Tree t;
  std::array<std::uint16_t, longest + 1> path{};  // the nodes on the way to the present one
  std::uint16_t nodes = 1;
  for (std::size_t i = 0; i < sequence_count; ++i) {
    std::size_t depth = 0;
    while (i != 0 && key_at(i - 1, depth) == key_at(i, depth)) ++depth;
    for (; key_at(i, depth) != BodyKey::end; ++depth) {
      const bool is_last = key_at(i, depth + 1) == BodyKey::end;
      path[depth + 1] = nodes;
      t.insert(nodes++, {path[depth], keys.number(key_at(i, depth)),
                         is_last ? static_cast<std::uint16_t>(i) : Tree::no_sequence});
    }
  }
  return t;
}();

/// All keys, once each.
constexpr auto single_keys = [] {
  std::array<BodyKey, keys.count()> list{};
  std::size_t at = 0;
  for (std::size_t i = 0; i < KeySet::size; ++i)
    if (keys[i] != BodyKey::end) list[at++] = keys[i];
  return list;
}();
constexpr auto single_numbers = [] {
  std::array<std::uint16_t, keys.count()> numbers{};
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = keys.number(single_keys[i]);
  return numbers;
}();

/// Null for numeric instructions of vectors: which handlers those have depends on the processor.
template <BodyKey key>
constexpr Handler single_handler() {
  if constexpr (is_of_vectors(key) && group_of(key) <= Group::binary) {
    return nullptr;
  } else {
    return &handler<BodyOf<key>>;
  }
}

/// Their handlers.
constexpr auto single_handlers = []<std::size_t... i>(std::index_sequence<i...>) {
  return std::array<Handler, keys.count()>{single_handler<single_keys[i]>()...};
}
(std::make_index_sequence<keys.count()>());

/// The key's number of a handler, and the node of the sequences that begin with it.
struct Entry {
  Word handler = 0;  ///< as instructions have it; 0 is none of theirs
  std::uint16_t key = Tree::none;
  std::uint16_t node = 0;
};

/// Null where this processor's vector instructions have no such form.
Handler vector_handler(BodyKey key) {
  if (group_of(key) != Group::binary) return nullptr;
  return vector_binary_handler(static_cast<wasm::Op>(what_of(key)),
                               pair_of(static_cast<Form>(first_of(key))),
                               static_cast<Dst>(second_of(key) & 1));
}

class Index {
 public:
  Index() {
    for (std::size_t i = 0; i < single_handlers.size(); ++i) {
      Handler known = single_handlers[i];
      if (known == nullptr) known = vector_handler(single_keys[i]);
      if (known != nullptr) insert(word_of(known), single_numbers[i]);
    }
  }
  const Entry& find(Word handler) const {
    std::size_t i = place(handler);
    while (entries_[i].handler != handler && entries_[i].handler != 0) i = (i + 1) % size;
    return entries_[i];
  }

 private:
  static constexpr std::size_t size = 2048;

  static std::size_t place(Word handler) { return ((handler >> 4) * 0x9e3779b1u) >> 21; }
  void insert(Word handler, std::uint16_t key) {
    std::size_t i = place(handler);
    while (entries_[i].handler != 0) i = (i + 1) % size;
    entries_[i] = {handler, key, tree.find(0, key)};
  }
  std::array<Entry, size> entries_{};
};

Handler handler_of(std::size_t sequence) {
  for (const auto& list : {sequence_handlers_1, sequence_handlers_2, sequence_handlers_3,
                           sequence_handlers_4, sequence_handlers_vector}) {
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
    std::uint16_t key = Tree::none;
  };
  std::array<Instruction, longest + 1> window{};  // the present instruction and those after it
  const auto at = [&window](std::size_t i) -> Instruction& { return window[i % window.size()]; };
  const std::size_t count = starts.size();
  if (lengths != nullptr) lengths->assign(count, 1);
  for (std::size_t i = count; i-- > 0;) {
    Word& handler = code[starts[i]];
    const Entry& entry = index.find(handler);
    std::uint32_t dispatches = at(i + 1).dispatches + 1;
    std::uint16_t best = Tree::no_sequence;
    std::size_t depth = 1;
    for (std::uint16_t node = entry.node; node != 0 && tree[node].goes_on && i + depth < count;) {
      node = tree.find(node, at(i + depth).key);
      if (node == 0) break;
      ++depth;
      const std::uint16_t sequence = tree[node].sequence;
      if (sequence == Tree::no_sequence || at(i + depth).dispatches + 1 > dispatches) continue;
      dispatches = at(i + depth).dispatches + 1;
      best = sequence;
      if (lengths != nullptr) (*lengths)[i] = static_cast<std::uint8_t>(depth);
    }
    at(i) = {dispatches, entry.key};
    if (best != Tree::no_sequence) handler = word_of(handler_of(best));
  }
}

}  // namespace wrun::inline v0::interp
