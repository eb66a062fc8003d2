static volatile int zero;

__attribute__((noinline)) static int divide(int a) {
  int divisor = zero;
  return a / divisor;
}

__attribute__((export_name("go"))) int go(int a) {
  int sum = divide(a) + 1;
  return sum * 2;
}
