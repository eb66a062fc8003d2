#pragma once

// Which names of the name section can be identifiers, and which can't.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lib/wasm/module_data.hpp"

namespace wrun::inline v0::wat {

/// The names of one index space. The first bearer of a name gets it as identifier; empty, repeated
/// and very long names become (@name "...").
class PrintedNames {
 public:
  PrintedNames() = default;
  explicit PrintedNames(const wasm::Names::Map& names);

  /// After a field's keyword: " $id", " (@name "...")" or nothing, and the index as a comment.
  void print_binding(std::uint32_t index, std::string& out) const;
  /// The same without the comment; false if there is nothing.
  bool print_name(std::uint32_t index, std::string& out) const;
  /// $id or the number.
  void print_use(std::uint32_t index, std::string& out) const;
  /// Whether a name can be an identifier. Long ones, repeated at every use, would let a small
  /// module become a huge text.
  static bool is_usable(std::string_view name) { return !name.empty() && name.size() <= 1000; }
  bool has(std::uint32_t index) const { return names_ && names_->contains(index); }

 private:
  bool is_id(std::uint32_t index, std::string_view name) const;

  const wasm::Names::Map* names_ = nullptr;
  std::map<std::string_view, std::uint32_t> bearers_;
};

}  // namespace wrun::inline v0::wat
