#pragma once

// Names for the bodies of instructions, so that sequences of them can be listed: a key says which
// instruction it is, where its operands come from and where its result goes.

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "lib/interp/bodies_calls.hpp"
#include "lib/interp/bodies_control.hpp"
#include "lib/interp/bodies_memory.hpp"
#include "lib/interp/bodies_moves.hpp"
#include "lib/interp/bodies_numeric.hpp"
#include "lib/wasm/opcode.hpp"

namespace wrun::inline v0::interp {

/// Orders by group, instruction and form; `end` is none.
enum class BodyKey : std::uint32_t { end };

namespace body_keys {

enum class Group : std::uint8_t {
  nothing,
  unary,
  binary,
  compare_branch,
  test_branch,
  load,
  store,
  copy,
  set_const,
  acc_const,
  store_acc,
  get_global,
  set_global,
  select_of,
  branch,
  branch_table,
  call_local,
  return_none,
  return_value,
  fuel,
  zero_locals
};

/// Where operands are: in the accumulator, a slot, or the instruction (a constant). Two letters for
/// two operands, or for the sum that is an address; n for an address that is the offset alone.
enum Form : std::uint8_t { a, s, k, ss, as, sa, sk, ak, n };
/// Where the result goes.
enum To : std::uint8_t { to_acc, to_slot };
/// Types of values, as accumulators and slots tell them apart.
enum Type : std::uint8_t { i32, i64, f32, f64, v128 };
/// When a branch is taken.
enum When : std::uint8_t { unless, when };
/// Whether a branch looks for interruption.
enum Poll : std::uint8_t { on, back };

constexpr Src src_of(Form form) {
  return form == a ? Src::acc : form == k ? Src::imm : Src::slot;
}
constexpr Pair pair_of(Form form) {
  switch (form) {
    case as:
      return Pair::acc_slot;
    case sa:
      return Pair::slot_acc;
    case sk:
      return Pair::slot_imm;
    case ak:
      return Pair::acc_imm;
    default:
      return Pair::slot_slot;
  }
}
constexpr Addr addr_of(Form form) {
  switch (form) {
    case a:
      return Addr::acc;
    case ss:
      return Addr::slot_slot;
    case as:
      return Addr::acc_slot;
    case sk:
      return Addr::slot_const;
    case ak:
      return Addr::acc_const;
    case n:
      return Addr::none;
    default:
      return Addr::slot;
  }
}

constexpr BodyKey make(Group group, std::uint32_t what, std::uint32_t first = 0,
                       std::uint32_t second = 0) {
  return static_cast<BodyKey>(static_cast<std::uint32_t>(group) << 24 | what << 8 | first << 4 |
                              second);
}
constexpr Group group_of(BodyKey key) {
  return static_cast<Group>(static_cast<std::uint32_t>(key) >> 24);
}
constexpr std::uint32_t what_of(BodyKey key) {
  return static_cast<std::uint32_t>(key) >> 8 & 0xffff;
}
constexpr std::uint32_t first_of(BodyKey key) {
  return static_cast<std::uint32_t>(key) >> 4 & 15;
}
constexpr std::uint32_t second_of(BodyKey key) {
  return static_cast<std::uint32_t>(key) & 15;
}

constexpr std::uint32_t number(wasm::Op op) {
  return static_cast<std::uint32_t>(op);
}
constexpr BodyKey unary(wasm::Op op, Form from, To to) {
  return make(Group::unary, number(op), from, to);
}
constexpr BodyKey binary(wasm::Op op, Form from, To to) {
  return make(Group::binary, number(op), from, to);
}
constexpr BodyKey compare_branch(wasm::Op op, Form from, When taken, Poll poll) {
  return make(Group::compare_branch, number(op), from, taken * 2u + poll);
}
constexpr BodyKey test_branch(Type type, Form from, When taken, Poll poll) {
  return make(Group::test_branch, type, from, taken * 2u + poll);
}
constexpr BodyKey load(wasm::Op op, Form address, To to) {
  return make(Group::load, number(op), address, to);
}
constexpr BodyKey store(wasm::Op op, Form address, Form value) {
  return make(Group::store, number(op), address, value);
}
constexpr BodyKey copy() {
  return make(Group::copy, 0);
}
constexpr BodyKey set_const(Type type) {
  return make(Group::set_const, type);
}
constexpr BodyKey acc_const(Type type) {
  return make(Group::acc_const, type);
}
constexpr BodyKey store_acc(Type type) {
  return make(Group::store_acc, type);
}
constexpr BodyKey get_global(Type type, To to) {
  return make(Group::get_global, type, 0, to);
}
constexpr BodyKey set_global(Type type, Form from) {
  return make(Group::set_global, type, from);
}
constexpr BodyKey select_of(Type type, Form condition, To to) {
  return make(Group::select_of, type, condition, to);
}
constexpr BodyKey branch(Poll poll) {
  return make(Group::branch, 0, 0, poll);
}
constexpr BodyKey branch_table(Form index, Poll poll) {
  return make(Group::branch_table, 0, index, poll);
}
constexpr BodyKey call_local() {
  return make(Group::call_local, 0);
}
constexpr BodyKey return_none() {
  return make(Group::return_none, 0);
}
constexpr BodyKey return_value(Type type, Form from) {
  return make(Group::return_value, type, from);
}
constexpr BodyKey fuel() {
  return make(Group::fuel, 0);
}
constexpr BodyKey zero_locals(std::uint32_t count) {
  return make(Group::zero_locals, count);
}

template <std::uint32_t type>
using TypeAt = std::conditional_t<
    type == i32, std::uint32_t,
    std::conditional_t<
        type == i64, std::uint64_t,
        std::conditional_t<type == f32, float, std::conditional_t<type == f64, double, Vector>>>>;

template <BodyKey key>
constexpr auto body() {
  constexpr Group group = group_of(key);
  constexpr std::uint32_t what = what_of(key);
  constexpr auto op = static_cast<wasm::Op>(what);
  constexpr auto from = static_cast<Form>(first_of(key));
  constexpr std::uint32_t last = second_of(key);
  constexpr auto dst = static_cast<Dst>(last & 1);
  constexpr bool poll = last % 2 != 0;
  constexpr bool taken = last / 2 != 0;
  if constexpr (group == Group::unary) {
    return std::type_identity<Unary<wasm::semantics<op>, src_of(from), dst>>();
  } else if constexpr (group == Group::binary) {
    return std::type_identity<Binary<wasm::semantics<op>, pair_of(from), dst>>();
  } else if constexpr (group == Group::compare_branch) {
    return std::type_identity<CompareBranch<wasm::semantics<op>, pair_of(from), taken, poll>>();
  } else if constexpr (group == Group::test_branch) {
    return std::type_identity<TestBranch<TypeAt<what>, src_of(from), taken, poll>>();
  } else if constexpr (group == Group::load) {
    constexpr std::size_t width = wasm::access_width(wasm::info(op).imm);
    return std::type_identity<Load<wasm::semantics<op>, width, addr_of(from), dst>>();
  } else if constexpr (group == Group::store) {
    constexpr std::size_t width = wasm::access_width(wasm::info(op).imm);
    constexpr Src value = src_of(static_cast<Form>(last));
    return std::type_identity<Store<wasm::semantics<op>, width, addr_of(from), value>>();
  } else if constexpr (group == Group::copy) {
    return std::type_identity<Copy>();
  } else if constexpr (group == Group::set_const) {
    return std::type_identity<SetConst<TypeAt<what>>>();
  } else if constexpr (group == Group::acc_const) {
    return std::type_identity<AccConst<TypeAt<what>>>();
  } else if constexpr (group == Group::store_acc) {
    return std::type_identity<StoreAcc<TypeAt<what>>>();
  } else if constexpr (group == Group::get_global) {
    return std::type_identity<GlobalGet<TypeAt<what>, dst>>();
  } else if constexpr (group == Group::set_global) {
    return std::type_identity<GlobalSet<TypeAt<what>, src_of(from)>>();
  } else if constexpr (group == Group::select_of) {
    return std::type_identity<Select<TypeAt<what>, src_of(from), dst>>();
  } else if constexpr (group == Group::branch) {
    return std::type_identity<Branch<poll>>();
  } else if constexpr (group == Group::branch_table) {
    return std::type_identity<BranchTable<src_of(from), poll>>();
  } else if constexpr (group == Group::call_local) {
    return std::type_identity<CallLocal>();
  } else if constexpr (group == Group::return_none) {
    return std::type_identity<Return>();
  } else if constexpr (group == Group::return_value) {
    return std::type_identity<ReturnValue<TypeAt<what>, src_of(from)>>();
  } else if constexpr (group == Group::fuel) {
    return std::type_identity<Fuel>();
  } else {
    static_assert(group == Group::zero_locals);
    return std::type_identity<ZeroLocals<what>>();
  }
}

}  // namespace body_keys

template <BodyKey key>
using BodyOf = typename decltype(body_keys::body<key>())::type;

}  // namespace wrun::inline v0::interp
