#pragma once
// What Swift's Glibc module does not show: the environment, renameat2(2) with RENAME_EXCHANGE, splice(2),
// sync_file_range(2) and fallocate(2) with FALLOC_FL_KEEP_SIZE.
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

static inline long lake_exchange(const char *one, const char *other) {
  const unsigned int exchange = 1u << 1;
  return syscall(SYS_renameat2, AT_FDCWD, one, AT_FDCWD, other, exchange);
}

// The variables that a child process gets.
static inline char **lake_environment(void) {
  extern char **environ;
  return environ;
}

// Moves bytes from a pipe to a file: in the kernel, so that no byte is ever in neither of them.
static inline long lake_splice(int pipe, int file, unsigned long count) {
  return syscall(SYS_splice, pipe, (long *)0, file, (long *)0, count, 0u);
}

// Begins to write a file's changed pages without waiting for them (SYNC_FILE_RANGE_WRITE).
static inline void lake_begin_sync(int file) {
  const unsigned int write = 2;
  syscall(SYS_sync_file_range, file, 0L, 0L, write);
}

// Takes room on the disk beyond a file's end without making the file longer.
static inline long lake_reserve(int file, long offset, long count) {
  const int keep_size = 1;
  return syscall(SYS_fallocate, file, keep_size, offset, count);
}
