# Sources of src/detect/, headers too.
libspoor_a_SOURCES += \
	src/detect/confirm.c \
	src/detect/detect.c \
	src/detect/detect.h \
	src/detect/explain.h \
	src/detect/fill.c \
	src/detect/finding.c \
	src/detect/inside.h \
	src/detect/matches.c \
	src/detect/pick.c \
	src/detect/risk.c \
	src/detect/session.c \
	src/detect/session.h \
	src/detect/threshold.c \
	src/detect/threshold.h \
	src/detect/why.c
