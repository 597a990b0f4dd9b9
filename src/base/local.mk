# Sources of src/base/, headers too.
libspoor_a_SOURCES += \
	src/base/arena.h \
	src/base/bits.h \
	src/base/csv.h \
	src/base/diag.h \
	src/base/jobs.h \
	src/base/map.h \
	src/base/mem.h \
	src/base/pool.h \
	src/base/str.h \
	src/base/utf8.h \
	src/base/when.h \
	src/base/wild.h
