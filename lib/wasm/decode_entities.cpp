// What a module declares of functions, tables, memories, tags and globals, and what it imports.

#include "lib/wasm/section_decoders.hpp"

namespace wrun::inline v0::wasm {
namespace {

enum : std::uint8_t { max_flag = 1, shared_flag = 2, is_64_flag = 4, page_size_flag = 8 };

void fail_flags(ModuleReader& in, std::uint32_t start, unsigned flags, std::string_view more) {
  in.fail(start, "malformed limits flags 0x{:02x}{}", flags, more);
}

/// https://webassembly.github.io/spec/core/binary/types.html#limits
SizeLimits size_limits(Decoding& to, ModuleReader& in, std::uint32_t start, std::uint8_t flags) {
  const bool wide = to.features.has(Feature::memory64);
  const auto size = [&] { return wide ? in.u64() : std::uint64_t{in.u32()}; };
  SizeLimits limits;
  limits.is_64 = (flags & is_64_flag) != 0;
  if (limits.is_64 && !to.need(Feature::memory64, start, "a 64-bit address type")) in.stop();
  limits.min = size();
  if (flags & max_flag) limits.max = size();
  return limits;
}

void check_range(ModuleReader& in, std::uint32_t start, const SizeLimits& limits,
                 std::uint64_t highest, std::string_view message) {
  if (!in.ok()) return;
  if (limits.min > highest || limits.max.value_or(0) > highest)
    in.fail_invalid(start, "{}", message);
  else if (limits.max && limits.min > *limits.max)
    in.fail_invalid(start, "size minimum must not be greater than maximum");
}

/// https://webassembly.github.io/spec/core/valid/types.html#table-types
TableType table_type(Decoding& to, ModuleReader& in) {
  TableType type;
  type.element = to.types(in).ref_type();
  const std::uint32_t start = in.offset();
  const std::uint8_t flags = in.u8();
  if (flags & ~(max_flag | is_64_flag)) fail_flags(in, start, flags, "");
  type.limits = size_limits(to, in, start, flags);
  if (!type.limits.is_64)
    check_range(in, start, type.limits, 0xffff'ffff, "table size must be at most 4294967295");
  else
    check_range(in, start, type.limits, ~std::uint64_t{0}, "");
  return type;
}

/// https://webassembly.github.io/spec/core/valid/types.html#memory-types
void check_memory_size(ModuleReader& in, std::uint32_t start, const MemoryType& type) {
  const bool bytes = type.page_size_log2 == 0;
  if (type.limits.is_64) {
    const std::uint64_t highest = bytes ? ~std::uint64_t{0} : std::uint64_t{1} << 48;
    check_range(in, start, type.limits, highest, "memory size must be at most 2^48 pages");
  } else if (bytes) {
    check_range(in, start, type.limits, 0xffff'ffff,
                "memory size must be at most 4294967295 pages of one byte");
  } else {
    check_range(in, start, type.limits, 65536, "memory size must be at most 65536 pages (4GiB)");
  }
}

void page_size(Decoding& to, ModuleReader& in, MemoryType& type) {
  const std::uint32_t start = in.offset();
  const std::uint32_t log2 = in.u32();
  to.need(Feature::custom_page_sizes, start, "a custom page size");
  if (log2 >= 64)
    in.fail(start, "invalid custom page size 2^{}", log2);
  else if (log2 != 0 && log2 != 16)
    in.fail_invalid(start, "invalid custom page size {}, it must be 1 or 65536",
                    std::uint64_t{1} << log2);
  type.page_size_log2 = static_cast<std::uint8_t>(log2);
}

MemoryType memory_type(Decoding& to, ModuleReader& in) {
  MemoryType type;
  const std::uint32_t start = in.offset();
  const std::uint8_t flags = in.u8();
  if (flags > 15)
    fail_flags(in, start, flags, "");
  else if ((flags & page_size_flag) && !to.features.has(Feature::custom_page_sizes))
    fail_flags(in, start, flags, " without feature custom-page-sizes");
  type.is_shared = (flags & shared_flag) != 0;
  if (type.is_shared && !to.need(Feature::threads, start, "a shared memory")) in.stop();
  type.limits = size_limits(to, in, start, flags);
  if ((flags & page_size_flag) && in.ok()) page_size(to, in, type);
  check_memory_size(in, start, type);
  if (type.is_shared && !type.limits.max && in.ok())
    in.fail_invalid(start, "shared memory must have maximum");
  return type;
}

/// https://webassembly.github.io/spec/core/binary/types.html#global-types
GlobalType global_type(Decoding& to, ModuleReader& in) {
  GlobalType type;
  type.type = to.types(in).val_type();
  const std::uint32_t start = in.offset();
  const std::uint8_t mutability = in.u8();
  if (mutability > 1) in.fail(start, "malformed mutability 0x{:02x}", mutability);
  type.is_mutable = mutability == 1;
  return type;
}

/// https://webassembly.github.io/spec/core/valid/types.html#tag-types
Tag tag(Decoding& to, ModuleReader& in) {
  const std::uint32_t start = in.offset();
  if (!to.need(Feature::exceptions, start, "a tag")) in.stop();
  if (const std::uint8_t attribute = in.u8(); attribute != 0)
    in.fail(start, "malformed tag attribute 0x{:02x}", attribute);
  const Tag tag{to.func_type_index(in)};
  if (in.ok() && !to.module.func_type(tag.type).results.empty())
    in.fail_invalid(start, "non-empty tag result type");
  return tag;
}

void check_one_more(Decoding& to, std::uint32_t start, std::size_t have, Feature feature,
                    std::string_view what) {
  if (have > 1) to.need(feature, start, what);
}

void add_table(Decoding& to, std::uint32_t start, Table table) {
  to.module.tables.push_back(std::move(table));
  check_one_more(to, start, to.module.tables.size(), Feature::reference_types,
                 "multiple tables: this module");
}

void add_memory(Decoding& to, std::uint32_t start, MemoryType memory) {
  to.module.memories.push_back(memory);
  check_one_more(to, start, to.module.memories.size(), Feature::multi_memory,
                 "multiple memories: this module");
}

template <class Sequence>
bool fits(Decoding& to, ModuleReader& in, std::string_view what, const Sequence& sequence,
          std::uint32_t limit) {
  if (sequence.size() <= limit) return true;
  to.errors.limit(in.offset(), "too many {}, the limit is {}", what, limit);
  in.stop();
  return false;
}

/// Adds what an import of that kind describes to its index space; returns its index there.
std::uint32_t import_entity(Decoding& to, ModuleReader& in, ExternKind kind) {
  ModuleData& module = to.module;
  const std::uint32_t start = in.offset();
  switch (kind) {
    case ExternKind::func:
      module.functions.push_back({to.func_type_index(in), {}});
      return module.imported_functions++;
    case ExternKind::table:
      add_table(to, start, {table_type(to, in), {}});
      fits(to, in, "tables", module.tables, to.limits.tables);
      return module.imported_tables++;
    case ExternKind::memory:
      add_memory(to, start, memory_type(to, in));
      fits(to, in, "memories", module.memories, to.limits.memories);
      return module.imported_memories++;
    case ExternKind::global:
      module.globals.push_back({global_type(to, in), {}});
      if (module.globals.back().type.is_mutable)
        to.need(Feature::mutable_globals, start, "an imported mutable global");
      return module.imported_globals++;
    case ExternKind::tag:
      module.tags.push_back(tag(to, in));
      return module.imported_tags++;
  }
  return 0;
}

}  // namespace

/// https://webassembly.github.io/spec/core/binary/modules.html#import-section
void decode_imports(Decoding& to, ModuleReader& in) {
  const std::uint32_t count = to.count(in, "imports", 3, 0, to.limits.imports);
  to.module.imports.reserve(count);
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    Import import;
    import.module = in.name();
    import.name = in.name();
    const std::uint32_t start = in.offset();
    const std::uint8_t kind = in.u8();
    if (kind > static_cast<std::uint8_t>(ExternKind::tag))
      in.fail(start, "malformed import kind 0x{:02x}", kind);
    if (!in.ok()) return;
    import.kind = static_cast<ExternKind>(kind);
    import.index = import_entity(to, in, import.kind);
    to.module.imports.push_back(import);
  }
}

/// https://webassembly.github.io/spec/core/binary/modules.html#function-section
void decode_functions(Decoding& to, ModuleReader& in) {
  auto& functions = to.module.functions;
  const std::uint32_t count = to.count(in, "functions", 1, functions.size(), to.limits.functions);
  functions.reserve(functions.size() + count);
  for (std::uint32_t i = 0; i < count && in.ok(); ++i)
    functions.push_back({to.func_type_index(in), {}});
}

/// https://webassembly.github.io/spec/core/binary/modules.html#table-section
void decode_tables(Decoding& to, ModuleReader& in) {
  auto& tables = to.module.tables;
  const std::uint32_t count = to.count(in, "tables", 2, tables.size(), to.limits.tables);
  tables.reserve(tables.size() + count);
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    const std::uint32_t start = in.offset();
    const bool has_init = in.peek() == 0x40;
    if (has_init) {
      in.u8();
      to.need(Feature::function_references, start, "a table with initializer");
      if (in.u8() != 0) in.fail(start + 1, "zero byte expected");
    }
    Table table{table_type(to, in), {}};
    if (has_init) {
      table.init = to.const_expr(in, table.type.element);
    } else if (in.ok() && !table.type.element.is_defaultable()) {
      in.fail_invalid(start, "type mismatch: a table of non-null references needs an initializer");
    }
    add_table(to, start, std::move(table));
  }
}

/// https://webassembly.github.io/spec/core/binary/modules.html#memory-section
void decode_memories(Decoding& to, ModuleReader& in) {
  auto& memories = to.module.memories;
  const std::uint32_t count = to.count(in, "memories", 1, memories.size(), to.limits.memories);
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    const std::uint32_t start = in.offset();
    add_memory(to, start, memory_type(to, in));
  }
}

/// https://webassembly.github.io/spec/core/binary/modules.html#tag-section
void decode_tags(Decoding& to, ModuleReader& in) {
  auto& tags = to.module.tags;
  const std::uint32_t count = to.count(in, "tags", 2, tags.size(), to.limits.tags);
  tags.reserve(tags.size() + count);
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) tags.push_back(tag(to, in));
}

/// https://webassembly.github.io/spec/core/binary/modules.html#global-section
void decode_globals(Decoding& to, ModuleReader& in) {
  auto& globals = to.module.globals;
  const std::uint32_t count = to.count(in, "globals", 3, globals.size(), to.limits.globals);
  globals.reserve(globals.size() + count);
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    const GlobalType type = global_type(to, in);
    const ConstExpr init = to.const_expr(in, type.type);
    globals.push_back({type, init});
  }
}

}  // namespace wrun::inline v0::wasm
