/* A search as bytes, and back: what was found so far, so that it goes on as if nothing had been.
 * The tables by which things are found again are made anew, so the memory may have another size. */
#include <stddef.h>
#include <string.h>

#include "proto/check/small.h"

#define PLAIN_BYTES offsetof(struct check, local)

/* What must be the same for the bytes to mean the same. */
struct shape {
	uint32_t plain, local, hot, row, letters, facts;
};

static const struct shape own_shape = {
	.plain = (uint32_t)PLAIN_BYTES,
	.local = sizeof(struct local),
	.hot = sizeof(struct local_hot),
	.row = ROW_LETTERS * sizeof(uint32_t),
	.letters = LETTERS_MAX,
	.facts = FACTS_MAX,
};

static bool move_arrays(struct check *c, uint32_t worlds, check_move *move, void *user)
{
	bool good = move(user, c->local, c->locals * sizeof *c->local) &&
		    move(user, c->hot, c->locals * sizeof *c->hot) &&
		    move(user, c->rows, c->rows_used * sizeof *c->rows);

	for (unsigned g = 0; g < c->renamings && good; g++)
		good = move(user, c->image[g], c->locals * sizeof *c->image[g]);
	return good && move(user, c->space.key, (size_t)worlds * c->seats * sizeof *c->space.key) &&
	       move(user, c->space.born, ((size_t)worlds + c->at) / 64 * 8 + 8);
}

/* Moving does not change what is moved out. */
bool check_save(struct check *c, check_move *write, void *user)
{
	struct shape shape = own_shape;
	uint32_t worlds = c->space.count;

	return write(user, &shape, sizeof shape) && write(user, c, PLAIN_BYTES) &&
	       write(user, &worlds, sizeof worlds) && move_arrays(c, worlds, write, user);
}

static bool has_room(struct check *c, size_t bytes, uint32_t worlds)
{
	return check_lay_out(c, bytes) && c->locals <= c->locals_max &&
	       c->rows_used <= c->rows_max && worlds <= c->space.room;
}

enum check_loaded check_load(void *memory, size_t bytes, uint32_t states, check_move *read,
			     void *user)
{
	struct check *c = memory;
	struct shape shape;
	uint32_t worlds;

	if (bytes < check_least_bytes())
		return CHECK_LOAD_ROOM;
	if (!read(user, &shape, sizeof shape))
		return CHECK_LOAD_CUT;
	if (memcmp(&shape, &own_shape, sizeof shape) != 0)
		return CHECK_LOAD_OTHER;
	if (!read(user, c, PLAIN_BYTES) || !read(user, &worlds, sizeof worlds))
		return CHECK_LOAD_CUT;
	if (c->seats == 0 || c->seats > SEATS_MAX || c->renamings > RENAMINGS_MAX)
		return CHECK_LOAD_OTHER;
	c->bounds.states = states;
	if (!has_room(c, bytes, worlds))
		return CHECK_LOAD_ROOM;
	if (!move_arrays(c, worlds, read, user))
		return CHECK_LOAD_CUT;
	c->space.count = worlds;
	return CHECK_LOAD_GOOD;
}

struct check *check_go_on(void *memory)
{
	struct check *c = memory;

	c->whole = c;
	c->on_way = false;
	local_find_again(c);
	space_find_again(&c->space);
	c->state = CHECK_RUNNING;
	return c;
}
