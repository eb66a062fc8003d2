#include "jit/emit.hpp"

#include <algorithm>
#include <utility>

#include "jit/layout.hpp"

namespace wrun::inline v0::jit {

using namespace Xbyak::util;

namespace {

/// What a frame may take below the limit without asking: part of what stays free there.
constexpr std::uint32_t unchecked_frame = 16 * 1024;

}  // namespace

CodeEmitter::CodeEmitter(std::span<std::uint8_t> room, const CpuFeatures& cpu, const Stubs& stubs)
    : Encoder(room), cpu_(cpu), stubs_(stubs) {}

/// Whatever the last run has left, if it came to an end at all.
void CodeEmitter::start(const EmitterTask& task) {
  tables_.clear();
  pool_.clear();
  reset();
  in_pool_.clear();
  fixups_.clear();
  rare_.clear();
  out_ = {};
  next_move_ = 0;
  function_ = &task.function;
  allocation_ = &task.allocation;
  own_ = &task.own;
  imported_functions_ = task.imported_functions;
  start_offset_ = task.start;
  makes_calls_ = task.makes_calls;
  keeps_lines_ = task.keeps_lines;
  tries_upper_halves_ = task.tries_upper_halves;
  frame_bytes_ = (task.allocation.slots * 8 + 15) & ~15u;
}

EmittedCode CodeEmitter::run(const EmitterTask& task) {
  guesses_well_ = true;
  guesses_well_ = write(task);
  if (!guesses_well_) write(task);
  out_.bytes.assign(getCode(), getCode() + getSize());
  return std::move(out_);
}

/// Whether all jumps reach their targets.
bool CodeEmitter::write(const EmitterTask& task) {
  start(task);
  find_targets();
  find_tight_loops();
  guess_starts();
  has_frame_ = needs_frame();
  prologue();
  const auto count = static_cast<std::uint32_t>(task.function.lir.blocks.size());
  for (std::uint32_t b = 0; b < count; ++b) block(b);
  finish();
  return fix_jumps();
}

void CodeEmitter::prologue() {
  if (makes_calls_ || frame_bytes_ > unchecked_frame) {
    Rare rare;
    rare.kind = Rare::Kind::limit_at_entry;
    rare.origin = {0, start_offset_};
    rare.back = getSize();
    mov(r11, ptr[rdi + layout::instance_state]);
    if (frame_bytes_ > unchecked_frame) {
      lea(r13, ptr[rsp - static_cast<int>(frame_bytes_)]);
      cmp(r13, ptr[r11 + layout::native_limit]);
    } else {
      const std::size_t start = getSize();
      cmp(rsp, ptr[r11 + layout::native_limit]);
      fuse_from(start);
    }
    rare.jump = jump_if_rare(Cond::below);
    rare_.push_back(rare);
  }
  if (!has_frame_) return;
  push(rbp);
  mov(rbp, rsp);
  out_.frame_start = static_cast<std::uint32_t>(getSize());
  push(rdi);  // which is where the frame has the instance
  sub(rsp, frame_bytes_ - 8);
}

/// Functions that do nothing but compute in registers don't.
bool CodeEmitter::needs_frame() const {
  const auto is_plain = [](const Machine& m) {
    if (m.traps != Machine::Traps::no) return false;
    switch (m.op) {
      case MOp::arguments:
      case MOp::move:
      case MOp::constant:
      case MOp::add:
      case MOp::add_scaled:
      case MOp::alu:
      case MOp::carry:
      case MOp::neg:
      case MOp::times:
      case MOp::shift_imm:
      case MOp::shift_var:
      case MOp::shift_bmi:
      case MOp::rotate:
      case MOp::extend:
      case MOp::set:
      case MOp::select:
      case MOp::float_alu:
      case MOp::float_sqrt:
      case MOp::float_canonical:
      case MOp::float_select:
      case MOp::return_:
      case MOp::jump:
      case MOp::branch:
        return true;
      default:
        // Of the run time's structures, which are there.
        return m.op == MOp::load && m.size != 0;
    }
  };
  const auto& moves = allocation_->moves;
  const auto& places = allocation_->operands;
  return own_->param_bytes + own_->result_bytes != 0 ||
         std::any_of(moves.begin(), moves.end(),
                     [](const Move& m) { return m.from.is_slot() || m.to.is_slot(); }) ||
         std::any_of(places.begin(), places.end(), [](Loc at) { return at.is_slot(); }) ||
         !std::all_of(function_->lir.insts.begin(), function_->lir.insts.end(),
                      [&](const LInst& inst) {
                        Machine room;
                        return is_plain(function_->machine_of(inst, room));
                      });
}

/// What is left on the stack is the return address and what the caller put there.
void CodeEmitter::leave_frame() {
  if (!has_frame_) return;
  add(rsp, frame_bytes_);
  pop(rbp);
}

void CodeEmitter::block(std::uint32_t b) {
  block_ = b;
  const LBlock& block = function_->lir.blocks[b];
  if (targets_[b] != b) return;
  if (is_tight_[b]) align(loop_alignment);
  starts_[b] = getSize();
  flags_ = {};
  fused_ = {};
  const auto& moves = allocation_->moves;
  while (next_move_ < moves.size() && moves[next_move_].at < block.first) ++next_move_;
  for (std::uint32_t i = block.first; i < block.end; ++i) {
    for (; next_move_ < moves.size() && moves[next_move_].at == i; ++next_move_)
      move_keeping_flags(moves[next_move_]);
    const LInst& inst = function_->lir.insts[i];
    places_ = allocation_->operands.data() + inst.first_operand;
    instruction(inst);
    if (tries_upper_halves_) check_upper_halves(inst);
  }
}

/// Of what others promise to have extended: an undefined instruction if they haven't.
void CodeEmitter::check_upper_halves(const LInst& inst) {
  switch (static_cast<MOp>(inst.op)) {
    case MOp::arguments:
    case MOp::load_argument:
    case MOp::load_result:
    case MOp::call_local:
    case MOp::call_reference:
    case MOp::call_helper:
      break;
    default:
      return;
  }
  for (unsigned i = 0; i < inst.operand_count; ++i) {
    const Operand& operand = function_->lir.operands[inst.first_operand + i];
    if (operand.role != Role::def || function_->types[operand.vreg] != jit::Type::i32) continue;
    Xbyak::Label extended;
    mov(r11, gp64(reg(i)));
    shr(r11, 32);
    jz(extended);
    ud2();
    L(extended);
  }
}

Xbyak::Address CodeEmitter::slot(Loc at, unsigned bytes) const {
  const int words = bytes == 16 ? 2 : 1;
  return ptr[rbp - 8 * (static_cast<int>(at.slot()) + words)];
}

void CodeEmitter::load_constant(Reg to, std::uint64_t bits) {
  if (class_of(to) == RegClass::vector) {
    if (bits == 0) return xorps(vec(to), vec(to));
    return movsd(vec(to), constant(bits, 0));
  }
  if (bits == 0) return with_registers({.opcode = 0x31}, to, to);
  if (bits >> 32 == 0) return with_number(to, static_cast<std::uint32_t>(bits));
  mov(gp64(to), bits);
}

/// Copies leave the flags as they are.
void CodeEmitter::move_keeping_flags(const Move& move) {
  const bool keeps =
      flags_.at == getSize() && !move.from.is_none() && !(move.to == Loc::reg(flags_.reg));
  this->move(move);
  if (keeps) flags_.at = getSize();
}

void CodeEmitter::move(const Move& move) {
  const VRegInfo& info = function_->lir.vregs[move.vreg];
  const auto is_vector = [](Loc at) {
    return at.is_reg() && class_of(at.reg()) == RegClass::vector;
  };
  if (move.from.is_none()) {
    if (move.to.is_reg()) return load_constant(move.to.reg(), info.constant);
    mov(r11, info.constant);
    return mov(slot(move.to), r11);
  }
  if (is_vector(move.from) && is_vector(move.to))
    return movaps(vec(move.to.reg()), vec(move.from.reg()));
  if (is_vector(move.to)) {
    if (move.from.is_reg()) return movq(vec(move.to.reg()), gp64(move.from.reg()));
    if (info.bytes == 16) return movups(vec(move.to.reg()), slot(move.from, 16));
    return movsd(vec(move.to.reg()), slot(move.from));
  }
  if (is_vector(move.from)) {
    if (move.to.is_reg()) return movq(gp64(move.to.reg()), vec(move.from.reg()));
    if (info.bytes == 16) return movups(slot(move.to, 16), vec(move.from.reg()));
    return movsd(slot(move.to), vec(move.from.reg()));
  }
  constexpr ModRm load{.opcode = 0x8b, .is_wide = true};
  constexpr ModRm store{.opcode = 0x89, .is_wide = true};
  if (move.from.is_slot()) return with_memory(load, move.to.reg(), slot_place(move.from));
  if (move.to.is_slot()) return with_memory(store, move.from.reg(), slot_place(move.to));
  with_registers(store, move.from.reg(), move.to.reg());
}

Xbyak::Address CodeEmitter::constant(std::uint64_t low, std::uint64_t high) {
  const auto [known, is_new] = in_pool_.try_emplace({low, high}, pool_.size());
  if (is_new) {
    pool_.emplace_back();
    pool_.back().low = low;
    pool_.back().high = high;
  }
  return ptr[rip + pool_[known->second].label];
}

void CodeEmitter::call_stub(const void* stub) {
  with_bytes(4, 0xe8);
  out_.relocations.push_back({static_cast<std::uint32_t>(getSize() - 4), stub});
}

void CodeEmitter::rare_if(Cond cond, TrapCode trap) {
  Rare rare;
  rare.trap = trap;
  rare.origin = origin_;
  rare.jump = jump_if_rare(cond);
  rare_.push_back(rare);
}

void CodeEmitter::rare_code(const Rare& rare) {
  if (rare.jump != 0) patch(rare.jump, getSize());
  line(rare.origin.offset);
  const auto go_back = [&] {
    db(0xe9);
    dd(0);
    patch(getSize() - 4, rare.back);
  };
  switch (rare.kind) {
    case Rare::Kind::trap:
      call_stub(stubs_.trap(rare.trap));
      return site(rare.origin);
    case Rare::Kind::out_of_bounds:
      sub(r11, static_cast<std::uint32_t>(rare.imm));
      call_stub(stubs_.out_of_bounds());
      return site(rare.origin);
    case Rare::Kind::out_of_fuel:
      add(gp64(fuel_reg), static_cast<std::uint32_t>(rare.imm));
      call_stub(stubs_.trap(TrapCode::out_of_fuel));
      return site(rare.origin);
    case Rare::Kind::limit_in_loop:
      call_stub(stubs_.limit_in_loop());
      site(rare.origin);
      return go_back();
    case Rare::Kind::host_tail_call:
      places_ = rare.places;
      return host_tail_call(function_->machine.get(rare.payload, machine_));
    case Rare::Kind::nan:
      places_ = rare.places;
      make_canonical(function_->machine.get(rare.payload, machine_));
      return go_back();
    case Rare::Kind::limit_at_entry:
      call_stub(stubs_.limit_at_entry());
      site(rare.origin);
      return go_back();
  }
}

void CodeEmitter::finish() {
  for (const Rare& rare : rare_) rare_code(rare);
  for (Landing& landing : out_.landings)
    landing.code = static_cast<std::uint32_t>(starts_[landing.code]);
  line(std::nullopt);
  write_tables();
  if (!pool_.empty()) align(16);
  for (PoolConstant& made : pool_) {
    L(made.label);
    dq(made.low);
    dq(made.high);
  }
  if (!pool_.empty() || !tables_.empty()) ready();
}

Xbyak::Reg CodeEmitter::general(unsigned operand, unsigned size) const {
  return size == 8 ? Xbyak::Reg(gp64(reg(operand))) : Xbyak::Reg(gp32(reg(operand)));
}

/// The state to the scratch register, where the rare path finds it.
void CodeEmitter::load_state(unsigned operand) {
  with_general(operand, 8, [&](const auto& from) { mov(r11, from); });
}

void CodeEmitter::instruction(const LInst& inst) {
  const Machine& m = function_->machine_of(inst, machine_);
  payload_ = inst.payload;
  origin_ = m.origin;
  start_ = getSize();
  line(m.origin.offset);
  switch (m.op) {
    case MOp::arguments:
      return;
    case MOp::jump:
      return jump_block(function_->lir.succs[function_->lir.blocks[block_].first_succ].to);
    case MOp::unwind:
      return unwind(m);
    case MOp::landing:
      return lea(rsp, ptr[rbp - static_cast<int>(frame_bytes_)]);
    case MOp::trap:
      call_stub(stubs_.trap(static_cast<TrapCode>(m.imm)));
      return site(m.origin);
    case MOp::move:
    case MOp::constant:
    case MOp::add:
    case MOp::add_scaled:
    case MOp::alu:
    case MOp::carry:
    case MOp::neg:
    case MOp::times:
    case MOp::shift_imm:
    case MOp::shift_var:
    case MOp::shift_bmi:
    case MOp::rotate:
    case MOp::divide:
    case MOp::bits:
    case MOp::extend:
    case MOp::wide_mul:
    case MOp::wide_add:
      return integer(m);
    case MOp::set:
      return set(m);
    case MOp::select:
      return select(m);
    case MOp::float_select:
      return float_select(m);
    case MOp::branch:
      return branch(m);
    case MOp::trap_if:
      return trap_if(m);
    case MOp::switch_:
      return switch_(m);
    case MOp::atomic_exchange:
    case MOp::atomic_combine:
    case MOp::atomic_cmpxchg:
    case MOp::atomic_fence:
      return atomic(m);
    case MOp::vector_binary:
    case MOp::vector_fma:
    case MOp::vector_unary:
    case MOp::vector_shift:
    case MOp::vector_test:
    case MOp::vector_mask:
    case MOp::vector_extract:
    case MOp::vector_insert:
    case MOp::vector_load_lane:
    case MOp::vector_store_lane:
      return vector_instruction(m);
    case MOp::load_argument:
      return load_plain(0, rbp + 16 + static_cast<int>(m.imm), m.size, m.which != 0);
    case MOp::load_result:
      return load_result(m);
    case MOp::load:
      return load(m);
    case MOp::store:
      return store(m);
    case MOp::update:
      return update(m);
    case MOp::lea:
      return lea_scaled(m);
    case MOp::bounds_check:
      return bounds_check(m);
    case MOp::charge:
      return charge(m);
    case MOp::fuel_left:
      return mov(gp64(reg(0)), gp64(fuel_reg));
    case MOp::poll:
      return poll(m);
    case MOp::check_stack:
    case MOp::take_stack:
    case MOp::give_stack:
      return charge_stack(m);
    case MOp::call_local:
    case MOp::call_reference:
      return call_wasm(m);
    case MOp::call_helper:
      return helper(m);
    case MOp::tail_call_local:
    case MOp::tail_call_reference:
      return tail_call(m);
    case MOp::return_:
      return return_(m);
    default:
      return floating(m);
  }
}

}  // namespace wrun::inline v0::jit
