#include "jit/stub_writer.hpp"

#include <algorithm>
#include <iterator>
#include <new>

#include "jit/layout.hpp"

namespace wrun::inline v0::jit {

using namespace Xbyak::util;
using runtime::Leave;

namespace {

/// Registers that C++ wants back from whoever it calls.
const Xbyak::Reg64 callee_saved[] = {rbp, rbx, r12, r13, r14, r15};

}  // namespace

const std::uint8_t* StubWriter::place(CodeArena& arena) {
  const std::uint8_t* code = arena.allocate_stub(getSize());
  if (code == nullptr) throw std::bad_alloc();
  for (const auto& [at, stub] : jumps_) {
    const auto distance = static_cast<const std::uint8_t*>(stub) - (code + at + 4);
    rewrite(at, static_cast<std::uint32_t>(distance), 4);
  }
  arena.write(code, {getCode(), getSize()});
  return code;
}

void StubWriter::jump_to(const void* stub) {
  db(0xe9);
  jumps_.emplace_back(getSize(), stub);
  dd(0);
}

void StubWriter::save_host(const Xbyak::Reg64& state) {
  for (const auto& r : callee_saved) push(r);
  push(state);  // where native.host_sp points, the stack is aligned
  mov(ptr[state + layout::native_host_sp], rsp);
}

void StubWriter::leave_code(const Xbyak::Reg64& state) {
  mov(rsp, ptr[state + layout::native_host_sp]);
  add(rsp, 8);
  std::for_each(std::rbegin(callee_saved), std::rend(callee_saved), [&](const auto& r) { pop(r); });
  ret();
}

void StubWriter::leave_with(Leave why, const void* leave) {
  mov(eax, static_cast<std::uint32_t>(why));
  mov(rdi, r13);
  jump_to(leave);
}

void StubWriter::load_state() {
  mov(r13, frames_instance());
  mov(r13, ptr[r13 + layout::instance_state]);
}

void StubWriter::store_fuel(const Xbyak::Reg64& state) {
  if (fuel_) mov(ptr[state + layout::state_fuel], gp64(fuel_reg));
}

void StubWriter::load_fuel(const Xbyak::Reg64& state) {
  if (fuel_) mov(gp64(fuel_reg), ptr[state + layout::state_fuel]);
}

void StubWriter::load_fuel_of_instance(const Xbyak::Operand& instance) {
  if (!fuel_) return;
  mov(gp64(fuel_reg), instance);
  mov(gp64(fuel_reg), ptr[gp64(fuel_reg) + layout::instance_state]);
  load_fuel(gp64(fuel_reg));
}

void StubWriter::load(const AbiPlace& place, const Xbyak::Address& at) {
  switch (place.type) {
    case jit::Type::i32:
      return mov(gp32(place.reg), at);
    case jit::Type::f32:
      return movss(vec(place.reg), at);
    case jit::Type::f64:
      return movsd(vec(place.reg), at);
    case jit::Type::v128:
      return movups(vec(place.reg), at);
    default:
      return mov(gp64(place.reg), at);
  }
}

void StubWriter::store(const AbiPlace& place, const Xbyak::Address& at) {
  switch (place.type) {
    case jit::Type::f32:
      return movss(at, vec(place.reg));
    case jit::Type::f64:
      return movsd(at, vec(place.reg));
    case jit::Type::v128:
      return movups(at, vec(place.reg));
    default:
      return mov(at, gp64(place.reg));
  }
}

void StubWriter::spoil(const AbiPlace& place, const Xbyak::RegExp& slot) {
  if (!tries_upper_halves_ || place.type != jit::Type::i32) return;
  mov(dword[slot + 4], garbage);
}

void StubWriter::spoil(const AbiPlace& place, const Xbyak::Reg64& value, const Xbyak::Reg64& free) {
  if (!tries_upper_halves_ || place.type != jit::Type::i32) return;
  mov(free, std::uint64_t{garbage} << 32);
  or_(value, free);
}

void StubWriter::copy(const AbiPlace& place, const Xbyak::RegExp& to, const Xbyak::RegExp& from) {
  if (place.type == jit::Type::i32) {
    mov(r15d, ptr[from]);
  } else {
    mov(r15, ptr[from]);
  }
  mov(ptr[to], r15);
  if (place.type != jit::Type::v128) return;
  mov(r15, ptr[from + 8]);
  mov(ptr[to + 8], r15);
}

int StubWriter::slots_of(const std::vector<AbiPlace>& places) {
  int count = 0;
  for (const AbiPlace& place : places) count += slots_of(place);
  return count;
}

void StubWriter::spread(const std::vector<AbiPlace>& places, const Xbyak::Reg64& frame,
                        const Xbyak::RegExp& area) {
  int slot = 0;
  // What is copied by way of a register first: it isn't an argument's.
  for (const bool on_stack : {true, false}) {
    slot = 0;
    for (const AbiPlace& place : places) {
      const Xbyak::RegExp at = frame + 8 * slot;
      if ((place.reg == no_reg) == on_stack) {
        spoil(place, at);
        if (on_stack) {
          copy(place, area + static_cast<int>(place.stack), at);
        } else {
          load(place, ptr[at]);
        }
      }
      slot += slots_of(place);
    }
  }
}

void StubWriter::gather(const std::vector<AbiPlace>& places, const Xbyak::Reg64& frame,
                        const Xbyak::RegExp& area) {
  int slot = 0;
  for (const AbiPlace& place : places) {
    const Xbyak::RegExp at = frame + 8 * slot;
    if (place.reg == no_reg) {
      copy(place, at, area + static_cast<int>(place.stack));
    } else {
      store(place, ptr[at]);
    }
    spoil(place, at);
    slot += slots_of(place);
  }
}

}  // namespace wrun::inline v0::jit
