#pragma once

// A module in the making: its index spaces, its types, and its sections as they are written. The
// parser fills it in the order of the text; finish() puts the sections in the binary's order.

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lib/text/encoder.hpp"
#include "lib/text/index_space.hpp"
#include "lib/text/module.hpp"
#include "lib/wasm/module_data.hpp"

namespace wrun::inline v0::wat {

using Marks = std::vector<PositionMap::Entry>;

/// A section's entries, and where in the text they came from, by offset into `bytes`.
struct SectionText {
  Encoder bytes;
  std::uint32_t count = 0;
  Marks marks;
};

/// The non-custom sections in the order in which a module has them.
inline constexpr std::array section_order = {
    wasm::SectionId::type,    wasm::SectionId::import,     wasm::SectionId::function,
    wasm::SectionId::table,   wasm::SectionId::memory,     wasm::SectionId::tag,
    wasm::SectionId::global,  wasm::SectionId::export_,    wasm::SectionId::start,
    wasm::SectionId::element, wasm::SectionId::data_count, wasm::SectionId::code,
    wasm::SectionId::data};

/// The name of a section in (@custom "x" (before name)); empty for those that have none.
std::string_view placement_name(wasm::SectionId id);

/// A custom section and its place: before everything (0), after section_order[place - 1], ...
struct CustomText {
  std::string name;
  std::string payload;
  std::size_t place = section_order.size();
};

struct BranchHint {
  std::uint32_t offset = 0;  ///< from the start of the function's body
  std::string value;
};

class ModuleBuilder {
 public:
  IndexSpace types{"type"}, functions{"func"}, tables{"table"}, memories{"memory"},
      globals{"global"}, tags{"tag"}, elements{"elem"}, data{"data"};
  /// The fields of each struct type, by type index.
  std::unordered_map<std::uint32_t, IndexSpace> fields;
  std::optional<std::string_view> module_name;
  wasm::Names::Indirect local_names, label_names;
  std::vector<std::pair<std::uint32_t, std::vector<BranchHint>>> branch_hints;  ///< by function
  std::vector<CustomText> customs;
  bool uses_data_indices = false;

  SectionText& section(wasm::SectionId id) { return sections_[static_cast<std::size_t>(id)]; }
  /// A section that gets one more entry, which came from `text`.
  Encoder& entry(wasm::SectionId id, std::uint32_t text);

  IndexSpace& space(wasm::ExternKind kind);

  /// Adds the types of one recursive group.
  void add_group(std::vector<wasm::SubType> group, bool is_explicit, std::uint32_t text);
  /// The first type that is this function type, final, without supertypes and alone in its group;
  /// a new one if there is none.
  std::uint32_t function_type(const wasm::FuncType& type);
  std::uint32_t type_count() const { return static_cast<std::uint32_t>(type_list_.size()); }
  /// The function type with that index, if it is one.
  const wasm::FuncType* find_function_type(std::uint32_t index) const;

  /// Keeps a string for as long as the builder lives.
  std::string_view keep(std::string text) { return strings_.emplace_back(std::move(text)); }

  /// The whole module.
  ParsedModule finish(const ParseOptions& options);

 private:
  void write_customs(std::size_t place, Encoder& out) const;
  void write_section(wasm::SectionId id, const ParseOptions& options, Encoder& out, Marks& marks);
  void add_hint_section();
  void add_name_section();
  wasm::Names collect_names() const;

  std::array<SectionText, 14> sections_;
  std::vector<wasm::SubType> type_list_;
  std::unordered_map<std::string, std::uint32_t> function_types_;
  std::deque<std::string> strings_;
};

}  // namespace wrun::inline v0::wat
