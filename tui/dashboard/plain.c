/* Plain lines instead of a screen, for pipes, TERM=dumb and screen readers: what is decided and
 * why, or every event, a line each. Commands are read from stdin, a line each, and each is carried
 * out before the next is read. With a menu, a number is a choice, and the end of the input ends the
 * program when the work has ended. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "node/io/clock.h"
#include "node/io/status.h"
#include "node/live/live.h"
#include "proto/core/text.h"
#include "proto/model/base/query.h"
#include "proto/model/base/show.h"
#include "proto/model/fold/fold.h"
#include "proto/model/say/say.h"
#include "tui/dashboard/dashboard.h"
#include "tui/dashboard/in_order.h"
#include "tui/report/brief.h"
#include "tui/report/evidence_json.h"
#include "tui/report/margin_report.h"
#include "tui/report/state_json.h"

#define TICK_US   50000
#define ITEMS_MAX 20000   /* then input and signals are looked at */
#define HEAR_US   1000000 /* real: how long a node that is up may take to say so */
#define ROUNDS    64      /* of commands that a simulated cluster carries out at once */

/* After the last line: how long values may take to be chosen, and messages to arrive; real time. */
#define CHOOSE_US 30000000
#define ARRIVE_US 1000000

struct plain {
	struct cluster *cluster;
	struct model *model;
	struct runner runner;
	struct pump pump;
	struct cluster_info info;
	int signals;
	bool menu, quit;
	bool is_ready; /* every node has been heard of, or has had the time */
	bool verbose;  /* every event is told, not only what brief_tells of */
	struct brief brief;
	struct in_order held; /* lines of a live cluster */
	/* numbers of the loads of which it was told that they began, and that they were done */
	uint64_t load_told[NODES_MAX + 1], load_done[NODES_MAX + 1];
	uint64_t real_us;
	bool told_violation;
	bool acted; /* a command changed the cluster: what comes of it is waited for */
	int exit_code;
	/* the input: bytes that were read, and the line that they make */
	char bytes[4096];
	size_t at, count;
	bool input_over;
	char typed[WORD_BYTES_MAX];
	size_t length;
	bool too_long;
	uint64_t begin_us;
	uint64_t over_us; /* real: when the last line was done */
};

static const char *const choices[] = {"propose 1 apple", "crash 1", "restart 1",
				      "cut 1 2 both",    "heal",    "pause",
				      "resume",          "state",   "quit"};

#define CHOICES (sizeof(choices) / sizeof(choices[0]))

static void print_menu(void)
{
	printf("Type a number or any command (help lists them).\n"
	       "Told is what was decided, and why; after verbose, every event.\n");
	for (unsigned i = 0; i < CHOICES; i++)
		printf("%u %s\n", i + 1, choices[i]);
}

static void print_state(const struct model *m)
{
	for (node_id n = 1; n <= m->nodes; n++) {
		char promised[16];

		ballot_show(m->node[n].promised, promised);
		printf("n%u %s promised %s, knows every slot below %llu\n", n, node_role(m, n),
		       promised, (unsigned long long)m->node[n].base);
	}
}

static void print_roster(const struct plain *p)
{
	const struct roster *roster = live_roster(p->cluster);

	if (roster != NULL)
		roster_print(roster, stdout);
	else
		printf("%u simulated nodes, without keys and addresses\n", p->model->nodes);
}

static void on_report(void *user, const struct report *report)
{
	struct plain *p = user;
	const bool asks = report->kind == REPORT_ASK || report->kind == REPORT_BEAT;

	in_order_print(&p->held, p->model, UINT64_MAX, stdout);
	switch (report->kind) {
	case REPORT_QUIT:
		p->quit = true;
		break;
	case REPORT_STATE:
		print_state(p->model);
		break;
	case REPORT_ROSTER:
		print_roster(p);
		break;
	case REPORT_EVIDENCE:
		evidence_print(p->model, stdout);
		break;
	case REPORT_MARGIN:
		margin_print_now(p->model, stdout);
		break;
	case REPORT_VIOLATED:
		if (p->runner.hurry && p->exit_code == EXIT_PASS)
			p->exit_code = EXIT_VIOLATED;
		break;
	default:
		break;
	}
	if (asks && !p->runner.hurry)
		printf("* %s  Enter goes on\n", report->words);
	else if (report->words != NULL && report->words[0] != 0)
		printf("* %s\n", report->words);
}

