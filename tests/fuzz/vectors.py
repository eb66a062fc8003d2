"""Vector instructions for generate.py. What can make a NaN is followed by a call that makes it
canonical, since any instruction on integers sees its bits. Relaxed instructions aren't generated:
engines may differ on them.
"""

LANES = {"i8x16": 16, "i16x8": 8, "i32x4": 4, "i64x2": 2, "f32x4": 4, "f64x2": 2}
SCALAR = {"i8x16": "i32", "i16x8": "i32", "i32x4": "i32", "i64x2": "i64", "f32x4": "f32",
          "f64x2": "f64"}
SMALL = ("i8x16", "i16x8")


def integer_binary():
    for shape in ("i8x16", "i16x8", "i32x4", "i64x2"):
        signs = ("s",) if shape == "i64x2" else ("s", "u")
        ops = ["add", "sub", "eq", "ne"]
        ops += [f"{op}_{sign}" for op in ("lt", "gt", "le", "ge") for sign in signs]
        ops += ["mul"] if shape != "i8x16" else []
        if shape != "i64x2":
            ops += [f"{op}_{sign}" for op in ("min", "max") for sign in "su"]
        if shape in SMALL:
            ops += [f"{op}_sat_{sign}" for op in ("add", "sub") for sign in "su"] + ["avgr_u"]
        yield from (f"{shape}.{op}" for op in ops)
    for narrow, wide in (("i8x16", "i16x8"), ("i16x8", "i32x4"), ("i32x4", "i64x2")):
        yield from (f"{wide}.extmul_{half}_{narrow}_{sign}" for half in ("low", "high")
                    for sign in "su")
    for narrow, wide in (("i8x16", "i16x8"), ("i16x8", "i32x4")):
        yield from (f"{narrow}.narrow_{wide}_{sign}" for sign in "su")
    yield from ("i8x16.swizzle", "i16x8.q15mulr_sat_s", "i32x4.dot_i16x8_s", "v128.and",
                "v128.andnot", "v128.or", "v128.xor")


def integer_unary():
    for shape in ("i8x16", "i16x8", "i32x4", "i64x2"):
        yield from (f"{shape}.abs", f"{shape}.neg")
    for narrow, wide in (("i8x16", "i16x8"), ("i16x8", "i32x4"), ("i32x4", "i64x2")):
        yield from (f"{wide}.extend_{half}_{narrow}_{sign}" for half in ("low", "high")
                    for sign in "su")
    for narrow, wide in (("i8x16", "i16x8"), ("i16x8", "i32x4")):
        yield from (f"{wide}.extadd_pairwise_{narrow}_{sign}" for sign in "su")
    yield from ("i8x16.popcnt", "v128.not")
    for sign in "su":
        yield from (f"i32x4.trunc_sat_f32x4_{sign}", f"i32x4.trunc_sat_f64x2_{sign}_zero",
                    f"f32x4.convert_i32x4_{sign}", f"f64x2.convert_low_i32x4_{sign}")
    for shape in ("f32x4", "f64x2"):
        yield from (f"{shape}.abs", f"{shape}.neg")


FLOAT_SHAPES = ("f32x4", "f64x2")
INTEGER_BINARY = list(integer_binary()) + [
    f"{shape}.{op}" for shape in FLOAT_SHAPES for op in "eq ne lt gt le ge pmin pmax".split()]
INTEGER_UNARY = list(integer_unary())
FLOAT_BINARY = [f"{shape}.{op}" for shape in FLOAT_SHAPES
                for op in "add sub mul div min max".split()]
FLOAT_UNARY = [f"{shape}.{op}" for shape in FLOAT_SHAPES
               for op in "ceil floor trunc nearest sqrt".split()]
FLOAT_UNARY += ["f32x4.demote_f64x2_zero", "f64x2.promote_low_f32x4"]
LOADS = ("load load load8x8_s load8x8_u load16x4_s load16x4_u load32x2_s load32x2_u load8_splat "
         "load16_splat load32_splat load64_splat load32_zero load64_zero").split()
TO_I32 = [f"{shape}.{op}" for shape in ("i8x16", "i16x8", "i32x4", "i64x2")
          for op in ("all_true", "bitmask")] + ["v128.any_true"]


