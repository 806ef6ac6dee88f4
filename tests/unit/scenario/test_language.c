/* The command language by chance: lines put together from the words of its tables, and from words
 * that are nearly right. What each line means, or why it means nothing, is in
 * tests/data/runs/lines.txt, to be read; scripts of such lines are played on simulated clusters,
 * and tests/data/runs/scripts.txt says what each command reported. REWRITE=1
 * build/tests/test_language writes both anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/core/digest.h"
#include "proto/fault/attack.h"
#include "proto/fault/link.h"
#include "proto/model/fold/fold.h"
#include "proto/scenario/condition.h"
#include "proto/scenario/grammar.h"
#include "proto/scenario/pump.h"
#include "proto/scenario/scenario.h"
#include "proto/sim/sim_cluster.h"
#include "tests/support/lines.h"
#include "tests/support/made_up.h"
#include "tests/support/model_digest.h"

#define NODES        4
#define LINES        6000
#define LINES_SHOWN  400
#define SCRIPTS      50
#define STEP_SCRIPTS 12
#define SCRIPT_LINES 30

static uint64_t random_state, digest;
static char line[1200];

static uint64_t draw(uint64_t below)
{
	return random_next(&random_state) % below;
}

static const char long_value[] =
	"a-value-that-is-so-long-that-it-is-shown-by-its-beginning-and-a-digest-of-the-rest";

static void put(const char *word)
{
	const size_t used = strlen(line);

	snprintf(line + used, sizeof line - used, "%s%s", used == 0 ? "" : " ", word);
}

#define ONE_OF(...)                                                                                \
	do {                                                                                       \
		static const char *const words[] = {__VA_ARGS__};                                  \
		put(words[draw(sizeof words / sizeof words[0])]);                                  \
	} while (0)

static void put_nodes(bool many)
{
	if (many)
		ONE_OF("1", "n2", "1,2", "2,3,4", "n1,n3", "all", "4", "3", "5", "1,1", "1,",
		       "2-3");
	else
		ONE_OF("1", "2", "3", "4", "n1", "n4", "1", "2", "3", "0", "5", "n");
}

static void put_duration(void)
{
	ONE_OF("80ms", "2s", "500us", "3s", "1.5s", "0.25s", "20ms", "0s", "7", "1h", "2 s");
}

static void put_value(void)
{
	if (draw(12) == 0) { /* about as long as a value may be */
		char word[COMMAND_TEXT_MAX + 4];
		const size_t length = COMMAND_TEXT_MAX - 3 + draw(5);

		memset(word, 'l', length);
		word[length] = 0;
		put(word);
		return;
	}
	ONE_OF("A", "B", "apple", "\"two words\"", "A", "B", "C", "\"\\\"q\\\\\"", "no-op", "\"",
	       "-", long_value);
}

static void put_defences(void)
{
	char word[40];

	for (uint64_t left = 1 + draw(3); left > 0; left--) {
		snprintf(word, sizeof word, "%s%s", defence_name((unsigned)draw(DEFENCES)),
			 draw(5) == 0 ? "," : "");
		if (draw(4) == 0)
			ONE_OF("all", "none", "origin", "quorum(f=1)", "quorum=1", "sgin",
			       "sign+cert");
		else
			put(word);
	}
	if (draw(4) == 0)
		ONE_OF("off", "f=1", "f=0", "f=2", "f=300", "on");
}

