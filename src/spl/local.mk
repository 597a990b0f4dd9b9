# Sources of src/spl/, headers too.
libspoor_a_SOURCES += \
	src/spl/agg.c src/spl/agg.h \
	src/spl/agg_fn.c \
	src/spl/bucket.c \
	src/spl/budget.h \
	src/spl/choice.c src/spl/choice.h \
	src/spl/cidr.c \
	src/spl/cmd.c src/spl/cmd.h \
	src/spl/cmd_append.c \
	src/spl/cmd_apply.c \
	src/spl/cmd_bin.c \
	src/spl/cmd_chart.c \
	src/spl/cmd_convert.c \
	src/spl/cmd_dedup.c \
	src/spl/cmd_eval.c \
	src/spl/cmd_extract.c \
	src/spl/cmd_fields.c \
	src/spl/cmd_fieldsummary.c \
	src/spl/cmd_foreach.c \
	src/spl/cmd_format.c \
	src/spl/cmd_from.c \
	src/spl/cmd_join.c \
	src/spl/cmd_lookup.c \
	src/spl/cmd_makecontinuous.c \
	src/spl/cmd_map.c \
	src/spl/cmd_mv.c \
	src/spl/cmd_order.c \
	src/spl/cmd_rex.c \
	src/spl/cmd_search.c \
	src/spl/cmd_shape.c \
	src/spl/cmd_side.c \
	src/spl/cmd_stats.c \
	src/spl/cmd_step.c \
	src/spl/cmd_streamstats.c \
	src/spl/cmd_top.c \
	src/spl/cmd_transaction.c \
	src/spl/cmd_tstats.c \
	src/spl/cmdlib.h \
	src/spl/combos.c src/spl/combos.h \
	src/spl/dataset.c \
	src/spl/elsewhere.c \
	src/spl/digest.c src/spl/digest.h \
	src/spl/engine.h \
	src/spl/engine_embedded.c \
	src/spl/expr.c src/spl/expr.h \
	src/spl/filter.c \
	src/spl/fn.c src/spl/fn.h \
	src/spl/fn_bit.c \
	src/spl/fn_condition.c \
	src/spl/fn_convert.c \
	src/spl/fn_crypto.c \
	src/spl/fn_impl.h \
	src/spl/fn_info.c \
	src/spl/fn_json.c \
	src/spl/fn_list.c \
	src/spl/fn_list_map.c \
	src/spl/fn_math.c \
	src/spl/fn_stat.c \
	src/spl/fn_text.c \
	src/spl/fn_time.c \
	src/spl/group.c \
	src/spl/grouping.c \
	src/spl/lex.c src/spl/lex.h \
	src/spl/lineage.c \
	src/spl/macro.c \
	src/spl/memo.c src/spl/memo.h \
	src/spl/names.c \
	src/spl/nearest.c \
	src/spl/needs.c \
	src/spl/node.c src/spl/node.h \
	src/spl/parse_eval.c \
	src/spl/parse_search.c \
	src/spl/pattern.c \
	src/spl/pipeline.c \
	src/spl/query.h \
	src/spl/pushdown.c \
	src/spl/regex.c src/spl/regex.h \
	src/spl/rowkey.c \
	src/spl/rows.c src/spl/rows.h \
	src/spl/run.c \
	src/spl/scan.h \
	src/spl/scan_cond.c src/spl/scan_cond.h \
	src/spl/scan_filter.c \
	src/spl/scan_fold.c \
	src/spl/scan_group.c \
	src/spl/scan_only.c \
	src/spl/scan_pick.c \
	src/spl/scan_rows.c \
	src/spl/scan_value.c \
	src/spl/scan_why.c \
	src/spl/spl.c src/spl/spl.h \
	src/spl/stats.h \
	src/spl/timemod.c \
	src/spl/trace.c src/spl/trace.h \
	src/spl/val.c src/spl/val.h \
	src/spl/why.c src/spl/why.h
