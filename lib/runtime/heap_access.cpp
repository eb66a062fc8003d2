#include "lib/runtime/heap_access.hpp"

#include <algorithm>
#include <cstring>

#include "lib/runtime/memory.hpp"
#include "lib/runtime/segment_values.hpp"

namespace wrun::inline v0::runtime {

void read_storage(const Object& object, std::uint64_t offset, wasm::Kind storage, bool is_signed,
                  Slot* to) {
  const auto at = static_cast<std::size_t>(offset);
  switch (storage) {
    case wasm::Kind::i8: {
      const auto value = load_at<std::uint8_t>(&object, at);
      to->set<std::uint32_t>(is_signed ? static_cast<std::uint32_t>(static_cast<std::int8_t>(value))
                                       : value);
      return;
    }
    case wasm::Kind::i16: {
      const auto value = load_at<std::uint16_t>(&object, at);
      to->set<std::uint32_t>(
          is_signed ? static_cast<std::uint32_t>(static_cast<std::int16_t>(value)) : value);
      return;
    }
    case wasm::Kind::i32:
    case wasm::Kind::f32:
      return to->set(load_at<std::uint32_t>(&object, at));
    case wasm::Kind::v128:
      to[1].set(load_at<std::uint64_t>(&object, at + 8));
      [[fallthrough]];
    default:
      return to->set(load_at<std::uint64_t>(&object, at));
  }
}

namespace {

template <class T>
void fill_with(Array& array, std::uint64_t from, std::uint64_t count, const Slot* value) {
  T one;
  std::memcpy(&one, value, sizeof(T));
  std::fill_n(reinterpret_cast<T*>(elements_of(&array)) + from, count, one);
}

struct alignas(8) Vector {
  std::uint8_t bytes[16];
};

void fill_some(Array& array, std::uint64_t from, std::uint64_t count, const Slot* value,
               std::uint32_t width) {
  switch (width) {
    case 1:
      return fill_with<std::uint8_t>(array, from, count, value);
    case 2:
      return fill_with<std::uint16_t>(array, from, count, value);
    case 4:
      return fill_with<std::uint32_t>(array, from, count, value);
    case 8:
      return fill_with<std::uint64_t>(array, from, count, value);
    default:
      return fill_with<Vector>(array, from, count, value);
  }
}

}  // namespace

void fill_elements(Array& array, const Slot* value, std::uint32_t width) {
  fill_some(array, 0, array.length, value, width);
}

Bulk fill_elements(const ExecState& state, Array& array, std::uint64_t from, std::uint64_t count,
                   const Slot* value, std::uint32_t width) {
  return in_pieces(state, count, width, Direction::up, [&](std::size_t at, std::size_t n) {
    fill_some(array, from + at, n, value, width);
  });
}

Bulk copy_elements(const ExecState& state, Array& target, std::uint64_t to, const Array& source,
                   std::uint64_t from, std::uint64_t count, std::uint32_t width) {
  std::uint8_t* const start = elements_of(&target) + to * width;
  const std::uint8_t* const values = elements_of(&source) + from * width;
  return in_pieces(state, count, width, direction_of(start, values, count * width),
                   [&](std::size_t at, std::size_t n) {
                     std::memmove(start + at * width, values + at * width, n * width);
                   });
}

void write_elements(Array& array, const Slot* values, std::uint32_t count, std::uint32_t width) {
  std::uint8_t* to = elements_of(&array);
  const std::size_t slots = width == 16 ? 2 : 1;
  for (std::uint32_t i = 0; i < count; ++i)
    write_storage(to + std::size_t{i} * width, values + i * slots, width);
}

bool has_data(const Instance& instance, wasm::DataIdx segment, std::uint64_t from,
              std::uint64_t count, std::uint32_t width) {
  return in_bounds(segment_bytes(instance, segment).size(), from, count * width);
}

bool has_elements(const Instance& instance, wasm::ElemIdx segment, std::uint64_t from,
                  std::uint64_t count) {
  return in_bounds(SegmentValues(instance, segment).size(), from, count);
}

void init_elements(const Instance& instance, Array& array, wasm::DataIdx segment,
                   std::uint64_t from, std::uint32_t width) {
  if (array.length == 0) return;
  std::memcpy(elements_of(&array), segment_bytes(instance, segment).data() + from,
              std::size_t{array.length} * width);
}

void init_elements(const Instance& instance, Array& array, wasm::ElemIdx segment,
                   std::uint64_t from) {
  if (array.length == 0) return;
  SegmentValues(instance, segment)
      .copy(from, array.length, reinterpret_cast<Ref*>(elements_of(&array)));
}

Bulk init_elements(const Instance& instance, Array& array, std::uint64_t to, wasm::DataIdx segment,
                   std::uint64_t from, std::uint64_t count, std::uint32_t width) {
  if (!has_data(instance, segment, from, count, width)) return Bulk::out_of_bounds;
  std::uint8_t* const start = elements_of(&array) + to * width;
  const std::uint8_t* const data = segment_bytes(instance, segment).data() + from;
  return in_pieces(*instance.state, count, width, Direction::up,
                   [&](std::size_t at, std::size_t n) {
                     std::memcpy(start + at * width, data + at * width, n * width);
                   });
}

Bulk init_elements(const Instance& instance, Array& array, std::uint64_t to, wasm::ElemIdx segment,
                   std::uint64_t from, std::uint64_t count) {
  const SegmentValues values(instance, segment);
  if (!in_bounds(values.size(), from, count)) return Bulk::out_of_bounds;
  Ref* const start = reinterpret_cast<Ref*>(elements_of(&array)) + to;
  return in_pieces(*instance.state, count, sizeof(Ref), Direction::up,
                   [&](std::size_t at, std::size_t n) { values.copy(from + at, n, start + at); });
}

}  // namespace wrun::inline v0::runtime
