#include "jit/members.hpp"

#include "jit/layout.hpp"
#include "lib/wasm/compose.hpp"

namespace wrun::inline v0::jit {

namespace {

struct Member {
  Pointee base;
  std::uint32_t offset;
  const char* name;
  Pointee pointee = Pointee::unknown;
};

constexpr Member members[] = {
    {Pointee::instance, layout::instance_state, "instance.state", Pointee::state},
    {Pointee::instance, layout::instance_memory0, "instance.memory0", Pointee::memory},
    {Pointee::instance, layout::instance_functions, "instance.functions", Pointee::functions},
    {Pointee::instance, layout::instance_globals, "instance.globals", Pointee::globals},
    {Pointee::instance, layout::instance_tables, "instance.tables", Pointee::tables},
    {Pointee::instance, layout::instance_memories, "instance.memories", Pointee::memories},
    {Pointee::instance, layout::instance_type_ids, "instance.type_ids"},
    {Pointee::memory, layout::memory_base, "memory.base"},
    {Pointee::memory, layout::memory_size, "memory.size"},
    {Pointee::table, layout::table_elements, "table.elements"},
    {Pointee::table, layout::table_size, "table.size"},
    {Pointee::state, layout::state_stack_left, "state.stack_left"},
    {Pointee::state, layout::native_thrown, "state.thrown"},
    {Pointee::state, layout::native_clause, "state.clause"},
};

struct Pointers {
  Pointee base;
  const char* name;
  Pointee pointee = Pointee::unknown;
};

constexpr Pointers pointers[] = {
    {Pointee::memories, "memories", Pointee::memory},
    {Pointee::tables, "tables", Pointee::table},
    {Pointee::globals, "globals"},
    {Pointee::functions, "functions"},
};

}  // namespace

MemberName member_at(Pointee base, std::uint64_t offset) {
  for (const Member& member : members)
    if (member.base == base && member.offset == offset) return {member.name, member.pointee};
  for (const Pointers& each : pointers)
    if (each.base == base)
      return {compose("{}[{}]", each.name, offset / layout::word), each.pointee};
  return {};
}

}  // namespace wrun::inline v0::jit
