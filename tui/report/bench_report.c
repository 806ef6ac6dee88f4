#include "tui/report/bench_report.h"

#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "proto/core/text.h"
#include "proto/model/say/say.h"
#include "tui/report/json_print.h"

#define BATCH_WORDS 80

#define BUSY_PERCENT 10.0 /* others had so much of the machine: the numbers say less */

const char *const bench_axis_names[BENCH_AXES] = {
	[AXIS_OUTSTANDING] = "outstanding",
	[AXIS_RATE] = "rate",
	[AXIS_SIZE] = "size",
	[AXIS_NODES] = "nodes",
};

unsigned *bench_axis_of(struct bench_setting *setting, enum bench_axis axis)
{
	switch (axis) {
	case AXIS_OUTSTANDING:
		return &setting->outstanding;
	case AXIS_RATE:
		return &setting->rate;
	case AXIS_SIZE:
		return &setting->size_bytes;
	case AXIS_NODES:
	case BENCH_AXES:
		break;
	}
	return &setting->nodes;
}

static unsigned place_on_axis(const struct bench_table *t, unsigned i)
{
	struct bench_setting setting = t->result[i].setting;

	return *bench_axis_of(&setting, t->axis);
}

static const char *mode_of(const struct bench_setting *s)
{
	return s->multi ? "multi" : "single";
}

/* --- one ----------------------------------------------------------------------------------- */

static void print_busy(double percent, FILE *to)
{
	if (percent >= BUSY_PERCENT)
		fprintf(to,
			"  the machine was busy: others had %.0f%% of its processor time. Measure "
			"again, or compare with what was measured in the same minute\n",
			percent);
}

/* ", 16 values a slot, 4 slots under way": what was said of it, else "". */
static void batch_words(const struct bench_setting *s, char *words, size_t size)
{
	const struct batch_rule *rule = &s->batch;

	words[0] = '\0';
	if (rule->bytes != 0)
		text_append(words, size, ", at most %u bytes a slot", rule->bytes);
	else if (rule->count != 0)
		text_append(words, size, ", at most %u value%s a slot", rule->count,
			    rule->count == 1 ? "" : "s");
	if (rule->pipeline != 0)
		text_append(words, size, ", %u slot%s under way", rule->pipeline,
			    rule->pipeline == 1 ? "" : "s");
}

static double per_slot(const struct bench_result *r)
{
	return r->slots > 0 ? (double)r->values / (double)r->slots : 0;
}

static void print_behind(const struct bench_result *r, FILE *to)
{
	char waited[32];

	latency_words(r->behind_us, waited, sizeof waited);
	if (r->is_behind)
		fprintf(to,
			"  the cluster does not keep up with %u values/s: the last one waited %s "
			"for its turn\n",
			r->setting.rate, waited);
}

void bench_print_text(const struct bench_result *r, FILE *to)
{
	const struct bench_setting *s = &r->setting;
	char defences[POLICY_SHOWN_MAX], batch[BATCH_WORDS];

	policy_show(s->policy, defences);
	fprintf(to, "%u nodes, %s mode, %s store, defences %s: %" PRIu64 " values of %u bytes, ",
		s->nodes, mode_of(s), s->store, defences, r->values, s->size_bytes);
	if (s->rate != 0)
		fprintf(to, "%u arriving a second, at most ", s->rate);
	batch_words(s, batch, sizeof batch);
	fprintf(to, "%u outstanding%s\n", s->outstanding, batch);
	fprintf(to, "  values/s    %.0f", r->values_s);
	if (r->turns > 1)
		fprintf(to, "  (the middle of %u: %.0f to %.0f)", r->turns, r->least_s, r->most_s);
	fprintf(to, "\n  latency us  p50 %u  p99 %u  p99.9 %u  max %u\n", r->p50_us, r->p99_us,
		r->p999_us, r->max_us);
	fprintf(to, "  processor  ");
	for (unsigned id = 1; id <= s->nodes; id++)
		fprintf(to, " n%u %.0f%%", id, r->cpu_percent[id]);
	fprintf(to, "  of a core\n");
	if (r->slots < r->values)
		fprintf(to, "  in a slot   %.1f values\n", per_slot(r));
	fprintf(to, "  left out    the %" PRIu64 " values before, for warming up\n", r->left_out);
	print_behind(r, to);
	print_busy(r->others_percent, to);
}

