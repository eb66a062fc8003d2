#pragma once

// The labels in scope while a body is parsed. Inner ones hide outer ones of the same name.

#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lib/wasm/module_data.hpp"

namespace wrun::inline v0::wat {

class LabelStack {
 public:
  /// Forgets everything and enters a function's or expression's own label, which has no name.
  void start() {
    labels_.assign(1, {});
    positions_ = {};
    names_.clear();
    count_ = 0;
  }

  /// Enters a block; an empty name is none. Blocks are numbered in this order for the name section.
  void push(std::string_view id) {
    if (!id.empty()) {
      positions_[id].push_back(static_cast<std::uint32_t>(labels_.size()));
      names_[count_] = id;
    }
    ++count_;
    labels_.push_back(id);
  }
  void pop() {
    if (!labels_.back().empty()) positions_[labels_.back()].pop_back();
    labels_.pop_back();
  }
  std::string_view innermost() const { return labels_.back(); }

  /// The index of the innermost label with that name.
  std::optional<std::uint32_t> find(std::string_view id) const {
    const auto it = positions_.find(id);
    if (it == positions_.end() || it->second.empty()) return std::nullopt;
    return static_cast<std::uint32_t>(labels_.size()) - 1 - it->second.back();
  }

  /// The name of a label by index; empty if it has none or isn't there.
  std::string_view at(std::uint32_t index) const {
    return index < labels_.size() ? labels_[labels_.size() - 1 - index] : std::string_view();
  }

  /// Names by block number.
  const wasm::Names::Map& names() const { return names_; }

 private:
  std::vector<std::string_view> labels_;
  std::unordered_map<std::string_view, std::vector<std::uint32_t>> positions_;
  wasm::Names::Map names_;
  std::uint32_t count_ = 0;
};

}  // namespace wrun::inline v0::wat
