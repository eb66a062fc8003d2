#include "lib/wasm/dwarf_inlined.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "lib/wasm/byte_cursor.hpp"
#include "lib/wasm/dwarf_forms.hpp"
#include "lib/wasm/dwarf_sections.hpp"

namespace wrun::inline v0::wasm {

namespace {

using namespace dwarf;
using Bytes = std::span<const std::uint8_t>;

enum Tag : std::uint16_t { inlined_subroutine = 0x1d, subprogram = 0x2e };

enum Attribute : std::uint16_t {
  at_name = 0x03,
  at_stmt_list = 0x10,
  at_low_pc = 0x11,
  at_high_pc = 0x12,
  at_abstract_origin = 0x31,
  at_specification = 0x47,
  at_ranges = 0x55,
  at_call_column = 0x57,
  at_call_file = 0x58,
  at_call_line = 0x59,
  at_str_offsets_base = 0x72,
  at_addr_base = 0x73,
  at_rnglists_base = 0x74
};

enum RangeEntry : std::uint8_t {
  end_of_list,
  base_addressx,
  startx_endx,
  startx_length,
  offset_pair,
  base_address,
  start_end,
  start_length
};

struct Sections {
  explicit Sections(const ModuleData& module)
      : info(custom_section(module, ".debug_info")),
        abbrev(custom_section(module, ".debug_abbrev")),
        strings(custom_section(module, ".debug_str")),
        line_strings(custom_section(module, ".debug_line_str")),
        string_offsets(custom_section(module, ".debug_str_offsets")),
        addresses(custom_section(module, ".debug_addr")),
        ranges(custom_section(module, ".debug_ranges")),
        range_lists(custom_section(module, ".debug_rnglists")) {}

  Bytes info, abbrev, strings, line_strings, string_offsets, addresses, ranges, range_lists;
};

/// What sections that refer to one part again and again may cost.
class Effort {
 public:
  explicit Effort(const Sections& in)
      : left_(64 * (in.info.size() + in.abbrev.size() + in.ranges.size() + in.range_lists.size())) {
  }
  bool spend() { return left_ != 0 && left_-- != 0; }

 private:
  std::size_t left_;
};

struct Field {
  std::uint16_t attribute = 0;
  std::uint16_t form = 0;
  std::int64_t constant = 0;
};

/// How entries with that code are written.
struct Abbreviation {
  std::uint64_t code = 0;
  std::uint16_t tag = 0;
  bool has_children = false;
  std::size_t first = 0;  ///< of its fields
  std::size_t count = 0;
};

struct Abbreviations {
  std::vector<Abbreviation> entries;  ///< by code
  std::vector<Field> fields;

  const Abbreviation* find(std::uint64_t code) const {
    const auto at = std::lower_bound(
        entries.begin(), entries.end(), code,
        [](const Abbreviation& each, std::uint64_t wanted) { return each.code < wanted; });
    return at != entries.end() && at->code == code ? &*at : nullptr;
  }
};

std::uint16_t small(std::uint64_t value) {
  return value <= 0xffff ? static_cast<std::uint16_t>(value) : 0;
}

Abbreviations read_abbreviations(ByteCursor in, Effort& effort) {
  Abbreviations result;
  while (in.ok()) {
    Abbreviation entry;
    entry.code = in.uleb();
    if (entry.code == 0) break;
    entry.tag = small(in.uleb());
    entry.has_children = in.u8() != 0;
    entry.first = result.fields.size();
    for (; in.ok(); ++entry.count) {
      if (!effort.spend()) return {};
      Field field;
      field.attribute = small(in.uleb());
      field.form = small(in.uleb());
      if (field.form == Form::implicit_const) field.constant = in.sleb();
      if (field.attribute == 0 && field.form == 0) break;
      result.fields.push_back(field);
    }
    result.entries.push_back(entry);
  }
  std::stable_sort(result.entries.begin(), result.entries.end(),
                   [](const Abbreviation& a, const Abbreviation& b) { return a.code < b.code; });
  return result;
}

/// An attribute's value: what it means depends on its form.
struct Value {
  std::uint16_t form = 0;  ///< 0: there is none
  std::uint64_t number = 0;
  std::string_view text;
  explicit operator bool() const { return form != 0; }
};

/// Of an entry, what functions are found and named by.
struct Entry {
  std::uint16_t tag = 0;
  bool has_children = false;
  Value name, low_pc, high_pc, ranges, origin, stmt_list;
  Value call_file, call_line, call_column;
  Value string_base, address_base, range_base;

