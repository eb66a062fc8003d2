#!/usr/bin/env python3
"""Disassembles the vector handlers and fails on one that works lane by lane.

vectors.py OBJECT... reads the object files that hold the handlers for x86-64-v2. A handler works
lane by lane if it branches backwards, calls a function, or has more than MOST instructions that
move or compute a single lane. Also fails on a symbol that other object files could take for their
own: code for x86-64-v2 must have names of its own. Exit code 77: skipped, the output says why.
"""

import re
import shutil
import subprocess
import sys

MOST = 2
NAMESPACE = "isa_v2"
# At least these are looked at, in each of their forms; so are all others that are there.
NAMED = """
    i8x16_add i8x16_add_sat_s i8x16_sub_sat_u i8x16_min_u i8x16_avgr_u i8x16_popcnt i8x16_swizzle
    i8x16_shuffle i8x16_shl i8x16_shr_s i8x16_bitmask i8x16_all_true i8x16_narrow_i16x8_u
    i8x16_splat i8x16_replace_lane i16x8_mul i16x8_q15mulr_sat_s i16x8_extmul_high_i8x16_u
    i16x8_extadd_pairwise_i8x16_s i16x8_extend_low_i8x16_s i32x4_mul i32x4_max_u i32x4_dot_i16x8_s
    i32x4_trunc_sat_f32x4_u i32x4_trunc_sat_f64x2_s_zero i64x2_gt_s i64x2_abs i64x2_shr_s
    f32x4_min f32x4_nearest f32x4_sqrt f32x4_convert_i32x4_u f32x4_demote_f64x2_zero f64x2_mul
    f64x2_floor f64x2_pmax v128_bitselect v128_any_true f32x4_relaxed_madd
    i32x4_relaxed_dot_i8x16_i7x16_add_s
""".split()

ONE_LANE = re.compile(
    r"v?(pinsr[bwdq]|pextr[bwdq]|extractps|insertps"
    r"|(add|sub|mul|div|sqrt|min|max|round|cmp\w*|cvt\w*)s[sd](2\w+)?|cvtt?s[sdi]2\w+)$")
BYTE_MOVE = re.compile(r"mov(b|[zs]b\w)?$")
BYTE_OPERAND = re.compile(r"%([abcd]l|[sd]il|r\d+b)\b")
FUNCTION = re.compile(r"^[0-9a-f]+ <(.*)>:$")
INSTRUCTION = re.compile(r"^\s+([0-9a-f]+):\t(\S+)\s*(.*)$")
HANDLER = re.compile(r"interp::handler<.*?::\w+(?:Integers|Floats|Lanes|Numerics)::(\w+)\b")


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def functions(listing):
    """(name, [(address, mnemonic, operands)]) of each function."""
    name, code = None, []
    for line in listing.splitlines():
        if match := FUNCTION.match(line):
            if name:
                yield name, code
            name, code = match[1], []
        elif name and (match := INSTRUCTION.match(line)):
            code.append((int(match[1], 16), match[2], match[3]))
    if name:
        yield name, code


def moves_byte(mnemonic, operands):
    return bool(BYTE_MOVE.match(mnemonic)) and (
        mnemonic in ("movb", "movzbl", "movsbl") or bool(BYTE_OPERAND.search(operands)))


def complaint(code):
    """What is wrong with a handler, or None."""
    lanes = 0
    for address, mnemonic, operands in code:
        target = re.match(r"([0-9a-f]+) <", operands)
        if mnemonic.startswith("j") and target and int(target[1], 16) <= address:
            return f"branches backwards at 0x{address:x}"
        if mnemonic.startswith("call"):
            return f"calls {operands}"
        lanes += bool(ONE_LANE.match(mnemonic)) or moves_byte(mnemonic, operands)
    return f"has {lanes} instructions on single lanes" if lanes > MOST else None


def check_handlers(listing):
    seen, wrong = set(), []
    for name, code in functions(listing):
        if not (match := HANDLER.search(name)):
            continue
        seen.add(match[1])
        if why := complaint(code):
            wrong.append(f"{name.split('>(')[0]}> {why}")
    wrong += [f"there is no handler of {op}" for op in NAMED if op not in seen]
    return seen, wrong


def check_symbols(listing):
    """Code that the linker could use elsewhere must not be there under a shared name."""
    for line in listing.splitlines():
        kind, _, name = line.partition(" ")[2].partition(" ")
        if kind in "TWVuBDR" and NAMESPACE not in name:
            yield f"{name} isn't of {NAMESPACE}, so that it may end up in code for any CPU"


def main(objects):
    if not objects:
        print("skipped: this build has no vector handlers of its own for x86-64-v2 "
              "(not x86-64, not optimized, sanitized, or all of it is for x86-64-v2)")
        return 77
    if not shutil.which("objdump") or not shutil.which("nm"):
        print("skipped: there is no objdump or no nm")
        return 77
    seen, wrong = check_handlers(run("objdump", "-dC", "--no-show-raw-insn", *objects))
    wrong += check_symbols(run("nm", "-C", "--defined-only", *objects))
    print("\n".join(wrong) or f"handlers of {len(seen)} instructions work on whole vectors")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
