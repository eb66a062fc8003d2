"""Random valid modules as text: functions over all number types whose results other engines agree on.

Code is generated for the stack machine, not as trees: operands wait on the stack while locals that
they were read from change, blocks take parameters, branches carry values over operands that stay
below. Exceptions are thrown, and some caught. Every function is total up to traps: loops and calls
share a budget that ends in `unreachable`. NaNs are made canonical wherever their bits could be
seen.
"""

import random

import vectors

TYPES = ("i32", "i64", "f32", "f64", "v128")
NUMBERS = TYPES[:4]
MEMORY_MASK = 0xfff0
BUDGET = 3000

UNARY = {
    "i32": [("i32", op) for op in ("clz", "ctz", "popcnt", "eqz", "extend8_s", "extend16_s")]
    + [("i64", "wrap_i64"), ("i64", "eqz64"), ("f32", "trunc_sat_f32_s"), ("f32", "trunc_sat_f32_u"),
       ("f64", "trunc_sat_f64_s"), ("f64", "trunc_sat_f64_u"), ("f32", "trunc_f32_s"),
       ("f64", "trunc_f64_u")],
    "i64": [("i64", op) for op in ("clz", "ctz", "popcnt", "extend8_s", "extend16_s", "extend32_s")]
    + [("i32", "extend_i32_s"), ("i32", "extend_i32_u"), ("f32", "trunc_sat_f32_s"),
       ("f32", "trunc_sat_f32_u"), ("f64", "trunc_sat_f64_s"), ("f64", "trunc_sat_f64_u")],
    "f32": [("f32", op) for op in ("abs", "neg", "ceil", "floor", "trunc", "nearest", "sqrt")]
    + [("i32", "convert_i32_s"), ("i32", "convert_i32_u"), ("i64", "convert_i64_s"),
       ("i64", "convert_i64_u"), ("f64", "demote_f64"), ("i32", "reinterpret_i32")],
    "f64": [("f64", op) for op in ("abs", "neg", "ceil", "floor", "trunc", "nearest", "sqrt")]
    + [("i32", "convert_i32_s"), ("i32", "convert_i32_u"), ("i64", "convert_i64_s"),
       ("i64", "convert_i64_u"), ("f32", "promote_f32"), ("i64", "reinterpret_i64")],
}
INTEGER_BINARY = ("add sub mul and or xor shl shr_s shr_u rotl rotr add sub add "
                  "div_s div_u rem_s rem_u").split()
FLOAT_BINARY = "add sub mul div min max".split()
INTEGER_COMPARE = "eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u".split()
FLOAT_COMPARE = "eq ne lt gt le ge".split()
LOADS = {
    "i32": "load load8_s load8_u load16_s load16_u".split(),
    "i64": "load load8_s load8_u load16_s load16_u load32_s load32_u".split(),
    "f32": ["load"],
    "f64": ["load"],
}
STORES = {"i32": "store store8 store16".split(), "i64": "store store8 store16 store32".split(),
          "f32": ["store"], "f64": ["store"]}
INTEGERS = [0, 1, 2, 3, 7, 8, 31, 32, 63, 64, 255, -1, -2, -128, 0x7fff, 0x8000, 0x7fffffff,
            -0x80000000, 0x12345678]
WIDE = INTEGERS + [0x7fffffffffffffff, -0x8000000000000000, 0x123456789abcdef, 1 << 32, 1 << 31]
FLOATS = "0 -0 1 -1 0.5 1.5 -2.25 3e9 -3e9 1e19 1e300 inf -inf nan".split()
FLOATS_32 = [text for text in FLOATS if text != "1e300"]


class Signature:
    def __init__(self, params, results):
        self.params = params
        self.results = results

    def text(self):
        out = ""
        if self.params:
            out += " (param " + " ".join(self.params) + ")"
        if self.results:
            out += " (result " + " ".join(self.results) + ")"
        return out


class Label:
    """A block as a branch target: what a branch to it carries, and whether it goes backwards, or
    is the handler of a try, which a rethrow may name."""

    def __init__(self, types, is_loop=False):
        self.types = types
        self.is_loop = is_loop
        self.is_handler = False


