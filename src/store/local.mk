# Sources of src/store/, headers too.
libspoor_a_SOURCES += \
	src/store/build.c \
	src/store/build.h \
	src/store/column.c \
	src/store/column.h \
	src/store/coverage.c \
	src/store/coverage.h \
	src/store/layout.h \
	src/store/made.c \
	src/store/merge.c \
	src/store/store.c \
	src/store/store.h
