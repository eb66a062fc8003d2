// A whole text file, with a zero behind it; null if it can't be read. The caller frees it.
#pragma once

#include <stdio.h>
#include <stdlib.h>

static inline char* read_file(const char* name) {
  enum { most = 1 << 20 };
  FILE* file = fopen(name, "rb");
  if (file == NULL) return NULL;
  char* text = calloc(most + 1, 1);
  if (text != NULL) fread(text, 1, most, file);
  fclose(file);
  return text;
}