/* With one digit behind the point: what is behind that is noise. */
static json_t *tenths_json(double number)
{
	char shown[64];
	json_error_t error;

	snprintf(shown, sizeof shown, "%.1f", number);
	return json_loads(shown, JSON_DECODE_ANY, &error);
}

static json_t *result_json(const struct bench_result *r)
{
	const struct bench_setting *s = &r->setting;
	char defences[POLICY_SHOWN_MAX];
	json_t *cpu = json_array();

	policy_show(s->policy, defences);
	for (unsigned id = 1; id <= s->nodes; id++)
		json_array_append_new(cpu, tenths_json(r->cpu_percent[id]));
	return json_pack(
		"{sissssss sIsIsI sosIsIsIsI so so si so so sIsIsosI}", "nodes", (int)s->nodes,
		"mode", mode_of(s), "store", s->store, "defences", defences, "values",
		(json_int_t)r->values, "size", (json_int_t)s->size_bytes, "outstanding",
		(json_int_t)s->outstanding, "values_per_s", tenths_json(r->values_s), "p50_us",
		(json_int_t)r->p50_us, "p99_us", (json_int_t)r->p99_us, "p999_us",
		(json_int_t)r->p999_us, "max_us", (json_int_t)r->max_us, "cpu_percent", cpu,
		"others_percent", tenths_json(r->others_percent), "turns", (int)r->turns,
		"least_per_s", tenths_json(r->least_s), "most_per_s", tenths_json(r->most_s),
		"rate", (json_int_t)s->rate, "left_out", (json_int_t)r->left_out, "values_per_slot",
		tenths_json(per_slot(r)), "behind_us", (json_int_t)r->behind_us);
}

static void print_one(const struct bench_result *r, FILE *to)
{
	json_t *json = result_json(r);

	json_print(json, JSON_REAL_PRECISION(15), to);
	json_decref(json);
}

void bench_print_json(const struct bench_result *r, FILE *to)
{
	print_one(r, to);
	fputc('\n', to);
}

/* --- many ---------------------------------------------------------------------------------- */

void bench_print_list(const struct bench_table *t, FILE *to)
{
	for (unsigned i = 0; i < t->count; i++) {
		fputs(i == 0 ? "[\n  " : ",\n  ", to);
		print_one(&t->result[i], to);
	}
	fputs(t->count == 0 ? "[]\n" : "\n]\n", to);
}

void bench_print_csv(const struct bench_table *t, FILE *to)
{
	fputs("nodes,mode,store,defences,size,outstanding,values,values_per_s,p50_us,p99_us,"
	      "p999_us,max_us,others_percent,turns,least_per_s,most_per_s,rate,left_out,"
	      "values_per_slot,behind_us\n",
	      to);
	for (unsigned i = 0; i < t->count; i++) {
		const struct bench_result *r = &t->result[i];
		const struct bench_setting *s = &r->setting;
		char defences[POLICY_SHOWN_MAX];

		policy_show(s->policy, defences);
		fprintf(to,
			"%u,%s,%s,%s,%u,%u,%" PRIu64
			",%.1f,%u,%u,%u,%u,%.1f,%u,%.1f,%.1f,%u,%" PRIu64 ",%.1f,%" PRIu64 "\n",
			s->nodes, mode_of(s), s->store, defences, s->size_bytes, s->outstanding,
			r->values, r->values_s, r->p50_us, r->p99_us, r->p999_us, r->max_us,
			r->others_percent, r->turns, r->least_s, r->most_s, s->rate, r->left_out,
			per_slot(r), r->behind_us);
	}
}

