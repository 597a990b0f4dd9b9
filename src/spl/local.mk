# Sources of src/spl/, headers too.
libspoor_a_SOURCES += \
	src/spl/val.c src/spl/val.h
