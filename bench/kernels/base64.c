// Encoding and decoding base64: byte loads and stores, shifts, small tables.
#include "kernel.h"

static const uint32_t default_rounds = 1100;

enum { size = 3 << 14, encoded_size = 4 << 14 };
static uint8_t plain[size], again[size];
static char encoded[encoded_size];
static uint8_t value_of[256];
static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

__attribute__((noinline)) static void encode(char* to, const uint8_t* from, uint32_t count) {
  for (uint32_t i = 0; i < count; i += 3, from += 3, to += 4) {
    uint32_t bits = (uint32_t)from[0] << 16 | (uint32_t)from[1] << 8 | from[2];
    to[0] = letters[bits >> 18];
    to[1] = letters[bits >> 12 & 63];
    to[2] = letters[bits >> 6 & 63];
    to[3] = letters[bits & 63];
  }
}

__attribute__((noinline)) static void decode(uint8_t* to, const char* from, uint32_t count) {
  for (uint32_t i = 0; i < count; i += 4, from += 4, to += 3) {
    uint32_t bits = 0;
    for (int j = 0; j < 4; j++) bits = bits << 6 | value_of[(uint8_t)from[j]];
    to[0] = (uint8_t)(bits >> 16);
    to[1] = (uint8_t)(bits >> 8);
    to[2] = (uint8_t)bits;
  }
}

static uint64_t run(uint32_t rounds) {
  for (uint8_t i = 0; i < 64; i++) value_of[(uint8_t)letters[i]] = i;
  for (uint32_t i = 0; i < size; i++) plain[i] = (uint8_t)mix(i);
  uint64_t checksum = 0;
  for (uint32_t i = 0; i < rounds; i++) {
    encode(encoded, plain, size);
    decode(again, encoded, encoded_size);
    checksum = checksum * 31 + (uint64_t)encoded[i % encoded_size] + again[(i * 97) % size];
    plain[i % size] = (uint8_t)(again[i % size] + 1);
  }
  return checksum;
}