class VectorCode:
    """Pushes of vectors and of what is made of them; for a class that has rng, emit() and push()."""

    def lane(self, shape):
        return self.rng.randrange(LANES[shape])

    def vector_constant(self, integers, wide):
        if self.rng.random() < 0.5:
            text = "i64x2 " + " ".join(str(self.rng.choice(wide)) for _ in range(2))
        else:
            text = "i32x4 " + " ".join(str(self.rng.choice(integers)) for _ in range(4))
        self.emit(f"v128.const {text}")

    def canonical(self, op):
        self.emit(f"call $canonical_{op.split('.')[0]}")

    def vector_unary(self, depth):
        roll = self.rng.random()
        if roll < 0.25:
            shape = self.rng.choice(list(LANES))
            self.push_scalar(shape, depth)
            self.emit(f"{shape}.splat")
        elif roll < 0.5:
            shape = self.rng.choice(("i8x16", "i16x8", "i32x4", "i64x2"))
            self.push("v128", depth + 1)
            if self.rng.random() < 0.5:
                self.emit(f"i32.const {self.rng.randrange(-3, 70)}")
            else:
                self.push("i32", depth + 1)
            self.emit(f"{shape}.{self.rng.choice(('shl', 'shr_s', 'shr_u'))}")
        else:
            self.push("v128", depth + 1)
            if roll < 0.75:
                return self.emit(self.rng.choice(INTEGER_UNARY))
            op = self.rng.choice(FLOAT_UNARY)
            self.emit(op)
            self.canonical(op)

    def push_scalar(self, shape, depth):
        """A lane's value whose bits engines agree on."""
        kind = SCALAR[shape]
        self.push(kind, depth + 1)
        if kind[0] == "f":
            self.emit(f"call $canonical_{kind}")

    def vector_binary(self, depth):
        self.push("v128", depth + 1)
        roll = self.rng.random()
        if roll < 0.15:
            shape = self.rng.choice(list(LANES))
            self.push_scalar(shape, depth)
            return self.emit(f"{shape}.replace_lane {self.lane(shape)}")
        self.push("v128", depth + 1)
        if roll < 0.3:
            lanes = " ".join(str(self.rng.randrange(32)) for _ in range(16))
            self.emit(f"i8x16.shuffle {lanes}")
        elif roll < 0.4:
            self.push("v128", depth + 1)
            self.emit("v128.bitselect")
        elif roll < 0.75:
            self.emit(self.rng.choice(INTEGER_BINARY))
        else:
            op = self.rng.choice(FLOAT_BINARY)
            self.emit(op)
            self.canonical(op)

    def vector_load(self, depth):
        self.address(depth)
        if self.rng.random() < 0.7:
            return self.emit(f"v128.{self.rng.choice(LOADS)} {self.offset()}")
        shape = self.rng.choice(("i8x16", "i16x8", "i32x4", "i64x2"))
        self.push("v128", depth + 1)
        self.emit(f"v128.load{128 // LANES[shape]}_lane {self.offset()} {self.lane(shape)}")

    def vector_store(self, depth):
        """The address is on the stack."""
        self.push("v128", depth + 1)
        if self.rng.random() < 0.6:
            return self.emit(f"v128.store {self.offset()}")
        shape = self.rng.choice(("i8x16", "i16x8", "i32x4", "i64x2"))
        self.emit(f"v128.store{128 // LANES[shape]}_lane {self.offset()} {self.lane(shape)}")

    def from_vector(self, kind, depth):
        """Pushes a number that is made of a vector."""
        self.push("v128", depth + 1)
        if kind == "i32" and self.rng.random() < 0.5:
            return self.emit(self.rng.choice(TO_I32))
        shape = self.rng.choice([shape for shape, scalar in SCALAR.items() if scalar == kind])
        sign = self.rng.choice(("_s", "_u")) if shape in SMALL else ""
        self.emit(f"{shape}.extract_lane{sign} {self.lane(shape)}")


FUNCTIONS = """
(global $v128 (mut v128) (v128.const i32x4 1 2 3 4))
(func $canonical_f32x4 (param v128) (result v128)
  (v128.bitselect (local.get 0) (f32x4.splat (f32.const nan))
                  (f32x4.eq (local.get 0) (local.get 0))))
(func $canonical_f64x2 (param v128) (result v128)
  (v128.bitselect (local.get 0) (f64x2.splat (f64.const nan))
                  (f64x2.eq (local.get 0) (local.get 0))))
(func $fold_v128 (param v128) (result i64)
  (call $mix (i64x2.extract_lane 0 (local.get 0)) (i64x2.extract_lane 1 (local.get 0))))
(func $unfold_v128 (param i64 i64) (result v128)
  (i64x2.replace_lane 1 (i64x2.splat (local.get 0)) (local.get 1)))"""
