#include "lib/runtime/table.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "lib/runtime/cells.hpp"
#include "lib/runtime/memory.hpp"
#include "lib/runtime/segment_values.hpp"
#include "lib/runtime/store.hpp"
#include "lib/wasm/compose.hpp"

namespace wrun::inline v0::runtime {

namespace {

/// Room for `count` elements; those from the present size on hold anything.
bool make_room(Table& table, std::uint64_t count) {
  if (count <= table.capacity) return true;
  const std::uint64_t ample = std::min(table.max, table.capacity + table.capacity / 2);
  const std::uint64_t capacity = std::max(count, ample);
  void* elements = std::realloc(table.elements, static_cast<std::size_t>(capacity) * sizeof(Ref));
  if (!elements) return false;
  table.elements = static_cast<Ref*>(elements);
  table.capacity = capacity;
  return true;
}

/// Where size matters more than speed, a loop takes several instructions for each.
void fill_new(Ref* elements, std::uint64_t count, Ref value) {
  if (value == null_ref) {
    std::memset(elements, 0, static_cast<std::size_t>(count) * sizeof(Ref));
  } else {
    std::fill_n(elements, count, value);
  }
}

Growth growth(const Table& table, std::uint64_t to) {
  return {Growth::Kind::table, table.size, to, table.limits.max};
}

}  // namespace

Table::~Table() {
  std::free(elements);
}

Result<Table*> create_table(Store& store, const CanonTableType& type, Ref init) {
  const std::uint64_t count = type.limits.min;
  if (count > max_table_elements) {
    return Error(ErrorKind::limit,
                 compose("a table of {} elements is more than {}", count, max_table_elements));
  }
  RootScope scope(store);
  store.collect_if_due();
  Table& table = store.make<Table>();
  scope.add(table);
  retain(store.types(), type.element);
  table.element = type.element;
  table.limits = type.limits;
  const std::uint64_t addressable =
      std::numeric_limits<std::uint64_t>::max() >> (type.limits.is_64 ? 0 : 32);
  table.max = std::min(type.limits.max.value_or(addressable), max_table_elements);
  Reservation room = store.account().reserve(growth(table, count));
  if (!room) {
    store.collect();
    room = store.account().reserve(growth(table, count));
  }
  if (!room) {
    return Error(ErrorKind::limit,
                 compose("a table of {} elements is over a limit (table_elements)", count));
  }
  if (!make_room(table, count))
    return Error(ErrorKind::limit, compose("no memory for a table of {} elements", count));
  if (count != 0) fill_new(table.elements, count, init);
  table.size = count;
  store.note_allocation(count * sizeof(Ref));
  room.use();
  return &table;
}

CanonTableType type_of(const Table& table) {
  CanonTableType type{table.element, table.limits};
  type.limits.min = table.size;
  return type;
}

std::optional<std::uint64_t> grow(Table& table, std::uint64_t count, Ref init) {
  const std::uint64_t before = table.size;
  if (count == 0) return before;
  if (before > table.max || count > table.max - before) return std::nullopt;
  Reservation room = table.store->account().reserve(growth(table, before + count));
  if (!room || !make_room(table, before + count)) return std::nullopt;
  std::fill_n(table.elements + before, count, init);
  table.size = before + count;
  table.store->note_allocation(count * sizeof(Ref));
  room.use();
  return before;
}

bool get(const Table& table, std::uint64_t index, Ref& value) {
  if (index >= table.size) return false;
  value = table.elements[index];
  return true;
}

bool set(Table& table, std::uint64_t index, Ref value) {
  if (index >= table.size) return false;
  table.elements[index] = value;
  return true;
}

Bulk fill(Table& table, std::uint64_t to, Ref value, std::uint64_t count) {
  if (!in_bounds(table.size, to, count)) return Bulk::out_of_bounds;
  return in_pieces(
      table.store->state(), count, sizeof(Ref), Direction::up,
      [&](std::size_t at, std::size_t n) { std::fill_n(table.elements + to + at, n, value); });
}

Bulk copy(Table& target, std::uint64_t to, const Table& source, std::uint64_t from,
          std::uint64_t count) {
  if (!in_bounds(source.size, from, count)) return Bulk::out_of_bounds;
  if (!in_bounds(target.size, to, count)) return Bulk::out_of_bounds;
  Ref* const start = target.elements + to;
  const Ref* const values = source.elements + from;
  return in_pieces(target.store->state(), count, sizeof(Ref),
                   direction_of(start, values, count * sizeof(Ref)),
                   [&](std::size_t at, std::size_t n) {
                     std::memmove(start + at, values + at, n * sizeof(Ref));
                   });
}

Bulk init(Instance& instance, Table& target, wasm::ElemIdx segment, std::uint64_t to,
          std::uint64_t from, std::uint64_t count) {
  const SegmentValues values(instance, segment);
  if (!in_bounds(values.size(), from, count)) return Bulk::out_of_bounds;
  if (!in_bounds(target.size, to, count)) return Bulk::out_of_bounds;
  return in_pieces(
      target.store->state(), count, sizeof(Ref), Direction::up,
      [&](std::size_t at, std::size_t n) { values.copy(from + at, n, target.elements + to + at); });
}

void drop(Instance& instance, wasm::ElemIdx segment) {
  instance.dropped_elements[segment.value] = true;
  instance.element_values[segment.value] = {};
}

}  // namespace wrun::inline v0::runtime
