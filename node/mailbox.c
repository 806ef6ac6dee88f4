#include "node/mailbox.h"

void mailbox_init(struct mailbox *m, struct bus *bus)
{
	m->bus = bus;
	m->out = (struct bundle_writer){.bytes = m->bytes};
	m->whole = (struct bus_message){.bytes = NULL};
	m->in = (struct bundle){.at = NULL};
}

void mailbox_put(struct mailbox *m, const uint8_t *bytes, size_t length)
{
	if (bundle_add(&m->out, bytes, length))
		return;
	mailbox_flush(m);
	/* Too long for a bundle, or what a liar sends. */
	if (!bundle_add(&m->out, bytes, length))
		bus_send(m->bus, bytes, length);
}

void mailbox_flush(struct mailbox *m)
{
	size_t length;
	const uint8_t *bytes = bundle_end(&m->out, &length);
	if (bytes != NULL)
		bus_send(m->bus, bytes, length);
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
	if (!bus_receive(m->bus, &m->whole))
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
