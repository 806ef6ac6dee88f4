/* paxos-tui rescue: a run breaks a property; what would have kept it? The same from the same
 * beginning, with one thing changed at a time. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/io/files.h"
#include "node/record/timeline.h"
#include "proto/core/text.h"
#include "proto/model/base/show.h"
#include "proto/model/judge/margin.h"
#include "proto/wire/frame.h"
#include "tui/command/drive.h"
#include "tui/command/retell.h"
#include "tui/dashboard/repeat.h"
#include "tui/dashboard/story.h"
#include "tui/option/defaults.h"
#include "tui/option/options.h"

#define SETS_MAX       64
#define LOSSES_MAX     600 /* messages that are tried */
#define LINES_MAX      1024
#define FILE_BYTES_MAX (1 << 20)

struct rescue {
	const char *file;
	bool is_session; /* of processes: no seed is behind it */
	struct told_run run;
	struct outcome now;
	unsigned sets;
	policy_id set[SETS_MAX];
	bool chosen[SETS_MAX]; /* a value was chosen under that set */
	uint64_t runs;
};

static struct outcome again(struct rescue *r, struct change change)
{
	r->runs++;
	return retell(&r->run, &change);
}

/* --- defences --------------------------------------------------------------------------------- */

static unsigned bits_in(policy_id set)
{
	return (unsigned)__builtin_popcount(set);
}

/* Does it hold one of the sets that are found already? */
static bool is_larger(const struct rescue *r, policy_id set)
{
	for (unsigned i = 0; i < r->sets; i++)
		if ((r->set[i] & ~set) == 0)
			return true;
	return false;
}

/* The set with what its defences need. 0: it is none to try, for it cannot be on with the
 * scenario's own, adds nothing to them, or holds a smaller one that is found. */
static policy_id candidate(const struct rescue *r, policy_id set, unsigned size)
{
	const policy_id whole = set | policy_missing(set | r->run.policy);

	if (bits_in(set) != size || (set & r->run.policy) != 0 ||
	    policy_clash(whole | r->run.policy) != 0 || is_larger(r, whole))
		return 0;
	return whole;
}

/* The sets of the smallest size under which the story breaks nothing; what they need (sign) does
 * not count. False: interrupted. */
static bool find_sets(struct rescue *r)
{
	for (unsigned size = 1; size <= DEFENCES && r->sets == 0; size++)
		for (policy_id set = 1; set < (policy_id)1 << DEFENCES; set++) {
			const policy_id whole = candidate(r, set, size);

			if (whole == 0 || r->sets == SETS_MAX)
				continue;
			const struct outcome o = again(r, (struct change){.policy = whole});

			if (!o.done)
				return false;
			if (o.violated)
				continue;
			r->chosen[r->sets] = o.chosen;
			r->set[r->sets++] = whole;
		}
	return true;
}

static void print_sets(const struct rescue *r)
{
	char names[POLICY_SHOWN_MAX];

	puts(r->sets == 0 ? "\nNo set of defences keeps it here."
			  : "\nThe smallest sets of defences that keep it here:");
	for (unsigned i = 0; i < r->sets; i++) {
		policy_show(retell_policy(&r->run, r->set[i]), names);
		printf("  %s%s\n", names, r->chosen[i] ? "" : "   (and nothing is chosen)");
	}
}

/* Whatever so many liars do in a slot that nobody has touched: proto/model/judge/margin.h. */
static bool holds_always(void *memory, unsigned nodes, policy_id policy, node_set liars)
{
	struct margin_case c;
	bool full = false;

	memset(&c, 0, sizeof c);
	c.nodes = (uint8_t)nodes;
	c.slot[0].slot = SLOT_NONE;
	c.slot[0].policy = policy;
	c.slot[0].quorum = (uint8_t)policy_quorum(policy, nodes);
	return policy_has(policy, DEFENCE_CERT) &&
	       !margin_slot_breaks(memory, &c, &c.slot[0], liars, &full) && !full;
}

