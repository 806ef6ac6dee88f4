/* What conditions ask of the clients' history. */
#include <string.h>

#include "proto/core/text.h"
#include "proto/core/values.h"
#include "proto/scenario/condition.h"

/* The read of the node that was answered last; NULL: none was. */
static const struct client_op *latest_read(const struct model *m, node_id node)
{
	const struct client_op *latest = NULL;
	for (unsigned i = 0; i < CLIENT_OPS; i++) {
		const struct client_op *op = &m->clients.op[i];
		if (!op->writes && op->answered && op->node == node &&
		    (latest == NULL || op->answer > latest->answer))
			latest = op;
	}
	return latest;
}

/* "nothing" is the word for a read that found nothing written. */
static bool is_what_was_read(const struct model *m, const struct client_op *op,
			     const struct condition *c, const char *value)
{
	if (op->value == VALUE_NONE)
		return strcmp(value, "nothing") == 0;
	return c->any_value ||
	       values_equal(m->values, op->value, (const uint8_t *)value, (uint32_t)strlen(value));
}

bool check_read(const struct model *m, const struct condition *c, const char *value, char *found,
		size_t size)
{
	const struct client_op *op = latest_read(m, c->node);
	char shown[VALUE_SHOWN_MAX + 1] = "nothing";
	if (op != NULL && op->value != VALUE_NONE)
		values_show(m->values, op->value, shown);
	if (found != NULL)
		text_write(found, size, op == NULL ? "n%u has answered no read" : "n%u read %s",
			   c->node, shown);
	return op != NULL && is_what_was_read(m, op, c, value);
}

bool check_linearizable(const struct model *m, const struct condition *c, const char *value,
			char *found, size_t size)
{
	const bool is =
		m->safety != SAFETY_VIOLATED || m->violation.property != PROPERTY_LINEARIZABLE;
	(void)c, (void)value;
	if (found != NULL && !is)
		text_write(found, size, "%s", m->violation.words);
	else if (found != NULL)
		text_write(found, size, "%llu operation%s of clients",
			   (unsigned long long)m->clients.ops, m->clients.ops == 1 ? "" : "s");
	return is;
}