  Value* find(std::uint16_t attribute) {
    switch (attribute) {
      case at_name:
        return &name;
      case at_stmt_list:
        return &stmt_list;
      case at_low_pc:
        return &low_pc;
      case at_high_pc:
        return &high_pc;
      case at_abstract_origin:
      case at_specification:
        return &origin;
      case at_ranges:
        return &ranges;
      case at_call_file:
        return &call_file;
      case at_call_line:
        return &call_line;
      case at_call_column:
        return &call_column;
      case at_str_offsets_base:
        return &string_base;
      case at_addr_base:
        return &address_base;
      case at_rnglists_base:
        return &range_base;
      default:
        return nullptr;
    }
  }
};

/// At one instruction.
constexpr std::size_t most_functions = 128;

using Found = std::vector<std::vector<SourceFunction>>;

/// One compilation unit: section 7.5.1 has the header, 7.5.2 the entries.
class Unit {
 public:
  /// `start` is where it is in .debug_info.
  Unit(const Sections& sections, std::uint64_t start, Effort& effort)
      : sections_(sections), start_(start), effort_(effort) {}

  /// False if the header makes no sense. `end` is where the next one starts, also then.
  bool read_header(std::uint64_t& end);
  void find(std::span<const WantedAddress> wanted, Found& found);
  std::string_view name_of(Entry entry);

 private:
  bool read_entry(ByteCursor& in, Entry& entry);
  bool read_value(ByteCursor& in, const Field& field, Value& value);
  std::uint64_t offset(ByteCursor& in) const {
    return is_64_ ? in.fixed<std::uint64_t>() : in.fixed<std::uint32_t>();
  }
  std::uint64_t address(ByteCursor& in) const {
    return address_bytes_ == 8 ? in.fixed<std::uint64_t>() : in.fixed<std::uint32_t>();
  }
  std::uint64_t indexed_address(std::uint64_t index) const {
    ByteCursor in = cursor_at(sections_.addresses, address_base_ + index * address_bytes_);
    return address(in);
  }
  std::uint64_t address_of(const Value& value) const {
    const bool is_indexed =
        value.form == Form::addrx || (value.form >= Form::addrx1 && value.form <= Form::addrx4);
    return is_indexed ? indexed_address(value.number) : value.number;
  }
  std::string_view text_of(const Value& value) const;
  /// Calls body(low, high) for each range of addresses.
  template <class Body>
  void each_range(const Entry& entry, const Body& body);
  template <class Body>
  void each_of_pairs(std::uint64_t at, const Body& body);
  template <class Body>
  void each_of_list(const Value& at, const Body& body);
  void note(const Entry& entry, std::span<const WantedAddress> wanted, Found& found);

