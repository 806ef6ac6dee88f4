#include "tests/support/journaled.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/io/files.h"
#include "node/io/keys.h"
#include "node/journal/segment.h"
#include "node/store/store.h"
#include "proto/fault/attack.h"
#include "proto/fault/link.h"

#define FLYING_MAX 4096

struct flying {
	node_set to;
	uint8_t *bytes;
	size_t length;
	uint64_t mark; /* of whoever watches */
	node_set got;  /* to these it came already */
};

struct one {
	char dir[PATH_BYTES];
	struct public_key key;
	struct secret_key secret;
	struct member *member;
	void *memory;
	size_t memory_bytes;
	struct journal *journal;
	struct store *store;
	uint16_t boot;
};

struct journaled {
	struct journaled_options options;
	struct one node[NODES_MAX + 1];
	struct flying flying[FLYING_MAX];
	unsigned count;
	time_us now;
	uint64_t random;
	uint64_t number;
	uint64_t inputs;
};

static const uint8_t cluster[8] = "journal";

static uint64_t draw(struct journaled *c, uint64_t below)
{
	return random_next(&c->random) % below;
}

static void begin_life(struct journaled *c, node_id id)
{
	static struct member_config config;
	struct one *n = &c->node[id];
	const struct store_owner owner = {.cluster = {'j', 'o', 'u', 'r', 'n', 'a', 'l', 0},
					  .node = id};

	config = (struct member_config){
		.paxos = paxos_config_default(id, c->options.nodes, MODE_MULTI),
		.wire = {.cluster = "journal", .epoch = 1, .nodes = c->options.nodes},
		.crypto = &crypto_ed25519,
		.key = n->secret,
		.clock = {.num = 1, .den = 1},
		.random = c->random + id,
		.policy = c->options.policy,
		.quiet = c->options.watch == NULL,
	};
	config.boot = ++n->boot;
	if (c->options.stores) {
		assert(store_open(n->dir, &owner, n->boot > 1, &n->store) == STATUS_OK);
		assert(store_boot(n->store) == n->boot);
	}
	for (node_id peer = 1; peer <= c->options.nodes; peer++) {
		config.link[peer] = link_rule_default();
		config.keys[peer] = c->node[peer].key;
	}
	if (c->options.journals) {
		struct journal_options journal = {
			.dir = n->dir, .node = id, .bytes_max = c->options.bytes_max};
		memcpy(journal.cluster, cluster, sizeof(cluster));
		assert(journal_open(&journal, &config, &n->journal) == STATUS_OK);
	}
	n->memory_bytes = member_size(&config);
	n->memory = mmap(NULL, n->memory_bytes, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	assert(n->memory != MAP_FAILED);
	n->member = member_init(n->memory, &config);
	if (n->journal != NULL)
		journal_follow(n->journal, n->member);
	if (n->store != NULL)
		assert(store_restore(n->store, n->member) == STATUS_OK);
	member_start(n->member, c->now);
}

static void end_life(struct one *n)
{
	journal_close(n->journal);
	store_close(n->store);
	munmap(n->memory, n->memory_bytes);
	n->journal = NULL;
	n->store = NULL;
	n->member = NULL;
}

struct journaled *journaled_begin(const struct journaled_options *options)
{
	struct journaled *c = calloc(1, sizeof(*c));
	char path[PATH_BYTES];

	assert(c != NULL);
	c->options = *options;
	c->random = options->seed;
	for (node_id id = 1; id <= options->nodes; id++) {
		struct one *n = &c->node[id];

		snprintf(n->dir, sizeof(n->dir), "%s/n%u", options->dir, id);
		mkdir(n->dir, 0700);
		assert(path_join(n->dir, "key", path) == STATUS_OK);
		assert(key_load_or_make(path, &n->key, &n->secret) == STATUS_OK);
	}
	for (node_id id = 1; id <= options->nodes; id++)
		begin_life(c, id);
	return c;
}

/* Frames fly, and what is to be stored is. `half`: the node dies before it does any of it. */
static void carry(struct journaled *c, node_id id)
{
	struct one *n = &c->node[id];
	const struct member_output *out = member_output(n->member);
	const struct journaled_watch *watch = c->options.watch;

	if (watch != NULL)
		watch->owes(watch->user, id, n->member, out);
	if (n->store != NULL)
		assert(store_write(n->store, out->write, out->writes, NULL, out->must_sync) ==
		       STATUS_OK);
	member_stamp(n->member, c->options.stores ? store_stored(n->store) : 0);
	for (unsigned i = 0; i < out->frames; i++) {
		struct flying *f = &c->flying[c->count];

		if (c->count == FLYING_MAX)
			break;
		*f = (struct flying){out->frame[i].to, malloc(out->frame[i].length),
				     out->frame[i].length, 0, 0};
		f->mark = watch != NULL ? watch->mark(watch->user) : 0;
		assert(f->bytes != NULL);
		memcpy(f->bytes, out->frame[i].bytes, f->length);
		c->count++;
	}
	member_clear(n->member);
	if (watch != NULL)
		watch->cleared(watch->user, id, n->member);
}

static void deliver(struct journaled *c, unsigned place, bool keeps)
{
	struct flying f = c->flying[place];

	for (node_set left = f.to; left != 0; left &= left - 1) {
		const node_id id = set_lowest(left);

		if (id > c->options.nodes || member_is_full(c->node[id].member))
			continue;
		c->inputs++;
		if (c->options.watch != NULL && !set_has(f.got, id))
			c->options.watch->came(c->options.watch->user, id, f.mark);
		c->flying[place].got |= set_of(id);
		member_frame_in(c->node[id].member, c->now, f.bytes, f.length);
		carry(c, id);
	}
	if (keeps)
		return;
	free(f.bytes);
	c->flying[place] = c->flying[--c->count];
}

static void propose(struct journaled *c, node_id id)
{
	char value[32];
	const int length =
		snprintf(value, sizeof(value), "value %llu", (unsigned long long)draw(c, 1000));
	const struct control control = {.kind = CONTROL_PROPOSE,
					.to = set_of(id),
					.number = ++c->number,
					.slot = SLOT_NONE,
					.value = (const uint8_t *)value,
					.value_length = (uint32_t)length};

	member_control_in(c->node[id].member, c->now, &control);
	carry(c, id);
}

/* What a load does in a turn: several values, which share slots, or not. */
static void drive(struct journaled *c, node_id id)
{
	struct member *m = c->node[id].member;
	const struct control control = {.kind = CONTROL_LOAD,
					.to = set_of(id),
					.number = ++c->number,
					.count = 10,
					.size_bytes = 1,
					.outstanding = 10,
					.batch = {.count = (uint32_t)draw(c, 3)}};
	uint8_t value[8];

	member_control_in(m, c->now, &control);
	carry(c, id);
	for (uint64_t left = draw(c, 10); left > 0; left--) {
		memset(value, (int)(1 + draw(c, 255)), sizeof(value));
		(void)member_propose(m, c->now, value, 1 + (uint32_t)draw(c, sizeof(value)));
	}
	if (draw(c, 4) != 0)
		(void)member_proposed_all(m, c->now);
	carry(c, id);
}

static void tick(struct journaled *c, node_id id)
{
	c->inputs++;
	member_tick(c->node[id].member, c->now);
	carry(c, id);
}

/* One direction of a link, and whether the node lies. */
static void change(struct journaled *c, node_id id)
{
	struct control control = {.kind = CONTROL_LINK,
				  .to = set_of(id),
				  .number = ++c->number,
				  .peer = (node_id)(1 + draw(c, c->options.nodes)),
				  .link = {.cut = draw(c, 4) == 0, .delay_us = draw(c, 5000)}};

	if (draw(c, 3) == 0) {
		control.kind = CONTROL_ATTACK;
		control.attack = (struct attack_order){.attacks = 1u << draw(c, ATTACKS),
						       .colluders = set_of(id),
						       .seed = draw(c, 1000)};
	}
	member_control_in(c->node[id].member, c->now, &control);
	carry(c, id);
}

static void send_garbage(struct journaled *c, node_id id)
{
	uint8_t bytes[200];
	const size_t length = 1 + draw(c, sizeof(bytes));

	for (size_t i = 0; i < length; i++)
		bytes[i] = (uint8_t)draw(c, 256);
	member_frame_in(c->node[id].member, c->now, bytes, length);
	carry(c, id);
}

static void happen(struct journaled *c)
{
	const node_id id = (node_id)(1 + draw(c, c->options.nodes));
	const uint64_t what = draw(c, 40);

	if (what == 0)
		propose(c, id);
	else if (what == 1)
		change(c, id);
	else if (what == 2 && c->options.watch == NULL)
		member_set_quiet(c->node[id].member, draw(c, 3) == 0);
	else if (what == 3)
		send_garbage(c, id);
	else if (what == 4)
		drive(c, id);
	else if (what < 12 || c->count == 0)
		tick(c, id);
	else if (what == 12)
		free(c->flying[c->count - 1].bytes), c->count--;
	else
		deliver(c, (unsigned)draw(c, c->count), what == 13);
	c->now += draw(c, 3000);
}

void journaled_run(struct journaled *c, unsigned things)
{
	for (unsigned i = 0; i < things; i++)
		happen(c);
}

uint64_t journaled_decide(struct journaled *c, unsigned values)
{
	const uint64_t before = c->inputs;

	for (unsigned i = 0; i < values; i++) {
		propose(c, 1);
		for (unsigned turn = 0; turn < 8; turn++) {
			while (c->count > 0)
				deliver(c, c->count - 1, false);
			c->now += 6000;
			for (node_id id = 1; id <= c->options.nodes; id++)
				tick(c, id);
		}
	}
	return c->inputs - before;
}

/* The journal is left as a process leaves it that is killed: it is not ended. */
static void leave_journal(struct one *n)
{
	char path[PATH_BYTES];
	uint64_t first, last;
	char *bytes;
	size_t length;

	if (n->journal == NULL)
		return;
	assert(segments_find(n->dir, &first, &last));
	segment_path(n->dir, last, path);
	assert(file_load(path, 64 << 20, &bytes, &length) == STATUS_OK);
	journal_close(n->journal);
	n->journal = NULL;
	FILE *f = fopen(path, "wb");
	assert(f != NULL);
	const size_t written = fwrite(bytes, 1, length, f);
	const int closed = fclose(f);

	assert(written == length && closed == 0);
	free(bytes);
}

void journaled_kill(struct journaled *c, node_id id)
{
	struct one *n = &c->node[id];

	/* It has obeyed an input, and carries nothing of it out. */
	member_tick(n->member, c->now);
	leave_journal(n);
	end_life(n);
	if (c->options.watch != NULL)
		c->options.watch->died(c->options.watch->user, id, n->boot, c->now);
	begin_life(c, id);
}

const struct journal *journaled_journal(const struct journaled *c, node_id id)
{
	return c->node[id].journal;
}

void journaled_end(struct journaled *c, bool in_order)
{
	for (node_id id = 1; id <= c->options.nodes; id++) {
		if (!in_order)
			leave_journal(&c->node[id]);
		end_life(&c->node[id]);
	}
	while (c->count > 0)
		free(c->flying[--c->count].bytes);
	free(c);
}
