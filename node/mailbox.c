#include "node/mailbox.h"

void mailbox_init(struct mailbox *m, struct mesh *mesh)
{
	m->mesh = mesh;
	m->out = (struct bundle_writer){.bytes = m->bytes};
	m->all = 0;
	m->differ = false;
	m->whole = (struct bus_message){.bytes = NULL};
	m->in = (struct bundle){.at = NULL};
}

static bool add_frame(struct mailbox *m, node_set to, const uint8_t *bytes, size_t length)
{
	const unsigned place = m->out.frames;
	if (!bundle_add(&m->out, bytes, length))
		return false;
	m->differ |= place > 0 && to != m->all;
	m->to[place] = to;
	m->all |= to;
	return true;
}

void mailbox_put(struct mailbox *m, node_set to, const uint8_t *bytes, size_t length)
{
	if (add_frame(m, to, bytes, length))
		return;
	mailbox_flush(m);
	/* Too long for a bundle, or what a liar sends. */
	if (!add_frame(m, to, bytes, length))
		mesh_send(m->mesh, to, bytes, length);
}

/* The nodes that get just the frames that the lowest of `left` gets. */
static node_set alike(const struct mailbox *m, node_set left)
{
	const node_id one = set_lowest(left);
	for (unsigned i = 0; i < m->out.frames; i++)
		left &= set_has(m->to[i], one) ? m->to[i] : ~m->to[i];
	return left;
}

/* Sends these nodes, which are alike, what they get. */
static void send_part(struct mailbox *m, node_set to)
{
	struct bundle_writer part = {.bytes = m->part};
	struct bundle all = {m->bytes + BUNDLE_HEAD, m->out.length - BUNDLE_HEAD, m->out.frames};
	const uint8_t *frame;
	size_t length;
	for (unsigned i = 0; bundle_next(&all, &frame, &length); i++)
		if ((m->to[i] & to) != 0)
			bundle_add(&part, frame, length);
	const uint8_t *bytes = bundle_end(&part, &length);
	mesh_send(m->mesh, to, bytes, length);
}

void mailbox_flush(struct mailbox *m)
{
	if (m->differ)
		for (node_set left = m->all, to; left != 0; left &= ~to) {
			to = alike(m, left);
			send_part(m, to);
		}
	size_t length;
	const uint8_t *bytes = bundle_end(&m->out, &length);
	if (bytes != NULL && !m->differ)
		mesh_send(m->mesh, m->all, bytes, length);
	m->all = 0;
	m->differ = false;
}

static void release_whole(struct mailbox *m)
{
	if (m->whole.bytes != NULL)
		bus_release(&m->whole);
}

bool mailbox_take(struct mailbox *m, struct bus_message *out)
{
	if (bundle_next(&m->in, &out->bytes, &out->length))
		return true;
	release_whole(m);
	if (!bus_receive(&m->mesh->in, &m->whole))
		return false;
	*out = m->whole;
	if (is_bundle(m->whole.bytes, m->whole.length) &&
	    bundle_open(m->whole.bytes, m->whole.length, &m->in) == DROP_NOTHING)
		return bundle_next(&m->in, &out->bytes, &out->length);
	return true;
}

bool mailbox_has_more(const struct mailbox *m)
{
	return m->in.frames > 0;
}

void mailbox_close(struct mailbox *m)
{
	release_whole(m);
	m->in = (struct bundle){.at = NULL};
}