static void put_condition(void)
{
	const enum condition_kind kind = (enum condition_kind)(1 + draw(CONDITIONS - 1));
	char word[40];

	if (draw(4) == 0)
		put("not");
	put(condition_name(kind));
	for (const char *arg = condition_args(kind); *arg != 0; arg++)
		switch (*arg) {
		case 'n':
			put_nodes(false);
			break;
		case 's':
			ONE_OF("0", "1", "2", "7", "x", "18446744073709551615");
			break;
		case 'w':
			if (draw(3) == 0)
				put("*");
			else
				put_value();
			break;
		case 'O':
			if (draw(2) == 0) {
				put("on");
				put_nodes(true);
			}
			break;
		case '@':
			if (draw(3) != 0)
				break;
			put("at");
			/* fall through */
		case 'B':
			ONE_OF("1.1", "2.3", "max.2", "3", "1.9", "-", "0.1");
			break;
		case 'a':
		case 'b':
			snprintf(word, sizeof word, "%s", attack_name((unsigned)draw(ATTACKS)));
			if (draw(3) == 0)
				put("*");
			else if (draw(3) != 0)
				put(word);
			break;
		case 'R':
			if (draw(2) == 0)
				put(refusal_name((enum refusal)(1 + draw(REFUSALS - 1))));
			break;
		case 'D':
			put_defences();
			break;
		case 'P':
			if (draw(2) == 0)
				ONE_OF("agreement", "integrity", "monotone", "persist", "peace");
			break;
		case 'y':
			put(message_name((enum message_type)(1 + draw(MSG_TYPES - 1))));
			break;
		case 'c':
			ONE_OF("<=", ">=", "=", "<", "=>");
			ONE_OF("0", "1", "2", "5", "40", "x", "-1");
			break;
		case 'f':
			if (draw(2) == 0)
				ONE_OF("for 0", "for 1", "for", "for x", "for 3");
			break;
		case 'H':
			if (draw(2) == 0) {
				put(message_name((enum message_type)(1 + draw(MSG_TYPES - 1))));
				put_nodes(false);
			}
			break;
		default:
			break;
		}
}

static void put_conditions(void)
{
	put_condition();
	while (draw(4) == 0) {
		put("or");
		put_condition();
	}
}

static void put_link(void)
{
	for (uint64_t left = 1 + draw(3); left > 0; left--) {
		ONE_OF("delay", "loss", "dup", "jitter", "reorder", "duplicate", "dely");
		if (draw(2) == 0)
			put_duration();
		else
			ONE_OF("20%", "0.5%", "100%", "101%", "0%", "3");
	}
}

static void put_pick(void)
{
	if (draw(2) == 0) {
		ONE_OF("1.1.3", "2.1.1+1", "3.1.9", "1.1", "1.1.2+300", "32.1.1", "0.1.1",
		       "1.65536.1", "1.1.1+256", "1.1.1+x", "1..1", "31.65535.7+255", "1.1.1+",
		       "1.1.1x");
		if (draw(3) == 0) {
			put("at");
			put_nodes(false);
		}
		return;
	}
	if (draw(3) == 0)
		put("all");
	if (draw(4) != 0)
		put(message_name((enum message_type)(1 + draw(MSG_TYPES - 1))));
	if (draw(3) != 0) {
		put_nodes(draw(3) == 0);
		put_nodes(draw(3) == 0);
	}
	if (draw(4) == 0)
		ONE_OF("ballot 1.1", "ballot 1.2", "ballot", "ballot 3", "ballot max.2");
	if (draw(4) == 0)
		ONE_OF("slot 0", "slot 1", "slot", "slot x", "slot 3", "at 2");
}

static void put_limit(bool holds)
{
	if (draw(3) != 0)
		return;
	put(holds && draw(2) == 0 ? "for" : "within");
	put_duration();
}

static void put_attacks(void)
{
	for (uint64_t left = 1 + draw(2); left > 0; left--)
		if (draw(8) == 0)
			ONE_OF("none", "equivocat", "all");
		else
			put(attack_name((unsigned)draw(ATTACKS)));
	if (draw(3) == 0) {
		put("to");
		put_nodes(true);
	}
	if (draw(3) == 0) {
		put("from");
		ONE_OF("2", "1.1", "0", "x");
	}
}

static void put_forgery(void)
{
	ONE_OF("prepare", "promise", "accept", "accepted", "commit", "nack", "echo", "promis", "2");
	ONE_OF("1.1", "2.3", "1.9", "0.1", "x", "3.2");
	for (uint64_t left = draw(3); left > 0; left--)
		ONE_OF("A", "B", "at 1.1", "at 2.2", "at", "at x");
	if (draw(6) != 0) {
		put("to");
		put_nodes(true);
	}
	if (draw(3) == 0)
		ONE_OF("slot 0", "slot 7", "slot", "slot x", "slots 1");
	if (draw(4) == 0)
		ONE_OF("as 1", "as n2", "as", "as 32", "as all");
}

