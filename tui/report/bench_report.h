/* What `bench` has measured, as text with a chart, as JSON, CSV or SVG. */
#ifndef TUI_REPORT_BENCH_REPORT_H
#define TUI_REPORT_BENCH_REPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "proto/core/batch_rule.h"
#include "proto/core/policy.h"

/* What is measured. */
struct bench_setting {
	unsigned nodes;
	bool multi;        /* mode */
	const char *store; /* "sqlite" or "memory" */
	policy_id policy;
	unsigned size_bytes, outstanding;
	unsigned rate; /* values that arrive a second; 0 = the next comes when one is chosen */
	struct batch_rule batch; /* 0 in it = as a load does where nobody says how */
};

struct bench_result {
	struct bench_setting setting;
	unsigned turns; /* times it was measured; the rest is of the middle one by values/s */
	double least_s, most_s; /* values/s of the slowest and of the fastest */
	uint64_t left_out;      /* values that were proposed before it was measured */
	uint64_t values;
	uint64_t slots;     /* that hold them */
	uint64_t behind_us; /* with a rate: how long the last value waited for its turn */
	bool is_behind;     /* and so the cluster does not keep up */
	double values_s;
	unsigned p50_us, p99_us, p999_us, max_us;
	double cpu_percent[NODES_MAX + 1]; /* by node, of a core */
	double others_percent;             /* of all cores: what went to others in the worst turn */
};

/* Names of what a sweep may vary, in the order of enum bench_axis. */
enum bench_axis { AXIS_OUTSTANDING, AXIS_RATE, AXIS_SIZE, AXIS_NODES, BENCH_AXES };
extern const char *const bench_axis_names[BENCH_AXES];
unsigned *bench_axis_of(struct bench_setting *setting, enum bench_axis axis);

/* One setting, in full. */
void bench_print_text(const struct bench_result *r, FILE *to);
void bench_print_json(const struct bench_result *r, FILE *to);

/* Many: `count` results, `series` of them at each place of the axis (2: two settings in turns). The
 * chart is so many columns wide. */
struct bench_table {
	const struct bench_result *result;
	unsigned count, series;
	enum bench_axis axis;
};

#define BENCH_SETTING_WORDS 400
/* What a series has in common: everything but what the axis says. `s` is that of the series' first.
 */
void bench_setting_words(const struct bench_table *t, const struct bench_setting *s,
			 char words[BENCH_SETTING_WORDS]);

void bench_print_table(const struct bench_table *t, unsigned columns, bool ascii, FILE *to);
void bench_print_list(const struct bench_table *t, FILE *to); /* JSON */
void bench_print_csv(const struct bench_table *t, FILE *to);
void bench_print_svg(const struct bench_table *t, FILE *to);

#endif
