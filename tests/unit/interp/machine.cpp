#include "machine.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "lib/text/module.hpp"
#include "lib/wasm/decoder.hpp"

namespace wrun::test {

Machine::Machine(std::string_view text, interp::CodeOptions options,
                 std::initializer_list<runtime::Extern> imports) {
  auto registry = std::make_shared<wasm::TypeRegistry>();
  store_ =
      std::make_unique<runtime::Store>(runtime::StoreConfig{registry, nullptr, nullptr, nullptr});
  wasm::DecodeOptions decoding;
  decoding.features = Features::all();
  auto parsed = wat::parse_module(text).value();
  auto data = wasm::decode(std::move(parsed.bytes), decoding, registry).value();
  wasm::validate(*data, decoding).value();
  code_ = std::make_shared<runtime::ModuleCode>(data);
  interp::prepare(*code_, options);
  instance_ =
      runtime::instantiate(*store_, code_, std::span(imports.begin(), imports.size())).value();
  (void)store_->handle(*instance_);
}

const runtime::FuncRef& Machine::function(std::string_view name) const {
  for (const wasm::Export& exported : code_->data->exports)
    if (exported.name == name) return *instance_->functions[exported.index];
  ADD_FAILURE() << "no export " << name;
  std::abort();
}

bool Machine::enter(std::string_view name, const std::vector<std::uint64_t>& args) {
  for (std::size_t i = 0; i < args.size(); ++i) slots_[i].set(args[i]);
  return interp::enter(state(), function(name), slots_);
}

runtime::Slot Machine::call(std::string_view name, std::vector<std::uint64_t> args) {
  const bool done = enter(name, args);
  EXPECT_TRUE(done) << name << ": "
                    << (state().failure.error ? state().failure.error->message() : "");
  state().failure = {};
  return slots_[0];
}

Error Machine::fail(std::string_view name, std::vector<std::uint64_t> args) {
  EXPECT_FALSE(enter(name, args)) << name << " was expected to fail";
  Error error = state().failure.error.value_or(Error(ErrorKind::host, "no error"));
  state().failure = {};
  return error;
}

}  // namespace wrun::test
