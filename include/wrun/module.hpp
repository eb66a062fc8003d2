#pragma once

// Module: decoded and validated code, immutable. Copies are cheap and refer to the same module;
// any number of threads and stores may use it at once. It owns a private copy of its bytes.
// One that was moved from is empty: a module of nothing, which can't be linked (ErrorKind::usage).
//
// https://webassembly.github.io/spec/core/syntax/modules.html

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <wrun/detail/shared.hpp>
#include <wrun/engine.hpp>
#include <wrun/result.hpp>
#include <wrun/types.hpp>

namespace wrun {
inline namespace v0 {

namespace api {
struct ModuleState;
}

namespace detail {
// Templates, since what a program doesn't use of these takes no time to compile.
template <class Type>
struct ImportOf {
  std::string module;
  std::string name;
  Type type;
};

template <class Type>
struct ExportOf {
  std::string name;
  Type type;
};
}  // namespace detail

/// What a module asks for: `module`, `name` and the `type` that it must have.
using ImportType = detail::ImportOf<ExternType>;
/// What a module offers: `name` and `type`.
using ExportType = detail::ExportOf<ExternType>;

struct CustomSection {
  std::string_view name;
  std::span<const std::uint8_t> bytes;
};

class Module {
 public:
  /// The binary format. Validates every function body. Errors: malformed, invalid (both with an
  /// offset), limit.
  WRUN_API static Result<Module> from_bytes(const Engine& engine,
                                            std::span<const std::uint8_t> bytes);
  /// The same without a copy.
  WRUN_API static Result<Module> from_bytes(const Engine& engine,
                                            std::vector<std::uint8_t>&& bytes);
  /// The text format. Errors as above; messages have line:column and show the line.
  WRUN_API static Result<Module> from_text(const Engine& engine, std::string_view text);
  /// Binary, text, or either of them gzipped, told apart by content. Errors as above.
  WRUN_API static Result<Module> from_content(const Engine& engine,
                                              std::span<const std::uint8_t> content);
  /// The content of a file. A FIFO is read to its end; a directory is an error. Errors as above,
  /// and io, whose message has the path and the reason.
  WRUN_API static Result<Module> from_file(const Engine& engine, std::string_view path);

  /// The module with the machine code of its functions, for engines of the same build of the
  /// library, on a CPU of the same kind, whose Config selects the same code. Compiles what wasn't.
  /// Errors: usage (the engine has no compiler), limit.
  WRUN_API Result<std::vector<std::uint8_t>> serialize() const;
  /// What serialize() gave. It is native code, which does whatever it likes: the caller vouches for
  /// where it comes from, since no check can. What is damaged, cut off or made for anything else is
  /// an error (malformed, usage) and never run, and so is what there is no room for (limit:
  /// Config::code_bytes). Neither validates nor compiles.
  WRUN_API static Result<Module> deserialize_trusted(const Engine& engine,
                                                     std::span<const std::uint8_t> image);
  /// The same of a regular file's content, which is read to where it is used: sooner, and with less
  /// memory than by way of bytes. Nothing is kept open. Errors as above, and io.
  WRUN_API static Result<Module> deserialize_trusted_file(const Engine& engine,
                                                          std::string_view path);
  /// Whether these look like what serialize() gives: whether they need trust. Says no more.
  WRUN_API static bool is_serialized(std::span<const std::uint8_t> content);

  /// In the module's order.
  WRUN_API std::vector<ImportType> imports() const;
  /// In the module's order.
  WRUN_API std::vector<ExportType> exports() const;
  /// Views into the module, valid while it (or a copy) lives. A name may occur more than once.
  WRUN_API std::vector<CustomSection> custom_sections() const;
  /// From the name section.
  WRUN_API std::optional<std::string_view> name() const;
  /// Beyond WebAssembly 1.0.
  WRUN_API Features features_used() const;
  /// The binary format; a view, valid while the module (or a copy) lives.
  WRUN_API std::span<const std::uint8_t> bytes() const;
  /// The one it was made with.
  WRUN_API Engine engine() const;

  /// Whether both are the same module, not merely equal ones.
  friend bool operator==(const Module&, const Module&) = default;

 private:
  friend struct ModuleAccess;
  explicit Module(detail::Shared<const api::ModuleState> state) : state_(std::move(state)) {}
  detail::Shared<const api::ModuleState> state_;
};

}  // namespace v0
}  // namespace wrun
