#pragma once

// What passive segments hold while they aren't dropped; nothing afterwards.

#include <algorithm>
#include <cstdint>
#include <span>

#include "lib/runtime/objects.hpp"

namespace wrun::inline v0::runtime {

/// The values of an element segment: functions, or what its expressions gave.
class SegmentValues {
 public:
  SegmentValues(const Instance& instance, wasm::ElemIdx index) : instance_(instance) {
    if (instance.dropped_elements[index.value]) return;
    const wasm::ElementSegment& segment = instance.code->data->elements[index.value];
    functions_ = segment.functions;
    values_ = instance.element_values[index.value];
  }
  std::uint64_t size() const { return functions_.size() + values_.size(); }
  void copy(std::uint64_t from, std::uint64_t count, Ref* to) const {
    const auto first = static_cast<std::ptrdiff_t>(from);
    if (!values_.empty()) {
      std::copy_n(values_.begin() + first, count, to);
      return;
    }
    std::transform(functions_.begin() + first,
                   functions_.begin() + first + static_cast<std::ptrdiff_t>(count), to,
                   [&](wasm::FuncIdx f) { return instance_.functions[f.value]->as_ref(); });
  }

 private:
  const Instance& instance_;
  std::span<const wasm::FuncIdx> functions_;
  std::span<const Ref> values_;
};

/// The bytes of a data segment.
inline std::span<const std::uint8_t> segment_bytes(const Instance& instance, wasm::DataIdx index) {
  if (instance.dropped_data[index.value]) return {};
  const wasm::ModuleData& module = *instance.code->data;
  return module.at(module.data[index.value].bytes);
}

}  // namespace wrun::inline v0::runtime
