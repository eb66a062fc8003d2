#pragma once

// Whether Fault's registers can be had on this CPU; its members are in the file that says so.

namespace wrun::inline v0::os {

extern const bool fault_registers_are_known;

}  // namespace wrun::inline v0::os
