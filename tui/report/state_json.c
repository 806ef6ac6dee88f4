#include "tui/report/state_json.h"

#include <string.h>

#include "proto/core/batch.h"
#include "tui/report/json_print.h"
#include "proto/fault/attack.h"
#include "proto/fault/crash_point.h"
#include "proto/fault/mistake.h"
#include "proto/model/base/query.h"
#include "proto/model/base/show.h"
#include "proto/model/say/say.h"
#include "proto/wire/hex.h"

/* Said where what is known of the run is not a node's word. */
static const char untold[] = "no node tells its state: epoch and defences are those "
			     "that were ordered last, as far as the directory tells";

static json_t *ballot_json(struct ballot ballot)
{
	char shown[16];
	if (ballot_is_none(ballot))
		return json_null();
	ballot_show(ballot, shown);
	return json_string(shown);
}

static json_t *value_json(const struct model *m, value_ref ref)
{
	char shown[VALUE_SHOWN_MAX + 1];
	if (ref == VALUE_NONE)
		return json_null();
	values_show(m->values, ref, shown);
	return json_string(shown);
}

/* What a batch holds, in its order; NULL: it is none, or that was not told. */
static json_t *held_json(const struct model *m, value_ref ref)
{
	char shown[VALUE_SHOWN_MAX + 1];
	uint32_t length;
	const uint8_t *bytes = values_bytes(m->values, ref, &length);
	if (batch_count(bytes, length) == 0)
		return NULL;
	json_t *values = json_array();
	struct batch_reader r = batch_read(bytes, length);
	while (batch_next(&r, &bytes, &length)) {
		value_show(bytes, length, shown);
		json_array_append_new(values, json_string(shown));
	}
	return values;
}

static bool is_known(const struct model_vote *v)
{
	return v->voted != VALUE_NONE || v->chosen != VALUE_NONE;
}

static json_t *slots_json(const struct model *m, unsigned id)
{
	json_t *slots = json_array();
	for (slot_number s = m->slot_first; s < m->slot_end; s++) {
		const struct model_slot *slot = model_slot(m, s);
		if (slot == NULL || !is_known(&slot->vote[id]))
			continue;
		const struct model_vote *v = &slot->vote[id];
		json_t *said =
			json_pack("{sIsososo}", "slot", (json_int_t)s, "accepted_at",
				  ballot_json(v->voted_at), "accepted", value_json(m, v->voted),
				  "chosen", value_json(m, v->chosen));
		json_t *held = held_json(m, v->chosen != VALUE_NONE ? v->chosen : v->voted);
		if (held != NULL)
			json_object_set_new(said, "holds", held);
		json_array_append_new(slots, said);
	}
	return slots;
}

static json_t *dropped_json(const struct model_node *n)
{
	json_t *dropped = json_object();
	for (unsigned why = 1; why < DROPS; why++)
		if (n->dropped[why] > 0)
			json_object_set_new(dropped, drop_name((enum drop)why),
					    json_integer((json_int_t)n->dropped[why]));
	return dropped;
}

static const char *role_of(const struct model_node *n)
{
	return n->life == LIFE_UP        ? paxos_role_name(n->role)
	       : n->life == LIFE_STOPPED ? "stopped"
	       : n->life == LIFE_DOWN    ? "down"
					 : "silent";
}

static json_t *attacks_json(uint32_t attacks)
{
	json_t *names = json_array();
	for (unsigned bit = 0; bit < ATTACKS; bit++)
		if ((attacks >> bit & 1) != 0)
			json_array_append_new(names, json_string(attack_name(bit)));
	return names;
}

static json_t *mistake_json(unsigned mistake)
{
	return mistake == MISTAKE_NONE ? json_null() : json_string(mistake_name(mistake));
}

static json_t *silent_json(const struct model *m, node_id id)
{
	uint64_t since_us;
	return model_is_silent(m, id, &since_us) ? json_integer((json_int_t)since_us) : json_null();
}

static json_t *load_json(const struct model_load *l)
{
	const struct load_report *r = &l->report;
	if (r->number == 0)
		return json_null();
	return json_pack("{sIsIsIsIsIsIsIsIsIsIsIsbsb}", "count", (json_int_t)r->count, "values",
			 (json_int_t)r->values, "given_up", (json_int_t)r->lost, "slots",
			 (json_int_t)r->slots, "outstanding", (json_int_t)r->outstanding, "rate",
			 (json_int_t)r->rate, "behind_us", (json_int_t)r->behind_us, "elapsed_us",
			 (json_int_t)r->elapsed_us, "p50_us", (json_int_t)r->latency_p50_us,
			 "p99_us", (json_int_t)r->latency_p99_us, "max_us",
			 (json_int_t)r->latency_max_us, "done", r->done, "cut", l->cut);
}

