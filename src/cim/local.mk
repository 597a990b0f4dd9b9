# Sources of src/cim/, headers too.
libspoor_a_SOURCES += \
	src/cim/addon.c \
	src/cim/cim.c \
	src/cim/cim.h \
	src/cim/conn.c \
	src/cim/conn.h \
	src/cim/model.c \
	src/cim/nodes.c \
	src/cim/ptree.c \
	src/cim/ptree.h \
	src/cim/tables.h \
	src/cim/text.c \
	src/cim/text.h
