#include "tests/fuzz/generator.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "tests/fuzz/byte_source.hpp"
#include "tests/fuzz/function_generator.hpp"
#include "tests/fuzz/wasm_writer.hpp"

namespace wrun::inline v0::fuzz {

namespace {

/// The name of an empty custom section.
constexpr std::string_view canonical_nans_mark = "canonical_nans";

enum Section : std::uint8_t {
  custom_section,
  type_section,
  import_section,
  function_section,
  table_section,
  memory_section,
  global_section,
  export_section,
  element_section = 9,
  code_section,
  data_section,
  data_count_section,
  tag_section
};

enum Kind : std::uint8_t { function_kind, table_kind, memory_kind, global_kind };

constexpr std::uint32_t host_count = host_functions.size();
/// The host function `back` calls it.
constexpr std::uint32_t back_function = host_count;
/// Two that call each other until the stack is used up; the last ones.
constexpr std::uint32_t deep_count = 2;

/// In the order of the constants in module_plan.hpp.
void write_heap_types(WasmWriter& content) {
  constexpr std::uint8_t i8 = 0x78;
  constexpr std::uint8_t i16 = 0x77;
  const auto field = [&](char type) {
    write_type(content, type);
    content.byte(1);
  };
  const auto packed = [&](std::uint8_t type) {
    content.byte(type);
    content.byte(1);
  };
  content.byte(0x50);  // sub
  content.unsigned_leb(0);
  content.byte(0x5f);
  content.unsigned_leb(2);
  field('i');
  field('I');
  content.byte(0x4f);  // sub final
  content.unsigned_leb(1);
  content.unsigned_leb(struct_type);
  content.byte(0x5f);
  content.unsigned_leb(6);
  field('i');
  field('I');
  packed(i8);
  packed(i16);
  field('F');
  field('s');
  content.byte(0x5e);
  packed(i8);
  for (const char type : {'I', 's', 'r'}) {
    content.byte(0x5e);
    field(type);
  }
}

class ModuleGenerator {
 public:
  ModuleGenerator(std::span<const std::uint8_t> bytes, bool canonical_nans, OpCounts& counts)
      : source_(bytes), counts_(counts) {
    plan_.canonical_nans = canonical_nans;
  }

  std::vector<std::uint8_t> run();

 private:
  void make_plan();
  std::string any_types(std::uint32_t most);
  std::uint32_t any_own_function();
  WasmWriter types();
  WasmWriter imports();
  WasmWriter functions();
  static WasmWriter tables(const Plan& plan);
  WasmWriter memories();
  WasmWriter tags();
  WasmWriter globals();
  WasmWriter exports();
  WasmWriter elements();
  WasmWriter data();
  WasmWriter code();

