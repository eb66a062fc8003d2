#include "lib/interp/sequences.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

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

/// The distinct keys in `listed`, by hashing; they are numbered as they come.
class KeySet {
 public:
  static constexpr std::size_t size = 1024;

  constexpr void insert(BodyKey key) {
    const std::size_t i = find(key);
    if (keys_[i] == key) return;
    keys_[i] = key;
    numbers_[i] = count_;
    listed_[count_++] = key;
  }
  constexpr SequenceKey number(BodyKey key) const {
    const std::size_t i = find(key);
    return keys_[i] == key ? numbers_[i] : no_key;
  }
  constexpr BodyKey operator[](std::size_t number) const { return listed_[number]; }
  constexpr std::size_t count() const { return count_; }

 private:
  constexpr std::size_t find(BodyKey key) const {
    std::size_t i = static_cast<std::uint32_t>(key) * 0x9e3779b1u % size;
    while (keys_[i] != BodyKey::end && keys_[i] != key) i = (i + 1) % size;
    return i;
  }
  std::array<BodyKey, size> keys_{};
  std::array<SequenceKey, size> numbers_{};
  std::array<BodyKey, size / 2> listed_{};
  std::uint16_t count_ = 0;
};

constexpr KeySet keys = [] {
  KeySet set;
  for (const BodyKey key : listed)
    if (key != BodyKey::end) set.insert(key);
  return set;
}();
static_assert(keys.count() * 2 <= KeySet::size);

static_assert(keys.count() < unknown_key);

/// `listed` by number; no_key where a sequence ends.
constexpr auto listed_numbers = [] {
  std::array<SequenceKey, std::size(listed)> numbers{};
  for (std::size_t i = 0; i < std::size(listed); ++i)
    numbers[i] = listed[i] == BodyKey::end ? no_key : keys.number(listed[i]);
  return numbers;
}();

/// The sequences as a tree, whose nodes are the beginnings of sequences. A node's children lie as
/// far from its base as the numbers of their last keys say, between those of other nodes; each says
/// whose child it is. So one comparison finds a child, or that there is none. The root is node 0,
/// and nothing but its children is where those may be.
class Tree {
 public:
  static constexpr std::uint16_t none = 0xffff;
  static constexpr std::uint16_t root_base = 1;

  struct Node {
    std::uint16_t base = 0;  ///< 0: it has no children
    std::uint16_t parent = none;
    std::uint16_t sequence = none;  ///< that ends here
  };

  constexpr const Node& operator[](std::size_t node) const { return nodes_[node]; }

 protected:
  static constexpr std::size_t node_count = [] {
    std::size_t count = 1;
    for (std::size_t i = 0; i < sequence_count; ++i) {
      std::size_t depth = 0;
      while (i != 0 && key_at(i - 1, depth) == key_at(i, depth)) ++depth;
      for (; key_at(i, depth) != BodyKey::end; ++depth) ++count;
    }
    return count;
  }();
  /// Where children may be: any of `no_key` after the last base is there to be looked at.
  static constexpr std::size_t places = root_base + no_key + 1 + node_count + keys.count();
  static_assert(places + no_key < none && sequence_count < none);

  std::array<Node, places + no_key> nodes_{};
};

/// Puts the sequences into the tree.
class TreeBuilder : public Tree {
 public:
  constexpr TreeBuilder() {
    for (std::size_t i = 0; i <= places; ++i)
      next_free_[i] = static_cast<std::uint16_t>(std::max<std::size_t>(i, root_base + no_key + 1));
    nodes_[0].base = root_base;
    // Groups of sequences that begin alike, those with shorter beginnings first; the root's are
    // all of them, but that those of vectors come last, which has them in order, too.
    groups_[group_count_++] = {0, sequence_count, 0, 0};
    for (std::size_t i = 0; i < group_count_; ++i) add_children(groups_[i]);
  }

 private:
  struct Group {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::size_t depth = 0;
    std::size_t node = 0;
  };

