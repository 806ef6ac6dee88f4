/* Plain lines instead of a screen: one event a line, for pipes, TERM=dumb and screen readers. With
 * a menu, numbered choices and commands are read from stdin, a line each. */
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
#include "tui/dashboard.h"

#define TICK_US 50000

struct plain {
	struct cluster *cluster;
	struct model *model;
	struct runner runner;
	struct cluster_info info;
	int signals;
	bool menu, over, quit;
	int exit_code;
	char typed[PROMPT_MAX];
	size_t length;
	uint64_t real;
	time_us until;
};

static const char *const choices[] = {"propose 1 apple", "crash 1", "restart 1",
				      "cut 1 2 both",    "heal",    "pause",
				      "resume",          "state",   "quit"};

#define CHOICES (sizeof(choices) / sizeof(choices[0]))

static void print_menu(void)
{
	printf("Type a number or any command (help lists them):\n");
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

static void on_report(void *user, const struct report *report)
{
	struct plain *p = user;

	if (report->kind == REPORT_QUIT)
		p->quit = true;
	else if (report->kind == REPORT_STATE)
		print_state(p->model);
	else if (report->kind == REPORT_ASK || report->kind == REPORT_BEAT)
		runner_answer(&p->runner);
	if (report->words != NULL && report->words[0] != 0)
		printf("* %s\n", report->words);
}

static void print_event(const struct plain *p, const struct event *event)
{
	char when[24], words[256];

	if (event->kind == EVENT_HELD || event->kind == EVENT_OBEYED)
		return;
	time_show(event->at, when);
	event_words(p->model, event, words, sizeof(words));
	printf("%s %s\n", when, words);
}

static void drain(struct plain *p)
{
	struct item item;
	enum item_kind kind;
	unsigned count = 0;

	while ((kind = p->cluster->ops->next(p->cluster, p->until, &item)) != ITEM_NOTHING) {
		if (kind == ITEM_END) {
			p->over = true;
			return;
		}
		model_item(p->model, &item);
		if (kind == ITEM_EVENT) {
			runner_event(&p->runner, item.event);
			print_event(p, item.event);
		}
		if (++count % 64 != 0)
			continue;
		if (!values_has_room(p->cluster->values, 64, 4096)) {
			values_unmark(p->cluster->values);
			model_mark_values(p->model);
			values_sweep(p->cluster->values);
		}
		if (count >= 20000)
			return;
	}
}

static void run_line(struct plain *p, const char *line)
{
	struct command command;
	char why[256], *end;
	unsigned long choice = strtoul(line, &end, 10);

	if (end != line && *end == 0 && choice >= 1 && choice <= CHOICES)
		line = choices[choice - 1];
	if (strcmp(line, "help") == 0) {
		print_menu();
		for (unsigned i = 1; i < COMMANDS; i++)
			printf("%s: %s\n", command_usage((enum command_kind)i),
			       command_help((enum command_kind)i));
		return;
	}
	if (!command_parse(line, p->model->nodes, &command, why, sizeof(why)))
		printf("* %s\n", why);
	else if (command.kind != COMMAND_NONE && !p->info.can_act && command.kind != COMMAND_QUIT &&
		 command.kind != COMMAND_STATE)
		printf("* read-only: %s\n", p->info.why_not);
	else if (command.kind != COMMAND_NONE && !runner_give(&p->runner, &command))
		printf("* not yet: the command before is still at work\n");
}

/* End of input ends a menu; a pipe that only listens needs no input. */
static bool read_lines(struct plain *p)
{
	char bytes[256];
	ssize_t n = read(STDIN_FILENO, bytes, sizeof(bytes));

	if (n <= 0)
		return n < 0 && errno == EINTR;
	for (ssize_t i = 0; i < n; i++) {
		if (bytes[i] != '\n') {
			if (p->length + 1 < sizeof(p->typed))
				p->typed[p->length++] = bytes[i];
			continue;
		}
		p->typed[p->length] = 0;
		p->length = 0;
		run_line(p, p->typed);
	}
	return true;
}

static void run_time(struct plain *p, uint64_t real_us)
{
	const struct clock_rule *clock = &p->model->clock;
	time_us now = p->cluster->ops->now(p->cluster, real_us);
	uint64_t passed = real_us - p->real;

	if (clock_is_paused(clock) || now > p->until)
		p->until = now;
	if (clock->den != 0 && passed * clock->num < clock->den)
		return;
	p->real = real_us;
	if (!clock_is_paused(clock))
		p->until += clock->den == 0 ? passed : passed * clock->num / clock->den;
}

static void loop(struct plain *p)
{
	struct pollfd fd[3] = {{.fd = STDIN_FILENO, .events = POLLIN},
			       {.fd = p->cluster->ops->fd(p->cluster), .events = POLLIN},
			       {.fd = p->signals, .events = POLLIN}};
	uint64_t real_us = real_time_us();

	p->real = real_us;
	while (!p->over && !p->quit) {
		struct timespec space;
		uint64_t wait = p->cluster->ops->patience(p->cluster, real_us);

		if (runner_patience(&p->runner, real_us) < wait)
			wait = runner_patience(&p->runner, real_us);
		if (p->info.kind == CLUSTER_SIMULATED && wait > TICK_US)
			wait = TICK_US;
		if (ppoll(fd, 3, wait_timespec(wait, &space), NULL) < 0 && errno != EINTR)
			break;
		real_us = real_time_us();
		if (fd[2].revents != 0) {
			p->exit_code = EXIT_INTERRUPTED;
			break;
		}
		if (fd[0].revents != 0 && !read_lines(p)) {
			if (p->menu)
				break;
			fd[0].fd = -1;
		}
		if (p->info.kind == CLUSTER_SIMULATED)
			run_time(p, real_us);
		drain(p);
		runner_step(&p->runner, real_us);
		model_time(p->model, p->cluster->ops->now(p->cluster, real_us));
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
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, &before);
	p->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	printf("%s: %u nodes%s%s\n", p->info.name, p->info.nodes,
	       p->info.can_act ? "" : ", read-only: ",
	       p->info.can_act || p->info.why_not == NULL ? "" : p->info.why_not);
	if (menu)
		print_menu();
	fflush(stdout);
	c->ops->refresh(c);
	loop(p);
	code = dashboard_verdict(model, p->exit_code);
	if (p->over)
		code = status_exit(
			status_fail(STATUS_UNAVAILABLE, "the cluster %s is gone", p->info.name));
	close(p->signals);
	sigprocmask(SIG_SETMASK, &before, NULL);
	free(model);
	free(p);
	return code;
}
