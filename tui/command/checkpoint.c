#include "tui/command/checkpoint.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/io/files.h"
#include "node/io/status.h"
#include "proto/wire/crypto.h"

#define MAGIC "paxos-tui: a search of `check`\n"

struct head {
	char magic[32];
	char version[32];
	char command[CHECKPOINT_COMMAND];
};

/* A file and the digest of all that went through it: that of each piece is keyed with the one
 * before it. */
struct stream {
	FILE *file;
	uint8_t digest[DIGEST_BYTES];
};

static void add_to_digest(struct stream *s, const void *bytes, size_t size)
{
	uint8_t key[DIGEST_BYTES];

	memcpy(key, s->digest, sizeof key);
	crypto_keyed_digest(key, (const uint8_t *)"", 0, bytes, size, s->digest);
}

static bool write_piece(void *user, void *bytes, size_t size)
{
	struct stream *s = user;

	add_to_digest(s, bytes, size);
	return size == 0 || fwrite(bytes, size, 1, s->file) == 1;
}

static bool read_piece(void *user, void *bytes, size_t size)
{
	struct stream *s = user;

	if (size != 0 && fread(bytes, size, 1, s->file) != 1)
		return false;
	add_to_digest(s, bytes, size);
	return true;
}

static struct head head_of(const char *command)
{
	struct head head;

	memset(&head, 0, sizeof head);
	snprintf(head.magic, sizeof head.magic, "%s", MAGIC);
	snprintf(head.version, sizeof head.version, "%s", VERSION);
	snprintf(head.command, sizeof head.command, "%s", command);
	return head;
}

static bool cannot(const char *what, const char *file)
{
	fprintf(stderr, "paxos-tui: cannot %s %s: %s\n", what, file, strerror(errno));
	return false;
}

bool checkpoint_write(struct check *c, const char *command, const char *file)
{
	char part[PATH_BYTES];
	struct head head = head_of(command);
	struct stream s = {.file = NULL};

	if (snprintf(part, sizeof part, "%s.part", file) < (int)sizeof part)
		s.file = fopen(part, "w");
	else
		errno = ENAMETOOLONG;
	if (s.file == NULL)
		return cannot("write", file);
	bool good = write_piece(&s, &head, sizeof head) && check_save(c, write_piece, &s) &&
		    fwrite(s.digest, sizeof s.digest, 1, s.file) == 1;
	good = fclose(s.file) == 0 && good && rename(part, file) == 0;
	if (good)
		return true;
	cannot("write", file);
	remove(part);
	return false;
}

/* --- and back -------------------------------------------------------------------------------- */

static int refuse(const char *file, const char *sentence)
{
	fprintf(stderr, "paxos-tui: %s%s\n", file, sentence);
	return EXIT_USAGE;
}

static int judge_head(struct head *head, const char *command, const char *file)
{
	const struct head want = head_of(command);

	head->version[sizeof head->version - 1] = '\0';
	head->command[sizeof head->command - 1] = '\0';
	if (memcmp(head->magic, want.magic, sizeof want.magic) != 0)
		return refuse(file, " is no search that `check` kept");
	if (strcmp(head->version, VERSION) != 0) {
		fprintf(stderr,
			"paxos-tui: %s was written by paxos-tui %s and this is %s, which may find "
			"otherwise\n",
			file, head->version, VERSION);
		return EXIT_USAGE;
	}
	if (strcmp(head->command, command) == 0)
		return EXIT_PASS;
	fprintf(stderr, "paxos-tui: %s holds another search: %s\n", file, head->command);
	return EXIT_USAGE;
}

static bool is_whole(struct stream *s)
{
	uint8_t digest[DIGEST_BYTES];

	return fread(digest, sizeof digest, 1, s->file) == 1 && fgetc(s->file) == EOF &&
	       memcmp(digest, s->digest, sizeof digest) == 0;
}

static int judge_loaded(enum check_loaded loaded, const char *file)
{
	switch (loaded) {
	case CHECK_LOAD_GOOD:
		return EXIT_PASS;
	case CHECK_LOAD_CUT:
		return refuse(file, " is cut or damaged: the search must begin again");
	case CHECK_LOAD_OTHER:
		return refuse(file, " was written by a paxos-tui with other limits, or is damaged: "
				    "the search must begin again");
	case CHECK_LOAD_ROOM:
		return refuse(file, " holds more than the memory does: say --memory with more");
	}
	return EXIT_USAGE;
}

static int read_all(struct stream *s, void *memory, size_t bytes, uint32_t states,
		    const char *command, const char *file)
{
	struct head head;

	if (!read_piece(s, &head, sizeof head))
		return refuse(file, " is no search that `check` kept");
	int code = judge_head(&head, command, file);
	if (code == EXIT_PASS)
		code = judge_loaded(check_load(memory, bytes, states, read_piece, s), file);
	if (code == EXIT_PASS && !is_whole(s))
		code = judge_loaded(CHECK_LOAD_CUT, file);
	return code;
}

struct check *checkpoint_read(void *memory, size_t bytes, uint32_t states, const char *command,
			      const char *file, int *code)
{
	struct stream s = {.file = fopen(file, "r")};

	*code = EXIT_INCONCLUSIVE;
	if (s.file == NULL) {
		cannot("read", file);
		return NULL;
	}
	*code = read_all(&s, memory, bytes, states, command, file);
	fclose(s.file);
	return *code == EXIT_PASS ? check_go_on(memory) : NULL;
}
