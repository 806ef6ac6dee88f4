#include "tui/dashboard/story.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/core/text.h"

#define SCENARIO_BYTES_MAX (256 * 1024)

/* The folder `name` that is so many levels above this program. */
static bool folder_above(unsigned up, const char *name, char out[PATH_BYTES])
{
	char self[PATH_MAX];
	const ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (length <= 0)
		return false;
	self[length] = 0;
	for (; up > 0; up--) {
		char *slash = strrchr(self, '/');

		if (slash == NULL)
			return false;
		*slash = 0;
	}
	return path_join(self, name, out) == STATUS_OK;
}

void story_dirs(char dir[STORY_DIRS][PATH_BYTES])
{
	if (!folder_above(2, "demo", dir[0]))
		dir[0][0] = 0;
	if (!folder_above(2, "share/paxos-tui", dir[1]))
		dir[1][0] = 0;
}

/* DIR/NAME or DIR/NAME.pxs, whichever is there; in the folder where one is if `dir` is "". */
static bool is_there(const char *dir, const char *name, char path[PATH_BYTES])
{
	static const char *const ends[] = {"", ".pxs"};

	for (unsigned i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		const int length = snprintf(path, PATH_BYTES, "%s%s%s%s", dir,
					    dir[0] != 0 ? "/" : "", name, ends[i]);

		if (length > 0 && length < PATH_BYTES && access(path, R_OK) == 0)
			return true;
	}
	return false;
}

bool story_find(const char *name, char path[PATH_BYTES], char *why, size_t size)
{
	char dir[STORY_DIRS][PATH_BYTES];
	const bool anywhere = strchr(name, '/') == NULL;

	if (name[0] != 0 && is_there("", name, path))
		return true;
	story_dirs(dir);
	for (unsigned i = 0; i < STORY_DIRS && anywhere && name[0] != 0; i++)
		if (dir[i][0] != 0 && is_there(dir[i], name, path))
			return true;
	if (anywhere)
		text_write(why, size, "there is no scenario %.80s here, in %s or in %s", name,
			   dir[0], dir[1]);
	else
		text_write(why, size, "there is no scenario %s", name);
	return false;
}

/* The lines that begin with '#', until one that does not; an empty one parts paragraphs. */
static void read_opening(const char *text, char opening[STORY_OPENING_MAX])
{
	const char *between = "";

	opening[0] = 0;
	while (*text == '#') {
		const char *line = text + 1 + strspn(text + 1, "# \t");
		const size_t length = strcspn(line, "\r\n");

		if (length > 0)
			text_append(opening, STORY_OPENING_MAX, "%s%.*s", between, (int)length,
				    line);
		between = opening[0] == 0 ? "" : length > 0 ? " " : "\n";
		text = line + length + strspn(line + length, "\r");
		text += *text == '\n';
	}
}

bool story_load(const char *path, struct scenario *out, char opening[STORY_OPENING_MAX], char *why,
		size_t size)
{
	char *text;
	size_t length;
	bool good;

	if (file_load(path, SCENARIO_BYTES_MAX, &text, &length) != STATUS_OK) {
		text_write(why, size, "%s", status_text());
		return false;
	}
	good = memchr(text, 0, length) == NULL;
	if (good)
		good = scenario_parse(path, text, out, why, size);
	else
		text_write(why, size, "%s is no text: it contains a byte 0", path);
	if (good && opening != NULL)
		read_opening(text, opening);
	free(text);
	return good;
}

struct listing {
	void (*use)(void *user, const char *name);
	void *user;
	const char *prefix; /* of the name in its folder */
	const char *before; /* what stands before that name */
	bool folders;
};

/* Offers an entry of a folder, a scenario without its ending unless it is a part of a path. */
static void list_entry(const struct listing *l, const struct dirent *entry)
{
	const char *name = entry->d_name;
	const size_t length = strlen(name);
	const bool scenario = length > 4 && strcmp(name + length - 4, ".pxs") == 0;
	const bool folder = l->folders && entry->d_type == DT_DIR && name[0] != '.';
	char whole[PATH_BYTES + sizeof(entry->d_name) + 2];

	if ((!scenario && !folder) || strncmp(name, l->prefix, strlen(l->prefix)) != 0)
		return;
	snprintf(whole, sizeof(whole), "%s%.*s%s", l->before,
		 (int)(scenario && !l->folders ? length - 4 : length), name, folder ? "/" : "");
	l->use(l->user, whole);
}

static void list_folder(const struct listing *l, const char *dir)
{
	struct dirent **entry;
	const int count = scandir(dir, &entry, NULL, alphasort);

	for (int i = 0; i < count; i++) {
		list_entry(l, entry[i]);
		free(entry[i]);
	}
	if (count >= 0)
		free(entry);
}

void story_each(const char *prefix, void (*use)(void *user, const char *name), void *user)
{
	const char *slash = strrchr(prefix, '/');
	struct listing l = {.use = use, .user = user, .prefix = prefix, .before = ""};
	char dir[STORY_DIRS][PATH_BYTES];

	if (slash != NULL) {
		char folder[PATH_BYTES];

		if (slash + 1 - prefix >= PATH_BYTES)
			return;
		snprintf(folder, sizeof(folder), "%.*s", (int)(slash + 1 - prefix), prefix);
		l.prefix = slash + 1;
		l.before = folder;
		l.folders = true;
		list_folder(&l, folder);
		return;
	}
	story_dirs(dir);
	for (unsigned i = 0; i < STORY_DIRS; i++)
		if (dir[i][0] != 0)
			list_folder(&l, dir[i]);
	list_folder(&l, ".");
}
