#include "node/prove/rerun.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "node/io/keys.h"

/* So many changes of a store by hand are known of. */
#define CHANGES_MAX 256

struct rerun {
	char dir[PATH_BYTES];
	struct journal_reader *reader;
	struct public_key key;
	struct secret_key secret;
	struct member *member; /* NULL: no life is at hand */
	void *memory;
	size_t memory_bytes;
	const struct member_output *out;
	bool clears;  /* the output at hand is cleared before the next input */
	bool started; /* the life at hand */
	bool forgets; /* what its store must hold is not known from the beginning */
	uint16_t boot;
	time_us now;
	struct member_config config; /* of the life at hand, with the key */
	void (*heard)(void *user, const struct member_input *in);
	void *heard_user;
	slot_number base;                    /* that the store gave back */
	uint16_t changed_after[CHANGES_MAX]; /* lives after which the store was changed */
	unsigned changes;
	struct rerun_counts counts;
	struct output_marks marks;
	struct kept *kept;
	char missing[PATH_BYTES + 256];
};

static void read_changes(struct rerun *r)
{
	char path[PATH_BYTES], line[16];
	FILE *from =
		path_join(r->dir, STORE_CHANGED_FILE, path) == STATUS_OK ? fopen(path, "re") : NULL;

	if (from == NULL)
		return;
	while (r->changes < CHANGES_MAX && fgets(line, sizeof(line), from) != NULL)
		r->changed_after[r->changes++] = (uint16_t)strtoul(line, NULL, 10);
	fclose(from);
}

/* Was the store changed by hand after this life? Lives may have the same numbers then. */
static bool is_changed(const struct rerun *r, uint16_t life)
{
	for (unsigned i = 0; i < r->changes; i++)
		if (r->changed_after[i] == life)
			return true;
	return false;
}

static void forget_kept(struct rerun *r)
{
	kept_free(r->kept);
	r->kept = NULL;
	r->forgets = true;
}

enum status rerun_open(const char *dir, struct rerun **out)
{
	struct rerun *r = calloc(1, sizeof(*r));
	char path[PATH_BYTES];
	enum status status;

	*out = r;
	if (r == NULL)
		return status_fail(STATUS_UNAVAILABLE, "not enough memory");
	snprintf(r->dir, sizeof(r->dir), "%s", dir);
	read_changes(r);
	status = journal_reader_open(dir, &r->reader);
	if (status == STATUS_OK)
		status = path_join(dir, "key", path);
	if (status == STATUS_OK && !file_exists(path))
		status = status_fail(STATUS_UNAVAILABLE,
				     "the key %s is gone: without it what the node signed cannot "
				     "be computed again",
				     path);
	if (status == STATUS_OK)
		status = key_load(path, &r->key, &r->secret);
	if (status == STATUS_OK && journal_reader_left(r->reader) > 0)
		snprintf(r->missing, sizeof(r->missing),
			 "of the journal in %s the beginning has left, for room", dir);
	if (status != STATUS_OK) {
		rerun_close(r);
		*out = NULL;
	}
	return status;
}

static void end_member(struct rerun *r)
{
	if (r->memory != NULL)
		munmap(r->memory, r->memory_bytes);
	r->memory = NULL;
	r->member = NULL;
	r->out = NULL;
	r->clears = false;
}

void rerun_close(struct rerun *r)
{
	if (r == NULL)
		return;
	end_member(r);
	journal_reader_close(r->reader);
	kept_free(r->kept);
	secret_key_wipe(&r->secret);
	secret_key_wipe(&r->config.key);
	free(r);
}

const struct segment_head *rerun_head(const struct rerun *r)
{
	return journal_reader_head(r->reader);
}

static enum rerun_found wrong(const struct rerun *r, const char *what)
{
	status_fail(STATUS_CORRUPT, "n%u, life %u, input %llu: %s", rerun_head(r)->node, r->boot,
		    (unsigned long long)journal_reader_inputs(r->reader), what);
	return RERUN_WRONG;
}

/* --- a life -------------------------------------------------------------------------------- */

/* The node's own crypto and key stand where the journal has neither. */
static enum rerun_found begin_life(struct rerun *r, const struct member_input *in)
{
	struct member_config config = *in->config;