static void put_load(void)
{
	ONE_OF("1", "3", "20", "none", "0", "100000001", "all", "7");
	for (uint64_t left = draw(4); left > 0; left--) {
		ONE_OF("size", "outstanding", "rate", "size", "outstanding", "rate", "outstandig",
		       "at");
		ONE_OF("1", "16", "64", "500", "20k", "1.5M", "0", "4097", "0.5k", "70000", "10M",
		       "11M", "x");
	}
}

static void put_argument(char letter)
{
	switch (letter) {
	case 'n':
		put_nodes(false);
		break;
	case 'N':
	case 'F':
	case 'T':
		put_nodes(draw(2) == 0);
		break;
	case 'M':
		if (draw(2) == 0)
			put_nodes(true);
		break;
	case 'v':
		put_value();
		break;
	case '@':
		if (draw(4) == 0)
			ONE_OF("at 0", "at 3", "at", "at x");
		break;
	case 'W':
		if (draw(4) == 0)
			ONE_OF("--wait", "--wait within 200ms", "--wait within", "--wiat");
		break;
	case 'b':
		if (draw(3) == 0)
			put("both");
		break;
	case 'p':
		ONE_OF("1,2 | 3,4", "1|2|3,4", "1,2", "1 | 1,2", "|", "1,2,3|4", "1|2|3|4|5");
		break;
	case 'l':
		put_link();
		break;
	case 'A':
		put_attacks();
		break;
	case 'f':
		put_forgery();
		break;
	case 'K':
		ONE_OF("small-quorum", "lost-vote", "none", "lost-vot", "all");
		break;
	case 'D':
		put_defences();
		break;
	case 'E':
		if (draw(2) == 0)
			put_defences();
		break;
	case '#':
		if (draw(2) == 0)
			ONE_OF("1", "3", "0", "-1", "x", "to 2s", "to 900ms", "to", "to 0s",
			       "to x");
		break;
	case 'L':
		put_load();
		break;
	case 'r':
		ONE_OF("1/100", "50%", "2x", "unlimited", "paused", "0.01", "1/0", "fast", "1/3x");
		break;
	case 'o':
		ONE_OF("on", "off", "on", "off", "maybe");
		break;
	case 'G':
		while (draw(3) != 0)
			ONE_OF("prepare", "accept", "accepted", "own", "keep", "1>2", "n3>1", "1",
			       "2,3", "all", ">", "1>9", "prepar", "1>2>3", "all>1");
		break;
	case 'm':
		put_pick();
		break;
	case 'B':
		if (draw(2) == 0)
			ONE_OF("before 1.1.3", "before 2.1.1+1", "before", "before x",
			       "before accept");
		break;
	case 'i':
		if (draw(3) == 0) {
			put("within");
			put_duration();
		}
		break;
	case 'u':
		put_conditions();
		put_limit(false);
		break;
	case 'U':
		if (draw(2) == 0)
			break;
		put("until");
		put_conditions();
		put_limit(false);
		break;
	case 'x':
		if (draw(2) == 0)
			ONE_OF("local", "local", "locl");
		break;
	case 'h':
		if (draw(2) == 0)
			ONE_OF("cut", "accept", "sign", "nothing", "\"two words\"");
		break;
	case 'd':
		if (draw(2) == 0) {
			put_duration();
		} else {
			put_conditions();
			put_limit(false);
		}
		break;
	case 'e':
		put_conditions();
		put_limit(true);
		break;
	case 't':
		ONE_OF("\"some text\"", "word", "\"\"", "two words");
		break;
	default:
		break;
	}
}

static void draw_line(void)
{
	const enum command_kind kind = (enum command_kind)(1 + draw(COMMANDS - 1));

	line[0] = 0;
	if (draw(40) == 0)
		ONE_OF("porpose", "stat", "heel", "cut1", "", "#", "cr");
	else
		put(command_name(kind));
	for (const char *arg = command_args(kind); *arg != 0; arg++)
		if (draw(40) != 0)
			put_argument(*arg);
	if (draw(30) == 0)
		ONE_OF("more", "# and why", "\"", "#", "within 1s");
}

