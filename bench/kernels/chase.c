// A linked list in random order over two megabytes: latency of memory.
#include "kernel.h"

static const uint32_t default_rounds = 2500000;

enum { count = 1 << 18 };
static struct Node {
  struct Node* next;
  uint32_t value;
} nodes[count];
static uint32_t order[count];

static uint64_t run(uint32_t rounds) {
  for (uint32_t i = 0; i < count; i++) order[i] = i;
  for (uint32_t i = count - 1; i > 0; i--) {
    uint32_t j = (uint32_t)(mix(i) % (i + 1)), t = order[i];
    order[i] = order[j];
    order[j] = t;
  }
  for (uint32_t i = 0; i < count; i++) {
    nodes[order[i]].next = &nodes[order[(i + 1) % count]];
    nodes[order[i]].value = i;
  }
  uint64_t checksum = 0;
  const struct Node* node = nodes;
  for (uint32_t i = 0; i < rounds; i++) {
    checksum = checksum * 3 + node->value;
    node = node->next;
  }
  return checksum;
}
