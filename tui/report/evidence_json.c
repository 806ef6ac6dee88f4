#include "tui/report/evidence_json.h"

#include <stdlib.h>
#include <string.h>

#include "proto/model/base/show.h"
#include "proto/model/say/say.h"
#include "proto/wire/hex.h"

static json_t *hex_json(const uint8_t *bytes, size_t length)
{
	char *text = malloc(HEX_SIZE(length));
	if (text == NULL)
		return NULL;
	hex_write(bytes, length, text);
	json_t *json = json_string(text);
	free(text);
	return json;
}

static json_t *names_json(const char *names)
{
	json_t *array = json_array();
	for (const char *at = names; *at != 0;) {
		size_t length = strcspn(at, " ");
		json_array_append_new(array, json_stringn(at, length));
		at += length;
		at += *at == ' ';
	}
	return array;
}

static json_t *nodes_json(node_set set)
{
	json_t *array = json_array();
	for (; set != 0; set &= set - 1)
		json_array_append_new(array, json_integer(set_lowest(set)));
	return array;
}

static json_t *messages_json(const struct evidence *evidence)
{
	json_t *array = json_array();
	for (unsigned i = 0; i < evidence->parts; i++) {
		const struct signed_body *part = &evidence->part[i];
		char words[200];
		evidence_part_words(evidence, i, words, sizeof(words));
		json_array_append_new(array,
				      json_pack("{sssoso}", "words", words, "bytes",
						hex_json(part->body, part->length), "signature",
						hex_json(part->signature, SIGNATURE_BYTES)));
	}
	return array;
}

json_t *proof_json(const uint8_t *bytes, size_t length, node_set holders)
{
	struct evidence evidence;
	char words[EVIDENCE_WORDS_MAX];
	if (evidence_decode(bytes, length, &evidence) != DROP_NOTHING)
		return NULL;
	evidence_words(&evidence, words);
	return json_pack("{sissso sIss so so so}", "accused", (int)evidence.accused, "kind",
			 proof_name(evidence.kind), "attacks",
			 names_json(proof_attacks(evidence.kind)), "slot",
			 (json_int_t)evidence.slot, "words", words, "held_by", nodes_json(holders),
			 "messages", messages_json(&evidence), "bytes", hex_json(bytes, length));
}

json_t *evidence_json(const struct model *m, const struct roster *roster)
{
	static uint8_t bytes[CONTROL_FRAME_BYTES_MAX];
	struct roster copy = *roster;
	size_t length = roster_encode(&copy, &crypto_ed25519, NULL, bytes, sizeof(bytes));
	json_t *proofs = json_array();
	for (unsigned i = 0; i < m->proofs; i++)
		json_array_append_new(proofs, proof_json(m->proof_bytes + m->proof[i].bytes_at,
							 m->proof[i].length, m->proof[i].holders));
	return json_pack("{sosIsoso}", "cluster",
			 hex_json(roster->cluster, sizeof(roster->cluster)), "epoch",
			 (json_int_t)m->epoch, "roster", hex_json(bytes, length), "evidence",
			 proofs);
}

void evidence_print(const struct model *m, FILE *to)
{
	if (m->proofs == 0)
		fprintf(to, "nobody is proven a liar\n");
	for (unsigned i = 0; i < m->proofs; i++) {
		char holders[NODES_MAX * 4];
		set_show(m->proof[i].holders, holders, sizeof(holders));
		fprintf(to, "%s (held by %s)\n", m->proof[i].words, holders);
	}
	/* Remarks tell where one node's word stands against another's: no proof follows from that.
	 */
	char words[REMARK_WORDS_MAX];
	for (unsigned i = 0; model_remark(m, i, words, sizeof(words)); i++)
		fprintf(to, "%s\n", words);
}