	end_member(r);
	/* A node that takes over a seat begins on an empty store. */
	if (config.seat_epoch != r->config.seat_epoch || config.seat_slot != r->config.seat_slot ||
	    is_changed(r, r->boot))
		forget_kept(r);
	r->boot = config.boot;
	r->now = 0;
	r->started = false;
	r->base = 0;
	config.crypto = &crypto_ed25519;
	config.key = r->secret;
	if (memcmp(&config.keys[config.paxos.self], &r->key, sizeof(r->key)) != 0)
		return wrong(r, "the key in its directory is another node's");
	if (r->kept == NULL)
		r->kept = kept_make(r->boot == 1 && config.seat_epoch == 0 && !r->forgets);
	if (r->kept == NULL)
		return wrong(r, "there is not enough memory");
	kept_epoch(r->kept, config.wire.epoch);
	kept_show_none(r->kept);
	r->memory_bytes = member_size(&config);
	r->memory = mmap(NULL, r->memory_bytes, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (r->memory == MAP_FAILED) {
		r->memory = NULL;
		return wrong(r, "there is not enough memory");
	}
	r->member = member_init(r->memory, &config);
	r->config = config;
	secret_key_wipe(&config.key);
	r->counts.lives++;
	return RERUN_OUTPUT;
}

static bool restore_row(struct rerun *r, enum store_table table, const struct member_input *in,
			struct ballot at, const struct input_bytes *value, char *why, size_t size)
{
	const struct store_row row = {.table = table,
				      .slot = in->slot,
				      .at = at,
				      .value = value->bytes,
				      .length = value->length};

	return ballot_is_none(at) || kept_row(r->kept, &row, why, size);
}

/* What its store gave back is what was written to it. */
static bool restored_right(struct rerun *r, const struct member_input *in, char *why, size_t size)
{
	switch (in->kind) {
	case IN_BASE:
		r->base = in->slot;
		return kept_promise(r->kept, in->at, why, size);
	case IN_SLOT:
		return restore_row(r, STORE_VOTE, in, in->at, &in->bytes, why, size) &&
		       restore_row(r, STORE_CHOSEN, in, in->other, &in->more, why, size);
	case IN_ECHO:
		return restore_row(r, STORE_ECHO, in, in->at, &in->bytes, why, size);
	case IN_START:
		kept_restored(r->kept, r->base);
		r->started = true;
		return true;
	default:
		return true;
	}
}

/* --- outputs ------------------------------------------------------------------------------- */

static void take_output(struct rerun *r)
{
	r->out = member_output(r->member);
	r->counts.frames += r->out->frames;
	r->counts.writes += r->out->writes;
	r->counts.events += r->out->events;
}

/* What the store must hold from now on; `certainly`: the driver carried the output out. */
static bool keep_writes(struct rerun *r, bool certainly)
{
	const struct member_output *out = r->out;
	struct policy_line line[POLICY_LINES_MAX];
	uint32_t epoch;

	for (unsigned i = 0; i < out->writes; i++)
		if (!kept_write(r->kept, &out->write[i]))
			return false;
	if (out->settings_changed) {
		member_policies(r->member, &epoch, line);
		if (certainly)
			kept_epoch(r->kept, epoch);
	}
	if (certainly && (out->must_sync || out->settings_changed))
		kept_sync(r->kept);
	return true;
}

static enum rerun_found differs(const struct rerun *r, enum output_part part, unsigned which,
				const struct output_marks *was)
{
	static const char *const names[] = {
		[PART_FRAME] = "frame", [PART_WRITE] = "write", [PART_EVENT] = "event"};
	const unsigned now_has[] = {[PART_FRAME] = r->marks.frames,
				    [PART_WRITE] = r->marks.writes,
				    [PART_EVENT] = r->marks.events};
	const unsigned had[] = {
		[PART_FRAME] = was->frames, [PART_WRITE] = was->writes, [PART_EVENT] = was->events};
	char what[160];

	if (part == PART_REST)
		return wrong(r, "what it owes besides frames, writes and events (when to wake, a "
				"log to be read, a sync) is recomputed otherwise");
	snprintf(what, sizeof(what),
		 now_has[part] != had[part]
			 ? "%s %u is not the same: %u are recomputed, and there were %u"
			 : "%s %u of %u is recomputed otherwise",
		 names[part], which + 1, now_has[part], had[part]);
	return wrong(r, what);
}

static enum rerun_found compare_output(struct rerun *r, const struct member_input *in)
{
	unsigned which;
	enum output_part part;

