#pragma once
// What Swift's Glibc module does not show: the environment, renameat2(2) with RENAME_EXCHANGE, splice(2),
// sync_file_range(2), fallocate(2) with FALLOC_FL_KEEP_SIZE, and statx(2).
#include <fcntl.h>
#include <linux/stat.h>
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

// What stays a file's own while it is renamed, and no later file gets: its number, and when it was made in
// nanoseconds since 1970-01-01 UTC. -1 where the file system does not tell.
static inline int lake_file_number(const char *path, unsigned long long *number, long long *born) {
  struct statx status;
  const unsigned int wanted = STATX_INO | STATX_BTIME;
  if (syscall(SYS_statx, AT_FDCWD, path, 0, wanted, &status) != 0) return -1;
  if ((status.stx_mask & wanted) != wanted) return -1;
  *number = status.stx_ino;
  *born = (long long)status.stx_btime.tv_sec * 1000000000LL + status.stx_btime.tv_nsec;
  return 0;
}
