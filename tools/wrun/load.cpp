#include "tools/wrun/load.hpp"

#include <array>

#include "lib/os/input_file.hpp"
#include "lib/text/module.hpp"
#include "lib/text/source.hpp"
#include "tools/wrun/exit_code.hpp"
#include "tools/wrun/report.hpp"

namespace wrun::inline v0::tool {
namespace {

// Whether people wrote it: then an error shows them the line, and not an offset. Neither a binary
// module nor a gzip file begins with a character of text.
bool is_text(const Bytes& content) {
  const std::uint8_t first = content.front();
  return first == '(' || first == ';' || first == ' ' || first == '\n' || first == '\r' ||
         first == '\t';
}

std::string_view as_text(const Bytes& content) {
  return {reinterpret_cast<const char*>(content.data()), content.size()};
}

Failure refused(const std::string& name, const Error& error) {
  return {exit_refused, describe_refusal(name, error), error};
}

std::variant<Module, Failure> load_text(const Engine& engine, const std::string& name,
                                        std::string_view text) {
  auto parsed = wat::parse_module(text);
  if (!parsed)
    return Failure{exit_refused, wat::explain(text, name, parsed.error()), parsed.error()};
  auto module = Module::from_bytes(engine, std::move(parsed->bytes));
  if (module) return *std::move(module);
  const Error error = wat::at_text(module.error(), parsed->positions);
  return Failure{exit_refused, wat::explain(text, name, error), error};
}

bool is_binary(const Bytes& content) {
  return as_text(content).starts_with(std::string_view("\0asm", 4));
}

/// Whether it is a regular file with native code, which needn't be read as a whole first.
bool is_precompiled_file(const std::string& path) {
  std::array<std::uint8_t, 8> start{};
  os::InputFile file = os::InputFile::open(path.c_str());
  return file && file.read(start) && Module::is_serialized(start);
}

std::variant<Module, Failure> module_or_failure(const std::string& name, Result<Module>&& module) {
  if (!module) return refused(name, module.error());
  return *std::move(module);
}

}  // namespace

std::variant<Module, Failure> load_module(const Engine& engine, const std::string& path,
                                          Precompiled precompiled) {
  if (precompiled == Precompiled::allowed && path != "-" && is_precompiled_file(path))
    return module_or_failure(display_name(path), Module::deserialize_trusted_file(engine, path));
  auto content = read_file(path);
  if (auto* failure = std::get_if<Failure>(&content)) return std::move(*failure);
  Bytes& bytes = std::get<Bytes>(content);
  if (precompiled == Precompiled::allowed && Module::is_serialized(bytes))
    return module_or_failure(display_name(path), Module::deserialize_trusted(engine, bytes));
  if (!is_binary(bytes)) return load_module(engine, path, bytes);
  // The module keeps these bytes, and not a copy.
  return module_or_failure(display_name(path), Module::from_bytes(engine, std::move(bytes)));
}

std::variant<Module, Failure> load_module(const Engine& engine, const std::string& path,
                                          const Bytes& content) {
  const std::string name = display_name(path);
  if (content.empty()) return refused(name, Error(ErrorKind::malformed, "the file is empty"));
  if (Module::is_serialized(content)) {
    return refused(name, Error(ErrorKind::denied,
                               "this is native code, which may do whatever you may; `wrun run "
                               "--allow-precompiled` runs it"));
  }
  if (is_text(content)) return load_text(engine, name, as_text(content));
  return module_or_failure(name, Module::from_content(engine, content));
}

}  // namespace wrun::inline v0::tool