/* Only these bear on what liars can do to a slot. */
#define SLOT_DEFENCES                                                                              \
	((policy_id)(DEFENCE_SIGN | DEFENCE_QUORUM | DEFENCE_ECHO | DEFENCE_JUSTIFY |              \
		     DEFENCE_CERT | DEFENCE_REJECT))

static void print_general(const struct rescue *r, node_set liars)
{
	struct rescue found = {.run = r->run};
	void *memory = malloc(margin_memory_size());
	char names[POLICY_SHOWN_MAX];

	if (memory == NULL || liars == 0 || r->run.nodes > MARGIN_NODES_MAX) {
		free(memory);
		return;
	}
	for (unsigned size = 1; size <= DEFENCES; size++)
		for (policy_id set = 1; set < (policy_id)1 << DEFENCES; set++) {
			const policy_id whole = candidate(&found, set, size);

			if (whole != 0 && (whole & ~SLOT_DEFENCES) == 0 && found.sets < SETS_MAX &&
			    holds_always(memory, r->run.nodes, retell_policy(&r->run, whole),
					 liars))
				found.set[found.sets++] = whole;
		}
	free(memory);
	printf(found.sets == 0 ? "\nNo set is enough against whatever %u liar%s of %u can do.\n"
			       : "\nEnough against whatever %u liar%s of %u can do with %s:\n",
	       set_count(liars), set_count(liars) == 1 ? "" : "s", r->run.nodes,
	       set_count(liars) == 1 ? "its key" : "their keys");
	for (unsigned i = 0; i < found.sets; i++) {
		policy_show(retell_policy(&r->run, found.set[i]), names);
		printf("  %s\n", names);
	}
}

/* --- one node honest, one message less or late
 * -----------------------------------------------------------
 */

static bool try_honest(struct rescue *r, node_set wrong)
{
	if (wrong != 0)
		puts("\nWith one node honest, its program right:");
	for (node_set left = wrong; left != 0; left &= left - 1) {
		const node_id id = set_lowest(left);
		const struct outcome o = again(r, (struct change){.honest = set_of(id)});

		if (!o.done)
			return false;
		printf("  n%u: it is %s\n", id, o.violated ? "broken all the same" : "kept");
	}
	return true;
}

static void print_loss(const struct sim_loss *loss)
{
	char type[16];

	message_shout(loss->type, type);
	printf("  t=%" PRIu64 ".%03" PRIu64 " %s", loss->when / 1000000, loss->when / 1000 % 1000,
	       type);
	if (!ballot_is_none(loss->ballot))
		printf(" %" PRIu32 ".%u", loss->ballot.round, loss->ballot.node);
	if (loss->value[0] != 0)
		printf(" = %s in slot %" PRIu64, loss->value, loss->slot);
	printf(" from n%u to n%u\n", loss->from, loss->to);
}

/* How late a message comes that comes late. */
#define LATER_US 1000000

/* From the last message before the harm back to the first: the last one that would have kept it,
 * lost or late. found->at 0: there is none. False: interrupted. */
static bool find_message(struct rescue *r, uint64_t deliveries, time_us later_us,
			 struct sim_loss *found)
{
	static uint8_t room[FRAME_BYTES_MAX];
	uint64_t tried = 0;

	for (uint64_t at = deliveries; at > 0 && tried < LOSSES_MAX; at--, tried++) {
		*found = (struct sim_loss){.at = at, .later_us = later_us, .room = room};
		const struct outcome o = again(r, (struct change){.loss = found});

		if (!o.done)
			return false;
		if (!o.violated)
			return true;
	}
	*found = (struct sim_loss){.at = 0};
	return true;
}

