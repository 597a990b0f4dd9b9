# Sources of src/spl/, headers too.
libspoor_a_SOURCES += \
	src/spl/cidr.c \
	src/spl/digest.c src/spl/digest.h \
	src/spl/expr.c src/spl/expr.h \
	src/spl/fn.c src/spl/fn.h src/spl/fn_impl.h \
	src/spl/fn_bit.c \
	src/spl/fn_condition.c \
	src/spl/fn_convert.c \
	src/spl/fn_crypto.c \
	src/spl/fn_info.c \
	src/spl/fn_json.c \
	src/spl/fn_list.c \
	src/spl/fn_list_map.c \
	src/spl/fn_math.c \
	src/spl/fn_stat.c \
	src/spl/fn_text.c \
	src/spl/fn_time.c \
	src/spl/lex.c src/spl/lex.h \
	src/spl/macro.c \
	src/spl/nearest.c \
	src/spl/node.c src/spl/node.h \
	src/spl/parse_eval.c \
	src/spl/parse_search.c \
	src/spl/pattern.c \
	src/spl/regex.c src/spl/regex.h \
	src/spl/val.c src/spl/val.h \
	src/spl/agg.c \
	src/spl/agg.h \
	src/spl/agg_fn.c \
	src/spl/budget.h \
	src/spl/grouping.c \
	src/spl/lineage.c \
	src/spl/rows.c \
	src/spl/rows.h