/* The reason in one line. */
static void add_why(const struct model *m, uint64_t i, char *out, size_t size)
{
	char words[1024];

	if (!why_explain(m, i, words, sizeof(words)))
		return;
	for (char *c = words; *c != 0; c++)
		*c = *c == '\n' ? ' ' : *c;
	text_append(out, size, "  WHY %s\n", words);
}

/* A simulated cluster tells all in order, processes as they get round to it. A reason is the one
 * that stood when its event was heard. */
static void tell(struct plain *p, uint64_t event, time_us at, const char *text)
{
	char when[24];

	if (p->info.kind == CLUSTER_SIMULATED || event == EVENT_UNSEEN) {
		time_show(at, when);
		printf("%s %s", when, text);
	} else
		in_order_add(&p->held, p->model, event, p->real_us, text, stdout);
}

/* That a load has begun, and what it came to. */
static void print_load(struct plain *p, node_id node)
{
	const struct load_report *r = &p->model->node[node].load.report;
	char words[LOAD_WORDS_MAX], text[LOAD_WORDS_MAX + 2];

	if ((r->number == p->load_told[node] && !r->done) || r->number == p->load_done[node] ||
	    !load_words(p->model, node, words, sizeof(words)))
		return;
	p->load_told[node] = r->number;
	if (r->done)
		p->load_done[node] = r->number;
	snprintf(text, sizeof(text), "%s\n", words);
	in_order_print(&p->held, p->model, UINT64_MAX, stdout);
	tell(p, EVENT_UNSEEN, p->model->now, text);
}

static void print_item(void *user, const struct item *item)
{
	struct plain *p = user;
	const struct model *m = p->model;
	char words[256], text[IN_ORDER_BYTES];

	if (item->kind == ITEM_LOAD)
		print_load(p, item->load->node);
	if (item->kind != ITEM_EVENT || item->event->kind == EVENT_HELD ||
	    item->event->kind == EVENT_OBEYED)
		return;
	const bool tells = brief_tells(&p->brief, item->event) && !event_is_of_load(m, item->event);

	/* every node says how time runs, and one of them is enough */
	if (!tells && (!p->verbose || item->event->kind == EVENT_TIMED))
		return;
	if (item->event->kind == EVENT_TIMED)
		clock_words(&item->event->clock, words, sizeof(words));
	else
		event_words(m, item->event, words, sizeof(words));
	snprintf(text, sizeof(text), "%s\n", words);
	if (tells && brief_explains(item->event) && m->events > 0)
		add_why(m, m->events - 1, text, sizeof(text));
	tell(p, m->events - 1, item->event->at, text);
}

static void set_verbose(struct plain *p, bool verbose)
{
	p->verbose = verbose;
	printf(verbose ? "* every event is told now; brief: decisions and their reasons\n"
		       : "* decisions and their reasons are told now; verbose: every event\n");
}

static void run_line(struct plain *p, const char *line)
{
	struct command command;
	char why[400], *end;
	unsigned long choice = strtoul(line, &end, 10);

	if (end != line && *end == 0 && choice >= 1 && choice <= CHOICES)
		line = choices[choice - 1];
	if (strcmp(line, "verbose") == 0 || strcmp(line, "brief") == 0) {
		set_verbose(p, line[0] == 'v');
		return;
	}
	if (strcmp(line, "help") == 0) {
		print_menu();
		for (unsigned i = 1; i < COMMANDS; i++)
			printf("%s: %s\n", command_usage((enum command_kind)i),
			       command_help((enum command_kind)i));
		return;
	}
	if (!command_parse(line, p->model->nodes, &command, why, sizeof(why)))
		printf("* %s\n", why);
	else if (!p->info.can_act && command_effect(command.kind) != EFFECT_LOOKS)
		printf("* read-only: %s\n", p->info.why_not);
	else if (command.kind != COMMAND_NONE) {
		runner_give(&p->runner, &command);
		p->acted = p->acted || command_effect(command.kind) == EFFECT_CHANGES;
	}
}