  ByteSource source_;
  OpCounts& counts_;
  Plan plan_;
};

std::string ModuleGenerator::any_types(std::uint32_t most) {
  constexpr std::string_view scalars = "iIfFiI";
  std::string types(source_.below(most + 1), ' ');
  for (char& type : types) {
    type = scalars[source_.below(scalars.size())];
    if (plan_.vectors && source_.chance(1, 6)) type = 'v';
    if (source_.chance(1, 10)) type = source_.chance(1, 2) ? 'r' : 'x';
    if (plan_.structures && source_.chance(1, 6)) type = "sstblSpy"[source_.below(8)];
  }
  return types;
}

void ModuleGenerator::make_plan() {
  const std::uint32_t features = source_.below(32);
  plan_.vectors = features < 7;
  plan_.atomics = features % 5 == 1;
  plan_.exceptions = features % 4 == 2;
  plan_.structures = features % 4 == 3;
  plan_.table_size = 8 + source_.below(24);
  plan_.memories.push_back({source_.chance(1, 8), 1, 4, source_.chance(1, 16)});
  if (source_.chance(1, 4))
    plan_.memories.push_back({source_.chance(1, 2), 1, 3, source_.chance(1, 8)});
  plan_.globals = {'i', 'i'};
  for (const char type : any_types(6)) plan_.globals.push_back(type);
  for (const HostFunction& host : host_functions)
    plan_.functions.push_back(
        plan_.type_index({std::string(host.params), std::string(host.results)}));
  plan_.functions.push_back(plan_.type_index({"i", "i"}));
  for (std::uint32_t count = 1 + source_.below(5); count > 0; --count) {
    const bool is_wide = source_.chance(1, 8);
    std::string params = any_types(is_wide ? 20 : 5);
    std::string results = any_types(is_wide ? 12 : 2);
    // Whose results are another's may end in a call of it.
    if (source_.chance(1, 3)) results = plan_.signature(any_own_function()).results;
    plan_.functions.push_back(plan_.type_index({std::move(params), std::move(results)}));
  }
  plan_.tags = {plan_.type_index({"i", ""}), plan_.type_index({"IF", ""}),
                plan_.type_index({any_types(6), ""})};
  const std::uint32_t deep = plan_.type_index({"iFI", "I"});
  plan_.functions.insert(plan_.functions.end(), deep_count, deep);
}

/// Of those that aren't imported.
std::uint32_t ModuleGenerator::any_own_function() {
  return host_count +
         source_.below(static_cast<std::uint32_t>(plan_.functions.size()) - host_count);
}

WasmWriter ModuleGenerator::types() {
  WasmWriter content;
  content.unsigned_leb(plan_.types.size() + heap_types);
  write_heap_types(content);
  for (const Signature& signature : plan_.types) {
    content.byte(0x60);
    write_types(content, signature.params);
    write_types(content, signature.results);
  }
  return content;
}

WasmWriter ModuleGenerator::imports() {
  WasmWriter content;
  content.unsigned_leb(host_count);
  for (std::uint32_t i = 0; i < host_count; ++i) {
    content.name("host");
    content.name(host_functions[i].name);
    content.byte(function_kind);
    content.unsigned_leb(plan_.functions[i]);
  }
  return content;
}

WasmWriter ModuleGenerator::functions() {
  WasmWriter content;
  content.unsigned_leb(plan_.functions.size() - host_count);
  for (std::size_t i = host_count; i < plan_.functions.size(); ++i)
    content.unsigned_leb(plan_.functions[i]);
  return content;
}

WasmWriter ModuleGenerator::tables(const Plan& plan) {
  WasmWriter content;
  content.unsigned_leb(2);
  for (const char type : {'r', 'x'}) {
    write_type(content, type);
    content.byte(1);
    content.unsigned_leb(plan.table_size);
    content.unsigned_leb(plan.table_size + 10);
  }
  return content;
}

WasmWriter ModuleGenerator::memories() {
  WasmWriter content;
  content.unsigned_leb(plan_.memories.size());
  for (const MemoryPlan& memory : plan_.memories) {
    constexpr std::uint32_t page = 65536;
    const std::uint32_t pages = memory.has_small_pages ? page : 1;
    content.byte((memory.is_64 ? 5 : 1) | (memory.has_small_pages ? 8 : 0));
    content.unsigned_leb(pages * memory.min);
    content.unsigned_leb(pages * memory.max);
    if (memory.has_small_pages) content.byte(0);  // the logarithm of their size
  }
  return content;
}

WasmWriter ModuleGenerator::tags() {
  WasmWriter content;
  content.unsigned_leb(plan_.tags.size());
  for (const std::uint32_t tag : plan_.tags) {
    content.byte(0);
    content.unsigned_leb(tag);
  }
  return content;
}

WasmWriter ModuleGenerator::globals() {
  WasmWriter content;
  content.unsigned_leb(plan_.globals.size());
  for (const char type : plan_.globals) {
    write_type(content, type);
    content.byte(1);
    write_zero(content, type);
    content.byte(0x0b);
  }
  return content;
}

WasmWriter ModuleGenerator::exports() {
  WasmWriter content;
  const auto put = [&](const std::string& name, Kind kind, std::size_t index) {
    content.name(name);
    content.byte(kind);
    content.unsigned_leb(index);
  };
  const std::size_t functions = plan_.functions.size();
  content.unsigned_leb(functions - host_count + plan_.globals.size() + plan_.memories.size() + 2);
  for (std::size_t i = host_count; i < functions; ++i) {
    std::string name = "f" + std::to_string(i);
    if (i == back_function) name = "back";
    if (i + deep_count >= functions) name = "deep" + std::to_string(functions - i);
    put(name, function_kind, i);
  }
  for (std::size_t i = 0; i < plan_.globals.size(); ++i) {
    std::string name = "g" + std::to_string(i);
    if (i == budget_global) name = "budget";
    if (i == depth_global) name = "depth";
    put(name, global_kind, i);
  }
  for (std::size_t i = 0; i < plan_.memories.size(); ++i)
    put("m" + std::to_string(i), memory_kind, i);
  put("t0", table_kind, 0);
  put("t1", table_kind, 1);
  return content;
}

/// Functions of all types in table 0, a passive segment, and a declaration of all for ref.func.
WasmWriter ModuleGenerator::elements() {
  WasmWriter content;
  const auto count = static_cast<std::uint32_t>(plan_.functions.size());
  content.unsigned_leb(3);
  content.byte(0);
  content.byte(0x41);
  content.signed_leb(0);
  content.byte(0x0b);
  const std::uint32_t filled = std::min(count - deep_count, plan_.table_size);
  content.unsigned_leb(filled);
  for (std::uint32_t i = 0; i < filled; ++i) content.unsigned_leb(i);
  content.byte(1);
  content.byte(0);
  content.unsigned_leb(2);
  content.unsigned_leb(back_function);
  content.unsigned_leb(0);
  content.byte(3);
  content.byte(0);
  content.unsigned_leb(count);
  for (std::uint32_t i = 0; i < count; ++i) content.unsigned_leb(i);
  return content;
}

WasmWriter ModuleGenerator::data() {
  WasmWriter content;
  const bool is_64 = plan_.memories[0].is_64;
  content.unsigned_leb(2);
  content.byte(0);
  content.byte(is_64 ? 0x42 : 0x41);
  content.signed_leb(0);
  if (source_.chance(1, 8)) {
    content.byte(is_64 ? 0x42 : 0x41);
    content.signed_leb(source_.below(64));
    content.byte(is_64 ? 0x7c : 0x6a);  // add
  }
  content.byte(0x0b);
  constexpr std::uint32_t filled = 512;
  content.unsigned_leb(filled);
  std::uint64_t state = source_.byte();
  for (std::uint32_t i = 0; i < filled; ++i)
    content.byte(static_cast<std::uint8_t>(next_random(state)));
  content.byte(1);
  content.unsigned_leb(24);
  for (int i = 0; i < 24; ++i) content.byte(static_cast<std::uint8_t>(3 * i + 1));
  return content;
}

WasmWriter ModuleGenerator::code() {
  WasmWriter content;
  const auto count = static_cast<std::uint32_t>(plan_.functions.size());
  content.unsigned_leb(count - host_count);
  for (std::uint32_t i = host_count; i < count; ++i) {
    FunctionGenerator generator(source_, plan_, counts_);
    if (i + deep_count >= count)
      content.sized(generator.run_deep(i, source_.chance(1, 2) ? count - 1 : count - 2));
    else
      content.sized(generator.run(i));
  }
  return content;
}

std::vector<std::uint8_t> ModuleGenerator::run() {
  make_plan();
  const WasmWriter data_content = data();
  // Bodies need types of blocks.
  const WasmWriter bodies = code();
  WasmWriter module;
  module.little_endian(0x0000'0001'6d73'6100u, 8);
  module.section(type_section, types());
  module.section(import_section, imports());
  module.section(function_section, functions());
  module.section(table_section, tables(plan_));
  module.section(memory_section, memories());
  module.section(tag_section, tags());
  module.section(global_section, globals());
  module.section(export_section, exports());
  module.section(element_section, elements());
  WasmWriter segments;
  segments.unsigned_leb(2);
  module.section(data_count_section, segments);
  module.section(code_section, bodies);
  module.section(data_section, data_content);
  if (plan_.canonical_nans) {
    WasmWriter mark;
    mark.name(canonical_nans_mark);
    module.section(custom_section, mark);
  }
  return module.bytes();
}

}  // namespace

std::vector<std::uint8_t> generate(std::span<const std::uint8_t> bytes, bool canonical_nans,
                                   OpCounts& counts) {
  return ModuleGenerator(bytes, canonical_nans, counts).run();
}

bool needs_canonical_nans(std::span<const std::uint8_t> module) {
  const auto found = std::search(module.begin(), module.end(), canonical_nans_mark.begin(),
                                 canonical_nans_mark.end());
  return found != module.end();
}

}  // namespace wrun::inline v0::fuzz