/* What a command says, in full. */

static void show_command(const struct command *c, char *out, size_t size)
{
	char condition[300], rate[32];
	const struct condition *d = &c->condition[0];

	condition_show(d, c->text, condition, sizeof condition);
	rate_show(c->rate_num, c->rate_den, rate, sizeof rate);
	snprintf(
		out, size,
		"%s a%u n%x f%x t%x both%u on%u slot%lld count%u rate %s dur%llu wait%u within%llu "
		"holds%llu | %s k%u neg%u n%u on%x s%llu b%u.%u any%u%u p%u at%u why%u type%u "
		"from%u | "
		"att%x vic%x round%u | def%x pre%u off%u f%u.%u | %x %u.%llu.%llu.%u.%u.%u | g%u "
		"%x %x "
		"%x %x | %u %u %u.%u.%llu+%u to%u | %u '%s' | load %u %u %u | forge %u %u.%u %u.%u "
		"to%x as%u",
		command_name(c->kind), c->a, c->nodes, c->from, c->to, c->both, c->on,
		(long long)c->slot, c->count, rate, (unsigned long long)c->duration, c->wait,
		(unsigned long long)c->within, (unsigned long long)c->holds, condition,
		(unsigned)d->kind, d->negated, d->node, d->on, (unsigned long long)d->slot,
		d->ballot.round, d->ballot.node, d->any_value, d->any_property,
		(unsigned)d->property, d->attack, (unsigned)d->refusal, (unsigned)d->type, d->from,
		c->attacks, c->victims, c->from_round, c->defences.named, c->defences.is_preset,
		c->defences.off, c->defences.f_given, c->defences.f, c->link_parts, c->link.cut,
		(unsigned long long)c->link.delay_us, (unsigned long long)c->link.jitter_us,
		c->link.loss_ppm, c->link.duplicate_ppm, c->link.reorder_ppm, c->groups,
		c->group[0], c->group[1], c->group[2], c->group[3], (unsigned)c->pick.type,
		c->pick.from, c->pick.id.source, c->pick.id.boot,
		(unsigned long long)c->pick.id.number, c->pick.copy, c->pick.to, c->length, c->text,
		c->size_bytes, c->outstanding, c->arrivals, (unsigned)c->word.type,
		c->word.ballot.round, c->word.ballot.node, c->word.other.round, c->word.other.node,
		c->word.to, c->word.from);
}

static void a_line_means_what_it_meant(void **state)
{
	static struct command command;
	struct model *m = malloc(model_size());
	struct values *values = values_init(malloc(values_size(16, 256)), 16, 256);
	static struct completions completions;
	char meaning[1600];

	(void)state;
	lines_begin("tests/data/runs/lines.txt");
	model_init(m, values, NODES);
	random_state = 1;
	digest = 0;
	for (unsigned i = 0; i < LINES; i++) {
		draw_line();
		if (command_parse(line, NODES, &command, meaning, sizeof meaning)) {
			show_command(&command, meaning, sizeof meaning);
			if (i < LINES_SHOWN)
				lines_add("%s\n", line);
		} else if (i < LINES_SHOWN) {
			lines_add("%s\n    %s\n", line, meaning);
		}
		digest = digest64(digest, (const uint8_t *)meaning, strlen(meaning));
		line[draw(strlen(line) + 1)] = 0;
		command_complete(line, m, &completions);
		digest = digest64(digest ^ completions.from, (const uint8_t *)line, strlen(line));
		for (unsigned k = 0; k < completions.count; k++)
			digest = digest64(digest, (const uint8_t *)completions.word[k],
					  strlen(completions.word[k]));
		if (i < LINES_SHOWN && i % 8 == 0 && completions.count > 0)
			lines_add("    \"%s\": %u, %s ...\n", line, completions.count,
				  completions.word[0]);
		if (i % 1000 == 999)
			lines_add("%u lines: %016llx\n", i + 1, (unsigned long long)digest);
	}
	lines_end();
	free(values);
	free(m);
}

