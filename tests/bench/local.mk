# Benchmarks: `make bench'.
EXTRA_PROGRAMS +=
