#include "node/journal/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/journal/segment.h"

#define END_ROOM RECORD_BYTES(1) /* is kept free in each segment */

struct journal {
	char dir[PATH_BYTES];
	uint64_t bytes_max;
	struct segment_head head; /* of the segment at hand */
	int file;                 /* -1: there is none */
	uint8_t *at;              /* the segment, mapped; NULL: there is none */
	size_t used;
	uint64_t chain;   /* the check of the last record, in full */
	uint64_t inputs;  /* of this life */
	uint64_t first;   /* segment that is there, */
	uint64_t life;    /* and the first of this life */
	uint64_t on_disk; /* bytes of all segments that are there */
	struct member *member;
	struct output_marks marks;
	char trouble[PATH_BYTES + 128];
};

bool journal_is_kept(const char *dir)
{
	char path[PATH_BYTES];

	return path_join(dir, JOURNAL_DIR, path) == STATUS_OK && file_exists(path);
}

/* --- segments ------------------------------------------------------------------------------ */

static void let_go(struct journal *j)
{
	if (j->at != NULL)
		munmap(j->at, j->head.bytes);
	if (j->file >= 0)
		close(j->file);
	j->at = NULL;
	j->file = -1;
}

/* The head of a record makes it one: it is written when all else is. */
static void seal(struct journal *j, size_t length)
{
	uint8_t *record = j->at + j->used;
	struct byte_writer w;
	uint64_t head;
	uint8_t bytes[RECORD_HEAD];

	record[RECORD_HEAD + length] = RECORD_MARK;
	j->chain = record_chain(j->chain, record + RECORD_HEAD, length);
	w = (struct byte_writer){bytes, sizeof(bytes), false};
	write_u32(&w, record_word(length));
	write_u32(&w, (uint32_t)j->chain);
	memcpy(&head, bytes, sizeof(head));
	__atomic_store_n((uint64_t *)(void *)record, head, __ATOMIC_RELEASE);
	j->used += RECORD_BYTES(length);
}

/* A record that says that nothing comes behind it; there is always room for it. */
static void put_end(struct journal *j, uint8_t how)
{
	if (j->at == NULL)
		return;
	j->at[j->used + RECORD_HEAD] = how;
	seal(j, 1);
}

/* What was written stays. */
static void give_up(struct journal *j, const char *why)
{
	put_end(j, RECORD_ENDED_EARLY);
	snprintf(j->trouble, sizeof(j->trouble), "the journal in %s/" JOURNAL_DIR " ends here: %s",
		 j->dir, why);
	let_go(j);
}

static uint64_t bytes_of(const char *dir, uint64_t number)
{
	char path[PATH_BYTES];
	struct stat is;

	segment_path(dir, number, path);
	return stat(path, &is) == 0 ? (uint64_t)is.st_size : 0;
}

/* Old lives leave, segment by segment. False: this life alone has come to the limit. */
static bool make_room(struct journal *j, size_t bytes)
{
	char path[PATH_BYTES];

	while (j->on_disk + bytes > j->bytes_max) {
		if (j->first >= j->life)
			return false;
		j->on_disk -= bytes_of(j->dir, j->first);
		segment_path(j->dir, j->first, path);
		unlink(path);
		j->first++;
	}
	return true;
}

/* NULL, or why not; then nothing is left of it. */
static const char *make_file(const char *path, size_t bytes, int *file, uint8_t **at)
{
	const int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	const char *wrong = NULL;
	void *mapped = MAP_FAILED;

	if (fd < 0)
		return strerror(errno);
	const int code = posix_fallocate(fd, 0, (off_t)bytes);
	if (code != 0)
		wrong = code == ENOSPC  ? "the disk is full"
			: code == EFBIG ? "files may not be so long"
					: strerror(code);
	else
		mapped = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (wrong == NULL && mapped == MAP_FAILED)
		wrong = "not enough memory";
	if (wrong != NULL) {
		unlink(path);
		close(fd);
		return wrong;
	}
	*file = fd;
	*at = mapped;
	return NULL;
}

/* The next segment, with room for a record of so many bytes. The one at hand is left only then. */
static void begin_segment(struct journal *j, size_t needed)
{
	const bool is_first = j->inputs == 0;
	struct segment_head next = j->head;
	char path[PATH_BYTES];
	const char *wrong;
	uint8_t *at = NULL;
	int file = -1;

	next.bytes = is_first ? SEGMENT_BYTES_FIRST : SEGMENT_BYTES;
	while (next.bytes < needed + SEGMENT_HEAD + END_ROOM)
		next.bytes *= 2;
	next.number++;
	next.part = is_first ? 0 : next.part + 1;
	next.inputs = j->inputs;
	next.chain = is_first ? 0 : j->chain;
	segment_path(j->dir, next.number, path);
	wrong = make_room(j, next.bytes) ? make_file(path, next.bytes, &file, &at)
					 : "it has come to its limit";
	if (wrong != NULL) {
		give_up(j, wrong);
		return;
	}
	let_go(j);
	j->head = next;
	j->file = file;
	j->at = at;
	j->on_disk += next.bytes;
	segment_head_write(&j->head, j->at);
	j->chain = segment_head_chain(&j->head);
	j->used = SEGMENT_HEAD;
}

