/* What came of scenarios, and how it is told: to people, as TAP 14, as JUnit XML, as JSON. */
#ifndef TUI_REPORT_RUN_REPORT_H
#define TUI_REPORT_RUN_REPORT_H

#include <stdio.h>

#include "proto/scenario/scenario.h"

enum verdict { VERDICT_PASS, VERDICT_VIOLATED, VERDICT_INCONCLUSIVE };

/* One thing that was checked, or that went wrong. */
struct run_check {
	unsigned line;
	enum verdict verdict;
	char words[1600]; /* room for the longest value, and what several nodes say */
};

#define RUN_CHECKS_MAX (SCENARIO_COMMANDS_MAX + 4)

struct run_result {
	const char *file;
	enum verdict verdict; /* the worst of its checks; violated is worse than inconclusive */
	bool simulated;
	uint64_t seed;
	uint64_t real_us;
	unsigned checks;
	struct run_check check[RUN_CHECKS_MAX];
};

void run_check_add(struct run_result *r, unsigned line, enum verdict verdict, const char *words);

/* Writes text so that no XML reader sees markup in it. A character that XML cannot hold becomes
 * '?'. */
void xml_escape(const char *text, FILE *to);

void run_report_tap(const struct run_result *const *result, unsigned count, FILE *to);
void run_report_junit(const struct run_result *const *result, unsigned count, FILE *to);
void run_report_json(const struct run_result *const *result, unsigned count, FILE *to);

#endif
