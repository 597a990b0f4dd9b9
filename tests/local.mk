# Tests. A unit test is one line in UNIT_TESTS (built from tests/check_NAME.c); a script is one line in SCRIPT_TESTS. What they print
# so that their cases are counted, and how a case says that it was left out: tests/count.sh.

UNIT_TESTS = \
	tests/check_base \
	tests/check_batch \
	tests/check_case \
	tests/check_cim \
	tests/check_coverage \
	tests/check_damage \
	tests/check_detect \
	tests/check_drill \
	tests/check_engine \
	tests/check_evtx \
	tests/check_evtx_proof \
	tests/check_export \
	tests/check_follow \
	tests/check_input \
	tests/check_json \
	tests/check_keep \
	tests/check_load \
	tests/check_ptree \
	tests/check_rule \
	tests/check_shapes \
	tests/check_spl_expr \
	tests/check_spl_fn \
	tests/check_spl_lex \
	tests/check_spl_parse \
	tests/check_spl_run \
	tests/check_store \
	tests/check_text \
	tests/check_ui \
	tests/check_visible \
	tests/check_when \
	tests/check_xml \
	tests/check_xml_fast \
	tests/check_yaml

SCRIPT_TESTS = \
	tests/case.sh \
	tests/cli.sh \
	tests/docs.sh \
	tests/language.sh \
	tests/layers.sh \
	tests/kill.sh \
	tests/screens.sh \
	tests/shipped.sh

tests_check_ui_SOURCES = tests/check_ui.c ui/cell.c ui/clock.c ui/columns.c ui/glyph.c ui/keys.c ui/layout.c \
	ui/list.c ui/order.c ui/page.c ui/pick.c ui/state.c ui/view.c

tests_check_damage_SOURCES = tests/check_damage.c tests/evtx_sample.c tests/evtx_tools.h samples/gen_evtx.c samples/gen_evtx.h samples/gen.h
tests_check_evtx_SOURCES = tests/check_evtx.c tests/evtx_sample.c tests/evtx_tools.h samples/gen_evtx.c samples/gen_evtx.h samples/gen.h

# The terminal that the screens are tested on. `make update-screens` writes what they are compared with anew, after a wanted change.
check_PROGRAMS += tests/screen_driver
tests_screen_driver_SOURCES = tests/screen_driver.c tests/vt.c tests/vt.h tests/vt_svg.c
tests_screen_driver_LDADD = -lutil
update-screens: spoor$(EXEEXT) tests/screen_driver$(EXEEXT)
	$(AM_TESTS_ENVIRONMENT) srcdir='$(srcdir)' $(SHELL) $(srcdir)/tests/screens.sh --update $(SCREENS)
# The README's pictures, from the screens that tests/screens/readme.keys walks through.
pictures: spoor$(EXEEXT) tests/screen_driver$(EXEEXT)
	mkdir -p '$(srcdir)/doc/pictures'
	$(AM_TESTS_ENVIRONMENT) srcdir='$(srcdir)' PICTURES='$(abs_srcdir)/doc/pictures' $(SHELL) $(srcdir)/tests/screens.sh readme
# Keys and all else at random for SECONDS, from SEED on; on ARGS in place of the samples.
random: spoor$(EXEEXT) tests/screen_driver$(EXEEXT)
	$(AM_TESTS_ENVIRONMENT) $(SHELL) $(srcdir)/tests/random.sh '$(or $(SECONDS),60)' '$(or $(SEED),1)' $(ARGS)
.PHONY: update-screens pictures random
EXTRA_DIST += tests/screens tests/random.sh doc/pictures

# Searches as tables: cases in spl/*.test, and the examples of commands and aggregations.
TABLE_TESTS = \
	tests/spl_table
tests_spl_table_LDADD = libspoor.a $(SPOOR_LIBS)

SPL_TABLES = \
	tests/spl/append.test \
	tests/spl/bin.test \
	tests/spl/convert.test \
	tests/spl/elsewhere.test \
	tests/spl/eval.test \
	tests/spl/fields.test \
	tests/spl/filter.test \
	tests/spl/foreach.test \
	tests/spl/from.test \
	tests/spl/functions.test \
	tests/spl/join.test \
	tests/spl/large.test \
	tests/spl/lookup.test \
	tests/spl/mv.test \
	tests/spl/options.test \
	tests/spl/order.test \
	tests/spl/pipeline.test \
	tests/spl/pushdown.test \
	tests/spl/rex.test \
	tests/spl/search.test \
	tests/spl/seed.test \
	tests/spl/stats.test \
	tests/spl/step.test \
	tests/spl/transaction.test \
	tests/spl/traps.test \
	tests/spl/tstats.test

check_PROGRAMS += $(TABLE_TESTS)
TESTS += $(TABLE_TESTS)
EXTRA_DIST += $(SPL_TABLES) tests/spl_case.h

if HAVE_CHECK
check_PROGRAMS += $(UNIT_TESTS)
TESTS += $(UNIT_TESTS)
endif
TESTS += $(SCRIPT_TESTS)
EXTRA_DIST += bootstrap .ci/run tests/count.sh $(SCRIPT_TESTS) tests/dump.h tests/load_tools.h tests/shapes_rendered.h tests/spl_tools.h
