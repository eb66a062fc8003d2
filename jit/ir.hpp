#pragma once

// A function in static single assignment form: blocks with parameters, instructions in a list per
// block, values numbered densely. A value is the instruction that defines it. A graph keeps its
// memory from function to function. Blocks are in no order but that of their making.
//
// Pure WebAssembly instructions, loads and stores keep their wasm::Op and so their one meaning in
// lib/wasm; what else a compiler needs has opcodes of its own above them.
//
// An i32 is zero-extended wherever it is: who brings one in from outside (slots, hosts) extends it.

#include <cstdint>
#include <span>
#include <vector>

#include "jit/plain_vector.hpp"
#include "lib/wasm/opcode.hpp"
#include "lib/wasm/types.hpp"

namespace wrun::inline v0::jit {

/// References, and pointers of the run time, are i64.
enum class Type : std::uint8_t { none, i32, i64, f32, f64, v128 };

constexpr bool is_float(Type type) {
  return type >= Type::f32;
}
constexpr unsigned size_of(Type type) {
  constexpr unsigned sizes[] = {0, 4, 8, 4, 8, 16};
  return sizes[static_cast<unsigned>(type)];
}

enum class Value : std::uint32_t { none = ~0u };
enum class Block : std::uint32_t { none = ~0u };
constexpr std::uint32_t index(Value v) {
  return static_cast<std::uint32_t>(v);
}
constexpr std::uint32_t index(Block b) {
  return static_cast<std::uint32_t>(b);
}

/// wasm::Op's numbers, then these. A load has the arguments base and index, a store the value after
/// them; `imm` is the offset, imm2 the memory. Wide arithmetic is a call in form: `result` has the
/// upper half.
enum class Opcode : std::uint16_t {
  first_own = 0x800,
  // Values that are just there
  param = first_own,  ///< of a block; `imm` is its position
  argument,           ///< of the function; `imm` is its position
  constant,           ///< `imm`: bits; of a v128 the low ones, the high ones are imm2
  instance,           ///< the running instance; first of the entry block, always there
  /// Of the interpreter's frame that is taken over, and given up: only the entry reads it. `imm` is
  /// the slot.
  frame_slot,
  result,  ///< of args[0], right before; `imm` is its position (0 is args[0] itself)
  /// args[0], but the canonical NaN where that, or a lane of it, is a NaN. `imm` is the size in
  /// bytes of a float, or of a lane.
  canonical_nan,
  // Structures of the run time
  field,      ///< *(args[0] + imm), that never changes while the function runs
  read,       ///< *(args[0] + imm); imm2 is a Place
  write,      ///< *(args[0] + imm) = args[1]; imm2 is a Place
  offset,     ///< args[0] + args[1] * imm2 + imm, of addresses
  fuel_left,  ///< how much there is to be charged, where that is counted
  // Checks: no value; they leave the function if they fail
  bounds_check,  ///< args: index, limit in bytes; traps unless index + imm <= limit, where nothing
                 ///< wraps. imm < 2^63; imm2 is the offset that imm includes, for the message
  trap_if,       ///< args: i32 condition; `imm` is a TrapCode
  charge,        ///< of `imm` units of fuel
  poll,          ///< whether the store was asked to stop; args: the state
  check_stack,   ///< of `imm` bytes that calls may take, as the next two; args: the state
  take_stack,
  give_stack,
  landing,  ///< first of a block that exceptions land in: nothing is in registers
  // Calls; args are the WebAssembly arguments after what is named here
  call,            ///< `imm`: function with a body, in this module
  call_reference,  ///< args[0]: FuncRef*, not null, of the right type; `imm` is that type's index
  call_helper,     ///< `imm`: a Helper; args are its arguments, machine words
  // Ends of blocks
  jump,
  branch,   ///< args[0]: i32 condition; edges: if not zero, if zero
  switch_,  ///< args[0]: i32 index; edges by index, the last one is the default
  return_,  ///< args: the results
  tail_call,
  tail_call_reference,
  trap,    ///< `imm` is a TrapCode
  unwind,  ///< after a call in a try; edges: where it returns to, where what it throws lands. `imm`
           ///< is the try
  last_own
};

constexpr Opcode opcode(wasm::Op op) {
  return static_cast<Opcode>(op);
}
constexpr bool is_wasm(Opcode op) {
  return op < Opcode::first_own;
}
/// Of an opcode that is_wasm().
constexpr wasm::Op wasm_op(Opcode op) {
  return static_cast<wasm::Op>(op);
}
constexpr bool ends_block(Opcode op) {
  return op >= Opcode::jump;
}

/// What a read or write may collide with.
enum class Alias : std::uint8_t {
  memory_shape,  ///< bases and sizes of memories: calls and growth change them
  table_shape,
  table_element,
  global,
  heap,  ///< fields of structures, elements of arrays
  fuel,
  stack,   ///< what calls may take of it
  memory,  ///< what is in linear memories
  count_
};

/// How an i32 lies in memory, if it is narrower there, and how it is read.
enum class Packed : std::uint8_t { no, s8, u8, s16, u16 };

/// imm2 of a read or write. Places of one Alias are the same only if their keys are.
struct Place {
  Alias alias = Alias::heap;
  std::uint32_t key = 0;
  Packed packed = Packed::no;
  constexpr std::uint64_t bits() const {
    return static_cast<std::uint64_t>(packed) << 40 | static_cast<std::uint64_t>(key) << 8 |
           static_cast<std::uint64_t>(alias);
  }
  static constexpr Place of(std::uint64_t bits) {
    return {static_cast<Alias>(bits & 0xff), static_cast<std::uint32_t>(bits >> 8),
            static_cast<Packed>(bits >> 40)};
  }
};

/// Inst::flags.
enum Flag : std::uint8_t {
  /// What traps elsewhere can't here, wherever it may be moved to.
  never_traps = 1,
  /// What it reads is there, and it doesn't trap, because of a check before it: it must not be
  /// moved above that.
  guarded = 2,
  /// Of a branch: which way it mostly goes.
  mostly_taken = 4,
  rarely_taken = 8,
  /// Of bounds_check: the trap doesn't say where.
  no_address = 16
};

/// A jump with the values of the target's parameters. No two edges share their args.
struct Edge {
  Block to = Block::none;
  std::uint32_t first_arg = 0;
  std::uint32_t arg_count = 0;
};

/// Where an instruction came from: which inlined call (0: none), and the byte offset in the module.
struct Origin {
  std::uint32_t inlined = 0;
  std::uint32_t offset = 0;
};

struct Inst {
  Opcode op{};
  Type type = Type::none;
  std::uint8_t flags = 0;
  std::uint32_t first_arg = 0;
  std::uint64_t imm = 0;
  std::uint64_t imm2 = 0;  ///< of what ends a block, the edges: first | count << 32
  Origin origin;
  std::uint32_t arg_count = 0;
  Block block = Block::none;
  Value next = Value::none;
  Value previous = Value::none;
};
static_assert(sizeof(Inst) == 48);

struct BlockData {
  Value first = Value::none;
  Value last = Value::none;  ///< once complete, what ends the block
  std::uint32_t first_param = 0;
  std::uint32_t param_count = 0;
  std::uint32_t loop_depth : 30 = 0;
  bool is_loop_header : 1 = false;
  bool is_cold : 1 = false;  ///< hinted, or ends in a trap
};
static_assert(sizeof(BlockData) == 20);

class Graph {
 public:
  Graph() = default;
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;

