/* The table of commands. A new command is a file (or an entry in its family's file) and two lines here. */
#include "spl/cmd.h"

extern const struct spl_cmd
	cmd_accum, cmd_addcoltotals, cmd_addinfo, cmd_addtotals, cmd_append, cmd_appendcols, cmd_appendpipe,
	cmd_apply, cmd_autoregress, cmd_bin, cmd_chart, cmd_collect, cmd_convert, cmd_datamodel, cmd_dedup,
	cmd_delta, cmd_eval, cmd_eventstats, cmd_fieldformat, cmd_fields, cmd_fieldsummary, cmd_filldown, cmd_fillnull, cmd_foreach,
	cmd_format, cmd_from, cmd_head, cmd_inputlookup, cmd_iplocation, cmd_join, cmd_lookup, cmd_makecontinuous, cmd_makemv, cmd_makeresults,
	cmd_map, cmd_multisearch, cmd_mvcombine, cmd_mvexpand, cmd_nomv, cmd_outputcsv, cmd_outputlookup,
	cmd_rangemap, cmd_rare, cmd_regex, cmd_rename, cmd_replace, cmd_return, cmd_reverse, cmd_rex, cmd_search,
	cmd_sendalert, cmd_sendemail, cmd_sort, cmd_spath, cmd_stats, cmd_strcat, cmd_streamstats, cmd_table,
	cmd_tail, cmd_timechart, cmd_top, cmd_transaction, cmd_transpose, cmd_tstats, cmd_union, cmd_uniq,
	cmd_untable, cmd_where, cmd_xmlkv, cmd_xyseries;

static const struct spl_cmd *const table[] = {
	&cmd_accum, &cmd_addcoltotals, &cmd_addinfo, &cmd_addtotals, &cmd_append, &cmd_appendcols,
	&cmd_appendpipe, &cmd_apply, &cmd_autoregress, &cmd_bin, &cmd_chart, &cmd_collect, &cmd_convert,
	&cmd_datamodel, &cmd_dedup, &cmd_delta, &cmd_eval, &cmd_eventstats, &cmd_fieldformat, &cmd_fields, &cmd_fieldsummary,
	&cmd_filldown, &cmd_fillnull, &cmd_foreach, &cmd_format, &cmd_from, &cmd_head, &cmd_inputlookup, &cmd_iplocation,
	&cmd_join, &cmd_lookup, &cmd_makecontinuous, &cmd_makemv, &cmd_makeresults, &cmd_map, &cmd_multisearch, &cmd_mvcombine,
	&cmd_mvexpand, &cmd_nomv, &cmd_outputcsv, &cmd_outputlookup, &cmd_rangemap, &cmd_rare, &cmd_regex,
	&cmd_rename, &cmd_replace, &cmd_return, &cmd_reverse, &cmd_rex, &cmd_search, &cmd_sendalert,
	&cmd_sendemail, &cmd_sort, &cmd_spath, &cmd_stats, &cmd_strcat, &cmd_streamstats, &cmd_table, &cmd_tail,
	&cmd_timechart, &cmd_top, &cmd_transaction, &cmd_transpose, &cmd_tstats, &cmd_union, &cmd_uniq,
	&cmd_untable, &cmd_where, &cmd_xmlkv, &cmd_xyseries,
};

const struct spl_cmd *const *cmd_all(size_t *n)
{
	*n = sizeof(table) / sizeof(table[0]);
	return table;
}

const struct spl_cmd *cmd_find(struct str name)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (str_ieqc(name, table[i]->name) || (table[i]->alias && str_ieqc(name, table[i]->alias)))
			return table[i];
	}
	return NULL;
}
