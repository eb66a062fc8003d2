// Threads that sum: with atomics, under a lock made of wait and notify, and each in a part of its
// own. Debian's wasi-libc has no threads, so this brings its own few functions. Exits with 0 if all
// sums are right, and says which one is wrong otherwise.

#include <stddef.h>
#include <stdint.h>

__attribute__((import_module("wasi"), import_name("thread-spawn"))) int thread_spawn(void* start);
__attribute__((import_module("wasi_snapshot_preview1"), import_name("proc_exit"), noreturn)) void
proc_exit(uint32_t status);

enum { threads = 4, rounds = 20000, forever = -1 };

struct start {
  char* stack;  // first: start.s reads it
  int index;
  uint64_t own_sum;
};

static char stacks[threads][16384] __attribute__((aligned(16)));
static struct start starts[threads];
static int numbers[threads * rounds];
static int lock;  // 0 free, 1 taken, 2 taken and somebody waits
static int running;
static uint64_t atomic_sum;
static uint64_t locked_sum;

static void take_lock(void) {
  int expected = 0;
  if (__atomic_compare_exchange_n(&lock, &expected, 1, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
    return;
  }
  while (__atomic_exchange_n(&lock, 2, __ATOMIC_SEQ_CST) != 0) {
    __builtin_wasm_memory_atomic_wait32(&lock, 2, forever);
  }
}

static void give_lock(void) {
  if (__atomic_exchange_n(&lock, 0, __ATOMIC_SEQ_CST) == 2) {
    __builtin_wasm_memory_atomic_notify(&lock, 1);
  }
}

static uint64_t sum_of(const int* from, const int* to) {
  uint64_t sum = 0;
  while (from != to) sum += *from++;
  return sum;
}

// Something on the stack that has to stay what it is.
static int mark(volatile int* place, int value) {
  *place = value;
  return *place;
}

void thread_main(int id, struct start* start) {
  volatile int mine;
  mark(&mine, id);
  const int* from = numbers + start->index * rounds;
  for (int i = 0; i < rounds; ++i) {
    __atomic_fetch_add(&atomic_sum, from[i], __ATOMIC_SEQ_CST);
    take_lock();
    locked_sum += from[i];
    give_lock();
  }
  start->own_sum = sum_of(from, from + rounds);
  if (mine != id) proc_exit(10);
  __atomic_fetch_sub(&running, 1, __ATOMIC_SEQ_CST);
  __builtin_wasm_memory_atomic_notify(&running, 1);
}

void _start(void) {
  for (int i = 0; i < threads * rounds; ++i) numbers[i] = i;
  running = threads;
  for (int i = 0; i < threads; ++i) {
    starts[i].stack = stacks[i] + sizeof stacks[i];
    starts[i].index = i;
    if (thread_spawn(&starts[i]) <= 0) proc_exit(1);
  }
  for (int left; (left = __atomic_load_n(&running, __ATOMIC_SEQ_CST)) != 0;) {
    __builtin_wasm_memory_atomic_wait32(&running, left, forever);
  }
  const uint64_t wanted = sum_of(numbers, numbers + threads * rounds);
  uint64_t own = 0;
  for (int i = 0; i < threads; ++i) own += starts[i].own_sum;
  if (atomic_sum != wanted) proc_exit(2);
  if (locked_sum != wanted) proc_exit(3);
  if (own != wanted) proc_exit(4);
  proc_exit(0);
}