/* What is wrong with the machine of a node, or done to it by hand; false: that was all. */
static bool fault_words(const struct model *m, node_id id, unsigned *which, char *out, size_t size)
{
	const struct model_node *n = &m->node[id];
	char shown[200];

	for (; *which < 4; ++*which) {
		switch (*which) {
		case 0:
			if (n->crash_point == CRASH_POINT_NONE)
				continue;
			if (n->crash_point == CRASH_POINT_FULL)
				text_write(out, size, "disk: full, it stops at its next write");
			else
				text_write(out, size, "disk: it crashes before %s is synced",
					   crash_point_lost(n->crash_point));
			break;
		case 1:
			if (n->sync_us == 0)
				continue;
			ms_show(n->sync_us, shown);
			text_write(out, size, "disk: a sync takes %s longer", shown);
			break;
		case 2:
			if (n->drift.rate == 0)
				continue;
			drift_show(&n->drift, m->now, shown, sizeof shown);
			text_write(out, size, "clock: %s", shown);
			break;
		default:
			if (!n->gate.on)
				continue;
			gate_show(&n->gate, id, m->nodes, shown, sizeof shown);
			text_write(out, size, "gate: holds %s", shown);
			break;
		}
		++*which;
		return true;
	}
	return false;
}

static json_t *faults_json(const struct model *m, node_id id)
{
	json_t *list = json_array();
	char words[REMARK_WORDS_MAX];

	for (unsigned which = 0; fault_words(m, id, &which, words, sizeof words);)
		json_array_append_new(list, json_string(words));
	return list;
}

static json_t *node_json(const struct model *m, unsigned id)
{
	const struct model_node *n = &m->node[id];
	return json_pack("{sisbsosssososo"
			 "sosIsIsosIsIsosIsoso}",
			 "id", (int)id, "up", n->life == LIFE_UP || n->life == LIFE_STOPPED, "pid",
			 n->pid == 0 ? json_null() : json_integer(n->pid), "role", role_of(n),
			 "silent_us", silent_json(m, (node_id)id), "attacks",
			 attacks_json(n->attacks), "mistake", mistake_json(n->mistake), "promised",
			 ballot_json(n->promised), "chosen_upto", (json_int_t)n->base, "low",
			 (json_int_t)n->low, "slots", slots_json(m, id), "received",
			 (json_int_t)n->received, "sent", (json_int_t)n->sent, "dropped",
			 dropped_json(n), "clock_ahead_us", (json_int_t)n->ahead_us, "load",
			 load_json(&n->load), "faults", faults_json(m, (node_id)id));
}

json_t *state_json(const struct model *m)
{
	json_t *nodes = json_array();
	char policy[POLICY_SHOWN_MAX];
	policy_show(m->policy, policy);
	for (unsigned id = 1; id <= m->nodes; id++)
		json_array_append_new(nodes, node_json(m, id));
	json_t *remarks = json_array();
	char words[REMARK_WORDS_MAX];
	if (!model_has_heard_one(m))
		json_array_append_new(remarks, json_string(untold));
	for (unsigned i = 0; model_remark(m, i, words, sizeof(words)); i++)
		json_array_append_new(remarks, json_string(words));
	for (unsigned id = 1; id <= m->nodes; id++)
		if (model_trouble(m, (node_id)id, words, sizeof(words)))
			json_array_append_new(remarks, json_string(words));
	for (unsigned id = 1; id <= m->nodes; id++)
		if (model_skew(m, (node_id)id, words, sizeof(words)))
			json_array_append_new(remarks, json_string(words));
	return json_pack("{sIsssisssoso}", "epoch", (json_int_t)m->epoch, "mode",
			 m->mode == MODE_MULTI ? "multi" : "single", "quorum", (int)m->quorum,
			 "policy", policy, "nodes", nodes, "remarks", remarks);
}

/* "5      holds  1 pear, 2 plum" under the slot: what its batches hold that are not shown in full,
 * each once. */
static void print_held(const struct model *m, const struct model_slot *slot, FILE *to)
{
	value_ref before = VALUE_NONE;
	for (unsigned id = 1; id <= m->nodes; id++) {
		const struct model_vote *v = &slot->vote[id];
		const value_ref ref = v->chosen != VALUE_NONE ? v->chosen : v->voted;
		char shown[VALUE_SHOWN_MAX + 1];
		uint32_t length;
		const uint8_t *bytes = values_bytes(m->values, ref, &length);
		values_show(m->values, ref, shown);
		if (ref == before || batch_count(bytes, length) == 0 || shown[0] == '[')
			continue;
		before = ref;
		fprintf(to, "%-6llu holds", (unsigned long long)slot->slot);
		struct batch_reader r = batch_read(bytes, length);
		while (batch_next(&r, &bytes, &length)) {
			value_show(bytes, length, shown);
			fprintf(to, "%s %u %s", r.place > 1 ? "," : " ", r.place, shown);
		}
		fputc('\n', to);
	}
}

