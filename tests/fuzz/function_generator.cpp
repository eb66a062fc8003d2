#include "tests/fuzz/function_generator.hpp"

#include <limits>

namespace wrun::inline v0::fuzz {

using wasm::Op;

std::uint32_t heap_type_of(char type) {
  return static_cast<std::uint32_t>(std::string_view("stblSp").find(type));
}

bool is_defined(char type) {
  return heap_type_of(type) < heap_types;
}

void write_type(WasmWriter& writer, char type) {
  switch (type) {
    case 'i':
      return writer.byte(0x7f);
    case 'I':
      return writer.byte(0x7e);
    case 'f':
      return writer.byte(0x7d);
    case 'F':
      return writer.byte(0x7c);
    case 'v':
      return writer.byte(0x7b);
    case 'r':
      return writer.byte(0x70);
    case 'x':
      return writer.byte(0x6f);
    case 'e':
      return writer.byte(0x69);
    case 'y':
      return writer.byte(0x6e);
    default:
      writer.byte(0x63);
      return writer.signed_leb(heap_type_of(type));
  }
}

void write_types(WasmWriter& writer, std::string_view types) {
  writer.unsigned_leb(types.size());
  for (const char type : types) write_type(writer, type);
}

Op write_zero(WasmWriter& writer, char type) {
  const auto number = [&](Op op, unsigned size) {
    writer.op(op);
    writer.little_endian(0, size);
    return op;
  };
  switch (type) {
    case 'i':
      return number(Op::i32_const, 1);
    case 'I':
      return number(Op::i64_const, 1);
    case 'f':
      return number(Op::f32_const, 4);
    case 'F':
      return number(Op::f64_const, 8);
    case 'v':
      writer.op(Op::v128_const);
      writer.little_endian(0, 8);
      writer.little_endian(0, 8);
      return Op::v128_const;
    default:
      writer.op(Op::ref_null);
      if (is_defined(type))
        writer.signed_leb(heap_type_of(type));
      else
        write_type(writer, type);
      return Op::ref_null;
  }
}

namespace {

/// Integers at which something changes.
constexpr std::int64_t corners[] = {0,
                                    1,
                                    -1,
                                    2,
                                    7,
                                    8,
                                    31,
                                    32,
                                    63,
                                    64,
                                    127,
                                    128,
                                    255,
                                    -128,
                                    0x7fff,
                                    0xffff,
                                    0x10000,
                                    std::numeric_limits<std::int32_t>::max(),
                                    std::numeric_limits<std::int32_t>::min(),
                                    0xffffffff,
                                    0x100000000,
                                    std::numeric_limits<std::int64_t>::max(),
                                    std::numeric_limits<std::int64_t>::min()};

constexpr std::uint64_t double_corners[] = {0,
                                            0x8000000000000000u,
                                            0x3ff0000000000000u,
                                            0xbff0000000000000u,
                                            0x7ff0000000000000u,
                                            0xfff0000000000000u,
                                            0x7ff8000000000000u,
                                            0x41dfffffffc00000u,
                                            0x41e0000000000000u,
                                            0x41f0000000000000u,
                                            0x43e0000000000000u,
                                            0xc3e0000000000000u,
                                            0x3fe0000000000000u,
                                            0x0000000000000001u,
                                            0x7fefffffffffffffu,
                                            0x4004000000000000u,
                                            0x36a0000000000000u,
                                            0x47efffffe0000000u};

constexpr std::uint32_t float_corners[] = {
    0,          0x80000000, 0x3f800000, 0xbf800000, 0x7f800000, 0xff800000,
    0x7fc00000, 0x4f000000, 0x4f800000, 0x5f000000, 0x5f800000, 0x3f000000,
    0x00000001, 0x7f7fffff, 0xcf000000, 0x4b000001, 0x40200000};

}  // namespace

void FunctionGenerator::i32_const(std::int32_t value) {
  op(Op::i32_const);
  code_.signed_leb(value);
}

void FunctionGenerator::nothing(char type) {
  ++counts_[static_cast<std::size_t>(write_zero(code_, type))];
}

void FunctionGenerator::constant(char type) {
  const std::uint32_t kind = source_.below(4);
  switch (type) {
    case 'i':
    case 'I': {
      std::int64_t value = static_cast<std::int8_t>(source_.byte());
      if (kind == 1) value = corners[source_.below(std::size(corners))];
      if (kind == 2) value = static_cast<std::int64_t>(source_.word(type == 'i' ? 4 : 8));
      if (type == 'i') return i32_const(static_cast<std::int32_t>(value));
      op(Op::i64_const);
      return code_.signed_leb(value);
    }
    case 'f': {
      op(Op::f32_const);
      const auto bits =
          kind == 3 ? source_.word(4) : float_corners[source_.below(std::size(float_corners))];
      return code_.little_endian(odd_nan(bits, 0x7fc00000, 0xffa00001), 4);
    }
    case 'F': {
      op(Op::f64_const);
      const auto bits =
          kind == 3 ? source_.word(8) : double_corners[source_.below(std::size(double_corners))];
      return code_.little_endian(odd_nan(bits, 0x7ff8000000000000u, 0xfff4000000000001u), 8);
    }
    case 'v':
      op(Op::v128_const);
      code_.little_endian(kind == 1 ? 0x8000000080000000u : source_.word(8), 8);
      return code_.little_endian(kind == 1 ? 0xffffffff00000000u : source_.word(8), 8);
    default:
      return nothing(type);
  }
}

std::uint32_t FunctionGenerator::new_local(char type) {
  locals_.push_back(type);
  reserved_.push_back(true);
  return static_cast<std::uint32_t>(locals_.size() - 1);
}

bool FunctionGenerator::pick_local(char type, std::uint32_t& index) {
  const auto size = static_cast<std::uint32_t>(locals_.size());
  if (size == 0) return false;
  const std::uint32_t first = source_.below(size);
  for (std::uint32_t i = 0; i < size; ++i) {
    index = (first + i) % size;
    if (locals_[index] == type && !reserved_[index]) return true;
  }
  return false;
}

std::uint32_t FunctionGenerator::scratch(char type) {
  std::uint32_t& index = scratch_[static_cast<unsigned char>(type)];
  if (index == 0) index = new_local(type) + 1;
  return index - 1;
}

/// Takes what a call or block left: into locals, or nowhere.
void FunctionGenerator::sink(std::string_view types) {
  for (std::size_t i = types.size(); i-- > 0;) {
    std::uint32_t local = 0;
    if (!source_.chance(1, 5) && pick_local(types[i], local))
      set(local);
    else
      op(Op::drop);
  }
}

/// Makes every NaN the same one where it may differ which it is: integers must not see that.
void FunctionGenerator::canonical(char type) {
  if (plan_.canonical_nans) return;
  const std::uint32_t local = scratch(type);
  op_index(Op::local_tee, local);
  if (type == 'v') {
    op(Op::v128_const);
    code_.little_endian(0x7ff8000000000000u, 8);
    code_.little_endian(0x7ff8000000000000u, 8);
    // An f64 that is a NaN has an f32 above that is one; whose bits may make an f64 one or not.
    get(local);
    get(local);
    op(Op::f32x4_eq);
    i32_const(32);
    op(Op::i64x2_shr_s);
    op(Op::v128_bitselect);
    set(local);
    get(local);
    op(Op::v128_const);
    code_.little_endian(0x7fc000007fc00000u, 8);
    code_.little_endian(0x7fc000007fc00000u, 8);
    get(local);
    get(local);
    op(Op::f32x4_eq);
    return op(Op::v128_bitselect);
  }
  op(type == 'f' ? Op::f32_const : Op::f64_const);
  if (type == 'f')
    code_.little_endian(0x7fc00000, 4);
  else
    code_.little_endian(0x7ff8000000000000u, 8);
  get(local);
  get(local);
  op(type == 'f' ? Op::f32_eq : Op::f64_eq);
  op(Op::select);
}

void FunctionGenerator::block_type(const Signature& signature) {
  if (signature.params.empty() && signature.results.empty()) return code_.byte(0x40);
  if (signature.params.empty() && signature.results.size() == 1)
    return write_type(code_, signature.results[0]);
  code_.signed_leb(plan_.type_index(signature));
}

char FunctionGenerator::any_type() {
  constexpr std::string_view scalars = "iIfFiIiFrx";
  if (plan_.vectors && source_.chance(1, 5)) return 'v';
  if (plan_.structures && source_.chance(1, 5)) return "sstblSpy"[source_.below(8)];
  return scalars[source_.below(scalars.size())];
}

std::string FunctionGenerator::any_types(std::uint32_t most) {
  std::string types(source_.below(most + 1), ' ');
  for (char& type : types) type = any_type();
  return types;
}

/// Depth is the caller's, which it sets before each call, so that whatever unwinds restores it.
void FunctionGenerator::set_depth(std::int32_t more) {
  get(depth_local_);
  if (more != 0) {
    i32_const(more);
    op(Op::i32_add);
  }
  op_index(Op::global_set, depth_global);
}

/// Charges the call, and returns at once if there is no budget or it is too deep.
void FunctionGenerator::entry_checks(std::string_view results) {
  constexpr std::int32_t deepest = 20;
  op_index(Op::global_get, depth_global);
  op_index(Op::local_tee, depth_local_);
  i32_const(deepest);
  op(Op::i32_gt_s);
  op_index(Op::global_get, budget_global);
  i32_const(1);
  op(Op::i32_sub);
  op_index(Op::global_set, budget_global);
  op_index(Op::global_get, budget_global);
  i32_const(0);
  op(Op::i32_lt_s);
  op(Op::i32_or);
  op(Op::if_);
  code_.byte(0x40);
  for (const char type : results) nothing(type);
  op(Op::return_);
  op(Op::end);
}

void FunctionGenerator::begin(std::uint32_t function) {
  const Signature& signature = plan_.signature(function);
  results_ = signature.results;
  locals_ = signature.params;
  params_ = static_cast<std::uint32_t>(locals_.size());
  reserved_.assign(locals_.size(), false);
  stays_interpreted_ = source_.chance(1, 24);
}

WasmWriter FunctionGenerator::finish() {
  op(Op::end);
  WasmWriter body;
  std::vector<std::pair<std::uint32_t, char>> runs;
  for (std::size_t i = params_; i < locals_.size(); ++i) {
    if (!runs.empty() && runs.back().second == locals_[i])
      ++runs.back().first;
    else
      runs.emplace_back(1, locals_[i]);
  }
  constexpr std::uint32_t many = 4'500;
  if (stays_interpreted_) runs.emplace_back(many, 'i');
  body.unsigned_leb(runs.size());
  for (const auto& [count, type] : runs) {
    body.unsigned_leb(count);
    write_type(body, type);
  }
  body.raw(code_.bytes());
  return body;
}

WasmWriter FunctionGenerator::run(std::uint32_t function) {
  constexpr unsigned nesting = 5;
  begin(function);
  const std::uint32_t locals = source_.chance(1, 12) ? 60 : source_.below(12);
  for (std::uint32_t i = 0; i < locals; ++i) {
    locals_.push_back(any_type());
    reserved_.push_back(false);
  }
  depth_local_ = new_local('i');
  entry_checks(results_);
  push_label(results_);
  if (source_.chance(3, 4)) loop("", nesting);
  statements(nesting);
  values(results_, nesting);
  return finish();
}

WasmWriter FunctionGenerator::run_deep(std::uint32_t function, std::uint32_t other) {
  begin(function);
  for (std::uint32_t i = 0; i < params_; ++i) {
    get(i);
    if (locals_[i] != 'i') continue;
    i32_const(static_cast<std::int32_t>(source_.byte()));
    op(Op::i32_add);
  }
  op_index(Op::call, other);
  for (std::uint32_t i = 0; i < params_; ++i) {
    if (locals_[i] != 'I') continue;
    get(i);
    op(Op::i64_xor);
  }
  return finish();
}

}  // namespace wrun::inline v0::fuzz
