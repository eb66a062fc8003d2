#include "lib/wasm/dwarf_lines.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>
#include <utility>

#include "lib/wasm/byte_cursor.hpp"
#include "lib/wasm/dwarf_forms.hpp"
#include "lib/wasm/dwarf_inlined.hpp"
#include "lib/wasm/dwarf_sections.hpp"

namespace wrun::inline v0::wasm {

namespace {

using namespace dwarf;
using Bytes = std::span<const std::uint8_t>;

enum Standard : std::uint8_t {
  copy = 1,
  advance_pc,
  advance_line,
  set_file,
  set_column,
  negate_stmt,
  set_basic_block,
  const_add_pc,
  fixed_advance_pc
};
enum Extended : std::uint8_t { end_sequence = 1, set_address };
enum Content : std::uint8_t { path = 1, directory_index };

/// Texts that other sections hold.
struct Texts {
  Bytes strings;
  Bytes line_strings;

  static std::string_view at(Bytes section, std::uint64_t offset) {
    return cursor_at(section, offset).text();
  }
};

struct File {
  std::string_view name;
  std::uint64_t directory = 0;
};

/// One unit's program: http://dwarfstd.org, 6.2.4 has the header, 6.2.5 the instructions.
class LineUnit {
 public:
  LineUnit(ByteCursor bytes, bool is_64, const Texts& texts)
      : in_(bytes), is_64_(is_64), texts_(texts) {}

  /// False if the header makes no sense.
  bool read_header();
  void run(std::span<const WantedAddress> wanted, std::vector<std::optional<SourceLine>>& found);

  struct Row {
    std::uint64_t address = 0;
    std::uint64_t file = 1;
    std::uint64_t line = 1;
    std::uint64_t column = 0;
  };
  SourceLine describe(const Row& row) const;

 private:
  std::uint64_t offset() {
    return is_64_ ? in_.fixed<std::uint64_t>() : in_.fixed<std::uint32_t>();
  }
  void read_names_by_position(ByteCursor& in);
  bool read_names_by_format(ByteCursor& in, bool are_directories);
  bool read_value(ByteCursor& in, std::uint64_t form, std::string_view& text,
                  std::uint64_t& number) const;
  void extended(Row& row);
  void standard(std::uint8_t opcode, Row& row);
  void advance(Row& row, std::uint64_t operations) const { row.address += operations * least_; }
  void append(const Row& row);

