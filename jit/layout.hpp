#pragma once

// Where the members of run-time structures are that compiled code reads. They aren't of standard
// layout, which every compiler we have lays out like C all the same.

#include <cstddef>
#include <cstdint>

#include "lib/runtime/exceptions.hpp"
#include "lib/runtime/exec_state.hpp"
#include "lib/runtime/heap_object.hpp"
#include "lib/runtime/host_gate.hpp"
#include "lib/runtime/objects.hpp"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"

namespace wrun::inline v0::jit::layout {

inline constexpr std::uint32_t instance_state = offsetof(runtime::Instance, state);
inline constexpr std::uint32_t instance_memory0 = offsetof(runtime::Instance, memory0);
inline constexpr std::uint32_t instance_cells = offsetof(runtime::Instance, cells);
inline constexpr std::uint32_t instance_functions = offsetof(runtime::Instance, functions);
inline constexpr std::uint32_t instance_globals = offsetof(runtime::Instance, globals);
inline constexpr std::uint32_t instance_tables = offsetof(runtime::Instance, tables);
inline constexpr std::uint32_t instance_memories = offsetof(runtime::Instance, memories);
inline constexpr std::uint32_t instance_type_ids = offsetof(runtime::Instance, type_ids);

inline constexpr std::uint32_t memory_base = offsetof(runtime::Memory, base);
inline constexpr std::uint32_t memory_size = offsetof(runtime::Memory, size);
inline constexpr std::uint32_t table_elements = offsetof(runtime::Table, elements);
inline constexpr std::uint32_t table_size = offsetof(runtime::Table, size);

inline constexpr std::uint32_t func_host = offsetof(runtime::FuncRef, host);
inline constexpr std::uint32_t func_type = offsetof(runtime::FuncRef, type);
inline constexpr std::uint32_t func_cell = offsetof(runtime::FuncRef, cell);
inline constexpr std::uint32_t func_index = offsetof(runtime::FuncRef, index);
inline constexpr std::uint32_t func_instance = offsetof(runtime::FuncRef, instance);
inline constexpr std::uint32_t host_typed = offsetof(runtime::HostFunction, typed);
inline constexpr std::uint32_t host_env = offsetof(runtime::HostFunction, env);
inline constexpr std::uint32_t cell_machine_code = offsetof(runtime::CodeCell, machine_code);
inline constexpr std::uint32_t cell_size = sizeof(runtime::CodeCell);

inline constexpr std::uint32_t state_fuel = offsetof(runtime::ExecState, fuel);
inline constexpr std::uint32_t state_stack_left = offsetof(runtime::ExecState, stack_left);
inline constexpr std::uint32_t state_address = offsetof(runtime::ExecState, address);
inline constexpr std::uint32_t state_stack_end = offsetof(runtime::ExecState, stack_end);
inline constexpr std::uint32_t state_stack_top = offsetof(runtime::ExecState, stack_top);
inline constexpr std::uint32_t state_records = offsetof(runtime::ExecState, records);
inline constexpr std::uint32_t state_may_have_work = offsetof(runtime::ExecState, may_have_work);
inline constexpr std::uint32_t state_stop = offsetof(runtime::ExecState, stop);
inline constexpr std::uint32_t state_host_calls = offsetof(runtime::ExecState, host_calls);

// Parts of ExecState::native
inline constexpr std::uint32_t native = offsetof(runtime::ExecState, native);
inline constexpr std::uint32_t native_limit = native + offsetof(runtime::NativeState, limit);
inline constexpr std::uint32_t native_sp = native + offsetof(runtime::NativeState, sp);
inline constexpr std::uint32_t native_host_sp = native + offsetof(runtime::NativeState, host_sp);
inline constexpr std::uint32_t native_gate = native + offsetof(runtime::NativeState, gate);
inline constexpr std::uint32_t native_pc = native + offsetof(runtime::NativeState, pc);
inline constexpr std::uint32_t native_frame = native + offsetof(runtime::NativeState, frame);
inline constexpr std::uint32_t native_entry = native + offsetof(runtime::NativeState, entry);
inline constexpr std::uint32_t native_callee = native + offsetof(runtime::NativeState, callee);
inline constexpr std::uint32_t native_function = native + offsetof(runtime::NativeState, function);
inline constexpr std::uint32_t native_trap = native + offsetof(runtime::NativeState, trap);
inline constexpr std::uint32_t native_thrown = native + offsetof(runtime::NativeState, thrown);
inline constexpr std::uint32_t native_clause = native + offsetof(runtime::NativeState, clause);
// Parts of HostGate, which begins with its record
inline constexpr std::uint32_t record_outer = offsetof(runtime::Record, outer);
inline constexpr std::uint32_t record_fp = offsetof(runtime::Record, fp);
inline constexpr std::uint32_t record_instance = offsetof(runtime::Record, instance);
inline constexpr std::uint32_t record_host = offsetof(runtime::Record, host);
inline constexpr std::uint32_t record_top = offsetof(runtime::Record, top);
static_assert(offsetof(runtime::HostGate, record) == 0);
inline constexpr std::uint32_t gate_context = offsetof(runtime::HostGate, context);
inline constexpr std::uint32_t gate_caller = gate_context + offsetof(runtime::CallContext, caller);
inline constexpr std::uint32_t gate_calls_due = offsetof(runtime::HostGate, calls_due);
inline constexpr std::uint32_t segment_fp = offsetof(runtime::Segment, fp);
inline constexpr std::uint32_t suspended_resume = offsetof(runtime::Suspended, resume);
inline constexpr std::uint32_t suspended_callee = offsetof(runtime::Suspended, callee);
inline constexpr std::uint32_t suspended_rbp = offsetof(runtime::Suspended, rbp);
inline constexpr std::uint32_t suspended_pc = offsetof(runtime::Suspended, pc);
inline constexpr std::uint32_t suspended_fp = offsetof(runtime::Suspended, fp);

// What references refer to
inline constexpr std::uint32_t cell_kind = offsetof(runtime::CellHeader, kind);
inline constexpr std::uint32_t object_type = offsetof(runtime::Object, type);
inline constexpr std::uint32_t array_length = offsetof(runtime::Array, length);
inline constexpr std::uint32_t exception_few = offsetof(runtime::Exception, few);
inline constexpr std::uint32_t exception_many = offsetof(runtime::Exception, many);
inline constexpr std::uint32_t few_slots = std::tuple_size_v<decltype(runtime::Exception::few)>;

inline constexpr std::uint32_t word = sizeof(void*);

}  // namespace wrun::inline v0::jit::layout

#pragma GCC diagnostic pop
