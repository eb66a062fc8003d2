// What Lua's os and io libraries call and WASI can't do: each fails as its manual page allows.
#pragma once
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static inline int no_system(const char* command) {
  if (command == NULL) return 0;
  errno = ENOSYS;
  return -1;
}

static inline char* no_tmpnam(char* name) {
  (void)name;
  return NULL;
}

static inline FILE* no_tmpfile(void) {
  errno = ENOSYS;
  return NULL;
}

#define L_tmpnam 20
#define system no_system
#define tmpnam no_tmpnam
#define tmpfile no_tmpfile
