// A recursive-descent JSON parser over a generated document: branches, calls, small strings.
#include "kernel.h"

static const uint32_t default_rounds = 300;

enum { size = 1 << 17 };
static char text[size];
static const char* at;
static uint64_t checksum;

static char* put(char* to, const char* piece) {
  while (*piece) *to++ = *piece++;
  return to;
}

static char* put_number(char* to, uint32_t value) {
  char digits[12];
  int count = 0;
  do digits[count++] = (char)('0' + value % 10);
  while (value /= 10);
  while (count) *to++ = digits[--count];
  return to;
}

static void write_document(void) {
  char* to = put(text, "[");
  for (uint32_t i = 0; to < text + size - 256; i++) {
    uint64_t h = mix(i);
    if (i) to = put(to, ",\n ");
    to = put_number(put(to, "{\"id\": "), i);
    to = put_number(put(to, ", \"price\": -"), (uint32_t)h % 100000);
    to = put_number(put(to, "."), (uint32_t)(h >> 20) % 1000);
    to = put(to, h & 1 ? ", \"tags\": [\"new\", \"a\\nb\", \"\\u00e9\"]" : ", \"tags\": []");
    to = put(to, h & 2 ? ", \"sold\": true" : ", \"sold\": null");
    to = put(to, ", \"at\": {\"x\": 1e3, \"y\": [[1],[2,[3]]]}}");
  }
  *put(to, "]") = 0;
}

static void skip_blanks(void) {
  while (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r') at++;
}

static void note(uint64_t value) {
  checksum = checksum * 31 + value;
}

static int parse_string(void) {
  for (at++; *at != '"'; at++) {
    if (*at == '\\') {
      at++;
      if (*at == 'u') at += 4;
    }
    if ((uint8_t)*at < 0x20) return 0;
    note((uint8_t)*at);
  }
  at++;
  return 1;
}

static int parse_number(void) {
  double value = 0, scale = 1;
  int negative = *at == '-';
  at += negative;
  if (*at < '0' || *at > '9') return 0;
  while (*at >= '0' && *at <= '9') value = value * 10 + (*at++ - '0');
  if (*at == '.') {
    for (at++; *at >= '0' && *at <= '9'; at++) value += (*at - '0') * (scale /= 10);
  }
  if (*at == 'e') {
    int exponent = 0;
    for (at++; *at >= '0' && *at <= '9'; at++) exponent = exponent * 10 + (*at - '0');
    while (exponent--) value *= 10;
  }
  note(bits_of(negative ? -value : value));
  return 1;
}

static int parse_word(const char* word) {
  size_t length = strlen(word);
  if (strncmp(at, word, length) != 0) return 0;
  at += length;
  note(length);
  return 1;
}

static int parse_value(void);

static int parse_members(char end, int named) {
  at++;
  skip_blanks();
  for (int first = 1; *at != end; first = 0) {
    if (!first && *at++ != ',') return 0;
    skip_blanks();
    if (named) {
      if (*at != '"' || !parse_string()) return 0;
      skip_blanks();
      if (*at++ != ':') return 0;
    }
    if (!parse_value()) return 0;
    skip_blanks();
  }
  at++;
  return 1;
}

static int parse_value(void) {
  skip_blanks();
  switch (*at) {
    case '{':
      return parse_members('}', 1);
    case '[':
      return parse_members(']', 0);
    case '"':
      return parse_string();
    case 't':
      return parse_word("true");
    case 'f':
      return parse_word("false");
    case 'n':
      return parse_word("null");
    default:
      return parse_number();
  }
}

static uint64_t run(uint32_t rounds) {
  write_document();
  uint64_t good = 0;
  for (uint32_t i = 0; i < rounds; i++) {
    at = text;
    good += (uint64_t)parse_value();
  }
  return mix(checksum) + good;
}
