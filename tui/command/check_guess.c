#include "tui/command/check_guess.h"

#include "tui/command/check_memory.h"
#include "tui/command/drive.h"

#define GUESS_STATES   300000 /* of one smaller search; it takes a fraction of a second */
#define GUESS_BYTES    (512 * MIB)
#define WORLDS_AT_ONCE 4096

/* The states of the same search with so many ballots; 0: more than a guess may take, or it is
 * broken. */
static uint64_t count(const struct check_bounds *bounds, unsigned ballots, bool *broken)
{
	struct check_bounds b = *bounds;
	struct check_count n = {.states = 0};
	enum check_state end = CHECK_RUNNING;
	void *memory = check_memory_take(GUESS_BYTES);

	if (memory == NULL)
		return 0;
	b.ballots = (uint8_t)ballots;
	b.states = GUESS_STATES;
	b.progress = b.stalls = false;
	struct check *c = check_begin(memory, GUESS_BYTES, &b);
	while (c != NULL && end == CHECK_RUNNING && !drive_interrupted())
		end = check_run(c, WORLDS_AT_ONCE);
	if (end == CHECK_HELD)
		check_count(c, &n);
	*broken = end == CHECK_BROKEN;
	check_memory_leave(memory, GUESS_BYTES);
	return n.states;
}

static uint64_t times(uint64_t states, uint64_t factor)
{
	return states < UINT64_MAX / factor ? states * factor : UINT64_MAX;
}

static uint64_t root_of(uint64_t n)
{
	uint64_t root = n;

	while (root > 1 && root > n / root)
		root = (root + n / root) / 2;
	return root;
}

/* By so much the second ballot multiplies the states of one: their power of 3/4, as seen of three
 * nodes, with hints and crashes and without. */
static uint64_t grown(uint64_t states)
{
	return root_of(states) * root_of(root_of(states)) + 1;
}

/* Each further ballot multiplies the states, by less than the one before it did. */
void check_guess(const struct check_bounds *b, uint64_t room, struct check_guess *out)
{
	uint64_t states = 1, factor = 1;
	bool known = true, broken = false;

	*out = (struct check_guess){.states = 0};
	for (unsigned ballots = 1; ballots <= b->ballots; ballots++) {
		/* the search itself comes next */
		const uint64_t found =
			known && ballots < b->ballots ? count(b, ballots, &broken) : 0;

		if (broken)
			return;
		known = found != 0;
		if (found == 0 && ballots == 1)
			return;
		if (known) {
			factor = ballots == 1 && b->nodes <= 3 ? grown(found) : found / states + 1;
			states = found;
		} else {
			states = times(states, factor);
		}
		if (states <= room)
			out->ballots_fit = ballots;
	}
	out->states = states;
}
