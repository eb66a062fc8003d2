#pragma once

// Modules put together by hand, without bytes to decode: for tests of what lies below the decoder.

#include <gtest/gtest.h>

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string_view>
#include <vector>

#include "lib/runtime/instantiate.hpp"
#include "lib/runtime/store.hpp"
#include "lib/wasm/canonical_types.hpp"
#include "lib/wasm/module_data.hpp"
#include "tests/support/sanitized.hpp"

namespace wrun::runtime {

using Bytes = std::initializer_list<std::uint8_t>;

class ModuleBuilder {
 public:
  explicit ModuleBuilder(std::shared_ptr<wasm::TypeRegistry> registry) {
    data_->registry = std::move(registry);
    data_->bytes.reserve(1 << 16);
  }

  /// A group of one function type.
  wasm::TypeIdx type(std::vector<wasm::ValType> params, std::vector<wasm::ValType> results,
                     bool is_final = true, std::optional<wasm::TypeIdx> super = {}) {
    wasm::TypeSection& types = data_->types;
    wasm::SubType sub;
    sub.is_final = is_final;
    sub.super = super;
    sub.func = {std::move(params), std::move(results)};
    const auto index = static_cast<std::uint32_t>(types.types.size());
    types.types.push_back(sub);
    types.groups.push_back(index);
    types.explicit_groups.push_back(false);
    const std::vector<wasm::TypeId> known = types.ids;
    data_->registry->intern(std::span(&sub, 1), index, known, types.ids);
    return wasm::TypeIdx(index);
  }

  void import(std::string_view name, wasm::ExternKind kind, std::size_t index) {
    data_->imports.push_back({"m", name, kind, static_cast<std::uint32_t>(index)});
  }
  ModuleBuilder& import_func(std::string_view name, wasm::TypeIdx type) {
    import(name, wasm::ExternKind::func, data_->functions.size());
    data_->functions.push_back({type, {}});
    ++data_->imported_functions;
    return *this;
  }
  ModuleBuilder& import_table(std::string_view name, wasm::TableType type) {
    import(name, wasm::ExternKind::table, data_->tables.size());
    data_->tables.push_back({type, {}});
    ++data_->imported_tables;
    return *this;
  }
  ModuleBuilder& import_memory(std::string_view name, wasm::MemoryType type) {
    import(name, wasm::ExternKind::memory, data_->memories.size());
    data_->memories.push_back(type);
    ++data_->imported_memories;
    return *this;
  }
  ModuleBuilder& import_global(std::string_view name, wasm::GlobalType type) {
    import(name, wasm::ExternKind::global, data_->globals.size());
    data_->globals.push_back({type, {}});
    ++data_->imported_globals;
    return *this;
  }
  ModuleBuilder& import_tag(std::string_view name, wasm::TypeIdx type) {
    import(name, wasm::ExternKind::tag, data_->tags.size());
    data_->tags.push_back({type});
    ++data_->imported_tags;
    return *this;
  }

  /// A function with an empty body.
  ModuleBuilder& func(wasm::TypeIdx type) {
    data_->functions.push_back({type, range({0x00, 0x0b})});
    return *this;
  }
  ModuleBuilder& table(std::uint64_t min, std::optional<std::uint64_t> max = {},
                       wasm::ValType element = wasm::funcref) {
    data_->tables.push_back({{element, {min, max, false}}, {}});
    return *this;
  }
  ModuleBuilder& memory(std::uint64_t min, std::optional<std::uint64_t> max = {}) {
    data_->memories.push_back({{min, max, false}});
    return *this;
  }
  ModuleBuilder& global(wasm::GlobalType type, Bytes init) {
    data_->globals.push_back({type, range(init)});
    return *this;
  }
  ModuleBuilder& active_data(Bytes offset, Bytes bytes) {
    data_->data.push_back(
        {wasm::SegmentMode::active, wasm::MemIdx(0), range(offset), range(bytes)});
    return *this;
  }
  ModuleBuilder& active_elements(Bytes offset, std::vector<wasm::FuncIdx> functions) {
    wasm::ElementSegment segment;
    segment.mode = wasm::SegmentMode::active;
    segment.offset = range(offset);
    segment.type = wasm::funcref;
    segment.functions = std::move(functions);
    data_->elements.push_back(std::move(segment));
    return *this;
  }
  ModuleBuilder& passive_elements(std::vector<wasm::ConstExpr> expressions) {
    wasm::ElementSegment segment;
    segment.mode = wasm::SegmentMode::passive;
    segment.type = wasm::funcref;
    segment.expressions = std::move(expressions);
    data_->elements.push_back(std::move(segment));
    return *this;
  }
  ModuleBuilder& export_func(std::string_view name, std::uint32_t index) {
    data_->exports.push_back({name, wasm::ExternKind::func, index});
    return *this;
  }

  wasm::ByteRange range(Bytes bytes) {
    const auto offset = static_cast<std::uint32_t>(data_->bytes.size());
    data_->bytes.insert(data_->bytes.end(), bytes.begin(), bytes.end());
    return {offset, static_cast<std::uint32_t>(bytes.size())};
  }

  wasm::ModuleData& data() { return *data_; }
  std::shared_ptr<ModuleCode> build() { return std::make_shared<ModuleCode>(data_); }
  std::shared_ptr<ModuleCode> build(std::shared_ptr<IdleBytes> idle_bytes) {
    return std::make_shared<ModuleCode>(data_, std::move(idle_bytes));
  }

 private:
  std::shared_ptr<wasm::ModuleData> data_ = std::make_shared<wasm::ModuleData>();
};

/// A registry, and stores of it.
class RuntimeTest : public testing::Test {
 protected:
  StoreConfig config() { return {registry, timer, nullptr, nullptr}; }

  Instance& made(Store& store, const std::shared_ptr<ModuleCode>& module,
                 std::initializer_list<Extern> imports = {}) {
    auto instance = instantiate(store, module, std::span(imports.begin(), imports.size()));
    if (!instance) throw std::runtime_error(instance.error().message());
    return **instance;
  }

  std::shared_ptr<wasm::TypeRegistry> registry = std::make_shared<wasm::TypeRegistry>();
  std::shared_ptr<os::Timer> timer = std::make_shared<os::Timer>();
};

inline constexpr wasm::ValType i32 = wasm::Kind::i32;
inline constexpr wasm::ValType i64 = wasm::Kind::i64;

}  // namespace wrun::runtime
