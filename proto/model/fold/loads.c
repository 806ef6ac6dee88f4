#include "proto/model/fold/loads.h"

/* Reports may come twice or late; the numbers of a load only rise. */
static bool is_news(const struct load_report *before, const struct load_report *report)
{
	if (report->number != before->number)
		return report->number > before->number;
	return !before->done && report->values >= before->values &&
	       report->sample.number >= before->sample.number;
}

void loads_report(struct model *m, const struct item_load *load)
{
	struct model_load *l;

	if (load->node == NODE_NONE || load->node > m->nodes)
		return;
	l = &m->node[load->node].load;
	if (!is_news(&l->report, &load->report))
		return;
	if (load->report.number != l->report.number)
		*l = (struct model_load){0};
	if (load->report.sample.number > l->report.sample.number)
		l->sample[l->samples++ % MODEL_SAMPLES] = load->report.sample;
	l->report = load->report;
	l->told_at = m->now;
}

void loads_end_life(struct model_node *n)
{
	n->load.cut = n->load.report.number != 0 && !n->load.report.done;
}
