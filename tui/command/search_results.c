#include "tui/command/search_results.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIRST_ROOM 256

/* --- what is searched ---------------------------------------------------------------------- */

static void add(json_t *words, const char *word)
{
	json_array_append_new(words, json_string(word));
}

static void add_option(json_t *words, enum option_id id, const char *value)
{
	char name[40];

	snprintf(name, sizeof name, "--%s", option_rows[id].name);
	add(words, name);
	add(words, value);
}

static void add_number(json_t *words, enum option_id id, unsigned number)
{
	char text[16];

	snprintf(text, sizeof text, "%u", number);
	add_option(words, id, text);
}

/* Those of a table of `check`. */
static void add_bounds(json_t *words, const struct options *o)
{
	if (!o->table)
		return;
	add(words, "--table");
	if (o->proposers != 0)
		add_number(words, OPTION_proposers, o->proposers);
	if (o->ballots != 0)
		add_number(words, OPTION_ballots, o->ballots);
	if (o->values != 0)
		add_number(words, OPTION_values, o->values);
	if (o->crashes_given)
		add_number(words, OPTION_crashes, o->crashes);
	if (o->states != 0)
		add_number(words, OPTION_states, o->states);
	if (o->no_hints)
		add(words, "--no-hints");
	if (o->no_symmetry)
		add(words, "--no-symmetry");
}

/* All that changes what is found, always in this order. */
static json_t *words_of(const struct options *o)
{
	json_t *words = json_array();
	char text[64];

	add(words, subcommand_rows[o->subcommand].name);
	if (o->seeds_given) {
		snprintf(text, sizeof text, "%" PRIu64 "..%" PRIu64, o->seeds_from, o->seeds_to);
		add_option(words, OPTION_seeds, text);
	}
	if (o->nodes != 0) {
		snprintf(text, sizeof text, "%u", o->nodes);
		add_option(words, OPTION_nodes, text);
	}
	if (o->mode_given)
		add_option(words, OPTION_mode, o->mode == MODE_SINGLE ? "single" : "multi");
	if (o->keep_words != NULL)
		add_option(words, OPTION_keep, o->keep_words);
	if (o->batch_words != NULL)
		add_option(words, OPTION_batch, o->batch_words);
	if (o->pipeline_words != NULL)
		add_option(words, OPTION_pipeline, o->pipeline_words);
	add_bounds(words, o);
	if (o->liars_given) {
		snprintf(text, sizeof text, "%u", o->liars);
		add_option(words, OPTION_liars, text);
	}
	if (o->attack != NULL)
		add_option(words, OPTION_attack, o->attack);
	if (o->mistake != NULL)
		add_option(words, OPTION_mistake, o->mistake);
	if (o->defend != NULL)
		add_option(words, OPTION_defend, o->defend);
	return words;
}

static json_t *head_of(const struct options *o)
{
	return json_pack("{ssso}", "paxos-tui", VERSION, "search", words_of(o));
}

static void print_words(FILE *to, const json_t *words)
{
	fputs("paxos-tui", to);
	for (size_t i = 0; i < json_array_size(words); i++)
		fprintf(to, " %s", json_string_value(json_array_get(words, i)));
}

/* --- reading ------------------------------------------------------------------------------- */

static bool wrong_line(const char *file, unsigned long line, const char *what)
{
	fprintf(stderr, "paxos-tui: %s:%lu: %s\n", file, line, what);
	return false;
}

static bool is_head(const json_t *json)
{
	const json_t *words = json_object_get(json, "search");

	if (!json_is_string(json_object_get(json, "paxos-tui")) || json_array_size(words) == 0)
		return false;
	for (size_t i = 0; i < json_array_size(words); i++)
		if (!json_is_string(json_array_get(words, i)))
			return false;
	return true;
}

