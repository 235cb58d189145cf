// What Swift's runtime reads from /proc, told to it where there is no /proc: a program alone in its
// root folder. Without this it would see no arguments there, and stop over not finding its own path.
#include <stdlib.h>
#include <unistd.h>

// The headers say whose C library it is.
#if defined(__linux__) && defined(__GLIBC__)

// Of Swift's runtime, for programs that know their arguments better.
void _swift_stdlib_overrideUnsafeArgvArgc(char **argv, int argc);

// The C library calls this with the arguments of `main`, before the runtime's own constructors.
__attribute__((constructor(101))) static void start(int argc, char **argv) {
  if (access("/proc/self/cmdline", R_OK) == 0) return;
  _swift_stdlib_overrideUnsafeArgvArgc(argv, argc);
  // Where the runtime's parts lie; a static program has none beside it.
  setenv("SWIFT_ROOT", "/", 0);
}
#endif