/* Heads of scenarios: some words of each line are left out, doubled or wrong. */
static void draw_head(char *text, size_t size)
{
	static const char *const lines[] = {
		"nodes 5",
		"nodes 0",
		"nodes 32",
		"nodes",
		"nodes 4 4",
		"nodes x",
		"nodes 31",
		"mode multi",
		"mode single",
		"mode",
		"mode both",
		"rate 1/100",
		"rate",
		"rate fast",
		"rate unlimited",
		"rate 2x 3",
		"seed 7",
		"seed",
		"seed x",
		"seed 18446744073709551615",
		"seed 7 8",
		"defend all",
		"defend",
		"defend sgin",
		"defend echo",
		"defend sign",
		"defend sign off",
		"# a comment",
		"",
		"propose 1 A",
		"propose 9 A",
		"say \"x",
		"wait",
		"heal",
		"defend quorum(f=1)",
	};

	text[0] = 0;
	for (uint64_t left = 1 + draw(6); left > 0; left--) {
		const size_t used = strlen(text);

		snprintf(text + used, size - used, "%s\n",
			 lines[draw(sizeof lines / sizeof lines[0])]);
	}
}

static void a_head_of_a_scenario_says_what_it_said(void **state)
{
	static struct scenario scenario;
	char text[400], why[400];

	(void)state;
	lines_begin("tests/data/runs/heads.txt");
	random_state = 3;
	for (unsigned i = 0; i < 300; i++) {
		draw_head(text, sizeof text);
		if (!scenario_parse("file", text, &scenario, why, sizeof why)) {
			lines_add("%s    %s\n", text, why);
			continue;
		}
		lines_add("%s    nodes %u%s, mode %d%s, rate %u/%u%s, seed %llu%s, policy %x, %u "
			  "commands, line %u\n",
			  text, scenario.nodes, scenario.nodes_given ? "!" : "", scenario.mode,
			  scenario.mode_given ? "!" : "", scenario.rate_num, scenario.rate_den,
			  scenario.rate_given ? "!" : "", (unsigned long long)scenario.seed,
			  scenario.seed_given ? "!" : "", scenario.policy, scenario.commands,
			  scenario.commands > 0 ? scenario.command[0].line : 0);
	}
	lines_end();
}

/* Conditions, asked of models that chance makes up. */
static void a_condition_is_as_true_as_before(void **state)
{
	static struct command command;
	char words[600], why[600];
	unsigned shown = 0, holds = 0;

	(void)state;
	lines_begin("tests/data/runs/conditions.txt");
	digest = 0;
	for (uint64_t seed = 1; seed <= 60; seed++) {
		struct made_up *u = made_up_new(seed);

		random_state = seed;
		for (unsigned i = 0; i < 150; i++) {
			made_up_item(u);
			if (i % 3 != 0)
				continue;
			snprintf(line, sizeof line, "expect");
			put_conditions();
			if (!command_parse(line, u->h->m->nodes, &command, why, sizeof why))
				continue;
			const bool is =
				condition_holds(u->h->m, &command.condition[0], command.text);
			holds += is;
			words[0] = 0;
			condition_found(u->h->m, &command.condition[0], words, sizeof words);
			digest = digest64(digest ^ is, (const uint8_t *)words, strlen(words));
			condition_show(&command.condition[0], command.text, why, sizeof why);
			digest = digest64(digest, (const uint8_t *)why, strlen(why));
			if (shown++ % 10 == 0)
				lines_add("%s: %s, %s\n", why, is ? "yes" : "no", words);
		}
		made_up_free(u);
	}
	lines_add("%u asked, %u true, %016llx\n", shown, holds, (unsigned long long)digest);
	lines_end();
}

/* Scripts. */

static unsigned told;

static void tell(void *user, const struct report *report)
{
	(void)user;
	lines_add("    report %d: %s (%llu us)\n", (int)report->kind, report->words,
		  (unsigned long long)report->at);
	told++;
}

static struct model *model;

/* A command is given up, too, when so much has happened since. */
#define ITEMS_MAX 4000