class Body(vectors.VectorCode):
    """One function's code."""

    def __init__(self, rng, index, signatures):
        self.rng = rng
        self.index = index
        self.signatures = signatures
        self.signature = signatures[index]
        self.locals = list(self.signature.params) + [rng.choice(TYPES)
                                                     for _ in range(rng.randrange(8))]
        self.out = []
        self.size = rng.choice((10, 30, 60, 120))
        self.labels = []

    def emit(self, text):
        self.out.append(text)

    def text(self):
        self.labels = [Label(self.signature.results)]
        self.emit("(call $spend)")
        self.sequence([], self.signature.results, 0)
        extra = self.locals[len(self.signature.params):]
        head = f"(func $f{self.index} (type $t{self.index})"
        if extra:
            head += " (local " + " ".join(extra) + ")"
        return head + "\n  " + "\n  ".join(self.out) + ")"

    # Values

    def constant(self, kind):
        if kind == "v128":
            return self.vector_constant(INTEGERS, WIDE)
        if kind == "i32":
            value = self.rng.choice(INTEGERS)
        elif kind == "i64":
            value = self.rng.choice(WIDE)
        else:
            value = self.rng.choice(FLOATS_32 if kind == "f32" else FLOATS)
        self.emit(f"{kind}.const {value}")

    def push(self, kind, depth=0):
        """Pushes a value of this type."""
        roll = self.rng.random()
        self.size -= 1
        if depth > 4 or self.size < 0 or roll < 0.3:
            known = [i for i, t in enumerate(self.locals) if t == kind]
            if known and self.rng.random() < 0.65:
                self.emit(f"local.get {self.rng.choice(known)}")
            else:
                self.constant(kind)
        elif roll < 0.55:
            self.binary(kind, depth)
        elif roll < 0.67 and kind == "v128":
            self.vector_unary(depth)
        elif roll < 0.58:
            self.from_vector(kind, depth)
        elif roll < 0.67:
            source, op = self.rng.choice(UNARY[kind])
            self.push(source, depth + 1)
            if op.startswith("reinterpret") or op == "eqz64":
                self.emit("i64.eqz" if op == "eqz64" else f"{kind}.{op}")
            else:
                self.emit(f"{kind}.{op}")
        elif roll < 0.77 and kind == "v128":
            self.vector_load(depth)
        elif roll < 0.77:
            self.address(depth)
            self.emit(f"{kind}.{self.rng.choice(LOADS[kind])} {self.offset()}")
        elif roll < 0.82:
            self.push(kind, depth + 1)
            self.push(kind, depth + 1)
            self.condition(depth)
            self.emit("select")
        elif roll < 0.87:
            known = [i for i, t in enumerate(self.locals) if t == kind]
            self.push(kind, depth + 1)
            if known:
                self.emit(f"local.tee {self.rng.choice(known)}")
        elif roll < 0.90:
            self.emit(f"global.get ${kind}")
        elif roll < 0.96:
            self.block([], [kind], depth)
        elif kind == "i32":
            self.push_odd(depth)
        else:
            self.call(kind, depth)

    def push_odd(self, depth):
        """An i32 that no accumulator has."""
        choice = self.rng.randrange(4)
        if choice == 0:
            self.emit("memory.size")
        elif choice == 1:
            self.push("i32", depth + 1)
            self.emit("i32.const 1 i32.and memory.grow")
        elif choice == 2:
            self.push("i32", depth + 1)
            self.emit("i32.const 7 i32.and table.get 0 ref.is_null")
        else:
            self.call("i32", depth)

    def binary(self, kind, depth):
        if kind == "v128":
            return self.vector_binary(depth)
        if kind == "i32" and self.rng.random() < 0.35:
            operand = self.rng.choice(NUMBERS)
            self.push(operand, depth + 1)
            self.push(operand, depth + 1)
            ops = INTEGER_COMPARE if operand[0] == "i" else FLOAT_COMPARE
            return self.emit(f"{operand}.{self.rng.choice(ops)}")
        self.push(kind, depth + 1)
        self.push(kind, depth + 1)
        self.emit(f"{kind}.{self.rng.choice(INTEGER_BINARY if kind[0] == 'i' else FLOAT_BINARY)}")

    def condition(self, depth):
        self.push("i32", depth + 1)
        if self.rng.random() < 0.3:
            self.emit("i32.const 1 i32.and")

    def address(self, depth):
        if self.rng.random() < 0.5:
            self.push("i32", depth + 2)
            self.emit(f"i32.const {MEMORY_MASK} i32.and")
        elif self.rng.random() < 0.7:
            self.emit(f"i32.const {self.rng.randrange(0, 400)}")
        else:
            self.push("i32", depth + 2)
            self.emit("i32.const 255 i32.and")
            self.push("i32", depth + 2) if self.rng.random() < 0.1 else self.emit("memory.size")
            self.emit("i32.add")

    def offset(self):
        return f"offset={self.rng.choice((0, 0, 0, 1, 4, 8, 100, 65536))}"

    def call(self, kind, depth):
        """Pushes a call's results, then drops all but one of this type."""
        callees = [i for i in range(self.index) if kind in self.signatures[i].results]
        if not callees:
            return self.constant(kind)
        callee = self.rng.choice(callees[-8:])
        signature = self.signatures[callee]
        for param in signature.params:
            self.push(param, depth + 1)
        if self.rng.random() < 0.3:
            self.push("i32", depth + 1)
            self.emit("i32.const 7 i32.and")
            self.emit(f"call_indirect (type $t{callee})")
        else:
            self.emit(f"call $f{callee}")
        results = list(signature.results)
        while results[-1] != kind:
            self.discard(results.pop())
        if len(results) > 1:
            keep = [i for i, t in enumerate(self.locals) if t == kind]
            if not keep:
                self.emit(f"global.set ${kind}")
            else:
                local = self.rng.choice(keep)
                self.emit(f"local.set {local}")
            results.pop()
            while results:
                self.discard(results.pop())
            self.emit(f"local.get {local}" if keep else f"global.get ${kind}")

    def discard(self, kind):
        known = [i for i, t in enumerate(self.locals) if t == kind]
        if known and self.rng.random() < 0.5:
            self.emit(f"local.set {self.rng.choice(known)}")
        else:
            self.emit("drop")

    # Statements

    def sequence(self, stack, results, depth):
        """From `stack` to exactly `results`; both are what the block may touch."""
        stack = list(stack)
        for _ in range(self.rng.randrange(1, 6)):
            self.size -= 1
            if self.size < 0:
                break
            self.step(stack, depth)
        if self.labels and self.rng.random() < 0.2:
            return self.leave(stack, depth)
        if stack[:len(results)] != list(results) or self.rng.random() < 0.2:
            if self.rng.random() < 0.3:  # carries the results over what is left
                for kind in results:
                    self.push(kind, depth + 1)
                if self.labels[-1].is_loop:
                    return self.settle(stack + list(results), results)
                return self.emit("br 0")
            while stack:
                self.discard(stack.pop())
        while len(stack) > len(results):
            self.discard(stack.pop())
        for kind in results[len(stack):]:
            self.push(kind, depth + 1)

    def settle(self, stack, results):
        """Moves the results down by way of a block."""
        keep = []
        for kind in reversed(results):
            self.emit(f"global.set ${kind}")
            keep.append(kind)
            stack.pop()
        while stack:
            self.discard(stack.pop())
        for kind in reversed(keep):
            self.emit(f"global.get ${kind}")

    def step(self, stack, depth):
        """One statement; operands may stay on the stack."""
        roll = self.rng.random()
        if roll < 0.22:
            kind = self.rng.choice(TYPES)
            self.push(kind, depth)
            stack.append(kind)
        elif roll < 0.42 and stack:
            self.discard(stack.pop())
        elif roll < 0.52 and self.locals:
            local = self.rng.randrange(len(self.locals))
            self.push(self.locals[local], depth)
            self.emit(f"local.set {local}")
        elif roll < 0.66:
            self.store(depth)
        elif roll < 0.70:
            kind = self.rng.choice(TYPES)
            self.push(kind, depth)
            self.emit(f"global.set ${kind}")
        elif roll < 0.80:
            self.branch_if(stack, depth)
        elif roll < 0.95:
            count = self.rng.randrange(min(3, len(stack)) + 1)
            params = stack[len(stack) - count:]
            del stack[len(stack) - count:]
            results = [self.rng.choice(TYPES) for _ in range(self.rng.randrange(3))]
            self.block(params, results, depth)
            stack.extend(results)
        elif roll < 0.96:
            self.bulk(depth)
        elif roll < 0.985:
            self.condition(depth)
            self.emit("if")
            self.labels.append(Label([]))
            self.throw(depth)
            self.labels.pop()
            self.emit("end")
        elif len(stack) >= 2 and stack[-1] == stack[-2]:
            kind = stack.pop()
            shape = "i32x4" if kind == "v128" else kind
            self.emit(f"{shape}.{self.rng.choice('add sub mul'.split())}")

    def store(self, depth):
        kind = self.rng.choice(TYPES)
        self.address(depth)
        if kind == "v128":
            return self.vector_store(depth)
        if self.rng.random() < 0.4:
            self.constant(kind)
        else:
            self.push(kind, depth + 1)
            if kind[0] == "f":
                self.emit(f"call $canonical_{kind}")
        self.emit(f"{kind}.{self.rng.choice(STORES[kind])} {self.offset()}")

    def bulk(self, depth):
        self.push("i32", depth + 1)
        self.emit("i32.const 511 i32.and")
        self.push("i32", depth + 1)
        fill = self.rng.random() < 0.5
        self.emit("" if fill else "i32.const 511 i32.and")
        self.push("i32", depth + 1)
        self.emit("i32.const 63 i32.and")
        self.emit("memory.fill" if fill else "memory.copy")

    def branch_if(self, stack, depth):
        """br_if whose values are on the stack already, or are pushed and then dropped."""
        at = self.rng.randrange(len(self.labels))
        label = self.labels[-1 - at]
        count = len(label.types)
        if label.is_loop:
            self.emit("(call $spend)")
        present = count <= len(stack) and stack[len(stack) - count:] == list(label.types)
        if not present:
            for kind in label.types:
                self.push(kind, depth + 1)
        self.condition(depth)
        self.emit(f"br_if {at}")
        if not present:
            for kind in reversed(label.types):
                self.discard(kind)

    def leave(self, stack, depth):
        """Ends the path: by a branch, a table of them, a return, a tail call or a trap."""
        roll = self.rng.random()
        at = self.rng.randrange(len(self.labels))
        types = list(self.labels[-1 - at].types)
        if roll < 0.4:
            self.emit("(call $spend)")
            for kind in types:
                self.push(kind, depth + 1)
            self.emit(f"br {at}")
        elif roll < 0.7:
            same = [i for i in range(len(self.labels)) if list(self.labels[-1 - i].types) == types]
            self.emit("(call $spend)")
            for kind in types:
                self.push(kind, depth + 1)
            self.push("i32", depth + 1)
            if self.rng.random() < 0.5:
                self.emit("i32.const 3 i32.and")
            targets = [self.rng.choice(same) for _ in range(self.rng.randrange(1, 6))]
            self.emit("br_table " + " ".join(map(str, targets)))
        elif roll < 0.80:
            for kind in self.signature.results:
                self.push(kind, depth + 1)
            self.emit("return")
        elif roll < 0.90:
            self.tail_call(depth)
        else:
            self.throw(depth)
        if self.rng.random() < 0.3:
            self.emit(self.rng.choice(("drop", "i32.add drop", "block br 0 end", "f64.sqrt drop",
                                       "(if (then) (else br 0))", "br 0")))

    def tail_call(self, depth):
        callees = [i for i in range(self.index)
                   if self.signatures[i].results == self.signature.results]
        if not callees:
            return self.emit("unreachable")
        callee = self.rng.choice(callees)
        for kind in self.signatures[callee].params:
            self.push(kind, depth + 1)
        if self.rng.random() < 0.3:
            self.push("i32", depth + 1)
            self.emit(f"i32.const 7 i32.and return_call_indirect (type $t{callee})")
        else:
            self.emit(f"return_call $f{callee}")

    def block(self, params, results, depth):
        """A block, loop or if; its parameters are on the stack."""
        signature = Signature(params, results).text()
        kind = self.rng.choice(("block", "block", "loop", "if", "if", "try"))
        if depth > 6:
            kind = "block"
        if kind == "try":
            return self.try_(signature, params, results, depth)
        if kind == "if":
            self.condition(depth)
        self.emit(kind + signature)
        self.labels.append(Label(params if kind == "loop" else results, kind == "loop"))
        if kind == "loop":
            self.emit("(call $spend)")
        self.sequence(params, results, depth + 1)
        if kind == "if" and (params != results or self.rng.random() < 0.7):
            self.emit("else")
            self.sequence(params, results, depth + 1)
        self.labels.pop()
        self.emit("end")


    def try_(self, signature, params, results, depth):
        """A try of the older kind, which Node.js has without a flag."""
        self.emit("try" + signature)
        label = Label(results)
        self.labels.append(label)
        self.sequence(params, results, depth + 1)
        if self.rng.random() < 0.2:
            self.labels.pop()
            return self.emit(f"delegate {self.rng.randrange(len(self.labels))}")
        label.is_handler = True
        for tag in self.rng.sample(sorted(TAGS), self.rng.randrange(3)):
            self.emit(f"catch ${tag}")
            self.sequence(TAGS[tag], results, depth + 1)
        if self.rng.random() < 0.4:
            self.emit("catch_all")
            self.sequence([], results, depth + 1)
        self.labels.pop()
        self.emit("end")

    def throw(self, depth):
        handlers = [i for i, label in enumerate(reversed(self.labels)) if label.is_handler]
        if handlers and self.rng.random() < 0.5:
            return self.emit(f"rethrow {self.rng.choice(handlers)}")
        tag = self.rng.choice(sorted(TAGS))
        for kind in TAGS[tag]:
            self.push(kind, depth + 1)
        self.emit(f"throw ${tag}")