/* "A  " and "B  " where there are two. */
static const char *series_name(const struct bench_table *t, const struct bench_setting *s)
{
	if (t->series == 1)
		return "";
	return s == &t->result[0].setting ? "A  " : "B  ";
}

void bench_setting_words(const struct bench_table *t, const struct bench_setting *s,
			 char words[BENCH_SETTING_WORDS])
{
	char defences[POLICY_SHOWN_MAX], nodes[32] = "", size[48] = "", outstanding[32] = "";
	char rate[48] = "", batch[BATCH_WORDS];

	policy_show(s->policy, defences);
	if (t->axis != AXIS_NODES)
		snprintf(nodes, sizeof nodes, "%u nodes, ", s->nodes);
	if (t->axis != AXIS_SIZE)
		snprintf(size, sizeof size, ", values of %u bytes", s->size_bytes);
	if (t->axis != AXIS_OUTSTANDING)
		snprintf(outstanding, sizeof outstanding, ", %u outstanding", s->outstanding);
	if (t->axis != AXIS_RATE && s->rate != 0)
		snprintf(rate, sizeof rate, ", %u arriving a second", s->rate);
	batch_words(s, batch, sizeof batch);
	snprintf(words, BENCH_SETTING_WORDS, "%s%s%s mode, %s store, defences %s%s%s%s%s",
		 series_name(t, s), nodes, mode_of(s), s->store, defences, size, rate, outstanding,
		 batch);
}

static double most_of(const struct bench_table *t)
{
	double most = 1;

	for (unsigned i = 0; i < t->count; i++)
		most = t->result[i].values_s > most ? t->result[i].values_s : most;
	return most;
}

static bool any_is_behind(const struct bench_table *t)
{
	for (unsigned i = 0; i < t->count; i++)
		if (t->result[i].is_behind)
			return true;
	return false;
}

/* A bar of that share of `width` columns, to an eighth of one. */
static void print_bar(double share, unsigned width, bool ascii, FILE *to)
{
	static const char *const parts[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
	const unsigned eighths = (unsigned)(share * 8 * width + 0.5);

	for (unsigned i = 0; i < eighths / 8; i++)
		fputs(ascii ? "#" : "█", to);
	if (!ascii)
		fputs(parts[eighths % 8], to);
}

void bench_print_table(const struct bench_table *t, unsigned columns, bool ascii, FILE *to)
{
	static const unsigned numbers = 48; /* columns of the row before its bar */
	const double most = most_of(t);
	const unsigned marks = any_is_behind(t) ? 10 : 0;
	const unsigned width = columns > numbers + marks + 10 ? columns - numbers - marks - 1 : 10;
	double busy = 0;

	for (unsigned k = 0; k < t->series && k < t->count; k++) {
		char words[BENCH_SETTING_WORDS];

		bench_setting_words(t, &t->result[k].setting, words);
		fprintf(to, "%s\n", words);
	}
	fprintf(to, "%-11s    %11s %9s %9s\n", bench_axis_names[t->axis], "values/s", "p50 us",
		"p99 us");
	for (unsigned i = 0; i < t->count; i++) {
		const struct bench_result *r = &t->result[i];

		fprintf(to, "%11u  %c %11.0f %9u %9u  ", place_on_axis(t, i),
			t->series > 1 ? 'A' + (char)(i % t->series) : ' ', r->values_s, r->p50_us,
			r->p99_us);
		print_bar(r->values_s / most, width, ascii, to);
		fputs(r->is_behind ? "  too slow\n" : "\n", to);
		busy = r->others_percent > busy ? r->others_percent : busy;
	}
	for (unsigned i = 0; t->series == 2 && i + 1 < t->count; i += 2)
		fprintf(to, "%s%u: B is %.2f of A\n", i == 0 ? "\n" : "", place_on_axis(t, i),
			t->result[i].values_s > 0
				? t->result[i + 1].values_s / t->result[i].values_s
				: 0);
	print_busy(busy, to);
}