  /// The first free place that isn't before `place`.
  constexpr std::size_t find_free(std::size_t place) {
    std::size_t found = place;
    while (next_free_[found] != found) found = next_free_[found];
    while (next_free_[place] != found) {
      const std::size_t next = next_free_[place];
      next_free_[place] = static_cast<std::uint16_t>(found);
      place = next;
    }
    return found;
  }
  /// A base from which the `count` children whose keys are in `numbers_` find free places.
  constexpr std::size_t find_base(std::size_t count) {
    for (std::size_t first = find_free(numbers_[0] + 1u);; first = find_free(first + 1)) {
      const std::size_t base = first - numbers_[0];
      std::size_t i = 1;
      while (i < count && next_free_[base + numbers_[i]] == base + numbers_[i]) ++i;
      if (i >= count) return base;
    }
  }
  constexpr void add_children(const Group& group) {
    const SequenceKey* const listed_keys = listed_numbers.data();
    const std::uint16_t* const at = beginnings.data();
    std::size_t count = 0;
    for (std::size_t i = group.begin; i < group.end; ++i) {
      const SequenceKey key = listed_keys[at[i] + group.depth];
      if (key == no_key || (count != 0 && key == numbers_[count - 1])) continue;
      begins_[count] = i;
      numbers_[count++] = key;
    }
    if (count == 0) return;
    if (group.node != 0) nodes_[group.node].base = static_cast<std::uint16_t>(find_base(count));
    begins_[count] = group.end;
    for (std::size_t i = 0; i < count; ++i) add_child(group, i);
  }
  constexpr void add_child(const Group& group, std::size_t i) {
    const std::size_t child = nodes_[group.node].base + std::size_t{numbers_[i]};
    if (group.node != 0) next_free_[child] = static_cast<std::uint16_t>(child + 1);
    Node& node = nodes_[child];
    node.parent = static_cast<std::uint16_t>(group.node);
    const std::size_t begin = begins_[i];
    const bool is_one = listed_numbers[beginnings[begin] + group.depth + 1] == no_key;
    if (is_one) node.sequence = static_cast<std::uint16_t>(begin);
    if (!is_one || begins_[i + 1] - begin != 1)
      groups_[group_count_++] = {begin, begins_[i + 1], group.depth + 1, child};
  }

  // No std::array: each look into one is a step of the few that compilers take.
  std::uint16_t next_free_[places + 1]{};  // itself where there is none
  Group groups_[node_count]{};
  std::size_t group_count_ = 0;
  std::size_t begins_[keys.count() + 1]{};
  SequenceKey numbers_[keys.count()]{};
};

constexpr Tree tree = TreeBuilder();

