#include "node/greeter.h"

#include "node/io/clock.h"

/* Real time from one round of greetings to the next. */
#define TURN_US 50000

/* `past`: the life whose end the peers are to be told. */
static struct hello my_hello(const struct greeter *g, node_set to, const struct store_past *past)
{
	return (struct hello){.sender = g->self,
			      .to = to,
			      .boot = g->mine.boot,
			      .life = g->mine.number,
			      .past = past->life,
			      .past_stored = past->stored};
}

static void send_hello(struct greeter *g, const struct hello *hello)
{
	uint8_t bytes[HELLO_BYTES];
	const size_t length = hello_encode(&g->context, hello, &crypto_ed25519, g->key, bytes);
	mesh_send(g->mesh, hello->to, bytes, length);
}

static void ask_peers(struct greeter *g, node_set to, const struct store_past *past)
{
	struct hello hello = my_hello(g, to, past);
	hello.asks = true;
	if (to != 0)
		send_hello(g, &hello);
}

/* A peer that was there last time knows the life before this one. */
static struct store_past last_past(const struct greeter *g)
{
	return store_past_of_boot(g->store, (uint16_t)(g->mine.boot - 1));
}

static node_set silent_peers(const struct greeter *g)
{
	return set_first(g->context.nodes) & ~set_of(g->self) & ~g->answered;
}

void greeter_greet(struct greeter *g)
{
	const struct store_past past = last_past(g);
	ask_peers(g, silent_peers(g), &past);
}

bool greeter_is_known(const struct greeter *g)
{
	return silent_peers(g) == 0;
}

void greeter_ask(struct greeter *g, node_id peer)
{
	if (peer != NODE_NONE && peer <= g->context.nodes && peer != g->self)
		g->asked |= set_of(peer);
}

static enum status refuse_self(const struct greeter *g, const struct hello *from)
{
	if (g->mine.boot == 1)
		return status_fail(
			STATUS_CORRUPT,
			"the seat of n%u is taken: n%u has heard n%u in life %u, and this "
			"store is empty: it would forget what n%u promised; put its "
			"directory back, or give its seat away: 'paxos-tui ctl DIR replace "
			"%u'",
			g->self, from->sender, g->self, from->known_boot, g->self, g->self);
	return status_fail(
		STATUS_CORRUPT,
		"this is an old copy of n%u's directory: n%u has heard of transaction %llu "
		"in life %u, which is not here: n%u would forget what it promised; put its "
		"newest directory back, or give its seat to an empty store: 'paxos-tui ctl "
		"DIR replace %u'",
		g->self, from->sender, (unsigned long long)from->known_stored, from->known_boot,
		g->self, g->self);
}

/* A peer tells which life of this node it believes: this one, or one before, which this node must
 * remember to its end. */
static enum status take_answer(struct greeter *g, const struct hello *heard)
{
	struct store_past past;
	if (heard->known == g->mine.number) {
		g->answered |= set_of(heard->sender);
		return STATUS_OK;
	}
	if (!store_remembers(g->store, heard->known, &past) || past.stored < heard->known_stored)
		return refuse_self(g, heard);
	ask_peers(g, set_of(heard->sender), &past);
	return STATUS_OK;
}

enum status greeter_take(struct greeter *g, const uint8_t *bytes, size_t length)
{
	struct hello heard;
	if (hello_decode(&g->context, bytes, length, &crypto_ed25519, g->keys, &heard) !=
		    DROP_NOTHING ||
	    heard.sender == g->self || !set_has(heard.to, g->self))
		return STATUS_OK;
	if (heard.judged == g->mine.number) {
		const enum status status = take_answer(g, &heard);
		if (status != STATUS_OK)
			return status;
	} else if (set_has(silent_peers(g), heard.sender)) {
		/* Its answer was lost, if it could be heard later than it could hear. */
		greeter_ask(g, heard.sender);
	}
	const struct known_life begun = {heard.boot, heard.life, heard.past_stored};
	const struct known_life *known = &member_lives(g->member)[heard.sender];
	const bool believed = member_greeted(g->member, heard.sender, &begun, heard.past);
	if (!heard.asks)
		return STATUS_OK;
	const struct store_past past = last_past(g);
	struct hello answer = my_hello(g, set_of(heard.sender), &past);
	answer.judged = heard.life;
	answer.known = believed ? heard.life : known->number;
	answer.known_boot = known->boot;
	answer.known_stored = known->stored;
	send_hello(g, &answer);
	return STATUS_OK;
}

void greeter_turn(struct greeter *g, uint64_t real_us)
{
	const node_set connected = g->mesh->connected;
	g->asked |= silent_peers(g) & connected & ~g->connected;
	g->connected = connected;
	if (g->asked == 0 || real_us < g->turn_us)
		return;
	g->turn_us = real_us + TURN_US;
	const struct store_past past = last_past(g);
	ask_peers(g, g->asked, &past);
	g->asked = 0;
}

uint64_t greeter_deadline(const struct greeter *g)
{
	return g->asked != 0 ? g->turn_us : WAIT_FOREVER;
}
