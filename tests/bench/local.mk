# Benchmarks: `make bench', sizes in BENCH_MB (1000) and BENCH_EVENTS (1000000). No test: a shared machine tells no times.
EXTRA_PROGRAMS += tests/bench/measure tests/bench/ref_sax
tests_bench_measure_SOURCES = tests/bench/measure.c
tests_bench_measure_LDADD =
tests_bench_ref_sax_SOURCES = tests/bench/ref_sax.c
tests_bench_ref_sax_LDADD = $(XML_LIBS)
EXTRA_DIST += tests/bench/bench.sh tests/bench/keys.sh

bench: spoor$(EXEEXT) samples/generate$(EXEEXT) tests/bench/measure$(EXEEXT) tests/bench/ref_sax$(EXEEXT) tests/screen_driver$(EXEEXT)
	$(AM_TESTS_ENVIRONMENT) $(SHELL) $(srcdir)/tests/bench/bench.sh
# How long the slowest key takes on a million events.
bench-keys: spoor$(EXEEXT) samples/generate$(EXEEXT) tests/screen_driver$(EXEEXT)
	$(AM_TESTS_ENVIRONMENT) $(SHELL) $(srcdir)/tests/bench/keys.sh
.PHONY: bench bench-keys
