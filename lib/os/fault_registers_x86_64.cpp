#include "lib/os/fault_registers.hpp"

#include <ucontext.h>

#include "lib/os/faults.hpp"

namespace wrun::inline v0::os {

const bool fault_registers_are_known = true;

namespace {

/// In the order of the CPU's numbers.
constexpr int registers[] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP,
                             REG_RSI, REG_RDI, REG_R8,  REG_R9,  REG_R10, REG_R11,
                             REG_R12, REG_R13, REG_R14, REG_R15};

greg_t& at(void* context, int number) {
  return static_cast<ucontext_t*>(context)->uc_mcontext.gregs[number];
}

}  // namespace

const std::uint8_t* Fault::pc() const noexcept {
  return reinterpret_cast<const std::uint8_t*>(at(context_, REG_RIP));
}

void Fault::set_pc(const void* pc) noexcept {
  at(context_, REG_RIP) = reinterpret_cast<greg_t>(pc);
}

std::uint64_t Fault::general(unsigned number) const noexcept {
  return static_cast<std::uint64_t>(at(context_, registers[number]));
}

void Fault::set_general(unsigned number, std::uint64_t value) noexcept {
  at(context_, registers[number]) = static_cast<greg_t>(value);
}

}  // namespace wrun::inline v0::os
