# Sources of src/case/, headers too.
libspoor_a_SOURCES += \
	src/case/case.c \
	src/case/case.h \
	src/case/case_internal.h \
	src/case/case_risk.c \
	src/case/exclude.c
