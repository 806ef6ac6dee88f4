/* The settings of a node in the durable store: scalars, one each for clock, gate, number, link and
 * line of policies. */
#include <stdio.h>
#include <string.h>

#include "node/store/store_sqlite.h"

static bool put_policies(struct sqlite *s, const struct store_settings *settings)
{
	bool good =
		sqlite_put_scalar(s, "policies",
				  &(struct scalar){{settings->lines, (int64_t)settings->out_of.from,
						    (int64_t)settings->out_of.bits}});
	for (unsigned i = 0; i < settings->lines && good; i++) {
		char name[20];
		snprintf(name, sizeof(name), "policy %u", i);
		good = sqlite_put_scalar(s, name,
					 &(struct scalar){{(int64_t)settings->line[i].from,
							   settings->line[i].policy}});
	}
	return good;
}

static bool get_policies(struct sqlite *s, struct store_settings *out)
{
	struct scalar policies, line;
	if (!sqlite_get_scalar(s, "policies", &policies) || policies.of[0] > POLICY_LINES_MAX)
		return false;
	out->out_of = (struct slot_bits){(slot_number)policies.of[1], (uint64_t)policies.of[2]};
	for (unsigned i = 0; i < (unsigned)policies.of[0]; i++) {
		char name[20];
		snprintf(name, sizeof(name), "policy %u", i);
		if (!sqlite_get_scalar(s, name, &line))
			return false;
		out->line[out->lines++] =
			(struct policy_line){(slot_number)line.of[0], (policy_id)line.of[1]};
	}
	return true;
}

#define TYPES_A_NUMBER 4 /* sets of types */
#define GATE_NUMBERS   5 /* in the row "gate", behind its flags; the others are in "gate more" */

/* A store of a program that knew no more than whether its gate was shut has no row "gate more", and
 * no sets. */
static bool put_gate(struct sqlite *s, const struct gate_rule *gate)
{
	struct scalar row[2] = {{{gate->on | gate->keep << 1}}, {{0}}};
	for (unsigned i = 0; i <= NODES_MAX; i++) {
		const unsigned number = i / TYPES_A_NUMBER;
		int64_t *of = number < GATE_NUMBERS ? &row[0].of[1 + number]
						    : &row[1].of[number - GATE_NUMBERS];
		*of = (int64_t)((uint64_t)*of | (uint64_t)gate->types[i]
							<< 16 * (i % TYPES_A_NUMBER));
	}
	return sqlite_put_scalar(s, "gate", &row[0]) && sqlite_put_scalar(s, "gate more", &row[1]);
}

static struct gate_rule get_gate(struct sqlite *s, const struct scalar *flags)
{
	struct gate_rule gate = {.keep = (flags->of[0] & 2) != 0};
	struct scalar more;
	if (!sqlite_get_scalar(s, "gate more", &more))
		return flags->of[0] != 0 ? gate_rule_all() : gate;
	for (unsigned i = 0; i <= NODES_MAX; i++) {
		const unsigned number = i / TYPES_A_NUMBER;
		const int64_t of = number < GATE_NUMBERS ? flags->of[1 + number]
							 : more.of[number - GATE_NUMBERS];
		gate.types[i] = (type_set)((uint64_t)of >> 16 * (i % TYPES_A_NUMBER) & TYPES_ALL);
		gate.on |= gate.types[i] != 0;
	}
	return gate;
}

bool sqlite_put_settings(struct sqlite *s, const struct store_settings *settings)
{
	const struct clock_rule *clock = &settings->clock;
	const bool all = !s->has_settings;
	bool good = sqlite_put_scalar(
			    s, "clock",
			    &(struct scalar){{(int64_t)clock->real_us, (int64_t)clock->virtual_us,
					      clock->num, clock->den}}) &&
		    put_gate(s, &settings->gate) &&
		    sqlite_put_scalar(s, "number", &(struct scalar){{(int64_t)settings->number}});
	if (all || settings->lines != s->settings.lines ||
	    memcmp(&settings->out_of, &s->settings.out_of, sizeof(settings->out_of)) != 0 ||
	    memcmp(settings->line, s->settings.line, sizeof(settings->line)) != 0)
		good = good && put_policies(s, settings);
	if (settings->epoch > s->epoch)
		good = good && sqlite_begin_epoch(s, settings->epoch);
	for (unsigned i = 1; i <= NODES_MAX && good; i++) {
		const struct link_rule *link = &settings->link[i];
		char name[16];
		if (!all && link_rule_equal(link, &s->settings.link[i]))
			continue;
		snprintf(name, sizeof(name), "link %u", i);
		good = sqlite_put_scalar(
			s, name,
			&(struct scalar){{link->cut, (int64_t)link->delay_us,
					  (int64_t)link->jitter_us, link->loss_ppm,
					  link->duplicate_ppm, link->reorder_ppm}});
	}
	s->settings = *settings;
	s->has_settings = good;
	return good;
}

static bool get_settings(struct sqlite *s, struct store_settings *out)
{
	struct scalar clock, gate, number, link;
	if (!sqlite_get_scalar(s, "clock", &clock) || !sqlite_get_scalar(s, "gate", &gate) ||
	    !sqlite_get_scalar(s, "number", &number))
		return false;
	*out = (struct store_settings){
		.clock = {(time_us)clock.of[0], (time_us)clock.of[1], (uint32_t)clock.of[2],
			  (uint32_t)clock.of[3]},
		.gate = get_gate(s, &gate),
		.number = (uint64_t)number.of[0],
	};
	if (!get_policies(s, out))
		return false;
	for (unsigned i = 1; i <= NODES_MAX; i++) {
		char name[16];
		snprintf(name, sizeof(name), "link %u", i);
		if (!sqlite_get_scalar(s, name, &link))
			return false;
		out->link[i] = (struct link_rule){
			.cut = link.of[0] != 0,
			.delay_us = (time_us)link.of[1],
			.jitter_us = (time_us)link.of[2],
			.loss_ppm = (uint32_t)link.of[3],
			.duplicate_ppm = (uint32_t)link.of[4],
			.reorder_ppm = (uint32_t)link.of[5],
		};
	}
	return true;
}

bool sqlite_settings(const struct store *store, struct store_settings *out)
{
	const struct sqlite *s = (const struct sqlite *)store;
	*out = s->settings;
	out->epoch = s->epoch;
	return s->has_settings;
}

/* Settings are written together, so a store with some and not all of them has lost rows. */
bool sqlite_take_up_settings(struct sqlite *s)
{
	static const char *const name[] = {"clock", "gate", "number", "policies"};
	struct scalar is;
	char link[16];
	s->has_settings = get_settings(s, &s->settings);
	if (s->has_settings)
		return true;
	for (unsigned i = 0; i < sizeof(name) / sizeof(name[0]); i++)
		if (sqlite_get_scalar(s, name[i], &is))
			return false;
	for (unsigned i = 1; i <= NODES_MAX; i++) {
		snprintf(link, sizeof(link), "link %u", i);
		if (sqlite_get_scalar(s, link, &is))
			return false;
	}
	return true;
}
