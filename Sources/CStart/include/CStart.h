// Nothing to call: `start.c` runs before everything else of a program that is linked with it.
