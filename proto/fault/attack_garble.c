/* In place of every message the liar sends bytes that are no message. The envelope names its
 * readers, so that a reader cannot throw the bytes away unread. */
#include "proto/fault/attack_tools.h"

#define GARBLE_BYTES 192
#define ENVELOPE_TO  3 /* version, flags, sender; then to, little-endian */

static bool garble_out(struct liar *l, struct message *m)
{
	uint8_t bytes[GARBLE_BYTES];
	size_t length = ENVELOPE_TO + 4 + (size_t)liar_draw(l, sizeof bytes - ENVELOPE_TO - 4);
	node_set garbled = m->to & (l->order.victims == 0 ? m->to : liar_victims(l));

	if (garbled == 0)
		return true;
	for (size_t i = 0; i < length; i++)
		bytes[i] = (uint8_t)liar_draw(l, 256);
	/* Half of the frames begin as messages do: version, flags, sender. */
	if (liar_draw(l, 2) == 0) {
		bytes[0] = 1;
		bytes[1] = 0;
		bytes[2] = liar_self(l);
	}
	for (unsigned i = 0; i < 4; i++)
		bytes[ENVELOPE_TO + i] = (uint8_t)(garbled >> (8 * i));
	liar_lied(l, ATTACK_GARBLE, NULL, garbled);
	l->means.send_bytes(l->means.member, garbled, bytes, length);
	m->to &= ~garbled;
	return true;
}

const struct attack attack_GARBLE = {
	.aim = "That is no message: it costs a moment to find out, and nothing else.",
	.out = garble_out,
};
