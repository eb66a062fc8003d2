static volatile int zero;

__attribute__((noinline)) static int divide(int a) {
  int divisor = zero;
  return a / divisor;
}

__attribute__((export_name("go"))) int go(int a) {
  int sum = divide(a) + 1;
  return sum * 2;
}

__attribute__((always_inline)) static int remainder_of(int a) {
  int divisor = zero;
  return a % divisor;
}

__attribute__((always_inline)) static int twice(int a) {
  return remainder_of(a) * 2;
}

__attribute__((export_name("deep"))) int deep(int a) {
  return twice(a) + 1;
}
