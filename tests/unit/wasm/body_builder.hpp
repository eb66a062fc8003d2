#pragma once

// Modules for tests of function bodies: one fixed environment, and one function to try.
//
//   types      0 [] -> []            1 [i32] -> [i32]       2 [i32 i32] -> [i32]
//              3 [] -> [i32]         4 [i32] -> [i32 i32]   5 (struct (mut i32) i8)
//              6 (array (mut i32))   7 (array i8)           8 [i32 i32] -> []
//              9 [i32] -> []
//   functions  0 imported, type 0; 1 of type 1; 2 is the one to try
//   tables     0 funcref, 4 elements
//   memories   0 of one page; 1 of one page, 64-bit
//   tags       0 [i32]
//   globals    0 i32; 1 (mut i32)
//   segments   data 0 passive; elem 0 declares function 1

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <vector>

#include "lib/wasm/decoder.hpp"
#include "lib/wasm/opcode.hpp"

namespace wrun::test {

using Bytes = std::vector<std::uint8_t>;

/// An opcode, or one byte of immediates: small LEB128 numbers are their own byte.
struct Item {
  constexpr Item(wasm::Op op) : code(wasm::info(op).code) {}
  constexpr Item(int byte) : code(static_cast<std::uint8_t>(byte)), raw(true) {}
  std::uint32_t code;
  bool raw = false;
};
using Body = std::initializer_list<Item>;

// Types of blocks.
inline constexpr int empty = 0x40;
inline constexpr int i32 = 0x7f;

inline void leb(Bytes& out, std::uint32_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<std::uint8_t>(value | 0x80));
  out.push_back(static_cast<std::uint8_t>(value));
}

inline Bytes assemble(Body body) {
  Bytes out;
  for (const Item& item : body) {
    if (item.code > 0xff) {
      out.push_back(static_cast<std::uint8_t>(item.code >> 16));
      leb(out, item.code & 0xffff);
    } else {
      out.push_back(static_cast<std::uint8_t>(item.code));
    }
  }
  return out;
}

inline void section(Bytes& out, std::uint8_t id, const Bytes& contents) {
  out.push_back(id);
  leb(out, static_cast<std::uint32_t>(contents.size()));
  out.insert(out.end(), contents.begin(), contents.end());
}

/// The module whose function 2 has this type, these declarations of locals (from their count on),
/// and this code.
inline Bytes module_bytes(std::uint8_t type, const Bytes& locals, const Bytes& code) {
  Bytes out{0, 'a', 's', 'm', 1, 0, 0, 0};
  section(out, 1, {10,                                  //
                   0x60, 0,    0,                       //
                   0x60, 1,    0x7f, 1,    0x7f,        //
                   0x60, 2,    0x7f, 0x7f, 1,    0x7f,  //
                   0x60, 0,    1,    0x7f,              //
                   0x60, 1,    0x7f, 2,    0x7f, 0x7f,  //
                   0x5f, 2,    0x7f, 1,    0x78, 0,     //
                   0x5e, 0x7f, 1,                       //
                   0x5e, 0x78, 0,                       //
                   0x60, 2,    0x7f, 0x7f, 0,           //
                   0x60, 1,    0x7f, 0});
  section(out, 2, {1, 1, 'e', 1, 'f', 0, 0});
  section(out, 3, {2, 1, type});
  section(out, 4, {1, 0x70, 0, 4});
  section(out, 5, {2, 0, 1, 4, 1});
  section(out, 13, {1, 0, 9});
  section(out, 6, {2, 0x7f, 0, 0x41, 7, 0x0b, 0x7f, 1, 0x41, 8, 0x0b});
  section(out, 9, {1, 3, 0, 1, 1});
  section(out, 12, {1});
  Bytes bodies{2, 4, 0, 0x20, 0, 0x0b};
  leb(bodies, static_cast<std::uint32_t>(locals.size() + code.size()));
  bodies.insert(bodies.end(), locals.begin(), locals.end());
  bodies.insert(bodies.end(), code.begin(), code.end());
  section(out, 10, bodies);
  section(out, 11, {1, 1, 2, 'h', 'i'});
  return out;
}

inline constexpr wasm::FuncIdx tried_function{2};

/// Decodes such a module with every feature on; null if that fails.
inline std::shared_ptr<wasm::ModuleData> build(std::uint8_t type, const Bytes& locals,
                                               const Bytes& code,
                                               const wasm::DecodeOptions& options) {
  auto result = wasm::decode(module_bytes(type, locals, code), options,
                             std::make_shared<wasm::TypeRegistry>());
  return result ? *result : nullptr;
}

inline wasm::DecodeOptions all_features() {
  wasm::DecodeOptions options;
  options.features = Features::all();
  return options;
}

}  // namespace wrun::test
