#include "tui/report/run_report.h"

#include <jansson.h>
#include <string.h>

void run_check_add(struct run_result *r, unsigned line, enum verdict verdict, const char *words)
{
	if (verdict == VERDICT_VIOLATED || r->verdict == VERDICT_PASS)
		r->verdict = verdict;
	if (r->checks == RUN_CHECKS_MAX)
		return;
	struct run_check *c = &r->check[r->checks++];
	c->line = line;
	c->verdict = verdict;
	snprintf(c->words, sizeof c->words, "%s", words);
}

static const char *verdict_name(enum verdict verdict)
{
	return verdict == VERDICT_PASS       ? "pass"
	       : verdict == VERDICT_VIOLATED ? "violated"
					     : "inconclusive";
}

/* # begins a directive and \ an escape in a description. */
static void tap_escape(const char *text, FILE *to)
{
	for (; *text != 0; text++) {
		if (*text == '#' || *text == '\\')
			fputc('\\', to);
		fputc(*text == '\n' ? ' ' : *text, to);
	}
}

void report_tap(const struct run_result *const *result, unsigned count, FILE *to)
{
	fprintf(to, "TAP version 14\n1..%u\n", count);
	for (unsigned i = 0; i < count; i++) {
		const struct run_result *r = result[i];
		fprintf(to, "# Subtest: %s\n    1..%u\n", r->file, r->checks);
		for (unsigned j = 0; j < r->checks; j++) {
			const struct run_check *c = &r->check[j];
			fprintf(to,
				"    %sok %u - %s:%u: ", c->verdict == VERDICT_PASS ? "" : "not ",
				j + 1, r->file, c->line);
			tap_escape(c->words, to);
			fprintf(to, "\n");
		}
		fprintf(to, "%sok %u - %s\n", r->verdict == VERDICT_PASS ? "" : "not ", i + 1,
			r->file);
	}
}

void xml_escape(const char *text, FILE *to)
{
	for (const unsigned char *c = (const unsigned char *)text; *c != 0; c++)
		if (*c == '&')
			fputs("&amp;", to);
		else if (*c == '<')
			fputs("&lt;", to);
		else if (*c == '>')
			fputs("&gt;", to);
		else if (*c == '"')
			fputs("&quot;", to);
		else if (*c < ' ' && *c != '\t')
			fputc('?', to);
		else
			fputc(*c, to);
}

static unsigned count_of(const struct run_result *r, enum verdict verdict)
{
	unsigned count = 0;
	for (unsigned i = 0; i < r->checks; i++)
		count += r->check[i].verdict == verdict;
	return count;
}

static void junit_case(const struct run_result *r, const struct run_check *c, FILE *to)
{
	fprintf(to, "    <testcase classname=\"");
	xml_escape(r->file, to);
	fprintf(to, "\" name=\"line %u: ", c->line);
	xml_escape(c->words, to);
	if (c->verdict == VERDICT_PASS) {
		fprintf(to, "\"/>\n");
		return;
	}
	fprintf(to, "\">\n      <%s message=\"",
		c->verdict == VERDICT_VIOLATED ? "failure" : "error");
	xml_escape(c->words, to);
	fprintf(to, "\"/>\n    </testcase>\n");
}

void report_junit(const struct run_result *const *result, unsigned count, FILE *to)
{
	fprintf(to, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
	for (unsigned i = 0; i < count; i++) {
		const struct run_result *r = result[i];
		fprintf(to, "  <testsuite name=\"");
		xml_escape(r->file, to);
		fprintf(to, "\" tests=\"%u\" failures=\"%u\" errors=\"%u\" time=\"%llu.%06llu\">\n",
			r->checks, count_of(r, VERDICT_VIOLATED), count_of(r, VERDICT_INCONCLUSIVE),
			(unsigned long long)(r->real_us / 1000000),
			(unsigned long long)(r->real_us % 1000000));
		for (unsigned j = 0; j < r->checks; j++)
			junit_case(r, &r->check[j], to);
		fprintf(to, "  </testsuite>\n");
	}
	fprintf(to, "</testsuites>\n");
}

void report_json(const struct run_result *const *result, unsigned count, FILE *to)
{
	json_t *all = json_array();
	for (unsigned i = 0; i < count; i++) {
		const struct run_result *r = result[i];
		json_t *checks = json_array();
		for (unsigned j = 0; j < r->checks; j++) {
			const struct run_check *c = &r->check[j];
			json_array_append_new(checks, json_pack("{sissss}", "line", (int)c->line,
								"result", verdict_name(c->verdict),
								"words", c->words));
		}
		json_array_append_new(all, json_pack("{sssssosbsI}", "scenario", r->file, "result",
						     verdict_name(r->verdict), "checks", checks,
						     "simulated", r->simulated, "seed",
						     (json_int_t)r->seed));
	}
	json_dumpf(all, to, JSON_INDENT(2));
	fprintf(to, "\n");
	json_decref(all);
}