static bool try_messages(struct rescue *r)
{
	struct sim_loss count = {0}, lost, late;
	const struct outcome all = again(r, (struct change){.loss = &count});
	const uint64_t deliveries = count.deliveries;

	if (!all.done || !find_message(r, deliveries, 0, &lost))
		return false;
	if (lost.at == 0) {
		printf("\nNo message alone matters, of the last %" PRIu64 " of %" PRIu64 ".\n",
		       deliveries < LOSSES_MAX ? deliveries : LOSSES_MAX, deliveries);
	} else {
		puts("\nThe last event at which it was avoidable: had this message been lost, "
		     "however\noften it was sent:");
		print_loss(&lost);
		printf("  (%" PRIu64 " of %" PRIu64 " messages came later, and none of them "
		       "alone matters)\n",
		       deliveries - lost.at, deliveries);
	}
	fflush(stdout);
	if (!find_message(r, deliveries, LATER_US, &late))
		return false;
	if (late.at == 0)
		puts("\nNo message alone that comes a second later keeps it.");
	else
		puts("\nHad this message come a second later, and none like it before:");
	if (late.at != 0)
		print_loss(&late);
	return true;
}

/* --- shrinking ----------------------------------------------------------------------------------
 */

struct lines {
	char *text;
	unsigned count;
	char *line[LINES_MAX];
	bool gone[LINES_MAX];
};

static bool read_lines(const char *path, struct lines *out)
{
	FILE *from = fopen(path, "r");

	out->text = calloc(1, FILE_BYTES_MAX + 1);
	if (from == NULL || out->text == NULL) {
		fprintf(stderr, "paxos-tui: cannot read %s: %s\n", path, strerror(errno));
		if (from != NULL)
			fclose(from);
		return false;
	}
	out->text[fread(out->text, 1, FILE_BYTES_MAX, from)] = '\0';
	fclose(from);
	for (char *at = out->text; *at != '\0' && out->count < LINES_MAX;) {
		const size_t length = strcspn(at, "\n");
		const bool last = at[length] == '\0';

		at[length] = '\0';
		out->line[out->count++] = at;
		at += length + !last;
	}
	return true;
}

static void join(const struct lines *l, char *out)
{
	size_t used = 0;

	for (unsigned i = 0; i < l->count; i++)
		if (!l->gone[i])
			used += (size_t)snprintf(out + used, FILE_BYTES_MAX + 1 - used, "%s\n",
						 l->line[i]);
	out[used] = '\0';
}

/* Is the same property broken by the lines that are left? */
static bool still_breaks(struct rescue *r, const struct lines *l, char *room,
			 struct scenario *parsed)
{
	char why[500];
	const struct change nothing = {0};

	join(l, room);
	if (!scenario_parse(r->file, room, parsed, why, sizeof why))
		return false;
	r->runs++;
	const struct told_run left = {parsed->nodes, parsed->policy, parsed, r->run.seed, NULL};
	const struct outcome o = retell(&left, &nothing);

	return o.done && o.violated && o.property == r->now.property;
}

static bool is_talk(const char *line)
{
	line += strspn(line, " \t");
	return line[0] == '\0' || line[0] == '#' || strncmp(line, "say ", 4) == 0 ||
	       strncmp(line, "ask ", 4) == 0 || strcmp(line, "beat") == 0 ||
	       strncmp(line, "expect ", 7) == 0;
}

/* Leaves out a line after the other, from the end, as long as one can be left out. */
static bool shrink(struct rescue *r, const char *path, FILE *to)
{
	static struct lines l;
	struct scenario *parsed = malloc(sizeof *parsed);
	char *room = malloc(FILE_BYTES_MAX + 1);
	bool good = parsed != NULL && room != NULL && read_lines(path, &l), less = good;

	for (unsigned i = 0; i < l.count; i++)
		l.gone[i] = is_talk(l.line[i]);
	if (good && !still_breaks(r, &l, room, parsed))
		memset(l.gone, 0, sizeof l.gone);
	while (less && !drive_interrupted()) {
		less = false;
		for (unsigned i = l.count; i-- > 0 && !drive_interrupted();) {
			if (l.gone[i])
				continue;
			l.gone[i] = true;
			if (still_breaks(r, &l, room, parsed))
				less = true;
			else
				l.gone[i] = false;
		}
	}
	if (good && !drive_interrupted()) {
		join(&l, room);
		fprintf(to, "# Left of %s by: paxos-tui rescue --shrink --seed %" PRIu64 "\n", path,
			r->run.seed);
		fprintf(to, "%sexpect violation %s within 5s\n", room,
			property_name(r->now.property));
	}
	free(l.text);
	free(parsed);
	free(room);
	return good && !drive_interrupted();
}

