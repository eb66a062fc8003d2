#pragma once

// Test scripts (.wast): commands with their places in the text. Modules in a script are ranges of
// it and are parsed when a runner gets to them, so that one bad module doesn't hide the rest; the
// same holds for a command that can't be read, which becomes CommandKind::unsupported.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <wrun/result.hpp>

#include "lib/text/module.hpp"
#include "lib/wasm/types.hpp"

namespace wrun::inline v0::wat {

enum class ValueKind : std::uint8_t {
  i32,
  i64,
  f32,
  f64,
  v128,
  ref_null,
  ref_func,
  ref_extern,  ///< the host's reference number `operand`, as an externref
  ref_host,    ///< the same, as an anyref
  ref_any,
  ref_eq,
  ref_i31,
  ref_struct,
  ref_array,
  ref_exn,
  either  ///< matches if one of `alternatives` does
};

enum class NanPattern : std::uint8_t { none, canonical, arithmetic };

/// An argument, or a pattern for a result.
struct Value {
  ValueKind kind = ValueKind::i32;
  /// Numbers: their bits in [0]. v128: the low half, the high half.
  std::array<std::uint64_t, 2> bits{};
  /// How a v128 was written: lanes of that width, floats or not. NaN patterns are per lane; f32 and
  /// f64 use the first.
  std::uint8_t lane_bits = 0;
  bool has_float_lanes = false;
  std::array<NanPattern, 4> nan{};
  /// References: without an operand every reference of the kind matches.
  std::optional<std::uint32_t> operand;
  /// ref_null: without a heap type every null matches.
  std::optional<wasm::HeapType> heap;
  std::vector<Value> alternatives;
};

enum class ActionKind : std::uint8_t { invoke, get };

struct Action {
  ActionKind kind = ActionKind::invoke;
  std::optional<std::string> module;  ///< the identifier; without one, the latest instance
  std::string name;
  std::vector<Value> arguments;
};

enum class ModuleForm : std::uint8_t { text, binary, quote };

/// A module of the script, not yet parsed.
struct ScriptModule {
  ModuleForm form = ModuleForm::text;
  std::optional<std::string> id;
  bool is_definition = false;  ///< defined, but not instantiated
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

enum class CommandKind : std::uint8_t {
  module,             ///< `module`
  instance,           ///< instantiates definition `target` under the name `id`
  register_,          ///< `name`; instance `target`
  action,             ///< `action`
  assert_return,      ///< `action`, `results`
  assert_trap,        ///< `action` or `module` (whose instantiation traps), `text`
  assert_exhaustion,  ///< `action`, `text`
  assert_exception,   ///< `action`
  assert_malformed,   ///< `module`, `text`
  assert_invalid,
  assert_unlinkable,
  assert_malformed_custom,
  assert_invalid_custom,
  thread,      ///< thread `id` runs `commands` with module `shared`
  wait,        ///< thread `id`
  component,   ///< `core_modules`
  unsupported  ///< `text` says why
};

struct Command {
  CommandKind kind = CommandKind::unsupported;
  std::uint32_t begin = 0;  ///< place in the script
  std::uint32_t end = 0;
  std::optional<ScriptModule> module;
  std::optional<Action> action;
  std::vector<Value> results;
  std::string text;                        ///< the expected message, or why unsupported
  std::string name;                        ///< register_
  std::optional<std::string> id;           ///< instance, thread, wait
  std::optional<std::string> target;       ///< instance, register_
  std::optional<std::string> shared;       ///< thread
  std::vector<Command> commands;           ///< thread
  std::vector<ScriptModule> core_modules;  ///< component
};

struct Script {
  std::vector<Command> commands;
  /// Where the text stopped making sense (unbalanced parentheses, an illegal character, ...); the
  /// commands before it are there.
  std::optional<Error> error;
};

Script parse_script(std::string_view text);

/// Parses a module of that script's text, also one that begins (core module.
Result<ParsedModule> parse_module(std::string_view script, const ScriptModule& module,
                                  bool names = true);

/// "assert_return", ...
std::string_view name(CommandKind kind);

}  // namespace wrun::inline v0::wat
