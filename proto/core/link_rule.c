#include "proto/core/link_rule.h"

bool link_rule_equal(const struct link_rule *a, const struct link_rule *b)
{
	return a->cut == b->cut && a->delay_us == b->delay_us && a->jitter_us == b->jitter_us &&
	       a->loss_ppm == b->loss_ppm && a->duplicate_ppm == b->duplicate_ppm &&
	       a->reorder_ppm == b->reorder_ppm;
}
