# Sources of src/base/, headers too.
libspoor_a_SOURCES += \
	src/base/arena.c src/base/arena.h \
	src/base/bits.c src/base/bits.h \
	src/base/csv.c src/base/csv.h \
	src/base/diag.c src/base/diag.h \
	src/base/fold.c \
	src/base/jobs.c src/base/jobs.h \
	src/base/map.c src/base/map.h \
	src/base/mem.c src/base/mem.h \
	src/base/pool.c src/base/pool.h \
	src/base/str.c src/base/str.h \
	src/base/utf8.c src/base/utf8.h \
	src/base/visible.c src/base/visible.h \
	src/base/when.c src/base/when.h src/base/when_fmt.c src/base/when_rel.c \
	src/base/wild.c src/base/wild.h
