#include "tui/dashboard/rescuer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "proto/core/text.h"

#define WORDS_BYTES_MAX (256 * 1024)
#define BREAKS_NOTHING  2 /* exit code of `rescue` */

static enum status start_next(struct rescuer *r)
{
	char program[PATH_BYTES], seed[24];
	const char *argument[6] = {"paxos-tui", "rescue", r->scenario[r->at]};
	enum status status = program_beside("paxos-tui", program, sizeof program);

	if (r->seeded && r->at == 0) {
		text_write(seed, sizeof seed, "%" PRIu64, r->seed);
		argument[2] = "--seed";
		argument[3] = seed;
		argument[4] = r->scenario[0];
	}
	if (status == STATUS_OK)
		status = file_write(r->words, (const uint8_t *)"", 0);
	r->seen = 0;
	return status != STATUS_OK ? status
				   : process_start(program, argument, r->words, -1, &r->process);
}

enum status rescuer_start(struct rescuer *r)
{
	const enum status status = state_file("paxos-tui", ".rescue", r->words);

	r->process = PROCESS_NONE;
	r->at = 0;
	return status != STATUS_OK ? status : start_next(r);
}

void rescuer_end(struct rescuer *r)
{
	if (r->process.pid != 0)
		process_end_all(&r->process, 1);
}

int rescuer_fd(const struct rescuer *r)
{
	return r->process.pid != 0 ? r->process.fd : -1;
}

/* The one that ended found nothing that breaks: the next is tried. */
static bool try_next(struct rescuer *r)
{
	siginfo_t info = {0};

	(void)waitid(P_PIDFD, (id_t)r->process.fd, &info, WEXITED | WNOHANG | WNOWAIT);
	process_release(&r->process);
	if (info.si_code != CLD_EXITED || info.si_status != BREAKS_NOTHING ||
	    r->at + 1 >= r->scenarios)
		return false;
	r->at++;
	return start_next(r) == STATUS_OK;
}

char *rescuer_look(struct rescuer *r)
{
	char *words, *out = NULL;
	size_t length = 0;

	if (r->process.pid == 0)
		return NULL;
	const bool ended = process_ended(&r->process, 0);

	if (ended && try_next(r))
		return NULL;
	if (file_load(r->words, WORDS_BYTES_MAX, &words, &length) != STATUS_OK)
		return NULL;
	if (ended || length > r->seen) {
		const char *const form = "$ paxos-tui rescue %s\n\n%.*s%s";
		const char *const end =
			ended ? "" : "\nThe simulator is searching, beside your cluster...\n";
		const size_t size = strlen(form) + PATH_BYTES + length + strlen(end);

		out = malloc(size);
		if (out != NULL)
			text_write(out, size, form, r->scenario[r->at], (int)length, words, end);
	}
	r->seen = length;
	free(words);
	return out;
}