/* Reads more input. Its end may come without the end of a line. */
static void read_input(struct plain *p)
{
	ssize_t n = read(STDIN_FILENO, p->bytes, sizeof(p->bytes));

	if (n < 0 && errno == EINTR)
		return;
	p->at = 0;
	p->count = n > 0 ? (size_t)n : 0;
	p->input_over = n <= 0;
}

/* Goes on with the line by what was read. False: it does not end yet. */
static bool line_ends(struct plain *p)
{
	while (p->at < p->count) {
		char byte = p->bytes[p->at++];

		if (byte == '\n')
			return true;
		if (p->length + 1 < sizeof(p->typed))
			p->typed[p->length++] = byte == 0 ? '?' : byte;
		else
			p->too_long = true;
	}
	return p->input_over && (p->length > 0 || p->too_long);
}

/* Is the runner there for the next line: a command, or an answer? */
static bool is_listening(const struct plain *p)
{
	return p->is_ready && p->runner.state != RUNNER_BUSY && !p->quit;
}

/* Takes the next line if it is there. */
static bool take_line(struct plain *p)
{
	if (!is_listening(p))
		return false;
	if (p->runner.state == RUNNER_ASKING && p->input_over) {
		runner_answer(&p->runner);
		return true;
	}
	if (!line_ends(p))
		return false;
	p->typed[p->length] = 0;
	if (p->runner.state == RUNNER_ASKING)
		runner_answer(&p->runner);
	else if (p->too_long)
		printf("* the line is too long: at most %zu bytes\n", sizeof(p->typed) - 1);
	else
		run_line(p, p->typed);
	p->length = 0;
	p->too_long = false;
	return true;
}

static void tell_violation(struct plain *p)
{
	const bool violated = p->model->safety == SAFETY_VIOLATED;

	if (violated && !p->told_violation)
		in_order_print(&p->held, p->model, UINT64_MAX, stdout);
	if (violated && !p->told_violation)
		printf("* SAFETY is VIOLATED: %s\n", p->model->violation.words);
	p->told_violation = violated;
}

/* Takes what the cluster tells, and lines as long as what they say is done at once. */
static void take_items_and_lines(struct plain *p, uint64_t real_us)
{
	p->real_us = real_us;
	in_order_print(&p->held, p->model, real_us - IN_ORDER_US, stdout);
	for (unsigned round = 0; round < ROUNDS; round++) {
		const uint64_t items = p->pump.items;

		pump_time(&p->pump, real_us);
		pump_take(&p->pump, p->pump.until, ITEMS_MAX);
		runner_step(&p->runner, real_us);
		tell_violation(p);
		model_time(p->model, p->cluster->ops->now(p->cluster, real_us));
		p->is_ready = p->is_ready || model_has_heard_all(p->model) ||
			      real_us >= p->begin_us + HEAR_US;
		if (!take_line(p) && (!p->pump.simulated || p->pump.items == items))
			return;
	}
}

/* The input has ended and every command is done. Has that come of them what will? */
static bool is_over(struct plain *p, uint64_t real_us)
{
	const struct model *m = p->model;

	if (!p->input_over || p->length > 0 || p->runner.state != RUNNER_READY)
		return false;
	if (p->over_us == 0)
		p->over_us = real_us;
	const uint64_t since_us = real_us - p->over_us;
	if (!p->acted || (m->waiting == 0 && (model_flights_open(m) == 0 || since_us >= ARRIVE_US)))
		return true;
	if (m->waiting == 0)
		return false;
	const bool hopeless = clock_is_paused(&m->clock) || m->blocked_since != 0 ||
			      m->progress == PROGRESS_STALLED || since_us >= CHOOSE_US;
	if (hopeless)
		in_order_print(&p->held, m, UINT64_MAX, stdout);
	if (hopeless)
		printf("* %u value%s still wait%s%s%s\n", m->waiting, m->waiting == 1 ? "" : "s",
		       m->waiting == 1 ? "s" : "", m->progress_why[0] != 0 ? ": " : "",
		       m->progress_why);
	return hopeless;
}

