#include "jit/code_tables.hpp"

#include <algorithm>
#include <utility>

#include "jit/pipeline.hpp"

namespace wrun::inline v0::jit {

namespace {

template <class T>
Rows all_of(const T& rows) {
  return {0, static_cast<std::uint32_t>(rows.size())};
}

/// The row that is for exactly this offset; null if there is none.
template <class T>
const T* find_row(std::span<const T> rows, std::uint32_t T::*key, std::uint32_t offset) {
  const auto found =
      std::lower_bound(rows.begin(), rows.end(), offset,
                       [key](const T& at, std::uint32_t wanted) { return at.*key < wanted; });
  return found != rows.end() && (*found).*key == offset ? &*found : nullptr;
}

bool is_sound(const Access& access) {
  return access.base < 16 && (access.index < 16 || access.index == no_reg) && access.scale <= 3;
}

std::uint32_t offset_in(const CodePiece& piece, const void* pc) {
  return static_cast<std::uint32_t>(static_cast<const std::uint8_t*>(pc) - piece.code);
}

}  // namespace

const FunctionRow* CodePiece::find(std::uint32_t function) const {
  return find_row(tables.functions, &FunctionRow::function, function);
}

std::string_view CodePiece::why_left_out(std::uint32_t function) const {
  const LeftOut* row = find_row(tables.left_out, &LeftOut::function, function);
  if (row == nullptr) return {};
  const auto text = rows_of(tables.texts, row->reason);
  return {text.data(), text.size()};
}

const FunctionRow* CodePiece::row_at(std::uint32_t offset) const noexcept {
  auto after = std::upper_bound(
      tables.functions.begin(), tables.functions.end(), offset,
      [](std::uint32_t wanted, const FunctionRow& row) { return wanted < row.code; });
  if (after == tables.functions.begin()) return nullptr;
  --after;
  return offset - after->code < after->size ? &*after : nullptr;
}

/// A return address may be just behind the last byte.
const FunctionRow* CodePiece::row_of_return(std::uint32_t offset) const noexcept {
  return offset == 0 ? nullptr : row_at(offset - 1);
}

const Access* CodePiece::access_at(const void* pc) const noexcept {
  const std::uint32_t offset = offset_in(*this, pc);
  const FunctionRow* row = row_at(offset);
  if (row == nullptr) return nullptr;
  const Access* access =
      find_row(rows_of(tables.accesses, row->accesses), &Access::offset, offset - row->code);
  return access != nullptr && is_sound(*access) ? access : nullptr;
}

bool CodePiece::locate(const void* pc, std::vector<runtime::NativeFrame>& frames) const {
  const std::uint32_t offset = offset_in(*this, pc);
  const FunctionRow* row = row_of_return(offset);
  if (row == nullptr) return false;
  const Site* site = find_row(rows_of(tables.sites, row->sites), &Site::offset, offset - row->code);
  const auto inlined = rows_of(tables.inlined, row->inlined);
  if (site == nullptr || site->origin.inlined > inlined.size()) return false;
  Origin at = site->origin;
  for (; at.inlined != 0; at = inlined[at.inlined - 1].caller)
    frames.push_back({inlined[at.inlined - 1].function, at.offset});
  frames.push_back({row->function, at.offset});
  return true;
}

bool CodePiece::find_catch(const void* pc, const runtime::Instance& instance,
                           const runtime::Tag* tag, runtime::NativeCatch& found) const {
  const std::uint32_t offset = offset_in(*this, pc);
  const FunctionRow* row = row_of_return(offset);
  if (row == nullptr) return false;
  const Landing* landing =
      find_row(rows_of(tables.landings, row->landings), &Landing::site, offset - row->code);
  if (landing == nullptr) return false;
  const std::uint32_t clause =
      find_clause(rows_of(tables.tries, row->tries), rows_of(tables.clauses, row->clauses),
                  landing->index, instance, tag);
  if (clause == TryTable::none) return false;
  found = {code + row->code + landing->code, clause};
  return true;
}

FunctionTables::FunctionTables(std::uint32_t function, Compiled& made)
    : sites_(std::move(made.code.sites)),
      accesses_(std::move(made.code.accesses)),
      landings_(std::move(made.code.landings)),
      tries_(std::move(made.tries)),
      inlined_(std::move(made.inlined)) {
  row_.function = function;
  row_.size = static_cast<std::uint32_t>(made.code.bytes.size());
  row_.frame_start = made.code.frame_start;
  row_.sites = all_of(sites_);
  row_.accesses = all_of(accesses_);
  row_.landings = all_of(landings_);
  row_.tries = all_of(tries_.tries());
  row_.clauses = all_of(tries_.clauses());
  row_.inlined = all_of(inlined_);
}

CodeTables FunctionTables::view() const {
  return {{&row_, 1},       sites_,   accesses_, landings_, tries_.tries(),
          tries_.clauses(), inlined_, {},        {}};
}

}  // namespace wrun::inline v0::jit