static unsigned items;

static void hear(void *user, const struct item *item)
{
	(void)user;
	items++;
	if (item->kind == ITEM_EVENT && item->event->seq % 16 == 0)
		digest = model_digest(digest, model);
}

static void play(struct pump *p, const struct command *command)
{
	time_us real_us = 1000000;

	assert_true(runner_give(p->runner, command));
	items = 0;
	for (unsigned i = 0; i < 400 && items < ITEMS_MAX; i++) {
		const enum runner_state now = pump_run(p, real_us);

		if (now == RUNNER_ASKING)
			runner_answer(p->runner);
		else if (now == RUNNER_READY)
			return;
		real_us += 50000;
	}
	lines_add("    given up\n");
	runner_cancel(p->runner);
}

/* Some message that is held, by its id and perhaps by its place; now and then a little beside. */
static void put_held(void)
{
	const uint32_t first = model->flights == 0 ? 0 : (uint32_t)draw(model->flights);
	char id[60];

	for (uint32_t i = 0; i < model->flights; i++) {
		const struct flight *f = &model->flight[(first + i) % model->flights];

		if (f->state != FLIGHT_HELD)
			continue;
		if (draw(3) == 0) {
			put(message_name(f->type));
			snprintf(id, sizeof id, "%u %u", f->from, f->to);
			put(id);
			return;
		}
		snprintf(id, sizeof id, "%u.%u.%llu", f->id.source,
			 f->id.boot + (draw(9) == 0 ? 1u : 0),
			 (unsigned long long)f->id.number + (draw(9) == 0));
		if (f->copy > 0 || draw(9) == 0)
			snprintf(id + strlen(id), sizeof id - strlen(id), "+%u", f->copy);
		put(id);
		if (draw(3) == 0)
			return;
		put("at");
		snprintf(id, sizeof id, "%u", draw(9) == 0 ? 1U : f->to);
		put(id);
		return;
	}
	put("1.1.1");
}

/* Time is moved by hand: one thing after another, some of them twice. */
static void draw_step_line(void)
{
	line[0] = 0;
	switch (draw(12)) {
	case 0:
		put("link all all");
		ONE_OF("dup 60%", "dup 0%", "dup 30% reorder 40%", "loss 10%", "delay 3ms");
		break;
	case 1:
	case 2:
		put("propose");
		put_nodes(false);
		put_value();
		break;
	case 3:
		ONE_OF("pause", "pause", "pause", "resume", "step to 30ms", "step to 2s");
		break;
	case 4:
		ONE_OF("until promised 1 1.1", "until chosen 0 * within 300ms", "until leader 2",
		       "until decisions >= 1 within 1s", "until messages accept >= 3");
		break;
	case 5:
		ONE_OF("timer 1", "timer 2", "timer 1 until leader 1 within 1s",
		       "timer 3 until ballot 3 1.3", "timer 4");
		break;
	case 6:
		ONE_OF("deliver", "duplicate", "drop", "move");
		put_held();
		break;
	default:
		ONE_OF("step", "step 2", "step 3", "step", "step 7");
		break;
	}
}

/* In a script values are proposed and time passes, or little would happen. */
static void draw_script_line(uint64_t seed)
{
	if (seed > SCRIPTS) {
		draw_step_line();
		return;
	}
	line[0] = 0;
	switch (draw(11)) {
	case 0:
		put("gate");
		ONE_OF("on", "off", "on");
		break;
	case 1:
	case 2:
		ONE_OF("deliver", "deliver", "duplicate", "drop");
		put_held();
		break;
	case 3:
	case 4:
	case 5:
		put("propose");
		put_nodes(false);
		put_value();
		if (draw(3) == 0)
			put("--wait within 300ms");
		break;
	case 7:
		put("read");
		put_nodes(false);
		ONE_OF("--wait", "local --wait", "--wait within 200ms", "local");
		break;
	case 6:
		put("wait");
		put_duration();
		break;
	default:
		draw_line();
		break;
	}
}

