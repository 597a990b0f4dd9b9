# Sources of src/spl/, headers too.
libspoor_a_SOURCES += \
	src/spl/cidr.c \
	src/spl/lex.c src/spl/lex.h \
	src/spl/macro.c \
	src/spl/nearest.c \
	src/spl/node.c src/spl/node.h \
	src/spl/parse_eval.c \
	src/spl/parse_search.c \
	src/spl/regex.c src/spl/regex.h \
	src/spl/pattern.c \
	src/spl/val.c src/spl/val.h \
	src/spl/agg.c \
	src/spl/agg.h \
	src/spl/agg_fn.c \
	src/spl/budget.h \
	src/spl/grouping.c \
	src/spl/lineage.c \
	src/spl/rows.c \
	src/spl/rows.h