/// The keys in the order of their numbers, without the rest of the set.
constexpr auto single_keys = [] {
  std::array<BodyKey, keys.count()> list{};
  for (std::size_t i = 0; i < list.size(); ++i) list[i] = keys[i];
  return list;
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

constexpr auto forms_of_pairs = std::array{ss, as, sa, sk, ak};           // by Pair
constexpr auto forms_of_addresses = std::array{a, s, ss, as, sk, ak, n};  // by Addr
constexpr auto forms_of_sources = std::array{a, s, k};                    // by Src
static_assert([] {
  for (std::size_t i = 0; i < forms_of_pairs.size(); ++i)
    if (pair_of(forms_of_pairs[i]) != static_cast<Pair>(i)) return false;
  for (std::size_t i = 0; i < forms_of_addresses.size(); ++i)
    if (addr_of(forms_of_addresses[i]) != static_cast<Addr>(i)) return false;
  for (std::size_t i = 0; i < forms_of_sources.size(); ++i)
    if (src_of(forms_of_sources[i]) != static_cast<Src>(i)) return false;
  return true;
}());

constexpr SequenceKey scalar_key(wasm::Op op, ScalarForm::Table table, std::size_t form) {
  const auto to = static_cast<To>(form % 2);
  switch (table) {
    case ScalarForm::Table::unary:
      return form < 4 ? keys.number(unary(op, forms_of_sources[form / 2], to)) : no_key;
    case ScalarForm::Table::binary:
      return keys.number(binary(op, forms_of_pairs[form / 2], to));
    case ScalarForm::Table::compare:
      return form < 5 ? keys.number(binary(op, forms_of_pairs[form], to_slot)) : no_key;
    default:
      return no_key;
  }
}

/// Branches on integers are taken when the comparison holds, those on floats don't poll.
constexpr SequenceKey branch_key(wasm::Op op, const ScalarForm& scalar, std::size_t form) {
  if (!scalar.is_comparison) return no_key;
  const bool is_integer = scalar.in == AccClass::integer;
  const auto taken = static_cast<When>(is_integer || form % 2 != 0);
  const auto poll = static_cast<Poll>(is_integer && form % 2 != 0);
  return keys.number(compare_branch(op, forms_of_pairs[form / 2], taken, poll));
}

constexpr SequenceKeys list_keys() {
  SequenceKeys list{};
  for (std::size_t i = 0; i < scalar_count; ++i) {
    const auto op = static_cast<wasm::Op>(first_scalar + i);
    for (std::size_t form = 0; form < 10; ++form) {
      list.forms[i][form] = scalar_key(op, scalar_forms[i].table, form);
      if (i < comparison_count) list.branches[i][form] = branch_key(op, scalar_forms[i], form);
    }
  }
  for (std::size_t i = 0; i < AccessRows::loads; ++i) {
    const auto op = static_cast<wasm::Op>(AccessRows::first_load + i);
    for (std::size_t form = 0; form < list.load[i].size(); ++form)
      list.load[i][form] =
          keys.number(load(op, forms_of_addresses[form / 2], static_cast<To>(form % 2)));
  }
  for (std::size_t i = 0; i < AccessRows::stores; ++i) {
    const auto op = static_cast<wasm::Op>(AccessRows::first_store + i);
    for (std::size_t form = 0; form < list.store[i].size(); ++form)
      list.store[i][form] =
          keys.number(store(op, forms_of_addresses[form / 3], forms_of_sources[form % 3]));
  }
  list.copy = keys.number(copy());
  list.const32 = keys.number(set_const(i32));
  list.const64 = keys.number(set_const(i64));
  list.call_local = keys.number(call_local());
  for (std::size_t poll = 0; poll < 2; ++poll)
    list.branch[poll] = keys.number(branch(static_cast<Poll>(poll)));
  for (std::size_t i = 0; i < 8; ++i)
    list.test_branch[i] =
        keys.number(test_branch(body_keys::i32, i / 4 == 0 ? a : s, static_cast<When>(i / 2 % 2),
                                static_cast<Poll>(i % 2)));
  return list;
}

/// Null where this processor's vector instructions have no such form.
Handler vector_handler(BodyKey key) {
  if (group_of(key) != Group::binary) return nullptr;
  return vector_binary_handler(static_cast<wasm::Op>(what_of(key)),
                               pair_of(static_cast<Form>(first_of(key))),
                               static_cast<Dst>(second_of(key) & 1));
}

/// What is known when the program runs: keys of handlers, and the handlers of sequences as
/// instructions have them. A process that runs little needs it, too, so it takes few pages.
class Index {
 public:
  Index() {
    std::size_t sequence = 0;
    for (const auto& list : {sequence_handlers_1, sequence_handlers_2, sequence_handlers_3,
                             sequence_handlers_4, sequence_handlers_vector}) {
      for (const Handler known : list) words_[sequence++] = word_of(known);
    }
    for (std::size_t i = 0; i < single_handlers.size(); ++i) {
      Handler known = single_handlers[i];
      if (known == nullptr) known = vector_handler(single_keys[i]);
      if (known != nullptr) insert(word_of(known), static_cast<SequenceKey>(i));
    }
  }
  SequenceKey find(Word handler) const {
    std::size_t i = place(handler);
    while (places_[i] != 0 && singles_[places_[i] - 1u] != handler) i = (i + 1) % size;
    return places_[i] == 0 ? no_key : static_cast<SequenceKey>(places_[i] - 1);
  }
  Word word(std::uint16_t sequence) const { return words_[sequence]; }

 private:
  static constexpr std::size_t size = 1024;
  static_assert(single_handlers.size() < size / 2);

  static std::size_t place(Word handler) { return (handler * 0x9e3779b1u) >> 22; }
  void insert(Word handler, SequenceKey key) {
    std::size_t i = place(handler);
    while (places_[i] != 0) i = (i + 1) % size;
    places_[i] = static_cast<std::uint16_t>(key + 1);
    singles_[key] = handler;
  }
  std::array<std::uint16_t, size> places_{};  // keys and 1, or 0
  std::array<Word, single_handlers.size()> singles_{};
  std::array<Word, sequence_count> words_{};
};

/// combine(), with lengths or without.
template <bool notes_lengths>
void combine_with(const Index& index, std::span<Word> code, std::span<Start> starts,
                  std::uint8_t* lengths) {
  starts.data()[starts.size()] = {0, no_key, 0};
  for (std::size_t i = starts.size(); i-- > 0;) {
    Start* const start = starts.data() + i;
    if (start->key == unknown_key) start->key = index.find(code[start->at]);
    // The fewest dispatches from here to the end, as if nothing branched. Those of instructions
    // that are near differ by few.
    auto dispatches = static_cast<std::uint16_t>(start[1].dispatches + 1);
    std::uint16_t best = Tree::none;
    std::size_t node = Tree::root_base + std::size_t{start->key};
    for (std::size_t depth = 1;; ++depth) {
      // Without children it has the base 0, where there are at most the root's.
      const std::size_t child = tree[node].base + std::size_t{start[depth].key};
      if (tree[child].parent != node) break;
      node = child;
      // Without branches: no processor foresees what comes of this.
      const std::uint16_t sequence = tree[node].sequence;
      const auto with = static_cast<std::uint16_t>(start[depth + 1].dispatches + 1);
      const bool is_better =
          (sequence != Tree::none) & (static_cast<std::int16_t>(with - dispatches) <= 0);
      dispatches = is_better ? with : dispatches;
      best = is_better ? sequence : best;
      if constexpr (notes_lengths)
        if (is_better) lengths[i] = static_cast<std::uint8_t>(depth + 1);
    }
    start->dispatches = dispatches;
    if (best != Tree::none) code[start->at] = index.word(best);
  }
}

}  // namespace

constexpr SequenceKeys sequence_keys = list_keys();

void combine(std::span<Word> code, std::span<Start> starts, std::uint8_t* lengths) {
  static const Index index;
  if (lengths == nullptr) return combine_with<false>(index, code, starts, nullptr);
  combine_with<true>(index, code, starts, lengths);
}

}  // namespace wrun::inline v0::interp