static void play_script(uint64_t seed)
{
	const struct sim_cluster_options options = {.nodes = NODES,
						    .mode = seed % 2 == 0 ? MODE_SINGLE
									  : MODE_MULTI,
						    .seed = seed,
						    .clock = {.num = 1, .den = seed % 3 == 0},
						    .link = link_rule_default()};
	static struct command command;
	void *memory = malloc(sim_cluster_size(&options));
	struct cluster *c = sim_cluster_init(memory, &options);
	struct cluster_info info;
	static struct runner runner;
	struct pump pump;
	char why[400];

	model = malloc(model_size());
	c->ops->info(c, &info);
	model_begin(model, c->values, &info);
	model->clock = options.clock;
	runner_init(&runner, c, model, tell, NULL);
	runner.hurry = seed % 4 == 0;
	pump_init(&pump, &runner, 1000000);
	pump.hear = hear;
	lines_add("script %llu\n", (unsigned long long)seed);
	random_state = 77 * seed;
	for (unsigned i = 0; i < SCRIPT_LINES;) {
		draw_script_line(seed);
		if (!command_parse(line, NODES, &command, why, sizeof why) ||
		    command.kind == COMMAND_NONE)
			continue;
		lines_add("  %s\n", line);
		play(&pump, &command);
		i++;
	}
	lines_add("  %016llx\n", (unsigned long long)digest);
	c->ops->close(c);
	free(memory);
	free(model);
}

static void a_script_is_played_as_before(void **state)
{
	(void)state;
	lines_begin("tests/data/runs/scripts.txt");
	digest = 0;
	for (uint64_t seed = 1; seed <= SCRIPTS + STEP_SCRIPTS; seed++)
		play_script(seed);
	assert_true(told > SCRIPTS * SCRIPT_LINES / 2);
	lines_end();
}

static void every_word_of_the_language_is_written_as_its_row_says(void **state)
{
	struct command c;
	char why[300];

	(void)state;
	for (unsigned i = 0; grammar_literal(i) != NULL; i++) {
		const struct literal *row = grammar_literal(i);

		if (!command_parse(row->example, 5, &c, why, sizeof why))
			fail_msg("%s: %s: %s", row->name, row->example, why);
		if (command_parse(row->wrong, 5, &c, why, sizeof why))
			fail_msg("%s: %s was taken", row->name, row->wrong);
	}
}

static void every_head_says_what_holds_without_it(void **state)
{
	static struct scenario s;
	char why[300], text[100];

	(void)state;
	assert_true(scenario_parse("x", "heal", &s, why, sizeof why));
	assert_int_equal(s.nodes, NODES_DEFAULT);
	for (unsigned i = 0; head_name(i) != NULL; i++) {
		/* alone it is told what it wants; behind a command it is a command or a mistake */
		snprintf(text, sizeof text, "%s", head_name(i));
		assert_false(scenario_parse("x", text, &s, why, sizeof why));
		assert_int_equal(strncmp(head_usage(i), head_name(i), strlen(head_name(i))), 0);
		snprintf(text, sizeof text, "heal\n%s mistake", head_name(i));
		assert_false(scenario_parse("x", text, &s, why, sizeof why));
	}
	assert_true(scenario_parse("x", "nodes 7\nmode multi\nseed 9\nrate 1/2\ndefend all\nheal",
				   &s, why, sizeof why));
	assert_int_equal(s.nodes, 7);
	assert_true(s.mode == MODE_MULTI && s.seed == 9 && s.rate_den == 2 && s.policy != 0);
	assert_true(scenario_parse("x", "heal\nrate 1/2\ndefend all", &s, why, sizeof why));
	assert_int_equal(s.commands, 3);
	assert_false(s.rate_given);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_word_of_the_language_is_written_as_its_row_says),
		cmocka_unit_test(every_head_says_what_holds_without_it),
		cmocka_unit_test(a_line_means_what_it_meant),
		cmocka_unit_test(a_head_of_a_scenario_says_what_it_said),
		cmocka_unit_test(a_condition_is_as_true_as_before),
		cmocka_unit_test(a_script_is_played_as_before),
	};

	return cmocka_run_group_tests_name("language", tests, NULL, NULL);
}