	take_output(r);
	output_marks_make(r->out, member_values(r->member), &r->marks);
	part = output_marks_differ(&r->marks, in->marks, &which);
	if (part != PART_NONE)
		return differs(r, part, which, in->marks);
	r->clears = true;
	if (!keep_writes(r, true))
		return wrong(r, "there is not enough memory");
	return RERUN_OUTPUT;
}

/* The node ended before it had carried this out: some of it may have been done. */
static enum rerun_found end_life(struct rerun *r)
{
	if (r->member == NULL || !r->started) {
		end_member(r);
		return RERUN_END;
	}
	take_output(r);
	if (!keep_writes(r, false))
		return wrong(r, "there is not enough memory");
	r->started = false;
	return RERUN_OUTPUT;
}

/* One input, which is no output. RERUN_END: it is obeyed. */
static enum rerun_found obey(struct rerun *r, const struct member_input *in)
{
	char why[160];

	if (r->heard != NULL)
		r->heard(r->heard_user, in);
	r->counts.inputs += member_input_counts(in->kind);
	if (in->kind == IN_CONFIG) {
		const enum rerun_found found = begin_life(r, in);
		return found == RERUN_OUTPUT ? RERUN_END : found;
	}
	if (r->member == NULL)
		return wrong(r, "it comes before the node's settings");
	if (!restored_right(r, in, why, sizeof(why))) {
		char what[224];

		snprintf(what, sizeof(what), "its store gave back what it did not hold: %s", why);
		return wrong(r, what);
	}
	member_input_give(r->member, in);
	r->now = higher_of(r->now, in->now);
	return RERUN_END;
}

enum rerun_found rerun_next(struct rerun *r)
{
	struct member_input in;

	if (r->clears)
		member_input_give(r->member, &(struct member_input){.kind = IN_CLEAR});
	r->clears = false;
	r->out = NULL;
	for (;;) {
		enum rerun_found found = RERUN_END;

		switch (journal_reader_next(r->reader, &in)) {
		case JOURNAL_INPUT:
			found = in.kind == IN_CLEAR && r->member != NULL ? compare_output(r, &in)
									 : obey(r, &in);
			break;
		case JOURNAL_LIFE_CUT:
			snprintf(r->missing, sizeof(r->missing), "%s", status_text());
			found = end_life(r);
			/* What was written behind the end is not known. */
			forget_kept(r);
			break;
		case JOURNAL_LIFE_END:
			found = end_life(r);
			break;
		case JOURNAL_END:
			if (is_changed(r, r->boot))
				forget_kept(r);
			return RERUN_END;
		case JOURNAL_DAMAGED:
			return RERUN_WRONG;
		}
		if (found != RERUN_END)
			return found;
	}
}

const struct member_output *rerun_output(const struct rerun *r)
{
	return r->out;
}

bool rerun_is_carried_out(const struct rerun *r)
{
	return r->clears;
}

time_us rerun_now(const struct rerun *r)
{
	return r->now;
}

void rerun_hear(struct rerun *r, void (*heard)(void *user, const struct member_input *in),
		void *user)
{
	r->heard = heard;
	r->heard_user = user;
}

const struct member_config *rerun_config(const struct rerun *r)
{
	return &r->config;
}

void *rerun_memory(const struct rerun *r)
{
	return r->memory;
}

void rerun_settle(struct rerun *r)
{
	if (r->out != NULL)
		member_input_give(r->member, &(struct member_input){.kind = IN_CLEAR});
	r->out = NULL;
	r->clears = false;
}

struct values *rerun_values(const struct rerun *r)
{
	return member_values(r->member);
}

uint16_t rerun_boot(const struct rerun *r)
{
	return r->boot;
}

struct member *rerun_member(const struct rerun *r)
{
	return r->member;
}

const struct rerun_counts *rerun_counts(const struct rerun *r)
{
	return &r->counts;
}

struct kept *rerun_kept(struct rerun *r)
{
	return r->kept;
}

const char *rerun_missing(const struct rerun *r)
{
	return r->missing[0] != '\0' ? r->missing : NULL;
}
