#include "node/io/leash.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

enum status leash_make(struct leash *leash)
{
	int ends[2];
	*leash = LEASH_NONE;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return status_fail_errno(STATUS_UNAVAILABLE, "cannot make a pipe");
	leash->neck = ends[0];
	leash->hand = ends[1];
	return STATUS_OK;
}

void leash_let_go(struct leash *leash)
{
	while (leash->hand >= 0 && write(leash->hand, "", 1) < 0 && errno == EINTR)
		;
	leash_close(leash);
}

void leash_close(struct leash *leash)
{
	if (leash->hand >= 0)
		close(leash->hand);
	if (leash->neck >= 0)
		close(leash->neck);
	*leash = LEASH_NONE;
}

enum leash_state leash_look(int neck)
{
	struct pollfd look = {.fd = neck, .events = POLLIN};
	if (poll(&look, 1, 0) <= 0)
		return LEASH_HELD;
	return (look.revents & POLLIN) != 0 ? LEASH_FREE : LEASH_TORN;
}
