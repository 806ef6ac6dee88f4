/* The operator's standing orders, as the operator signed them: those controls that set something
 * which lasts (CF_STANDS), each until a later one replaces it for every node that it is for.
 *
 * Every node keeps all of them, those for others too, and gives them to nodes that were away. So a
 * node that was down learns what it missed from any peer, and believes the operator's signature.
 *
 * What replaces what, for a node that both are for: a later CLOCK a CLOCK, a later GATE a GATE, a
 * later LINK a LINK about the same peer, an EPOCH any EPOCH of a lower count and the policies of
 * lower epochs, and a later POLICY the policies of its epoch from its slot on. Later: a higher
 * number; two of one number are ordered by their bytes, the same at all nodes.
 *
 * A plain value, about half a megabyte; the caller owns it. Nothing in it points outside. */
#ifndef PROTO_WIRE_ORDERS_H
#define PROTO_WIRE_ORDERS_H

#include "proto/wire/control_frame.h"

/* A standing order is no longer, with its signature. */
#define ORDER_BYTES_MAX 256

/* Links by receiver and sender, those to everybody, clocks, gates, epochs and policies. */
#define ORDERS_MAX (NODES_MAX * (NODES_MAX + 4 + POLICY_LINES_MAX))

struct order {
	struct control control;
	node_set holds; /* the nodes of control.to for which nothing has replaced it */
	uint16_t length;
	uint8_t bytes[ORDER_BYTES_MAX];
};

struct orders {
	unsigned count;
	struct order of[ORDERS_MAX]; /* rising by number */
};

enum order_age {
	ORDER_NEW,  /* it holds for some node of its `to` */
	ORDER_SAME, /* it is kept already */
	ORDER_OLD,  /* what replaces it is kept */
};

/* Whether a control that stands, decoded and verified, is to be obeyed and kept. */
enum order_age orders_judge(const struct orders *o, const struct control *control);

/* Keeps an ORDER_NEW and forgets what it replaces; `bytes` are its frame. False: it has no room. */
bool orders_keep(struct orders *o, const struct control *control, const uint8_t *bytes,
		 size_t length);

/* Equal at two nodes that keep the same orders (and, by chance, hardly ever else). */
uint64_t orders_sum(const struct orders *o);

/* What the kept orders make of the policies of this epoch for the node: `first` is the first one,
 * unless an order began the epoch. Returns how many lines there are, at least 1. */
unsigned orders_lines(const struct orders *o, node_id node, uint32_t epoch, policy_id first,
		      struct policy_line line[POLICY_LINES_MAX]);

/* A frame that is a standing order of the operator: DROP_NOTHING, or why not. */
enum drop order_open(const struct wire_context *context, const uint8_t *bytes, size_t length,
		     const struct crypto *crypto, const struct public_key *operator_key,
		     struct control *out);

/* As a file: each order's length, 2 bytes, and its frame, one after the other; ORDERS_BYTES_MAX
 * bytes suffice. Reading adds what the operator signed and leaves out everything else. */
#define ORDERS_BYTES_MAX ((size_t)ORDERS_MAX * (ORDER_BYTES_MAX + 2))
size_t orders_write(const struct orders *o, uint8_t bytes[ORDERS_BYTES_MAX]);
void orders_read(struct orders *o, const struct wire_context *context, const struct crypto *crypto,
		 const struct public_key *operator_key, const uint8_t *bytes, size_t length);

#endif
