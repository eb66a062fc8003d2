// What SQLite's Unix layer names and WASI doesn't have. The driver opens its files with the VFS
// "unix-none", so no lock is ever asked for.
#pragma once
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

enum { F_RDLCK, F_WRLCK, F_UNLCK, F_GETLK, F_SETLK, F_SETLKW };

static inline uid_t geteuid(void) {
  return 0;
}

static inline int fchmod(int file, mode_t mode) {
  (void)file, (void)mode;
  return 0;
}

static inline int fchown(int file, uid_t owner, gid_t group) {
  (void)file, (void)owner, (void)group;
  return 0;
}
