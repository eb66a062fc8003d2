// The element, data count, code and data sections.

#include "lib/wasm/section_decoders.hpp"
#include "lib/wasm/type_text.hpp"

namespace wrun::inline v0::wasm {
namespace {

constexpr ValType function_element = ValType::ref(AbstractHeap::func, false);

/// Flags of an element segment.
/// https://webassembly.github.io/spec/core/binary/modules.html#element-section
enum : std::uint8_t { not_active = 1, table_or_declarative = 2, with_expressions = 4 };

class ElementDecoder {
 public:
  ElementDecoder(Decoding& to, ModuleReader& in) : to_(to), in_(in), module_(to.module) {}

  ElementSegment segment();

 private:
  void mode(ElementSegment& segment);
  void target(ElementSegment& segment);
  void type(ElementSegment& segment);
  void functions(ElementSegment& segment);
  void expressions(ElementSegment& segment);

  Decoding& to_;
  ModuleReader& in_;
  ModuleData& module_;
  std::uint32_t start_ = 0;
};

ElementSegment ElementDecoder::segment() {
  ElementSegment segment;
  start_ = in_.offset();
  const std::uint32_t flags = in_.u32();
  if (flags > 7) in_.fail(start_, "malformed elements segment kind {}", flags);
  if (flags != 0 && in_.ok()) to_.need(Feature::bulk_memory, start_, "this kind of segment");
  segment.flags = static_cast<std::uint8_t>(flags);
  mode(segment);
  type(segment);
  if (!in_.ok()) return segment;
  if (segment.mode == SegmentMode::active) {
    const ValType element = module_.tables[segment.table.value].type.element;
    if (!module_.matches(segment.type, element))
      in_.fail_invalid(start_, "type mismatch: elements are {}, those of table {} are {}",
                       to_text(segment.type), segment.table.value, to_text(element));
  }
  segment.flags& with_expressions ? expressions(segment) : functions(segment);
  return segment;
}

void ElementDecoder::mode(ElementSegment& segment) {
  if (segment.flags & not_active) {
    segment.mode =
        segment.flags & table_or_declarative ? SegmentMode::declarative : SegmentMode::passive;
  } else {
    segment.mode = SegmentMode::active;
    target(segment);
  }
}

void ElementDecoder::target(ElementSegment& segment) {
  if (segment.flags & table_or_declarative) {
    segment.table = TableIdx(to_.index(in_, "table", module_.tables.size()));
  } else if (module_.tables.empty() && in_.ok()) {
    in_.fail_invalid(start_, "unknown table 0");
  }
  if (!in_.ok()) return;
  const Kind address = module_.tables[segment.table.value].type.address_kind();
  segment.offset = to_.const_expr(in_, address);
}

/// Only the two forms for table 0 leave the type out.
void ElementDecoder::type(ElementSegment& segment) {
  const bool is_implicit = !(segment.flags & (not_active | table_or_declarative));
  if (segment.flags & with_expressions) {
    segment.type = is_implicit ? funcref : to_.types(in_).ref_type();
    return;
  }
  segment.type = function_element;
  const std::uint32_t start = in_.offset();
  if (is_implicit) return;
  if (const std::uint8_t kind = in_.u8(); kind != 0)
    in_.fail(start, "malformed element kind 0x{:02x}", kind);
}

void ElementDecoder::functions(ElementSegment& segment) {
  const std::uint32_t count = to_.count(in_, "elements", 1, 0, to_.limits.segment_elements);
  segment.functions.reserve(count);
  for (std::uint32_t i = 0; i < count && in_.ok(); ++i) {
    const FuncIdx function(to_.index(in_, "function", module_.functions.size()));
    if (!in_.ok()) return;
    to_.declare(function);
    segment.functions.push_back(function);
  }
}

void ElementDecoder::expressions(ElementSegment& segment) {
  const std::uint32_t count = to_.count(in_, "elements", 2, 0, to_.limits.segment_elements);
  segment.expressions.reserve(count);
  for (std::uint32_t i = 0; i < count && in_.ok(); ++i)
    segment.expressions.push_back(to_.const_expr(in_, segment.type));
}

DataSegment data_segment(Decoding& to, ModuleReader& in) {
  DataSegment segment;
  const std::uint32_t start = in.offset();
  const std::uint32_t flags = in.u32();
  if (flags > 2) in.fail(start, "malformed data segment kind {}", flags);
  if (flags != 0 && in.ok()) to.need(Feature::bulk_memory, start, "this kind of segment");
  if (flags != 1) {
    segment.mode = SegmentMode::active;
    const auto& memories = to.module.memories;
    if (flags == 2)
      segment.memory = MemIdx(to.index(in, "memory", memories.size()));
    else if (memories.empty() && in.ok())
      in.fail_invalid(start, "unknown memory 0");
    if (!in.ok()) return segment;
    segment.offset = to.const_expr(in, memories[segment.memory.value].address_kind());
  }
  const std::uint32_t size = in.u32();
  segment.bytes = {in.offset(), size};
  in.bytes(size);
  return segment;
}

}  // namespace

void decode_elements(Decoding& to, ModuleReader& in) {
  auto& elements = to.module.elements;
  const std::uint32_t count = to.count(in, "element segments", 2, 0, to.limits.element_segments);
  elements.reserve(count);
  ElementDecoder decoder(to, in);
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) elements.push_back(decoder.segment());
}

/// https://webassembly.github.io/spec/core/binary/modules.html#data-count-section
void decode_data_count(Decoding& to, ModuleReader& in) {
  to.need(Feature::bulk_memory, in.offset(), "a data count section");
  to.module.data_count = in.u32();
}

/// https://webassembly.github.io/spec/core/binary/modules.html#code-section
void decode_code(Decoding& to, ModuleReader& in) {
  ModuleData& module = to.module;
  const std::uint32_t start = in.offset();
  const std::uint32_t count = to.count(in, "function bodies", 2, 0, to.limits.functions);
  if (in.ok() && count != module.functions.size() - module.imported_functions)
    in.fail(start, "function and code section have inconsistent lengths: {} and {}",
            module.functions.size() - module.imported_functions, count);
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    const std::uint32_t body = in.offset();
    const std::uint32_t size = in.u32();
    module.functions[module.imported_functions + i].body = {in.offset(), size};
    in.bytes(size);
    if (in.ok() && size > to.limits.function_size) {
      to.errors.limit(body, "function {} has {} bytes, the limit is {}",
                      module.imported_functions + i, size, to.limits.function_size);
    }
  }
}

/// https://webassembly.github.io/spec/core/binary/modules.html#data-section
void decode_data(Decoding& to, ModuleReader& in) {
  ModuleData& module = to.module;
  const std::uint32_t start = in.offset();
  const std::uint32_t count = to.count(in, "data segments", 2, 0, to.limits.data_segments);
  if (in.ok() && count != module.data_count.value_or(count))
    in.fail(start, "data count and data section have inconsistent lengths: {} and {}",
            *module.data_count, count);
  module.data.reserve(count);
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) module.data.push_back(data_segment(to, in));
}

}  // namespace wrun::inline v0::wasm
