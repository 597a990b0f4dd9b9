# Sources of src/cli/, headers too: the command line, linked into the program only.
spoor_SOURCES += \
	src/cli/check.c \
	src/cli/cli.h \
	src/cli/explain.c \
	src/cli/junit.c \
	src/cli/opts.c \
	src/cli/output.c \
	src/cli/progress.c \
	src/cli/report.c \
	src/cli/scan.c \
	src/cli/test.c \
	src/cli/triage.c
dist_man_MANS += src/cli/spoor.1 src/cli/spoor-config.5