TAGS = {"e0": [], "e1": ["i32"], "e2": ["f64", "i64", "i32"], "e3": ["i64"]}

FIXED = "".join(f"(tag ${tag} (param {' '.join(types)}))\n" for tag, types in TAGS.items()) + f"""
(memory 1 3)
(table 8 funcref)
(global $budget (mut i32) (i32.const 0))
(global $i32 (mut i32) (i32.const 1))
(global $i64 (mut i64) (i64.const 2))
(global $f32 (mut f32) (f32.const 3))
(global $f64 (mut f64) (f64.const 4))
(func $spend
  (if (i32.eqz (global.get $budget)) (then unreachable))
  (global.set $budget (i32.sub (global.get $budget) (i32.const 1))))
(func $canonical_f32 (param f32) (result f32)
  (select (local.get 0) (f32.const nan) (f32.eq (local.get 0) (local.get 0))))
(func $canonical_f64 (param f64) (result f64)
  (select (local.get 0) (f64.const nan) (f64.eq (local.get 0) (local.get 0))))
(func $mix (param i64 i64) (result i64)
  (i64.mul (i64.xor (i64.rotl (local.get 0) (i64.const 5)) (local.get 1))
           (i64.const 0x517cc1b727220a95))){vectors.FUNCTIONS}"""