/* --- records ------------------------------------------------------------------------------- */

/* No input of these is longer. */
static size_t most_bytes(const struct member_input *in)
{
	size_t most = 128 + in->bytes.length + in->more.length + in->proofs.length;

	if (in->config != NULL)
		most += 16384;
	if (in->control != NULL)
		most += 256 + in->control->value_length;
	if (in->marks != NULL)
		most += 4 * ((size_t)in->marks->frames + in->marks->writes + in->marks->events);
	return most + 16 * (size_t)in->lines;
}

_Static_assert(16384 > NODES_MAX * (32 + 14 + 40) + POLICY_LINES_MAX * 12 + 512,
	       "the settings of a member have room");

static void put_input(struct journal *j, const struct member_input *in)
{
	const size_t most = RECORD_BYTES(most_bytes(in));
	struct byte_writer w;

	if (j->at == NULL || j->used + most + END_ROOM > j->head.bytes)
		begin_segment(j, most);
	if (j->at == NULL)
		return;
	w = (struct byte_writer){j->at + j->used + RECORD_HEAD, most - RECORD_HEAD - 1, false};
	member_input_write(&w, in);
	if (w.full) {
		give_up(j, "an input is longer than inputs are");
		return;
	}
	seal(j, (size_t)(w.at - (j->at + j->used + RECORD_HEAD)));
	j->inputs += member_input_counts(in->kind);
}

static void hear(void *user, const struct member_input *in)
{
	struct journal *j = user;

	if (j->trouble[0] != '\0')
		return;
	if (in->kind == IN_CLEAR && j->member != NULL) {
		struct member_input clear = {.kind = IN_CLEAR, .marks = &j->marks};

		output_marks_make(member_output(j->member), member_values(j->member), &j->marks);
		put_input(j, &clear);
		return;
	}
	put_input(j, in);
}

/* --- open and close ------------------------------------------------------------------------ */

/* Goes on behind what earlier lives left. */
static void find_place(struct journal *j)
{
	uint64_t last;
	char path[PATH_BYTES], made[PATH_BYTES];

	if (path_join(j->dir, JOURNAL_DIR, path) != STATUS_OK ||
	    dir_make(path, made) != STATUS_OK) {
		give_up(j, status_text());
		return;
	}
	if (!segments_find(j->dir, &j->first, &last)) {
		j->first = 1;
		last = 0;
	}
	for (uint64_t number = j->first; number <= last; number++)
		j->on_disk += bytes_of(j->dir, number);
	j->head.number = last;
	j->life = last + 1;
}

enum status journal_open(const struct journal_options *options, struct member_config *config,
			 struct journal **out)
{
	struct journal *j = calloc(1, sizeof(*j));

	*out = j;
	if (j == NULL)
		return status_fail(STATUS_UNAVAILABLE, "out of memory");
	snprintf(j->dir, sizeof(j->dir), "%s", options->dir);
	j->bytes_max = options->bytes_max != 0 ? options->bytes_max : JOURNAL_BYTES_MAX;
	j->file = -1;
	j->head.node = options->node;
	j->head.boot = config->boot;
	memcpy(j->head.cluster, options->cluster, sizeof(j->head.cluster));
	find_place(j);
	config->heard = hear;
	config->heard_user = j;
	hear(j, &(struct member_input){.kind = IN_CONFIG, .config = config});
	return STATUS_OK;
}

void journal_follow(struct journal *j, struct member *member)
{
	j->member = member;
}

uint64_t journal_inputs(const struct journal *j)
{
	return j->inputs;
}

const char *journal_trouble(const struct journal *j)
{
	return j != NULL && j->trouble[0] != '\0' ? j->trouble : NULL;
}

/* The room behind its last record is given back. */
static void end_in_order(struct journal *j)
{
	put_end(j, RECORD_ENDED);
	if (j->at != NULL && ftruncate(j->file, (off_t)j->used) == 0)
		fdatasync(j->file);
}

void journal_close(struct journal *j)
{
	if (j == NULL)
		return;
	end_in_order(j);
	let_go(j);
	free(j);
}