static bool check_head(const struct search *s, const char *file, const json_t *json)
{
	json_t *want;
	const char *version;
	bool good;

	if (!is_head(json))
		return wrong_line(file, 1, "this is no file of results of a search");
	version = json_string_value(json_object_get(json, "paxos-tui"));
	if (strcmp(version, VERSION) != 0) {
		fprintf(stderr,
			"paxos-tui: %s was written by paxos-tui %s and this is %s, which may find "
			"otherwise\n",
			file, version, VERSION);
		return false;
	}
	want = head_of(s->options);
	good = want != NULL && json_equal(want, json);
	json_decref(want);
	if (good)
		return true;
	fprintf(stderr, "paxos-tui: %s holds the results of another search: ", file);
	print_words(stderr, json_object_get(json, "search"));
	fputc('\n', stderr);
	return false;
}

/* Where the unit is, or would be. */
static size_t place_of(const struct search_results *r, uint64_t unit)
{
	size_t low = 0, high = r->count;

	if (high > 0 && r->list[high - 1].unit < unit)
		return high;
	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (r->list[middle].unit < unit)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const json_t *search_results_find(const struct search_results *r, uint64_t unit)
{
	const size_t at = place_of(r, unit);

	return at < r->count && r->list[at].unit == unit ? r->list[at].result : NULL;
}

static bool has_room(struct search_results *r)
{
	if (r->count < r->room)
		return true;
	const size_t room = r->room == 0 ? FIRST_ROOM : 2 * r->room;
	void *list = realloc(r->list, room * sizeof *r->list);
	if (list == NULL)
		return false;
	r->list = list;
	r->room = room;
	return true;
}

static bool add_result(struct search_results *r, const struct search *s, const char *file,
		       unsigned long line, const json_t *json)
{
	const json_t *number = json_object_get(json, "unit");
	json_t *result = json_object_get(json, "result");
	const uint64_t unit = (uint64_t)json_integer_value(number);
	const size_t at = place_of(r, unit);
	char words[SEARCH_UNIT_WORDS];

	if (!json_is_integer(number) || unit >= s->units || !json_is_object(result))
		return wrong_line(file, line, "this is no result of the search in line 1");
	if (at < r->count && r->list[at].unit == unit) {
		if (json_equal(r->list[at].result, result))
			return true;
		s->name(s->user, unit, words);
		fprintf(stderr,
			"paxos-tui: %s:%lu: what was found for %s is not what was found before: "
			"one "
			"of the two was changed, or a machine is faulty\n",
			file, line, words);
		return false;
	}
	if (!has_room(r))
		return wrong_line(file, line, "there is not enough memory for so many results");
	memmove(&r->list[at + 1], &r->list[at], (r->count - at) * sizeof *r->list);
	r->list[at] = (struct search_result){unit, json_incref(result)};
	r->count++;
	return true;
}

/* Reads lines until the end; `*good` is where the last whole line ends. */
static bool read_lines(struct search_results *r, const struct search *s, const char *file,
		       FILE *from, off_t *good)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t length;
	bool fine = true;

	*good = 0;
	for (unsigned long n = 1; fine && (length = getline(&line, &room, from)) > 0; n++) {
		if (line[length - 1] != '\n')
			break;
		json_t *json = json_loadb(line, (size_t)length, 0, NULL);
		if (json == NULL)
			fine = wrong_line(file, n, "this line is no JSON: the file is damaged");
		else if (n == 1)
			fine = check_head(s, file, json);
		else
			fine = add_result(r, s, file, n, json);
		json_decref(json);
		*good += length;
	}
	free(line);
	if (fine && ferror(from)) {
		fprintf(stderr, "paxos-tui: cannot read %s: %s\n", file, strerror(errno));
		fine = false;
	}
	return fine;
}

/* For reading from its begin; -1: by its name. A device or a pipe, which may never end, is refused.
 * NULL: told. */