TO_BITS = {
    "i32": "i64.extend_i32_u",
    "i64": "",
    "f32": "call $canonical_f32 i32.reinterpret_f32 i64.extend_i32_u",
    "f64": "call $canonical_f64 i64.reinterpret_f64",
    "v128": "call $fold_v128",
}


def passed(signature):
    """The parameters of the export, where two i64 stand for a vector, which Node.js can't pass."""
    return " ".join("i64 i64" if kind == "v128" else kind for kind in signature.params).split()


def entry(index, signature):
    """An export that calls a function and gives one number that depends on all its results."""
    params = " ".join(f"(param {kind})" for kind in passed(signature))
    args, at = [], 0
    for kind in signature.params:
        args.append(f"local.get {at}")
        at += 1
        if kind == "v128":
            args.append(f"local.get {at} call $unfold_v128")
            at += 1
    args = " ".join(args)
    lines = [f'(func (export "f{index}") {params} (result i64) (local $sum i64)',
             f"  (global.set $budget (i32.const {BUDGET})) {args} call $f{index}"]
    for kind in reversed(signature.results):
        lines.append(f"  {TO_BITS[kind]} local.get $sum call $mix local.set $sum")
    for kind in TYPES:
        lines.append(f"  global.get ${kind} {TO_BITS[kind]} local.get $sum call $mix"
                     " local.set $sum")
    lines.append("  local.get $sum)")
    return "\n".join(lines)


def argument(rng, kind):
    if kind == "i32":
        return rng.choice(INTEGERS)
    if kind == "i64":
        return rng.choice(WIDE)
    return rng.choice([text for text in (FLOATS_32 if kind == "f32" else FLOATS) if text != "nan"])


def generate(seed, functions):
    """The module's text, and the calls to make: (export, [(type, literal), ...])."""
    rng = random.Random(seed)

    def some(most):
        return [rng.choice(TYPES) for _ in range(rng.randrange(most + 1))]

    signatures = [Signature(some(4), some(2) or [rng.choice(TYPES)]) for _ in range(functions)]
    parts = [f"(type $t{i} (func{s.text()}))" for i, s in enumerate(signatures)]
    parts.append(FIXED)
    elements = " ".join(f"$f{rng.randrange(functions)}" for _ in range(6))
    parts.append(f"(elem (i32.const 0) {elements})")
    calls = []
    for i, signature in enumerate(signatures):
        parts.append(Body(rng, i, signatures).text())
        parts.append(entry(i, signature))
        for _ in range(3):
            calls.append((f"f{i}", [(kind, str(argument(rng, kind))) for kind in passed(signature)]))
    return "(module\n" + "\n".join(parts) + ")\n", calls
