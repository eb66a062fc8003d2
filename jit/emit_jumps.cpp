// Jumps: where they lead, how long they are, and where in a line they may be.

#include "jit/emit.hpp"

namespace wrun::inline v0::jit {

namespace {

/// What CPUs decode and keep as one.
constexpr std::size_t line_bytes = 32;
constexpr std::size_t short_jump = 2;
constexpr std::size_t long_jump = 6;  // with a condition

constexpr std::uint32_t bytes_of_move = 5;

/// Of most instructions of that kind, about the most.
constexpr std::uint32_t guessed_bytes(MOp op) {
  switch (op) {
    case MOp::jump:
      return 2;
    case MOp::move:
    case MOp::constant:
    case MOp::add:
    case MOp::add_scaled:
    case MOp::alu:
    case MOp::neg:
    case MOp::times:
    case MOp::shift_imm:
    case MOp::shift_var:
    case MOp::shift_bmi:
    case MOp::rotate:
    case MOp::bits:
    case MOp::extend:
    case MOp::float_alu:
    case MOp::load:
    case MOp::load_argument:
    case MOp::load_result:
      return 5;
    case MOp::lea:
    case MOp::store:
    case MOp::update:
      return 7;
    case MOp::branch:
    case MOp::select:
    case MOp::set:
    case MOp::carry:
    case MOp::poll:
    case MOp::trap_if:
    case MOp::trap:
    case MOp::return_:
      return 11;
    case MOp::call_local:
      return 16;
    case MOp::charge:
    case MOp::check_stack:
    case MOp::take_stack:
    case MOp::give_stack:
    case MOp::bounds_check:
    case MOp::call_reference:
    case MOp::call_helper:
    case MOp::switch_:
      return 30;
    default:
      return 50;
  }
}

}  // namespace

/// Blocks that do nothing but jump are jumped over.
void CodeEmitter::find_targets() {
  const LFunction& lir = function_->lir;
  const auto count = static_cast<std::uint32_t>(lir.blocks.size());
  targets_.resize(count);
  std::vector<bool> has_moves(count, false);
  std::uint32_t b = 0;
  for (const Move& move : allocation_->moves) {
    while (lir.blocks[b].end <= move.at) ++b;
    has_moves[b] = true;
  }
  const auto only_jumps = [&](std::uint32_t i) {
    const LBlock& block = lir.blocks[i];
    return i != 0 && block.end - block.first == 1 && !has_moves[i] &&
           static_cast<MOp>(lir.insts[block.first].op) == MOp::jump;
  };
  // Mostly such a block's target comes later, so that chains shorten in one go. One that jumps back
  // to another such block stays: where that leads isn't known yet, perhaps back here.
  for (std::uint32_t i = count; i-- > 0;) {
    targets_[i] = i;
    if (!only_jumps(i)) continue;
    const std::uint32_t to = lir.succs[lir.blocks[i].first_succ].to;
    if (to > i) {
      targets_[i] = targets_[to];
    } else if (!only_jumps(to)) {
      targets_[i] = to;
    }
  }
  starts_.assign(count, 0);
}

/// Loops without calls: to be entered at an aligned address pays for them only.
void CodeEmitter::find_tight_loops() {
  const LFunction& lir = function_->lir;
  is_tight_.assign(lir.blocks.size(), false);
  std::vector<std::uint32_t> open;  // headers around the block at hand, no call seen so far
  for (std::uint32_t b = 0; b < lir.blocks.size(); ++b) {
    const LBlock& block = lir.blocks[b];
    if (block.is_cold) continue;
    const std::uint32_t depth = block.loop_depth + (block.is_loop_header ? 0 : 1);
    while (!open.empty() && lir.blocks[open.back()].loop_depth >= depth) open.pop_back();
    if (block.is_loop_header) {
      open.push_back(b);
      is_tight_[b] = true;
    }
    if (!block.has_call) continue;
    for (const std::uint32_t header : open) is_tight_[header] = false;
    open.clear();
  }
}

/// As long as it gets but seldom: jumps that look short are written short, and where one turns out
/// not to be, all is written again.
void CodeEmitter::guess_starts() {
  const LFunction& lir = function_->lir;
  guesses_.assign(lir.blocks.size() + 1, 0);
  std::uint32_t bytes = 0;
  std::size_t move = 0;
  for (std::uint32_t b = 0; b < lir.blocks.size(); ++b) {
    const LBlock& block = lir.blocks[b];
    guesses_[b] = bytes;
    if (targets_[b] != b) continue;
    if (is_tight_[b]) bytes += loop_alignment;
    for (std::uint32_t i = block.first; i < block.end; ++i)
      bytes += guessed_bytes(static_cast<MOp>(lir.insts[i].op));
    const std::size_t first_move = move;
    while (move < allocation_->moves.size() && allocation_->moves[move].at < block.end) ++move;
    bytes += bytes_of_move * static_cast<std::uint32_t>(move - first_move);
  }
  guesses_[lir.blocks.size()] = bytes;
}

/// Has a jump that comes next, and what it is one with, neither cross the end of a line nor touch
/// it: Intel's CPUs from Skylake to Cascade Lake decode such jumps anew each time (their erratum
/// SKX102).
void CodeEmitter::keep_in_line(std::size_t jump_bytes) {
  const bool is_fused = fused_.end == getSize() && fused_.end - fused_.start <= longest;
  const std::size_t start = is_fused ? fused_.start : getSize();
  const std::size_t bytes = getSize() - start + jump_bytes;
  const std::size_t room = line_bytes - start % line_bytes;
  if (bytes < room) return;
  make_way(start, room);
}

void CodeEmitter::jump_block(std::uint32_t b) {
  if (targets_[b] == b && b == block_ + 1) return;
  // What lies between only jumps, and has no code.
  std::uint32_t next = block_ + 1;
  while (next < targets_.size() && targets_[next] != next) ++next;
  if (targets_[b] == next) return;
  jump_to(targets_[b], 0xeb, 0xe9);
}

void CodeEmitter::jump_if(Cond cond, std::uint32_t b) {
  const auto code = static_cast<std::uint8_t>(cond);
  jump_to(targets_[b], static_cast<std::uint8_t>(0x70 | code),
          static_cast<std::uint8_t>(0x80 | code));
}

/// In two bytes where that reaches. The long form of what has a condition begins with 0x0f.
void CodeEmitter::jump_to(std::uint32_t b, std::uint8_t short_code, std::uint8_t long_code) {
  if (is_near(b) || reaches_back(b)) keep_in_line(short_jump);
  const bool is_back = reaches_back(b);
  const bool is_short = is_back || is_near(b);
  // Also what no longer reaches, because it had to make way.
  if (!is_short) keep_in_line(long_jump);
  if (is_back) return with_bytes(0, short_code, 0x100 - (getSize() + short_jump - starts_[b]));
  if (is_short) {
    with_bytes(1, short_code);
  } else if (long_code == 0xe9) {
    with_bytes(4, long_code);
  } else {
    with_bytes(4, 0x0f, long_code);
  }
  fixups_.push_back({getSize() - (is_short ? 1 : 4), b, is_short});
}

/// Whether a jump forward probably reaches a block with a distance of one byte.
bool CodeEmitter::is_near(std::uint32_t b) const {
  constexpr std::uint32_t furthest = 110;  // and what follows in this block
  return guesses_well_ && b > block_ && guesses_[b] - guesses_[block_ + 1] <= furthest &&
         !function_->lir.blocks[b].is_loop_header;
}

/// Whether a block is written already and near enough for a jump of two bytes.
bool CodeEmitter::reaches_back(std::uint32_t b) const {
  constexpr std::size_t furthest = 128;
  return b <= block_ && getSize() + short_jump - starts_[b] <= furthest;
}

std::size_t CodeEmitter::jump_if_rare(Cond cond) {
  keep_in_line(long_jump);
  with_bytes(4, 0x0f, 0x80 | static_cast<unsigned>(cond));
  return getSize() - 4;
}

/// Whether all targets are as near as they were taken to be.
bool CodeEmitter::fix_jumps() {
  constexpr std::size_t furthest = 127;
  for (const Fixup& fixup : fixups_) {
    const std::size_t target = starts_[fixup.block];
    if (!fixup.is_near) {
      patch(fixup.at, target);
      continue;
    }
    const std::size_t distance = target - (fixup.at + 1);
    if (distance > furthest) return false;
    rewrite(fixup.at, distance, 1);
  }
  return true;
}

void CodeEmitter::patch(std::size_t at, std::size_t target) {
  const auto distance = static_cast<std::uint32_t>(target - (at + 4));
  rewrite(at, distance, 4);
}

}  // namespace wrun::inline v0::jit