  const Sections& sections_;
  std::uint64_t start_;
  Effort& effort_;
  Bytes entries_;
  std::uint64_t entries_at_ = 0;
  bool is_64_ = false;
  unsigned version_ = 0;
  std::uint64_t address_bytes_ = 4;
  Abbreviations abbreviations_;
  std::uint64_t base_ = 0;
  std::uint64_t lines_ = 0;
  std::uint64_t string_base_ = 0, address_base_ = 0, range_base_ = 0;
};

bool Unit::read_header(std::uint64_t& end) {
  ByteCursor in = cursor_at(sections_.info, start_);
  const std::size_t before = in.remaining();
  const UnitLength length = unit_length(in);
  is_64_ = length.is_64;
  const std::size_t prefix = before - in.remaining();
  ByteCursor unit(in.take(length.bytes));
  end = in.ok() ? start_ + prefix + length.bytes : sections_.info.size();
  version_ = unit.fixed<std::uint16_t>();
  if (version_ < 2 || version_ > 5) return false;
  std::uint64_t abbreviations = 0;
  if (version_ == 5) {
    constexpr std::uint8_t compile = 1;
    if (unit.u8() != compile) return false;
    address_bytes_ = unit.u8();
    abbreviations = offset(unit);
  } else {
    abbreviations = offset(unit);
    address_bytes_ = unit.u8();
  }
  if (!unit.ok() || (address_bytes_ != 4 && address_bytes_ != 8)) return false;
  entries_at_ = end - unit.remaining();
  entries_ = unit.take(unit.remaining());
  abbreviations_ = read_abbreviations(cursor_at(sections_.abbrev, abbreviations), effort_);
  return true;
}

/// False at an entry that ends a list of children, and after the last.
bool Unit::read_entry(ByteCursor& in, Entry& entry) {
  const std::uint64_t code = in.uleb();
  const Abbreviation* how = code == 0 ? nullptr : abbreviations_.find(code);
  if (how == nullptr) {
    if (code != 0) in.fail();
    return false;
  }
  entry.tag = how->tag;
  entry.has_children = how->has_children;
  for (std::size_t i = 0; i < how->count; ++i) {
    const Field& field = abbreviations_.fields[how->first + i];
    Value value;
    if (!effort_.spend() || !read_value(in, field, value)) in.fail();
    if (!in.ok()) return false;
    if (Value* wanted = entry.find(field.attribute)) *wanted = value;
  }
  return true;
}

bool Unit::read_value(ByteCursor& in, const Field& field, Value& value) {
  std::uint64_t form = field.form;
  if (form == Form::indirect) form = in.uleb();
  value.form = small(form);
  switch (form) {
    case Form::addr:
      value.number = address(in);
      break;
    case Form::data1:
    case Form::flag:
    case Form::ref1:
    case Form::strx1:
    case Form::addrx1:
      value.number = in.u8();
      break;
    case Form::data2:
    case Form::ref2:
    case Form::strx2:
    case Form::addrx2:
      value.number = in.fixed<std::uint16_t>();
      break;
    case Form::strx3:
    case Form::addrx3:
      value.number = in.fixed<std::uint16_t>();
      value.number |= std::uint64_t{in.u8()} << 16;
      break;
    case Form::data4:
    case Form::ref4:
    case Form::ref_sup4:
    case Form::strx4:
    case Form::addrx4:
      value.number = in.fixed<std::uint32_t>();
      break;
    case Form::data8:
    case Form::ref8:
    case Form::ref_sig8:
    case Form::ref_sup8:
      value.number = in.fixed<std::uint64_t>();
      break;
    case Form::data16:
      in.take(16);
      break;
    case Form::udata:
    case Form::ref_udata:
    case Form::strx:
    case Form::addrx:
    case Form::loclistx:
    case Form::rnglistx:
      value.number = in.uleb();
      break;
    case Form::sdata:
      value.number = static_cast<std::uint64_t>(in.sleb());
      break;
    case Form::implicit_const:
      value.number = static_cast<std::uint64_t>(field.constant);
      break;
    case Form::flag_present:
      value.number = 1;
      break;
    case Form::strp:
    case Form::line_strp:
    case Form::strp_sup:
    case Form::sec_offset:
      value.number = offset(in);
      break;
    case Form::ref_addr:
      value.number = version_ == 2 ? address(in) : offset(in);
      break;
    case Form::string:
      value.text = in.text();
      break;
    case Form::block1:
      in.take(in.u8());
      break;
    case Form::block2:
      in.take(in.fixed<std::uint16_t>());
      break;
    case Form::block4:
      in.take(in.fixed<std::uint32_t>());
      break;
    case Form::block:
    case Form::exprloc:
      in.take(in.uleb());
      break;
    default:
      return false;
  }
  return in.ok();
}

std::string_view Unit::text_of(const Value& value) const {
  switch (value.form) {
    case Form::string:
      return value.text;
    case Form::strp:
      return cursor_at(sections_.strings, value.number).text();
    case Form::line_strp:
      return cursor_at(sections_.line_strings, value.number).text();
    case Form::strx:
    case Form::strx1:
    case Form::strx2:
    case Form::strx3:
    case Form::strx4: {
      const std::uint64_t at = string_base_ + value.number * (is_64_ ? 8 : 4);
      ByteCursor in = cursor_at(sections_.string_offsets, at);
      const std::uint64_t text = offset(in);
      return in.ok() ? cursor_at(sections_.strings, text).text() : std::string_view();
    }
    default:
      return {};
  }
}

/// Its own, or that of the declaration or the abstract function that it refers to, in this unit.
std::string_view Unit::name_of(Entry entry) {
  constexpr int most_steps = 4;
  for (int step = 0; step < most_steps && !entry.name && entry.origin; ++step) {
    const std::uint64_t in_unit =
        entry.origin.form == Form::ref_addr ? entry.origin.number - start_ : entry.origin.number;
    const std::uint64_t at = in_unit + start_ - entries_at_;
    ByteCursor in = cursor_at(entries_, at);
    Entry origin;
    if (!read_entry(in, origin)) return {};
    entry = origin;
  }
  return text_of(entry.name);
}

template <class Body>
void Unit::each_of_pairs(std::uint64_t at, const Body& body) {
  const std::uint64_t escape = address_bytes_ == 8 ? ~std::uint64_t{0} : 0xffffffff;
  std::uint64_t base = base_;
  for (ByteCursor in = cursor_at(sections_.ranges, at); effort_.spend();) {
    const std::uint64_t low = address(in);
    const std::uint64_t high = address(in);
    if (!in.ok() || (low == 0 && high == 0)) return;
    if (low == escape) {
      base = high;
    } else {
      body(base + low, base + high);
    }
  }
}

template <class Body>
void Unit::each_of_list(const Value& value, const Body& body) {
  std::uint64_t at = value.number;
  if (value.form == Form::rnglistx) {
    ByteCursor in = cursor_at(sections_.range_lists, range_base_ + value.number * (is_64_ ? 8 : 4));
    at = range_base_ + offset(in);
  }
  std::uint64_t base = base_;
  for (ByteCursor in = cursor_at(sections_.range_lists, at); in.ok() && effort_.spend();) {
    const std::uint8_t kind = in.u8();
    if (kind == RangeEntry::end_of_list || kind > RangeEntry::start_length) return;
    const bool is_indexed = kind <= RangeEntry::startx_length;
    const bool is_pair = kind == RangeEntry::offset_pair;
    std::uint64_t low = is_indexed || is_pair ? in.uleb() : address(in);
    if (is_indexed) low = indexed_address(low);
    if (kind == RangeEntry::base_addressx || kind == RangeEntry::base_address) {
      base = low;
      continue;
    }
    std::uint64_t high = kind == RangeEntry::start_end ? address(in) : in.uleb();
    if (kind == RangeEntry::startx_endx) high = indexed_address(high);
    if (kind == RangeEntry::startx_length || kind == RangeEntry::start_length) high += low;
    if (!in.ok()) return;
    if (is_pair) {
      body(base + low, base + high);
    } else {
      body(low, high);
    }
  }
}

template <class Body>
void Unit::each_range(const Entry& entry, const Body& body) {
  if (entry.ranges) {
    if (version_ == 5) return each_of_list(entry.ranges, body);
    return each_of_pairs(entry.ranges.number, body);
  }
  if (!entry.low_pc || !entry.high_pc) return;
  const std::uint64_t low = address_of(entry.low_pc);
  const bool is_address = entry.high_pc.form == Form::addr || entry.high_pc.form == Form::addrx ||
                          entry.high_pc.form >= Form::addrx1;
  body(low, is_address ? address_of(entry.high_pc) : low + entry.high_pc.number);
}

void Unit::note(const Entry& entry, std::span<const WantedAddress> wanted, Found& found) {
  std::optional<SourceFunction> function;
  each_range(entry, [&](std::uint64_t low, std::uint64_t high) {
    // Functions that the linker dropped are at zero.
    if (low == 0) return;
    for (const WantedAddress& each : wanted_from(wanted, low)) {
      if (each.address >= high || !effort_.spend()) break;
      auto& functions = found[each.index];
      // An inlined function is in another one; and a function in none, so that the first wins.
      if (functions.empty() != (entry.tag == Tag::subprogram)) continue;
      if (functions.size() == most_functions) continue;
      if (!function) {
        function = SourceFunction{name_of(entry), std::nullopt};
        if (entry.tag == Tag::inlined_subroutine)
          function->inlined_at = CallPlace{lines_, entry.call_file.number, entry.call_line.number,
                                           entry.call_column.number};
      }
      functions.push_back(*function);
    }
  });
}

void Unit::find(std::span<const WantedAddress> wanted, Found& found) {
  ByteCursor in(entries_);
  Entry unit;
  if (!read_entry(in, unit)) return;
  string_base_ = unit.string_base.number;
  address_base_ = unit.address_base.number;
  range_base_ = unit.range_base.number;
  lines_ = unit.stmt_list.number;
  if (unit.low_pc) base_ = address_of(unit.low_pc);
  while (!in.done()) {
    Entry entry;
    if (!read_entry(in, entry)) continue;
    if (entry.tag == Tag::subprogram || entry.tag == Tag::inlined_subroutine)
      note(entry, wanted, found);
  }
}

}  // namespace

std::vector<std::vector<SourceFunction>> find_functions(const ModuleData& module,
                                                        std::span<const std::uint32_t> offsets) {
  Found found(offsets.size());
  const auto wanted = wanted_addresses(module, offsets);
  if (wanted.empty()) return found;
  const Sections sections(module);
  Effort effort(sections);
  for (std::uint64_t start = 0; start < sections.info.size();) {
    Unit unit(sections, start, effort);
    if (unit.read_header(start)) unit.find(wanted, found);
  }
  for (auto& each : found) std::reverse(each.begin(), each.end());
  return found;
}

}  // namespace wrun::inline v0::wasm
