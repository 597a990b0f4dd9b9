# Sources of src/cim/, headers too.
libspoor_a_SOURCES += \
	src/cim/cim.h \
	src/cim/conn.c \
	src/cim/conn.h \
	src/cim/ptree.c \
	src/cim/ptree.h