static void print_slots(const struct model *m, FILE *to)
{
	for (slot_number s = m->slot_first; s < m->slot_end; s++) {
		const struct model_slot *slot = model_slot(m, s);
		if (slot == NULL)
			continue;
		for (unsigned id = 1; id <= m->nodes; id++) {
			const struct model_vote *v = &slot->vote[id];
			char at[16], voted[VALUE_SHOWN_MAX + 1], chosen[VALUE_SHOWN_MAX + 1];
			if (!is_known(v))
				continue;
			ballot_show(v->voted_at, at);
			values_show(m->values, v->voted, voted);
			values_show(m->values, v->chosen, chosen);
			fprintf(to, "%-6llu n%-5u %-10s %-20s %s\n", (unsigned long long)s, id, at,
				voted, chosen);
		}
		print_held(m, slot, to);
	}
}

void state_print(const struct model *m, FILE *to)
{
	char policy[POLICY_SHOWN_MAX];
	policy_show(m->policy, policy);
	fprintf(to, "%u node%s, quorum %u, %s mode, epoch %u, defences %s\n", m->nodes,
		m->nodes == 1 ? "" : "s", m->quorum, m->mode == MODE_MULTI ? "multi" : "single",
		m->epoch, policy);
	fprintf(to, "%-6s %-10s %-8s %-10s %-7s %9s %9s %8s\n", "NODE", "ROLE", "PID", "PROMISED",
		"CHOSEN", "RECEIVED", "SENT", "DROPPED");
	for (unsigned id = 1; id <= m->nodes; id++) {
		const struct model_node *n = &m->node[id];
		char promised[16];
		uint64_t dropped = 0;
		for (unsigned why = 1; why < DROPS; why++)
			dropped += n->dropped[why];
		ballot_show(n->promised, promised);
		fprintf(to, "n%-5u %-10s %-8u %-10s %-7llu %9llu %9llu %8llu\n", id, role_of(n),
			n->pid, promised, (unsigned long long)n->base,
			(unsigned long long)n->received, (unsigned long long)n->sent,
			(unsigned long long)dropped);
		if (n->attacks != 0) {
			char attacks[ATTACKS_SHOWN_MAX];
			attacks_show(n->attacks, attacks);
			fprintf(to, "       lies: %s\n", attacks);
		}
		if (n->mistake != MISTAKE_NONE)
			fprintf(to, "       mistake: %s\n", mistake_name(n->mistake));
		char fault[REMARK_WORDS_MAX];
		for (unsigned which = 0; fault_words(m, (node_id)id, &which, fault, sizeof(fault));)
			fprintf(to, "       %s\n", fault);
		char load[LOAD_WORDS_MAX];
		if (load_words(m, (node_id)id, load, sizeof(load)))
			fprintf(to, "       %s\n", load);
		if (n->low > 0)
			fprintf(to, "       keeps no slot below %llu\n",
				(unsigned long long)n->low);
	}
	char words[REMARK_WORDS_MAX];
	if (!model_has_heard_one(m))
		fprintf(to, "%s\n", untold);
	for (unsigned i = 0; model_remark(m, i, words, sizeof(words)); i++)
		fprintf(to, "%s\n", words);
	for (unsigned id = 1; id <= m->nodes; id++)
		if (model_trouble(m, (node_id)id, words, sizeof(words)))
			fprintf(to, "%s\n", words);
	for (unsigned id = 1; id <= m->nodes; id++)
		if (model_skew(m, (node_id)id, words, sizeof(words)))
			fprintf(to, "%s\n", words);
	if (m->slot_end > m->slot_first)
		fprintf(to, "\n%-6s %-6s %-10s %-20s %s\n", "SLOT", "NODE", "AT", "ACCEPTED",
			"CHOSEN");
	print_slots(m, to);
}

json_t *roster_json(const struct roster *r)
{
	char cluster[HEX_SIZE(8)], key[HEX_SIZE(32)];
	json_t *nodes = json_array();
	for (unsigned id = 1; id <= r->nodes; id++) {
		hex_write(r->node[id].key.bytes, 32, key);
		json_array_append_new(nodes, json_pack("{sisssoso}", "id", (int)id, "public_key",
						       key, "data", json_text(r->node[id].data),
						       "control", json_text(r->node[id].control)));
	}
	hex_write(r->cluster, 8, cluster);
	hex_write(r->operator_key.bytes, 32, key);
	return json_pack("{sssIssso}", "cluster", cluster, "epoch", (json_int_t)r->epoch,
			 "operator", key, "nodes", nodes);
}

void roster_print(const struct roster *r, FILE *to)
{
	char cluster[HEX_SIZE(8)], key[HEX_SIZE(32)];
	hex_write(r->cluster, 8, cluster);
	hex_write(r->operator_key.bytes, 32, key);
	fprintf(to, "cluster %s, epoch %u\noperator %s\n", cluster, r->epoch, key);
	for (unsigned id = 1; id <= r->nodes; id++) {
		hex_write(r->node[id].key.bytes, 32, key);
		fprintf(to, "n%-3u %s\n     data    %s\n     control %s\n", id, key,
			r->node[id].data, r->node[id].control);
	}
}