static int save_shrunk(struct rescue *r, const char *path, const char *save)
{
	FILE *to = save == NULL ? stdout : fopen(save, "w");

	if (to == NULL) {
		fprintf(stderr, "paxos-tui: cannot write %s: %s\n", save, strerror(errno));
		return EXIT_INCONCLUSIVE;
	}
	const bool done = shrink(r, path, to);

	if (save != NULL && fclose(to) != 0) {
		fprintf(stderr, "paxos-tui: cannot write %s: %s\n", save, strerror(errno));
		return EXIT_INCONCLUSIVE;
	}
	if (save != NULL && done)
		printf("%s holds what is left\n", save);
	return done ? EXIT_PASS : drive_interrupted() ? EXIT_INTERRUPTED : EXIT_INCONCLUSIVE;
}

/* --- all ---------------------------------------------------------------------------------------
 */

static int tell_all(struct rescue *r)
{
	const node_set wrong = retell_wrong(&r->run, true);

	printf("%s: %s\n", r->file, r->now.words);
	fflush(stdout);
	if (!find_sets(r))
		return EXIT_INTERRUPTED;
	print_sets(r);
	print_general(r, retell_wrong(&r->run, false));
	fflush(stdout);
	if (!try_honest(r, wrong) || !try_messages(r))
		return EXIT_INTERRUPTED;
	fflush(stdout);
	fprintf(stderr, "%" PRIu64 " runs\n", r->runs);
	return EXIT_PASS;
}

static bool is_recording(const char *path)
{
	static const char magic[] = "SQLite format 3";
	char begin[sizeof magic] = "";
	FILE *file = fopen(path, "r");

	if (file == NULL)
		return false;
	const size_t length = fread(begin, 1, sizeof begin, file);
	fclose(file);
	return length == sizeof begin && memcmp(begin, magic, sizeof magic) == 0;
}

/* To the end, or to where the property was broken if there is too much behind that: what broke it
 * may be told a little later than what it broke. */
static enum status go_to_violation(struct timeline *line)
{
	bool failed = false;

	while (!timeline_go(line, timeline_end(line), TIMELINE_STRIDE, &failed))
		if (failed)
			return STATUS_CORRUPT;
	const uint64_t violated =
		timeline_model(line)->events > MODEL_EVENTS ? timeline_violated(line) : 0;
	while (violated != 0 && !timeline_go(line, violated, TIMELINE_STRIDE, &failed))
		if (failed)
			return STATUS_CORRUPT;
	return STATUS_OK;
}

/* What was done to processes in a dashboard, message by message. */
static enum status load_session(struct rescue *r, struct scenario *scenario)
{
	struct timeline *line = NULL;
	r->is_session = true;
	char why[500], *text = NULL;
	size_t length = 0;
	FILE *to = NULL;
	enum status status = timeline_open(r->file, &line);

	if (status == STATUS_OK)
		status = go_to_violation(line);
	if (status == STATUS_OK) {
		to = open_memstream(&text, &length);
		if (to == NULL)
			status = status_fail(STATUS_UNAVAILABLE, "not enough memory");
	}
	if (status == STATUS_OK &&
	    !repeat_recorded(timeline_model(line), line, to, why, sizeof why))
		status = status_fail(
			STATUS_UNAVAILABLE,
			"the recording %.200s is of real processes, and what was done to "
			"them cannot be done again in the simulator: %.200s",
			r->file, why);
	if (to != NULL && fclose(to) != 0 && status == STATUS_OK)
		status = status_fail(STATUS_UNAVAILABLE, "not enough memory");
	if (status == STATUS_OK && !scenario_parse(r->file, text, scenario, why, sizeof why))
		status = status_fail(STATUS_UNAVAILABLE, "%s", why);
	if (status == STATUS_OK)
		r->run = (struct told_run){scenario->nodes, scenario->policy, scenario, SEED_USUAL,
					   NULL};
	free(text);
	timeline_close(line);
	return status;
}

