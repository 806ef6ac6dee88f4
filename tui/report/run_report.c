#include "tui/report/run_report.h"

#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "proto/core/text.h"
#include "tui/report/json_print.h"

void run_check_add(struct run_result *r, unsigned line, enum verdict verdict, const char *words)
{
	if (verdict == VERDICT_VIOLATED || r->verdict == VERDICT_PASS)
		r->verdict = verdict;
	if (r->checks == RUN_CHECKS_MAX)
		return;
	struct run_check *c = &r->check[r->checks++];
	c->line = line;
	c->verdict = verdict;
	text_write(c->words, sizeof c->words, "%s", words);
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

void run_report_tap(const struct run_result *const *result, unsigned count, FILE *to)
{
	fprintf(to, "TAP version 14\n1..%u\n", count);
	for (unsigned i = 0; i < count; i++) {
		const struct run_result *r = result[i];
		fprintf(to, "# Subtest: ");
		tap_escape(r->file, to);
		fprintf(to, "\n    1..%u\n", r->checks);
		for (unsigned j = 0; j < r->checks; j++) {
			const struct run_check *c = &r->check[j];
			fprintf(to, "    %sok %u - ", c->verdict == VERDICT_PASS ? "" : "not ",
				j + 1);
			tap_escape(r->file, to);
			fprintf(to, ":%u: ", c->line);
			tap_escape(c->words, to);
			fprintf(to, "\n");
		}
		fprintf(to, "%sok %u - ", r->verdict == VERDICT_PASS ? "" : "not ", i + 1);
		tap_escape(r->file, to);
		fprintf(to, "\n");
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

void run_report_junit(const struct run_result *const *result, unsigned count, FILE *to)
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

static json_t *checks_json(const struct run_result *r)
{
	json_t *checks = json_array();
	for (unsigned j = 0; j < r->checks; j++) {
		const struct run_check *c = &r->check[j];
		json_array_append_new(checks, json_pack("{sissso}", "line", (int)c->line, "result",
							verdict_name(c->verdict), "words",
							json_text(c->words)));
	}
	return checks;
}

/* The seed is written by hand: numbers of jansson end at 2^63. */
void run_report_json(const struct run_result *const *result, unsigned count, FILE *to)
{
	fprintf(to, "[");
	for (unsigned i = 0; i < count; i++) {
		const struct run_result *r = result[i];
		json_t *one = json_pack("{sossso sb}", "scenario", json_text(r->file), "result",
					verdict_name(r->verdict), "checks", checks_json(r),
					"simulated", r->simulated);
		fprintf(to, "%s\n{", i == 0 ? "" : ",");
		json_print(one, JSON_INDENT(2) | JSON_EMBED, to);
		fprintf(to, ",\n  \"seed\": %" PRIu64 "\n}", r->seed);
		json_decref(one);
	}
	fprintf(to, "\n]\n");
}
