# Sources of src/export/, headers too.
libspoor_a_SOURCES += \
	src/export/csv.c \
	src/export/export.c \
	src/export/export.h \
	src/export/file.c \
	src/export/inside.h \
	src/export/jsonl.c \
	src/export/markdown.c \
	src/export/report.c \
	src/export/report.h \
	src/export/report_about.c \
	src/export/report_hit.c \
	src/export/report_inside.h \
	src/export/table.c \
	src/export/width.c
