/* All views, in the order of their digits. A new view is one line here. */
#include "ui/view.h"

const struct view_ops *const views[] = {
	&view_hits, &view_events, &view_rules, &view_report, &view_rows, &view_tree, &view_conns, &view_talkers, &view_entities, &view_exclusions, &view_groups, &view_attack, &view_risk, &view_detail, &view_raw, &view_rule, &view_help, NULL,
};
