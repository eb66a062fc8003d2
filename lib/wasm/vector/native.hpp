#pragma once

// NativeVector: what the vector types have no operator for, on the machine that is compiled for.

#if defined(__x86_64__)
#include "lib/wasm/vector/x86.hpp"
#else
#include "lib/wasm/vector/portable.hpp"
#endif

namespace wrun::inline v0::wasm {
inline namespace WRUN_ISA {

#if defined(__x86_64__)
using NativeVector = X86Vector;
#else
using NativeVector = PortableVector;
#endif

}  // namespace WRUN_ISA
}  // namespace wrun::inline v0::wasm
