#pragma once
// renameat2(2) with RENAME_EXCHANGE, which Swift's Glibc module does not show.
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

static inline long lake_exchange(const char *one, const char *other) {
  const unsigned int exchange = 1u << 1;
  return syscall(SYS_renameat2, AT_FDCWD, one, AT_FDCWD, other, exchange);
}
