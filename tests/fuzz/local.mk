# Fuzz targets and their corpora. A target is one file and its three lines here; with --enable-fuzzing it is linked with
# libFuzzer, otherwise it is a program that replays its corpus in `make check'.

if FUZZING
FUZZ_MAIN =
else
FUZZ_MAIN = tests/fuzz/replay.c
endif

FUZZ_TARGETS = \
	tests/fuzz/fuzz_csv \
	tests/fuzz/fuzz_evtx \
	tests/fuzz/fuzz_json \
	tests/fuzz/fuzz_run \
	tests/fuzz/fuzz_spl \
	tests/fuzz/fuzz_stream \
	tests/fuzz/fuzz_text \
	tests/fuzz/fuzz_xml \
	tests/fuzz/fuzz_yaml

tests_fuzz_fuzz_spl_SOURCES = tests/fuzz/fuzz_spl.c $(FUZZ_MAIN)
tests_fuzz_fuzz_spl_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_spl_LDADD = libspoor.a $(SPOOR_LIBS)

tests_fuzz_fuzz_run_SOURCES = tests/fuzz/fuzz_run.c $(FUZZ_MAIN)
tests_fuzz_fuzz_run_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_run_LDADD = libspoor.a $(SPOOR_LIBS)

tests_fuzz_fuzz_yaml_SOURCES = tests/fuzz/fuzz_yaml.c $(FUZZ_MAIN)
tests_fuzz_fuzz_yaml_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_yaml_LDADD = libspoor.a $(SPOOR_LIBS)

tests_fuzz_fuzz_json_SOURCES = tests/fuzz/fuzz_json.c tests/fuzz/fuzz_log.h $(FUZZ_MAIN)
tests_fuzz_fuzz_json_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_json_LDADD = libspoor.a $(SPOOR_LIBS)

tests_fuzz_fuzz_evtx_SOURCES = tests/fuzz/fuzz_evtx.c tests/load_tools.h $(FUZZ_MAIN)
tests_fuzz_fuzz_evtx_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_evtx_LDADD = libspoor.a $(SPOOR_LIBS)

tests_fuzz_fuzz_xml_SOURCES = tests/fuzz/fuzz_xml.c tests/fuzz/fuzz_log.h $(FUZZ_MAIN)
tests_fuzz_fuzz_xml_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_xml_LDADD = libspoor.a $(SPOOR_LIBS)

tests_fuzz_spl_words_SOURCES = tests/fuzz/spl_words.c
tests_fuzz_spl_words_LDADD = libspoor.a $(SPOOR_LIBS)

tests_fuzz_fuzz_csv_SOURCES = tests/fuzz/fuzz_csv.c tests/fuzz/fuzz_log.h $(FUZZ_MAIN)
tests_fuzz_fuzz_csv_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_csv_LDADD = libspoor.a $(SPOOR_LIBS)

tests_fuzz_fuzz_text_SOURCES = tests/fuzz/fuzz_text.c tests/fuzz/fuzz_log.h $(FUZZ_MAIN)
tests_fuzz_fuzz_text_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_text_LDADD = libspoor.a $(SPOOR_LIBS)

tests_fuzz_fuzz_stream_SOURCES = tests/fuzz/fuzz_stream.c $(FUZZ_MAIN)
tests_fuzz_fuzz_stream_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_stream_LDADD = libspoor.a $(SPOOR_LIBS)

check_PROGRAMS += $(FUZZ_TARGETS) tests/fuzz/spl_words
if !FUZZING
TESTS += $(FUZZ_TARGETS)
endif
EXTRA_DIST += tests/fuzz/corpus tests/fuzz/spl.dict