static FILE *open_file(const char *file, int fd)
{
	const int own = fd >= 0 ? dup(fd) : open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat about;
	FILE *from = NULL;

	if (own >= 0 && fstat(own, &about) == 0 && !S_ISREG(about.st_mode)) {
		fprintf(stderr, "paxos-tui: %s is no regular file\n", file);
		close(own);
		return NULL;
	}
	if (own >= 0)
		from = fdopen(own, "r");
	if (from != NULL)
		return from;
	fprintf(stderr, "paxos-tui: cannot read %s: %s\n", file, strerror(errno));
	if (own >= 0)
		close(own);
	return NULL;
}

bool search_results_read(struct search_results *r, const struct search *s, const char *file, int fd)
{
	FILE *from = open_file(file, fd);
	off_t good = 0;

	if (from == NULL)
		return false;
	const bool fine = read_lines(r, s, file, from, &good);
	fclose(from);
	/* whatever else is in it is somebody's, and stays */
	if (fine && good == 0 && (fd < 0 || lseek(fd, 0, SEEK_END) > 0))
		return wrong_line(file, 1, "this is no file of results of a search");
	if (fine && fd >= 0 && ftruncate(fd, good) != 0) {
		fprintf(stderr, "paxos-tui: cannot write %s: %s\n", file, strerror(errno));
		return false;
	}
	return fine;
}

json_t *search_of_file(const char *file)
{
	FILE *from = open_file(file, -1);
	char *line = NULL;
	size_t room = 0;
	json_t *head = NULL, *words = NULL;

	if (from == NULL)
		return NULL;
	const ssize_t length = getline(&line, &room, from);
	if (length > 0)
		head = json_loadb(line, (size_t)length, 0, NULL);
	if (head != NULL && is_head(head))
		words = json_incref(json_object_get(head, "search"));
	else
		wrong_line(file, 1, "this is no file of results of a search");
	json_decref(head);
	free(line);
	fclose(from);
	return words;
}

/* --- writing ------------------------------------------------------------------------------- */

/* One line, whole or not at all. */
static bool write_line(int fd, const char *file, const json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT | JSON_ENSURE_ASCII);
	const off_t before = lseek(fd, 0, SEEK_END);
	bool good = text != NULL && before >= 0;

	if (good) {
		const size_t length = strlen(text);

		text[length] = '\n'; /* instead of its 0 */
		const ssize_t n = write(fd, text, length + 1);
		good = n == (ssize_t)length + 1;
		if (n >= 0 && !good)
			errno = ENOSPC;
	}
	free(text);
	if (good)
		return true;
	fprintf(stderr, "paxos-tui: cannot write %s: %s\n", file, strerror(errno));
	if (before >= 0 && ftruncate(fd, before) != 0)
		fprintf(stderr, "paxos-tui: and its last line is not whole\n");
	return false;
}

bool search_results_write(int fd, const char *file, uint64_t unit, const json_t *result)
{
	json_t *json = json_pack("{sIsO}", "unit", (json_int_t)unit, "result", result);
	const bool good = json != NULL && write_line(fd, file, json);

	json_decref(json);
	return good;
}

static bool write_head(int fd, const struct search *s, const char *file)
{
	json_t *head = head_of(s->options);
	const bool good = head != NULL && write_line(fd, file, head);

	json_decref(head);
	return good;
}

int search_results_open(struct search_results *r, const struct search *s, const char *file)
{
	const int fd = open(file, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);

	if (fd < 0) {
		fprintf(stderr, "paxos-tui: cannot write %s: %s\n", file, strerror(errno));
		return -1;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		fprintf(stderr, "paxos-tui: %s is being written by another search\n", file);
		close(fd);
		return -1;
	}
	if (search_results_read(r, s, file, fd) &&
	    (lseek(fd, 0, SEEK_END) > 0 || write_head(fd, s, file)))
		return fd;
	close(fd);
	return -1;
}

void search_results_free(struct search_results *r)
{
	for (size_t i = 0; i < r->count; i++)
		json_decref(r->list[i].result);
	free(r->list);
	*r = (struct search_results){0};
}