  void clear();
  /// Makes room for that many values, so that it need not be found by doubling.
  void reserve(std::size_t values) { insts_.reserve(values); }

  Block entry() const { return Block{0}; }
  Block add_block();
  BlockData& at(Block b) { return blocks_[index(b)]; }
  const BlockData& at(Block b) const { return blocks_[index(b)]; }
  std::uint32_t block_count() const { return static_cast<std::uint32_t>(blocks_.size()); }

  Inst& at(Value v) { return insts_[index(v)]; }
  const Inst& at(Value v) const { return insts_[index(v)]; }
  std::uint32_t value_count() const { return static_cast<std::uint32_t>(insts_.size()); }
  std::span<Value> args(const Inst& inst) {
    return {args_.data() + inst.first_arg, inst.arg_count};
  }
  std::span<const Value> args(const Inst& inst) const {
    return {args_.data() + inst.first_arg, inst.arg_count};
  }
  /// Of what ends a block; else none.
  std::span<Edge> edges(const Inst& inst) {
    if (!ends_block(inst.op)) return {};
    return {edges_.data() + static_cast<std::uint32_t>(inst.imm2), inst.imm2 >> 32};
  }
  std::span<const Edge> edges(const Inst& inst) const {
    return const_cast<Graph*>(this)->edges(inst);
  }
  /// Of all edges, the one with that number, whose first is the low half of imm2.
  Edge& edge(std::uint32_t number) { return edges_[number]; }
  const Edge& edge(std::uint32_t number) const { return edges_[number]; }
  std::span<Value> args(const Edge& edge) {
    return {args_.data() + edge.first_arg, edge.arg_count};
  }
  std::span<const Value> args(const Edge& edge) const {
    return {args_.data() + edge.first_arg, edge.arg_count};
  }
  std::span<Value> params(Block b) { return {args_.data() + at(b).first_param, at(b).param_count}; }
  std::span<const Value> params(Block b) const {
    return {args_.data() + at(b).first_param, at(b).param_count};
  }
  /// Every argument, edge argument and parameter.
  std::span<Value> pool() { return {args_.data(), args_.size()}; }
  /// The edges of a complete block's last instruction.
  std::span<const Edge> successors(Block b) const { return edges(at(at(b).last)); }
  std::span<Edge> successors(Block b) { return edges(at(at(b).last)); }

  /// Appends to a block. Args and edges are copied, and must not be from this graph's pools; spans
  /// of the pools are invalid afterwards.
  Value append(Block b, const Inst& inst, std::span<const Value> args = {},
               std::span<const Edge> edges = {});
  /// An instruction that is in no block yet.
  Value make(const Inst& inst, std::span<const Value> args = {});
  /// Gives a new block its parameters.
  void add_params(Block b, std::span<const Type> types);
  /// One more, the last.
  Value add_param(Block b, Type type);
  /// An edge whose args are in the graph's pool.
  Edge make_edge(Block to, std::span<const Value> args = {});
  /// Puts an instruction that is in no block before another one.
  void insert_before(Value position, Value inst);
  /// The same after one that doesn't end its block.
  void insert_after(Value position, Value inst);
  /// Takes an instruction out of its block; its number stays.
  void unlink(Value inst);
  /// Moves all that is in `from` to the end of `to`, which has no end yet.
  void splice(Block to, Block from);
  /// Makes a block empty, with no end.
  void clear_block(Block b);
  /// Forgets what is in no block, and gives its room back: the others get new numbers, in the same
  /// order. Edges keep theirs. Nothing refers to what is forgotten.
  void compact();

 private:
  std::vector<Value> number_anew();
  void move_args(std::span<const Value> numbers);

  PlainVector<BlockData> blocks_;
  PlainVector<Inst> insts_;
  PlainVector<Value> args_;
  PlainVector<Edge> edges_;
};

}  // namespace wrun::inline v0::jit
