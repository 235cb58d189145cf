#include "CKernels.h"

#if defined(__GLIBC__)
#include <malloc.h>
#endif

void lake_limit_idle_memory(int block_byte_count, int idle_byte_count, int arena_count) {
#if defined(__GLIBC__)
  mallopt(M_MMAP_THRESHOLD, block_byte_count);
  mallopt(M_TRIM_THRESHOLD, idle_byte_count);
  mallopt(M_ARENA_MAX, arena_count);
#else
  (void)block_byte_count;
  (void)idle_byte_count;
  (void)arena_count;
#endif
}