static uint64_t patience(const struct plain *p, uint64_t real_us)
{
	uint64_t wait = p->cluster->ops->patience(p->cluster, real_us);

	if (pump_patience(&p->pump, real_us) < wait)
		wait = pump_patience(&p->pump, real_us);
	const uint64_t due_us = in_order_due(&p->held);
	if (wait > (due_us > real_us ? due_us - real_us : 0))
		wait = due_us > real_us ? due_us - real_us : 0;
	if ((p->info.kind == CLUSTER_SIMULATED || (p->input_over && p->menu) || !p->is_ready) &&
	    wait > TICK_US)
		wait = TICK_US;
	return is_listening(p) && p->at < p->count ? 0 : wait;
}

static void loop(struct plain *p)
{
	struct pollfd fd[3] = {{.events = POLLIN},
			       {.fd = p->cluster->ops->fd(p->cluster), .events = POLLIN},
			       {.fd = p->signals, .events = POLLIN}};
	uint64_t real_us = real_time_us();

	p->begin_us = real_us;
	pump_init(&p->pump, &p->runner, real_us);
	p->pump.hear = print_item;
	p->pump.user = p;
	while (!p->pump.over && !p->quit) {
		struct timespec space;
		const bool reads = is_listening(p) && p->at == p->count && !p->input_over;

		fd[0].fd = reads ? STDIN_FILENO : -1;
		fd[0].revents = 0;
		if (ppoll(fd, 3, wait_timespec(patience(p, real_us), &space), NULL) < 0 &&
		    errno != EINTR)
			break;
		real_us = real_time_us();
		if (fd[2].revents != 0) {
			struct signalfd_siginfo taken;

			/* A signal that is left there would end the program when signals are let in
			 * again. */
			while (read(p->signals, &taken, sizeof(taken)) > 0)
				continue;
			p->exit_code = EXIT_INTERRUPTED;
			break;
		}
		if (fd[0].revents != 0)
			read_input(p);
		take_items_and_lines(p, real_us);
		if (p->menu && is_over(p, real_us))
			break;
		if (fflush(stdout) != 0)
			break;
	}
}

int plain_run(struct cluster *c, const struct options *options, bool menu)
{
	struct plain *p = calloc(1, sizeof(*p));
	struct model *model = malloc(model_size());
	sigset_t set, before;
	int code;

	(void)options;
	if (p == NULL || model == NULL) {
		free(p);
		free(model);
		return status_exit(status_fail(STATUS_UNAVAILABLE, "not enough memory"));
	}
	p->cluster = c;
	p->model = model;
	p->menu = menu;
	p->exit_code = EXIT_PASS;
	c->ops->info(c, &p->info);
	model_begin(model, c->values, &p->info);
	runner_init(&p->runner, c, model, on_report, p);
	p->runner.hurry = !isatty(STDIN_FILENO);
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, &before);
	p->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	printf("%s: %u node%s%s%s\n", p->info.name, p->info.nodes, p->info.nodes == 1 ? "" : "s",
	       p->info.can_act ? "" : ", read-only: ",
	       p->info.can_act || p->info.why_not == NULL ? "" : p->info.why_not);
	if (menu)
		print_menu();
	fflush(stdout);
	c->ops->refresh(c);
	loop(p);
	in_order_print(&p->held, model, UINT64_MAX, stdout);
	code = dashboard_verdict(model, p->exit_code);
	if (p->pump.over && p->info.kind != CLUSTER_RECORDED)
		code = status_exit(
			status_fail(STATUS_UNAVAILABLE, "the cluster %s is gone", p->info.name));
	close(p->signals);
	sigprocmask(SIG_SETMASK, &before, NULL);
	free(model);
	free(p);
	return code;
}
