#include "jit/image.hpp"

#include <cstring>
#include <type_traits>

#include "jit/arena.hpp"
#include "jit/pipeline.hpp"

namespace wrun::inline v0::jit {

namespace {

/// push rbp; mov rbp, rsp
constexpr std::uint32_t least_prologue = 4;
/// What a call is, at least.
constexpr std::uint32_t least_call = 5;

struct Header {
  std::uint32_t functions = 0;
  std::uint32_t sites = 0;
  std::uint32_t relocations = 0;
  std::uint32_t calls = 0;
  std::uint32_t code_bytes = 0;
  std::uint32_t accesses = 0;
  std::uint32_t landings = 0;
  std::uint32_t tries = 0;
  std::uint32_t clauses = 0;
  std::uint32_t inlined = 0;
};

/// Copies a function's rows behind the others.
template <class Rows, class T>
void add_rows(const Rows& rows, std::vector<T>& all, std::uint32_t& first, std::uint32_t& count) {
  first = static_cast<std::uint32_t>(all.size());
  count = static_cast<std::uint32_t>(rows.size());
  all.insert(all.end(), rows.begin(), rows.end());
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

/// Whether `count` rows from `first` on are among `all`.
constexpr bool is_within(std::uint32_t first, std::uint32_t count, std::size_t all) {
  return first <= all && count <= all - first;
}

}  // namespace

bool ImageWriter::add_relocations(const EmittedCode& code) {
  const std::size_t before = relocations_.size();
  for (const Relocation& each : code.relocations) {
    const auto stub = stubs_.number_of(each.target);
    if (!stub) {
      relocations_.resize(before);
      return false;
    }
    relocations_.push_back({each.offset, *stub});
  }
  return true;
}

void ImageWriter::add(std::uint32_t function, const Compiled& compiled) {
  const EmittedCode& code = compiled.code;
  if (code.bytes.size() + code_alignment > most_code - code_.size()) return;
  ImageFunction made;
  made.function = function;
  made.first_relocation = static_cast<std::uint32_t>(relocations_.size());
  if (!add_relocations(code)) return;
  code_.resize((code_.size() + code_alignment - 1) & ~(code_alignment - 1));
  made.code = static_cast<std::uint32_t>(code_.size());
  made.frame_start = code.frame_start;
  made.size = static_cast<std::uint32_t>(code.bytes.size());
  made.relocations = static_cast<std::uint32_t>(code.relocations.size());
  code_.insert(code_.end(), code.bytes.begin(), code.bytes.end());
  for (const ImageRelocation& each :
       std::span(relocations_).subspan(made.first_relocation, made.relocations))
    std::memset(code_.data() + made.code + each.offset, 0, 4);
  add_rows(code.sites, sites_, made.first_site, made.sites);
  add_rows(code.calls, calls_, made.first_call, made.calls);
  add_rows(code.accesses, accesses_, made.first_access, made.accesses);
  add_rows(compiled.inlined, inlined_, made.first_inlined, made.inlined);
  if (!code.landings.empty()) {
    add_rows(code.landings, landings_, made.first_landing, made.landings);
    add_rows(compiled.tries.tries(), tries_, made.first_try, made.tries);
    add_rows(compiled.tries.clauses(), clauses_, made.first_clause, made.clauses);
  }
  functions_.push_back(made);
}

void ImageWriter::write(std::vector<std::uint8_t>& out) const {
  const auto count = [](const auto& rows) { return static_cast<std::uint32_t>(rows.size()); };
  const Header header{count(functions_), count(sites_),    count(relocations_), count(calls_),
                      count(code_),      count(accesses_), count(landings_),    count(tries_),
                      count(clauses_),   count(inlined_)};
  append(out, &header, 1);
  append(out, functions_.data(), functions_.size());
  append(out, sites_.data(), sites_.size());
  append(out, relocations_.data(), relocations_.size());
  append(out, calls_.data(), calls_.size());
  append(out, accesses_.data(), accesses_.size());
  append(out, landings_.data(), landings_.size());
  append(out, tries_.data(), tries_.size());
  append(out, clauses_.data(), clauses_.size());
  append(out, inlined_.data(), inlined_.size());
  append(out, code_.data(), code_.size());
}

/// The rows are a function's own; what is looked up by them ends, too.
bool ImageView::catches_soundly(const ImageFunction& function, std::uint32_t tags) const {
  if (!is_within(function.first_landing, function.landings, landings_.size()) ||
      !is_within(function.first_try, function.tries, tries_.size()) ||
      !is_within(function.first_clause, function.clauses, clauses_.size()))
    return false;
  const auto is_row = [](std::uint32_t row, std::uint32_t rows) {
    return row == TryTable::none || row < rows;
  };
  std::uint32_t last = 0;
  for (const Landing& each : landings(function)) {
    if (each.site < last || each.site > function.size || each.code >= function.size ||
        !is_row(each.index, function.tries))
      return false;
    last = each.site;
  }
  std::uint32_t number = 0;
  for (const TryTable::Try& each : tries_.subspan(function.first_try, function.tries)) {
    if (!is_row(each.first, function.clauses) || !is_row(each.outer, number)) return false;
    ++number;
  }
  number = 0;
  for (const TryTable::Clause& each : clauses_.subspan(function.first_clause, function.clauses)) {
    if (!is_row(each.tag, tags) || !is_row(each.next, function.clauses)) return false;
    if (each.next <= number++) return false;
  }
  return true;
}

/// What is inlined into what ends at the function.
bool ImageView::inlines_soundly(const ImageFunction& function, const ImageBounds& bounds) const {
  if (!is_within(function.first_inlined, function.inlined, inlined_.size())) return false;
  std::uint32_t number = 0;
  for (const InlinedCall& each : inlined(function)) {
    if (each.function < bounds.imported || each.function >= bounds.functions ||
        each.caller.inlined > number++)
      return false;
  }
  return true;
}

bool ImageView::is_sound(const ImageFunction& function, const ImageBounds& bounds) const {
  if (function.code % code_alignment != 0 || function.size == 0 ||
      function.frame_start > function.size ||
      (function.frame_start != 0 && function.frame_start < least_prologue) ||
      !is_within(function.code, function.size, code_.size()) ||
      !is_within(function.first_site, function.sites, sites_.size()) ||
      !is_within(function.first_call, function.calls, calls_.size()) ||
      !is_within(function.first_access, function.accesses, accesses_.size()) ||
      !is_within(function.first_relocation, function.relocations, relocations_.size()) ||
      !catches_soundly(function, bounds.tags) || !inlines_soundly(function, bounds))
    return false;
  std::uint32_t last = 0;
  for (const Site& site : sites(function)) {
    if (site.offset < last || site.offset > function.size || site.origin.inlined > function.inlined)
      return false;
    last = site.offset;
  }
  last = 0;
  for (const Access& each : accesses(function)) {
    const bool has_registers = each.base < 16 && (each.index < 16 || each.index == no_reg);
    if (each.offset < last || each.offset >= function.size || !has_registers || each.scale > 3)
      return false;
    last = each.offset;
  }
  for (const ImageRelocation& each : relocations(function)) {
    if (!is_within(each.offset, 4, function.size) || each.stub >= Stubs::numbers) return false;
  }
  for (const CallSite& each : calls(function)) {
    if (each.begin > each.end || each.end > function.size || each.end - each.begin < least_call)
      return false;
  }
  return true;
}

bool ImageView::open(std::span<const std::uint8_t> image, const ImageBounds& bounds) {
  Header header;
  if (image.size() < sizeof(header)) return false;
  std::memcpy(&header, image.data(), sizeof(header));
  image = image.subspan(sizeof(header));
  if (!take(image, header.functions, functions_) || !take(image, header.sites, sites_) ||
      !take(image, header.relocations, relocations_) || !take(image, header.calls, calls_) ||
      !take(image, header.accesses, accesses_) || !take(image, header.landings, landings_) ||
      !take(image, header.tries, tries_) || !take(image, header.clauses, clauses_) ||
      !take(image, header.inlined, inlined_) || image.size() != header.code_bytes ||
      image.size() > most_code)
    return false;
  code_ = image;
  std::uint64_t next = bounds.imported;
  std::uint64_t end = 0;
  for (const ImageFunction& each : functions_) {
    if (each.function < next || each.function >= bounds.functions || each.code < end ||
        !is_sound(each, bounds))
      return false;
    next = std::uint64_t{each.function} + 1;
    end = std::uint64_t{each.code} + each.size;
  }
  return true;
}

}  // namespace wrun::inline v0::jit
