#pragma once

// A module from text, instantiated and run on the interpreter without the layers above it.

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lib/interp/interp.hpp"
#include "lib/runtime/instantiate.hpp"
#include "lib/runtime/store.hpp"

namespace wrun::test {

class Machine {
 public:
  explicit Machine(std::string_view text, interp::CodeOptions options = {},
                   std::initializer_list<runtime::Extern> imports = {});

  runtime::Store& store() { return *store_; }
  runtime::ExecState& state() { return store_->state(); }
  runtime::Instance& instance() { return *instance_; }
  const runtime::ModuleCode& code() const { return *code_; }
  const runtime::FuncRef& function(std::string_view name) const;

  /// Calls an export with up to 8 slots of arguments or results; EXPECTs success. The first
  /// result's slot.
  runtime::Slot call(std::string_view name, std::vector<std::uint64_t> args = {});
  std::uint32_t i32(std::string_view name, std::vector<std::uint64_t> args = {}) {
    return call(name, std::move(args)).get<std::uint32_t>();
  }
  /// The error that a call ends in; EXPECTs one.
  Error fail(std::string_view name, std::vector<std::uint64_t> args = {});

 private:
  bool enter(std::string_view name, const std::vector<std::uint64_t>& args);

  std::unique_ptr<runtime::Store> store_;
  std::shared_ptr<runtime::ModuleCode> code_;
  runtime::Instance* instance_ = nullptr;
  runtime::Slot slots_[8] = {};
};

}  // namespace wrun::test