  ByteCursor in_;
  bool is_64_;
  const Texts& texts_;
  unsigned version_ = 0;
  std::uint64_t least_ = 1;
  std::int64_t line_base_ = 0;
  std::uint64_t line_range_ = 1;
  std::uint8_t opcode_base_ = 1;
  std::array<std::uint8_t, 256> operands_{};
  std::vector<std::string_view> directories_;
  std::vector<File> files_;
  bool is_in_sequence_ = false;
  Row last_;
  std::span<const WantedAddress> wanted_;
  std::vector<std::optional<SourceLine>>* found_ = nullptr;
};

bool LineUnit::read_header() {
  version_ = in_.fixed<std::uint16_t>();
  if (version_ < 2 || version_ > 5) return false;
  if (version_ == 5) in_.take(2);  // sizes of addresses and of segment selectors
  ByteCursor header(in_.take(offset()));
  std::swap(header, in_);
  least_ = in_.u8();
  if (version_ >= 4) in_.u8();  // operations of an instruction
  in_.u8();
  line_base_ = static_cast<std::int8_t>(in_.u8());
  line_range_ = in_.u8();
  opcode_base_ = in_.u8();
  for (unsigned i = 1; i < opcode_base_; ++i) operands_[i] = in_.u8();
  bool is_good = line_range_ != 0 && opcode_base_ != 0;
  if (version_ == 5) {
    is_good = is_good && read_names_by_format(in_, true) && read_names_by_format(in_, false);
  } else {
    read_names_by_position(in_);
  }
  is_good = is_good && in_.ok();
  in_ = header;
  return is_good;
}

void LineUnit::read_names_by_position(ByteCursor& in) {
  directories_.emplace_back();  // where the compiler ran
  for (auto name = in.text(); !name.empty(); name = in.text()) directories_.push_back(name);
  files_.emplace_back();  // they count from 1
  for (auto name = in.text(); !name.empty(); name = in.text()) {
    files_.push_back({name, in.uleb()});
    in.uleb();
    in.uleb();
  }
}

bool LineUnit::read_names_by_format(ByteCursor& in, bool are_directories) {
  std::array<std::pair<std::uint64_t, std::uint64_t>, 255> format;
  const std::uint8_t fields = in.u8();
  for (unsigned i = 0; i < fields; ++i) {
    format[i].first = in.uleb();
    format[i].second = in.uleb();
  }
  const std::uint64_t count = in.uleb();
  // Each has a byte at least, or there is nothing to be had of them.
  if (fields == 0 || count > in.remaining()) return count == 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    File file;
    for (unsigned f = 0; f < fields; ++f) {
      std::string_view text;
      std::uint64_t number = 0;
      if (!read_value(in, format[f].second, text, number)) return false;
      if (format[f].first == Content::path) file.name = text;
      if (format[f].first == Content::directory_index) file.directory = number;
    }
    if (are_directories) {
      directories_.push_back(file.name);
    } else {
      files_.push_back(file);
    }
  }
  return true;
}

bool LineUnit::read_value(ByteCursor& in, std::uint64_t form, std::string_view& text,
                          std::uint64_t& number) const {
  const auto reference = [&] {
    return is_64_ ? in.fixed<std::uint64_t>() : in.fixed<std::uint32_t>();
  };
  switch (form) {
    case Form::string:
      text = in.text();
      break;
    case Form::line_strp:
      text = Texts::at(texts_.line_strings, reference());
      break;
    case Form::strp:
      text = Texts::at(texts_.strings, reference());
      break;
    case Form::udata:
      number = in.uleb();
      break;
    case Form::data1:
      number = in.u8();
      break;
    case Form::data2:
      number = in.fixed<std::uint16_t>();
      break;
    case Form::data4:
      number = in.fixed<std::uint32_t>();
      break;
    case Form::data8:
      number = in.fixed<std::uint64_t>();
      break;
    case Form::data16:
      in.take(16);
      break;
    case Form::block:
      in.take(in.uleb());
      break;
    default:
      return false;
  }
  return in.ok();
}

/// A row says of what code it is only with the one after it.
void LineUnit::append(const Row& row) {
  if (is_in_sequence_ && last_.address < row.address) {
    for (const WantedAddress& each : wanted_from(wanted_, last_.address)) {
      if (each.address >= row.address) break;
      if (!(*found_)[each.index] && last_.line != 0) (*found_)[each.index] = describe(last_);
    }
  }
  last_ = row;
  is_in_sequence_ = true;
}

SourceLine LineUnit::describe(const Row& row) const {
  SourceLine line;
  constexpr std::uint64_t most = std::numeric_limits<std::uint32_t>::max();
  line.line = static_cast<std::uint32_t>(std::min(row.line, most));
  line.column = static_cast<std::uint32_t>(std::min(row.column, most));
  if (row.file >= files_.size()) return line;
  const File& file = files_[static_cast<std::size_t>(row.file)];
  const bool has_directory = file.directory < directories_.size() && !file.name.starts_with('/');
  // The first directory is where the compiler ran, which names on its command line don't have.
  if (has_directory && file.directory != 0) {
    const auto directory = directories_[static_cast<std::size_t>(file.directory)];
    if (!directory.empty()) line.file = std::string(directory) + '/';
  }
  line.file += file.name;
  return line;
}

void LineUnit::extended(Row& row) {
  ByteCursor operation(in_.take(in_.uleb()));
  switch (operation.u8()) {
    case Extended::end_sequence:
      append(row);
      is_in_sequence_ = false;
      row = {};
      return;
    case Extended::set_address:
      row.address = operation.remaining() >= 8 ? operation.fixed<std::uint64_t>()
                                               : operation.fixed<std::uint32_t>();
      return;
    default:
      return;
  }
}

void LineUnit::standard(std::uint8_t opcode, Row& row) {
  switch (opcode) {
    case Standard::copy:
      return append(row);
    case Standard::advance_pc:
      return advance(row, in_.uleb());
    case Standard::advance_line:
      row.line += static_cast<std::uint64_t>(in_.sleb());
      return;
    case Standard::set_file:
      row.file = in_.uleb();
      return;
    case Standard::set_column:
      row.column = in_.uleb();
      return;
    case Standard::const_add_pc:
      return advance(row, (255u - opcode_base_) / line_range_);
    case Standard::fixed_advance_pc:
      row.address += in_.fixed<std::uint16_t>();
      return;
    default:
      for (unsigned i = 0; i < operands_[opcode]; ++i) in_.uleb();
      return;
  }
}

void LineUnit::run(std::span<const WantedAddress> wanted,
                   std::vector<std::optional<SourceLine>>& found) {
  wanted_ = wanted;
  found_ = &found;
  Row row;
  while (!in_.done()) {
    const std::uint8_t opcode = in_.u8();
    if (opcode == 0) {
      extended(row);
    } else if (opcode < opcode_base_) {
      standard(opcode, row);
    } else {
      const auto special = static_cast<std::uint8_t>(opcode - opcode_base_);
      advance(row, special / line_range_);
      row.line +=
          static_cast<std::uint64_t>(line_base_ + static_cast<std::int64_t>(special % line_range_));
      append(row);
    }
  }
}

Texts texts_of(const ModuleData& module) {
  return {custom_section(module, ".debug_str"), custom_section(module, ".debug_line_str")};
}

}  // namespace

bool has_lines(const ModuleData& module) {
  return !custom_section(module, ".debug_line").empty();
}

std::vector<std::optional<SourceLine>> find_lines(const ModuleData& module,
                                                  std::span<const std::uint32_t> offsets) {
  std::vector<std::optional<SourceLine>> found(offsets.size());
  const auto wanted = wanted_addresses(module, offsets);
  if (wanted.empty()) return found;
  const Texts texts = texts_of(module);
  ByteCursor in(custom_section(module, ".debug_line"));
  while (!in.done()) {
    const UnitLength length = unit_length(in);
    LineUnit unit(ByteCursor(in.take(length.bytes)), length.is_64, texts);
    if (unit.read_header()) unit.run(wanted, found);
  }
  return found;
}

SourceLine describe(const ModuleData& module, const CallPlace& place) {
  const Texts texts = texts_of(module);
  ByteCursor in = cursor_at(custom_section(module, ".debug_line"), place.lines);
  const UnitLength length = unit_length(in);
  LineUnit unit(ByteCursor(in.take(length.bytes)), length.is_64, texts);
  if (!unit.read_header()) return {};
  return unit.describe({0, place.file, place.line, place.column});
}

}  // namespace wrun::inline v0::wasm