/* What was done to a simulated cluster while it was recorded. */
static int load_recording(struct rescue *r, struct given_list *given, struct scenario *scenario)
{
	struct reader *reader = NULL;
	struct cluster_info info;
	enum status status = reader_open(r->file, &reader);
	const bool simulated = status == STATUS_OK && reader_kind(reader) == CLUSTER_SIMULATED;

	if (status == STATUS_OK && !simulated)
		status = load_session(r, scenario);
	if (status == STATUS_OK && simulated) {
		reader_info(reader, &info);
		status = given_load(r->file, &info, given);
		if (status == STATUS_OK && given->has_base)
			status =
				status_fail(STATUS_UNAVAILABLE,
					    "the recording %.200s is of a fork, which goes on from "
					    "processes: replay it, and press T",
					    r->file);
	}
	if (status != STATUS_OK)
		fprintf(stderr, "paxos-tui: %s\n", status_text());
	else if (simulated)
		r->run = (struct told_run){info.nodes, given->options.policy, NULL, info.seed,
					   given};
	reader_close(reader);
	return status == STATUS_OK ? EXIT_PASS : status_exit(status);
}

static int load_scenario(struct rescue *r, const struct options *options, struct scenario *s,
			 char path[PATH_BYTES])
{
	char why[500];

	if (!story_find(r->file, path, why, sizeof why) ||
	    !story_load(path, s, NULL, why, sizeof why)) {
		fprintf(stderr, "paxos-tui: %s\n", why);
		return EXIT_USAGE;
	}
	r->run = (struct told_run){s->nodes, s->policy, s,
				   options->seed_given ? options->seed
				   : s->seed_given     ? s->seed
						       : SEED_USUAL,
				   NULL};
	return EXIT_PASS;
}

/* A recording has its own seed, and no lines. */
static int refuse_options(const struct options *options)
{
	fprintf(stderr, "paxos-tui: %s is a recording: %s\n", options->arg[0],
		options->shrink
			? "--shrink leaves out lines of a scenario; replay it and press T to "
			  "write one"
			: "it was made with its own seed, leave out --seed");
	return EXIT_USAGE;
}

static int rescue(struct rescue *r, const struct options *options, const char *path)
{
	drive_catch_signals();
	r->now = again(r, (struct change){0});
	if (!r->now.done)
		return drive_interrupted() ? EXIT_INTERRUPTED : EXIT_INCONCLUSIVE;
	if (!r->now.violated) {
		char seed[40] = "";

		if (!r->is_session)
			text_write(seed, sizeof seed, " with seed %" PRIu64, r->run.seed);
		fprintf(stderr,
			"paxos-tui: %s breaks no property, simulated%s: there is nothing to "
			"rescue\n",
			r->file, seed);
		return EXIT_INCONCLUSIVE;
	}
	if (options->shrink)
		return save_shrunk(r, path, options->save);
	return tell_all(r);
}

int cmd_rescue(const struct options *options)
{
	static struct rescue r;
	static struct scenario scenario;
	static struct given_list given;
	char path[PATH_BYTES] = "";

	r.file = options->arg[0];
	const bool recorded = is_recording(r.file);
	if (recorded && (options->shrink || options->seed_given))
		return refuse_options(options);
	int code = recorded ? load_recording(&r, &given, &scenario)
			    : load_scenario(&r, options, &scenario, path);
	if (code == EXIT_PASS)
		code = rescue(&r, options, path);
	given_free(&given);
	return code;
}
