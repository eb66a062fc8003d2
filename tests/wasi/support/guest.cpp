#include "tests/wasi/support/guest.hpp"

#include <algorithm>
#include <cstring>
#include <tuple>

#include "wasi/preview1/table.hpp"

namespace wrun::test {

namespace {

using wasi::preview1::Row;

template <class T>
constexpr const char* type_name = sizeof(T) == 8 ? " i64" : " i32";

template <class R, class... Args>
std::string signature(R (wasi::preview1::Call::*)(Args...)) {
  std::string text = "(param";
  ((text += type_name<Args>), ...);
  return text + (std::is_void_v<R> ? ")" : ") (result i32)");
}

template <class R, class... Args>
std::size_t count_of(R (wasi::preview1::Call::*)(Args...)) {
  return sizeof...(Args);
}

/// A guest that is to be stopped is stopped when it runs on: at the next turn of a loop.
constexpr const char* runs_on = R"(
  (loop (global.set $turns (i32.add (global.get $turns) (i32.const 1)))
    (br_if 0 (i32.and (global.get $turns) (i32.const 1)))))";

template <auto method>
void add_function(std::string& imports, std::string& functions, Row<method> row) {
  const std::string name = row.name;
  imports += "(import \"wasi_snapshot_preview1\" \"" + name + "\" (func $" + name + " " +
             signature(method) + "))\n";
  functions += "(func (export \"" + name + "\") " + signature(method);
  for (std::size_t i = 0; i < count_of(method); ++i) {
    functions += " local.get " + std::to_string(i);
  }
  functions += " call $" + name + runs_on + ")\n";
}

std::string driver_text() {
  std::string imports;
  std::string functions;
  std::apply([&](auto... rows) { (add_function(imports, functions, rows), ...); },
             wasi::preview1::functions);
  return "(module\n" + imports +
         "(memory (export \"memory\") 2) (global $turns (mut i32) (i32.const 0))\n" + functions +
         ")";
}

const Engine& engine() {
  static const Engine the_engine;
  return the_engine;
}

const Module& driver() {
  static const Module the_module = Module::from_text(engine(), driver_text()).value();
  return the_module;
}

}  // namespace

Guest::Guest(const wasi::Config& config) : store_(engine()) {
  Linker linker(engine());
  context_ = wasi::add_to(linker, config).value();
  instance_ = linker.instantiate(store_, driver()).value();
}

Result<wasi::Errno> Guest::try_call(const char* name, const Args& args) {
  const Func function = instance_.func(name).value();
  const FuncType type = function.type().value();
  std::vector<Val> values;
  for (std::size_t i = 0; i < args.size(); ++i) {
    const bool wide = type.params.at(i).kind() == ValKind::i64;
    values.push_back(wide ? Val(args[i]) : Val(static_cast<std::uint32_t>(args[i])));
  }
  const auto results = function.call(values);
  if (!results) return results.error();
  if (results->empty()) return Errno::success;
  return static_cast<Errno>(results->at(0).get<std::uint32_t>().value());
}

wasi::Errno Guest::call(const char* name, const Args& args) {
  const auto result = try_call(name, args);
  EXPECT_TRUE(result) << name << ": " << (result ? "" : result.error().message());
  return result ? *result : Errno::canceled;
}

std::span<std::uint8_t> Guest::memory() {
  return instance_.memory("memory").value().span().value();
}

void Guest::put(std::uint32_t address, std::string_view text) {
  std::copy(text.begin(), text.end(), memory().subspan(address, text.size()).begin());
}

void Guest::put32(std::uint32_t address, std::uint32_t value) {
  std::memcpy(memory().subspan(address, sizeof value).data(), &value, sizeof value);
}

void Guest::put64(std::uint32_t address, std::uint64_t value) {
  std::memcpy(memory().subspan(address, sizeof value).data(), &value, sizeof value);
}

std::uint32_t Guest::load32(std::uint32_t address) {
  std::uint32_t value = 0;
  std::memcpy(&value, memory().subspan(address, sizeof value).data(), sizeof value);
  return value;
}

std::uint64_t Guest::load64(std::uint32_t address) {
  std::uint64_t value = 0;
  std::memcpy(&value, memory().subspan(address, sizeof value).data(), sizeof value);
  return value;
}

std::string Guest::text(std::uint32_t address, std::uint32_t length) {
  const auto bytes = memory().subspan(address, length);
  return {bytes.begin(), bytes.end()};
}

bool Guest::remembers(std::string_view text) {
  const auto bytes = memory();
  return std::search(bytes.begin(), bytes.end(), text.begin(), text.end()) != bytes.end();
}

wasi::Errno Guest::open(std::uint32_t fd, std::string_view path, std::uint64_t rights,
                        std::uint32_t oflags, bool follow, std::uint32_t fdflags) {
  put(at::path, path);
  return call("path_open", {fd, follow ? 1u : 0u, at::path, path.size(), oflags, rights, rights,
                            fdflags, at::result});
}

wasi::Errno Guest::read(std::uint32_t fd, std::uint32_t length) {
  put32(at::vectors, at::data);
  put32(at::vectors + 4, length);
  return call("fd_read", {fd, at::vectors, 1, at::result2});
}

wasi::Errno Guest::write(std::uint32_t fd, std::string_view text) {
  put(at::data, text);
  put32(at::vectors, at::data);
  put32(at::vectors + 4, static_cast<std::uint32_t>(text.size()));
  return call("fd_write", {fd, at::vectors, 1, at::result2});
}

}  // namespace wrun::test
