#include "jit/faults.hpp"

#include <wrun/error.hpp>

#include "jit/abi.hpp"
#include "jit/code_tables.hpp"
#include "lib/runtime/memory.hpp"
#include "lib/runtime/native.hpp"
#include "lib/runtime/shared_memory.hpp"

namespace wrun::inline v0::jit {

namespace {

/// In bytes.
constexpr std::uint64_t widest_access = 16;

/// The one whose reservation an address is in; null if there is none.
const runtime::Memory* find_memory(const runtime::Instance& instance, const std::uint8_t* address) {
  for (const runtime::Memory* memory : instance.memory_cells) {
    if (!runtime::has_guard(memory->type)) continue;
    const std::uint8_t* base = memory->base;
    if (address >= base && address < base + runtime::memory_reservation) return memory;
  }
  return nullptr;
}

/// Where the access begins, which the fault says less exactly: that may be at a page's start.
std::uint64_t address_of(const Access& access, const os::Fault& fault, const std::uint8_t* base) {
  const auto faulted = static_cast<std::uint64_t>(fault.address() - base);
  std::uint64_t at = fault.general(access.base) + static_cast<std::uint64_t>(access.disp);
  if (access.index != no_reg) at += fault.general(access.index) << access.scale;
  at -= reinterpret_cast<std::uintptr_t>(base);
  return at <= faulted && faulted - at < widest_access ? at : faulted;
}

/// The memory is large enough by now: unless that was tried already, the instruction can succeed.
bool may_repeat(runtime::NativeState& native, const os::Fault& fault) noexcept {
  if (native.repeated_pc == fault.pc() && native.repeated_address == fault.address()) return false;
  native.repeated_pc = fault.pc();
  native.repeated_address = fault.address();
  return true;
}

}  // namespace

bool AccessFaults::resolve(void* data, os::Fault& fault) noexcept {
  const auto& self = *static_cast<const AccessFaults*>(data);
  const auto* piece = static_cast<const CodePiece*>(self.arena_.owner(fault.pc()));
  const Access* access = piece ? piece->access_at(fault.pc()) : nullptr;
  if (access == nullptr) return false;
  const auto* frame = reinterpret_cast<runtime::Instance* const*>(fault.general(reg::rbp));
  const runtime::Instance& instance = *frame[-static_cast<int>(instance_slot) - 1];
  const runtime::Memory* memory = find_memory(instance, fault.address());
  if (memory == nullptr) return false;
  const auto at = static_cast<std::uint64_t>(fault.address() - memory->base);
  runtime::ExecState& state = *instance.state;
  if (at < runtime::size_in_bytes(*memory))
    return memory->shared && may_repeat(state.native, fault);
  state.native.pc = fault.pc() + 1;
  state.native.frame = frame;
  state.native.trap = static_cast<std::uint32_t>(TrapCode::out_of_bounds_memory_access);
  if (access->has_address) {
    state.address = address_of(*access, fault, memory->base);
    state.native.trap |= runtime::trap_has_address;
  }
  if (self.fuel_) state.fuel = static_cast<std::int64_t>(fault.general(fuel_reg));
  fault.set_general(reg::rax, static_cast<std::uint64_t>(runtime::Leave::trapped));
  fault.set_general(reg::rdi, reinterpret_cast<std::uintptr_t>(&state));
  fault.set_pc(self.leave_);
  return true;
}

}  // namespace wrun::inline v0::jit
