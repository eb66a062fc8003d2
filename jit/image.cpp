#include "jit/image.hpp"

#include <cstring>
#include <type_traits>

#include "jit/arena.hpp"
#include "jit/direct_calls.hpp"
#include "jit/pipeline.hpp"
#include "lib/wasm/compose.hpp"

namespace wrun::inline v0::jit {

namespace {

/// push rbp; mov rbp, rsp
constexpr std::uint32_t least_prologue = 4;
/// From one jump to the next.
constexpr std::uint32_t jump_stride = 8;
constexpr std::uint32_t jump_bytes = 5;

struct Header {
  std::uint32_t functions = 0;
  std::uint32_t sites = 0;
  std::uint32_t accesses = 0;
  std::uint32_t landings = 0;
  std::uint32_t tries = 0;
  std::uint32_t clauses = 0;
  std::uint32_t inlined = 0;
  std::uint32_t left_out = 0;
  std::uint32_t texts = 0;  ///< bytes
  std::uint32_t reserved = 0;
};

/// Copies a function's rows behind the others.
template <class T>
Rows add_rows(std::span<const T> rows, std::vector<T>& all) {
  const auto first = static_cast<std::uint32_t>(all.size());
  all.insert(all.end(), rows.begin(), rows.end());
  return {first, static_cast<std::uint32_t>(rows.size())};
}
template <class T>
Rows add_rows(const std::vector<T>& rows, std::vector<T>& all) {
  return add_rows(std::span<const T>(rows), all);
}

template <class T>
void append(std::vector<std::uint8_t>& out, const T* rows, std::size_t count) {
  static_assert(std::is_trivially_copyable_v<T> && std::has_unique_object_representations_v<T>);
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(rows);
  out.insert(out.end(), bytes, bytes + count * sizeof(T));
}

/// Takes rows off the front; false if there aren't as many.
template <class T>
bool take(std::span<const std::uint8_t>& image, std::uint32_t count, std::span<const T>& rows) {
  if (image.size() / sizeof(T) < count) return false;
  rows = {reinterpret_cast<const T*>(image.data()), count};
  image = image.subspan(count * sizeof(T));
  return true;
}

template <class T>
bool has_rows(std::span<const T> table, Rows rows) {
  return rows.first <= table.size() && rows.count <= table.size() - rows.first;
}

/// Whether it is said of functions without code why they have none.
bool explains_soundly(const CodeTables& tables, const ImageBounds& bounds) {
  std::uint64_t next = bounds.imported;
  const CodePiece piece{nullptr, tables};
  for (const LeftOut& each : tables.left_out) {
    if (each.function < next || each.function >= bounds.functions ||
        piece.find(each.function) != nullptr || !has_rows(tables.texts, each.reason))
      return false;
    next = std::uint64_t{each.function} + 1;
  }
  return true;
}

/// Whether what is looked up by a function's landings is there and ends.
bool catches_soundly(const FunctionRow& function, const CodeTables& tables, std::uint32_t tags) {
  const auto is_row = [](std::uint32_t row, std::uint32_t rows) {
    return row == TryTable::none || row < rows;
  };
  for (const Landing& each : rows_of(tables.landings, function.landings))
    if (each.code >= function.size || !is_row(each.index, function.tries.count)) return false;
  std::uint32_t number = 0;
  for (const TryTable::Try& each : rows_of(tables.tries, function.tries)) {
    if (!is_row(each.first, function.clauses.count) || !is_row(each.outer, number)) return false;
    ++number;
  }
  number = 0;
  for (const TryTable::Clause& each : rows_of(tables.clauses, function.clauses)) {
    if (!is_row(each.tag, tags) || !is_row(each.next, function.clauses.count)) return false;
    if (each.next <= number++) return false;
  }
  return true;
}

/// What is inlined into what ends at the function.
bool inlines_soundly(const FunctionRow& function, const CodeTables& tables,
                     const ImageBounds& bounds) {
  std::uint32_t number = 0;
  for (const InlinedCall& each : rows_of(tables.inlined, function.inlined)) {
    if (each.function < bounds.imported || each.function >= bounds.functions ||
        each.caller.inlined > number++)
      return false;
  }
  return true;
}

bool is_sound(const FunctionRow& function, const CodeTables& tables, const ImageBounds& bounds) {
  return function.code % code_alignment == 0 && function.size != 0 &&
         function.frame_start <= function.size &&
         (function.frame_start == 0 || function.frame_start >= least_prologue) &&
         function.code <= bounds.code_bytes && function.size <= bounds.code_bytes - function.code &&
         has_rows(tables.sites, function.sites) && has_rows(tables.accesses, function.accesses) &&
         has_rows(tables.landings, function.landings) && has_rows(tables.tries, function.tries) &&
         has_rows(tables.clauses, function.clauses) && has_rows(tables.inlined, function.inlined) &&
         catches_soundly(function, tables, bounds.tags) &&
         inlines_soundly(function, tables, bounds);
}

}  // namespace

std::string too_much_code(std::uint64_t most) {
  return compose("the module would have more than {} bytes of machine code", most);
}

ImageWriter::ImageWriter(const Stubs& stubs, std::size_t most_bytes)
    : stubs_(stubs), most_bytes_(most_bytes), code_(image_jumps) {}

/// Has calls of stubs call the jumps to them.
bool ImageWriter::add_relocations(const EmittedCode& code) {
  const std::size_t start = code_.size() - code.bytes.size();
  for (const Relocation& each : code.relocations) {
    const auto stub = stubs_.number_of(each.target);
    if (!stub) return false;
    const std::size_t end = start + each.offset + 4;
    const auto distance = static_cast<std::int32_t>(jump_stride * *stub - end);
    std::memcpy(code_.data() + end - 4, &distance, sizeof(distance));
  }
  return true;
}

std::string ImageWriter::add(std::uint32_t function, const Compiled& compiled) {
  const EmittedCode& code = compiled.code;
  if (code.bytes.size() + code_alignment > most_bytes_ - code_.size())
    return too_much_code(most_bytes_);
  const std::size_t before = code_.size();
  FunctionRow made;
  made.function = function;
  code_.resize((code_.size() + code_alignment - 1) & ~(code_alignment - 1));
  made.code = static_cast<std::uint32_t>(code_.size());
  made.size = static_cast<std::uint32_t>(code.bytes.size());
  made.frame_start = code.frame_start;
  code_.insert(code_.end(), code.bytes.begin(), code.bytes.end());
  if (!add_relocations(code)) {
    code_.resize(before);
    return "its code calls what no image has";
  }
  made.sites = add_rows(code.sites, sites_);
  made.accesses = add_rows(code.accesses, accesses_);
  made.inlined = add_rows(compiled.inlined, inlined_);
  if (!code.landings.empty()) {
    made.landings = add_rows(code.landings, landings_);
    made.tries = add_rows(compiled.tries.tries(), tries_);
    made.clauses = add_rows(compiled.tries.clauses(), clauses_);
  }
  calls_rows_.push_back(add_rows(code.calls, calls_));
  functions_.push_back(made);
  return {};
}

// Most have the same reason as the one before.
void ImageWriter::leave_out(std::uint32_t function, std::string_view reason) {
  const auto is_last = [&](Rows rows) {
    return std::string_view(texts_).substr(rows.first, rows.count) == reason;
  };
  if (!left_out_.empty() && is_last(left_out_.back().reason)) {
    left_out_.push_back({function, left_out_.back().reason});
    return;
  }
  const Rows rows{static_cast<std::uint32_t>(texts_.size()),
                  static_cast<std::uint32_t>(reason.size())};
  texts_ += reason;
  left_out_.push_back({function, rows});
}

/// Whatever is called by its cell and has code here is called directly.
void ImageWriter::link() {
  std::vector<const std::uint8_t*> codes;
  for (const FunctionRow& each : functions_) {
    codes.resize(each.function + 1);
    codes[each.function] = code_.data() + each.code;
  }
  const auto code_of = [&codes](std::uint32_t callee) {
    return callee < codes.size() ? codes[callee] : nullptr;
  };
  for (std::size_t i = 0; i < functions_.size(); ++i) {
    std::uint8_t* code = code_.data() + functions_[i].code;
    link_calls({code, functions_[i].size}, code,
               rows_of(std::span<const CallSite>(calls_), calls_rows_[i]), code_of);
  }
}

void ImageWriter::write(std::vector<std::uint8_t>& tables, std::vector<std::uint8_t>& code) {
  link();
  const auto count = [](const auto& rows) { return static_cast<std::uint32_t>(rows.size()); };
  const Header header{count(functions_), count(sites_),    count(accesses_),
                      count(landings_),  count(tries_),    count(clauses_),
                      count(inlined_),   count(left_out_), count(texts_)};
  append(tables, &header, 1);
  append(tables, functions_.data(), functions_.size());
  append(tables, sites_.data(), sites_.size());
  append(tables, accesses_.data(), accesses_.size());
  append(tables, landings_.data(), landings_.size());
  append(tables, tries_.data(), tries_.size());
  append(tables, clauses_.data(), clauses_.size());
  append(tables, inlined_.data(), inlined_.size());
  append(tables, left_out_.data(), left_out_.size());
  append(tables, texts_.data(), texts_.size());
  if (!functions_.empty()) code.insert(code.end(), code_.begin(), code_.end());
}

std::optional<CodeTables> read_tables(std::span<const std::uint8_t> image,
                                      const ImageBounds& bounds) {
  Header header;
  if (image.size() < sizeof(header) || bounds.code_bytes > most_code) return std::nullopt;
  std::memcpy(&header, image.data(), sizeof(header));
  image = image.subspan(sizeof(header));
  CodeTables tables;
  if (!take(image, header.functions, tables.functions) ||
      !take(image, header.sites, tables.sites) || !take(image, header.accesses, tables.accesses) ||
      !take(image, header.landings, tables.landings) || !take(image, header.tries, tables.tries) ||
      !take(image, header.clauses, tables.clauses) ||
      !take(image, header.inlined, tables.inlined) ||
      !take(image, header.left_out, tables.left_out) || !take(image, header.texts, tables.texts) ||
      !image.empty() || header.reserved != 0)
    return std::nullopt;
  std::uint64_t next = bounds.imported;
  std::uint64_t end = tables.functions.empty() ? 0 : image_jumps;
  for (const FunctionRow& each : tables.functions) {
    if (each.function < next || each.function >= bounds.functions || each.code < end ||
        !is_sound(each, tables, bounds))
      return std::nullopt;
    next = std::uint64_t{each.function} + 1;
    end = std::uint64_t{each.code} + each.size;
  }
  if (bounds.code_bytes != end || !explains_soundly(tables, bounds)) return std::nullopt;
  return tables;
}

void write_jumps(std::span<std::uint8_t> code, const std::uint8_t* place, const Stubs& stubs) {
  constexpr std::uint8_t jump = 0xe9, trap = 0xcc;
  std::memset(code.data(), trap, image_jumps);
  for (std::uint32_t i = 0; i < Stubs::numbers; ++i) {
    const std::uint32_t at = jump_stride * i;
    const auto distance = static_cast<std::int32_t>(static_cast<const std::uint8_t*>(stubs.at(i)) -
                                                    (place + at + jump_bytes));
    code[at] = jump;
    std::memcpy(code.data() + at + 1, &distance, sizeof(distance));
  }
}

}  // namespace wrun::inline v0::jit
