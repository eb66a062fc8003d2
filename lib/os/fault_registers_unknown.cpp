// For CPUs that no machine code is made for.

#include "lib/os/fault_registers.hpp"
#include "lib/os/faults.hpp"

namespace wrun::inline v0::os {

const bool fault_registers_are_known = false;

const std::uint8_t* Fault::pc() const noexcept {
  return nullptr;
}

void Fault::set_pc(const void*) noexcept {}

std::uint64_t Fault::general(unsigned) const noexcept {
  return 0;
}

void Fault::set_general(unsigned, std::uint64_t) noexcept {}

}  // namespace wrun::inline v0::os
