/* What a journal is on disk: the directory `journal` beside a node's store, with files of rising
 * numbers, its segments. A life of the node begins a new segment, and goes on in the next when one
 * is full; a segment is given its room when it is made, so that a full disk is noticed before.
 *
 * A segment is a head and records, one behind the other, at places that 8 divides. A record is its
 * length (three bytes, and one that checks them), its check (u32), its bytes, which are an input
 * (proto/member/inputs.def), and a mark. Its check chains it to all records before it in this life.
 * The head of a record is written last, so that a process that is killed leaves a whole record or
 * none; behind the last one stand zeros, or, where the journal ended in order or early, a record of
 * one byte that says so. */
#ifndef NODE_JOURNAL_SEGMENT_H
#define NODE_JOURNAL_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "node/io/files.h"
#include "node/io/status.h"
#include "proto/core/types.h"

#define JOURNAL_DIR           "journal"
#define JOURNAL_FORMAT        1
#define JOURNAL_BYTES_MAX     ((uint64_t)256 << 20) /* of all segments of a node */
#define SEGMENT_BYTES         ((size_t)4 << 20)
#define SEGMENT_BYTES_FIRST   ((size_t)256 << 10) /* of a life: most are short */
#define SEGMENT_HEAD          72
#define RECORD_HEAD           8
#define RECORD_MARK           0x4a
#define RECORD_ENDED          0x00 /* the one byte of the last record: in order, */
#define RECORD_ENDED_EARLY    0xff /* or because there was no room */
#define RECORD_BYTES(payload) (((size_t)RECORD_HEAD + (payload) + 1 + 7) & ~(size_t)7)

struct segment_head {
	node_id node;
	uint8_t cluster[8];
	uint64_t number;
	uint16_t boot;   /* the life of the node */
	uint32_t part;   /* of this life, from 0 */
	uint64_t bytes;  /* of the file, when it was made */
	uint64_t inputs; /* of this life, in the parts before */
	uint64_t chain;  /* the check of the last record before, in full */
};

void segment_head_write(const struct segment_head *head, uint8_t bytes[SEGMENT_HEAD]);
/* NULL, or what is wrong, as the end of "the journal FILE ..." */
const char *segment_head_read(const uint8_t *bytes, size_t length, struct segment_head *out);

/* The first word of a record, and its length; 0: no record begins so. */
uint32_t record_word(size_t length);
size_t record_length(uint32_t word);

/* The check of a record, given that of the one before it, or of the head (segment_head_chain). */
uint64_t record_chain(uint64_t before, const uint8_t *bytes, size_t length);
uint64_t segment_head_chain(const struct segment_head *head);

/* "DIR/journal/00000012" */
void segment_path(const char *dir, uint64_t number, char out[PATH_BYTES]);

/* The segments of a node: numbers of which the first and the last are there. False: there is none.
 */
bool segments_find(const char *dir, uint64_t *first, uint64_t *last);

#endif
