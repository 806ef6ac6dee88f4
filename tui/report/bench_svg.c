/* A sweep as a picture for papers and slides: values per second over what was varied, latencies
 * below. Both begin at 0; places stand side by side, as they were doubled. */
#include <stdio.h>

#include "tui/report/bench_report.h"

#define WIDTH  720
#define HEIGHT 560
#define LEFT   90
#define RIGHT  20
#define LINES  4 /* across a panel */

/* Attributes and no style sheet, which some viewers do not read. The colours are told apart by
 * people who see few of them. */
static const char *colour_of(unsigned series)
{
	return series == 0 ? "#0072b2" : "#d55e00";
}

struct panel {
	const struct bench_table *table;
	double (*value)(const struct bench_result *r);
	const char *title;
	int top, height;
	double most;
};

static double values_of(const struct bench_result *r)
{
	return r->values_s;
}

static double p50_of(const struct bench_result *r)
{
	return r->p50_us;
}

static double p99_of(const struct bench_result *r)
{
	return r->p99_us;
}

/* The next number of the kind 1, 2, 5, 10, 20, ... */
static double round_up(double number)
{
	static const double steps[] = {1, 2, 5};
	double ten = 1;

	for (;;) {
		for (unsigned i = 0; i < 3; i++)
			if (steps[i] * ten >= number)
				return steps[i] * ten;
		ten *= 10;
	}
}

static double greatest(const struct bench_table *t, double (*value)(const struct bench_result *r))
{
	double most = 1;

	for (unsigned i = 0; i < t->count; i++)
		most = value(&t->result[i]) > most ? value(&t->result[i]) : most;
	return most;
}

static double x_of(const struct bench_table *t, unsigned i)
{
	const unsigned places = t->count / t->series;
	const double room = WIDTH - LEFT - RIGHT;

	return LEFT + room * (i / t->series + 0.5) / places;
}

static double y_of(const struct panel *p, double value)
{
	return p->top + p->height * (1 - value / p->most);
}

static void draw_frame(const struct panel *p, FILE *to)
{
	fprintf(to, "<text x=\"%d\" y=\"%d\" font-weight=\"bold\">%s</text>\n", LEFT, p->top - 10,
		p->title);
	for (int i = 0; i <= LINES; i++) {
		const double value = p->most * i / LINES;

		fprintf(to,
			"<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ccc\"/>"
			"<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.10g</text>\n",
			LEFT, WIDTH - RIGHT, y_of(p, value), y_of(p, value), LEFT - 8,
			y_of(p, value) + 4, value);
	}
}

static void draw_places(const struct panel *p, FILE *to)
{
	const struct bench_table *t = p->table;

	for (unsigned i = 0; i < t->count; i += t->series) {
		struct bench_setting setting = t->result[i].setting;

		fprintf(to, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%u</text>\n",
			x_of(t, i), p->top + p->height + 18, *bench_axis_of(&setting, t->axis));
	}
}

static void draw_line(const struct panel *p, unsigned series,
		      double (*value)(const struct bench_result *r), bool dashed, FILE *to)
{
	const struct bench_table *t = p->table;

	fprintf(to, "<path fill=\"none\" stroke-width=\"2\" stroke=\"%s\"%s d=\"",
		colour_of(series), dashed ? " stroke-dasharray=\"5 4\"" : "");
	for (unsigned i = series; i < t->count; i += t->series)
		fprintf(to, "%s%.1f,%.1f", i == series ? "M" : " L", x_of(t, i),
			y_of(p, value(&t->result[i])));
	fputs("\"/>\n", to);
	for (unsigned i = series; i < t->count; i += t->series)
		fprintf(to, "<circle fill=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"3\"/>\n",
			colour_of(series), x_of(t, i), y_of(p, value(&t->result[i])));
}

static void draw_legend(const struct bench_table *t, FILE *to)
{
	for (unsigned k = 0; k < t->series && k < t->count; k++) {
		char words[BENCH_SETTING_WORDS];

		bench_setting_words(t, &t->result[k].setting, words);
		fprintf(to, "<text x=\"%d\" y=\"%u\" fill=\"%s\">%s</text>\n", LEFT,
			HEIGHT - 34 + 18 * k, colour_of(k), words);
	}
}

void bench_print_svg(const struct bench_table *t, FILE *to)
{
	const struct panel speed = {t,  values_of, "values per second",
				    40, 210,       round_up(greatest(t, values_of))};
	const struct panel latency = {t,   p99_of, "latency in microseconds: p50, and p99 dashed",
				      310, 150,    round_up(greatest(t, p99_of))};

	fprintf(to,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" "
		"height=\"%d\" font-family=\"sans-serif\" font-size=\"13\" fill=\"#222\">\n"
		"<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
		WIDTH, HEIGHT, WIDTH, HEIGHT);
	draw_frame(&speed, to);
	draw_frame(&latency, to);
	draw_places(&latency, to);
	fprintf(to, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\" font-weight=\"bold\">%s</text>\n",
		WIDTH - RIGHT, latency.top + latency.height + 36, bench_axis_names[t->axis]);
	for (unsigned k = 0; k < t->series; k++) {
		draw_line(&speed, k, values_of, false, to);
		draw_line(&latency, k, p50_of, false, to);
		draw_line(&latency, k, p99_of, true, to);
	}
	draw_legend(t, to);
	fputs("</svg>\n", to);
}
