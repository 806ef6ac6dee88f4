/* Lists every place of a C file where one small change would make another program of it, and makes
 * one of these changes: what tests/tools/mutants_sample.sh plants to see whether a test notices.
 *
 *   mutate sample SEED FILE...   every change to these files, a line each, in an order by chance:
 *                                "FILE NUMBER LINE KIND"
 *   mutate apply FILE NUMBER     prints the file with that change
 *   mutate show FILE NUMBER      prints the line as it is and as it becomes
 *
 * The changes: another relational operator, && for || and the other way round, a negated condition
 * (of if, while, ?: and of what a function returns as bool), a statement left out, a return before
 * its time, a constant one more or one less. Comments, texts, assertions and the preprocessor's
 * lines are left alone, and so are the sizes of arrays. */
#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum token_kind { NAME, NUMBER, TEXT, MARK };

struct token {
	enum token_kind kind;
	size_t at, length;
	bool spared; /* in an assertion or the size of an array */
};

/* Replaces source[at .. at + length) by `by`. */
struct change {
	size_t at, length;
	const char *kind;
	char *by;
};

struct file {
	const char *name;
	char *source;
	size_t size;
	struct token *token;
	size_t tokens;
	struct change *change;
	size_t changes;
};

static void fail(const char *what, const char *name)
{
	fprintf(stderr, "mutate: %s: %s\n", what, name);
	exit(2);
}

static void *grow(void *list, size_t count, size_t size)
{
	if ((count & (count - 1)) == 0)
		list = realloc(list, (count == 0 ? 1 : 2 * count) * size);
	if (list == NULL)
		fail("no memory", "");
	return list;
}

static void read_file(const char *name, struct file *f)
{
	FILE *stream = fopen(name, "rb");
	long size;

	if (stream == NULL || fseek(stream, 0, SEEK_END) != 0 || (size = ftell(stream)) < 0)
		fail("cannot read", name);
	rewind(stream);
	f->name = name;
	f->size = (size_t)size;
	f->source = calloc(f->size + 4, 1);
	if (f->source == NULL || fread(f->source, 1, f->size, stream) != f->size)
		fail("cannot read", name);
	fclose(stream);
}

/* Tokens. */

static size_t text_end(const struct file *f, size_t at)
{
	char quote = f->source[at++];

	while (at < f->size && f->source[at] != quote)
		at += f->source[at] == '\\' ? 2 : 1;
	return at + 1;
}

static size_t directive_end(const struct file *f, size_t at)
{
	while (at < f->size && (f->source[at] != '\n' || f->source[at - 1] == '\\'))
		at++;
	return at;
}

/* The end of a comment or a directive that begins here, or the same place. */
static size_t skip(const struct file *f, size_t at, bool line_begins)
{
	const char *s = f->source;

	if (s[at] == '#' && line_begins)
		return directive_end(f, at);
	if (s[at] == '/' && s[at + 1] == '/')
		return at + strcspn(s + at, "\n");
	if (s[at] == '/' && s[at + 1] == '*') {
		const char *end = strstr(s + at + 2, "*/");
		return end == NULL ? f->size : (size_t)(end - s) + 2;
	}
	return at;
}

static size_t mark_length(const char *s)
{
	static const char *const marks[] = {"<<=", ">>=", "...", "->", "++", "--", "<<", ">>",
					    "<=",  ">=",  "==",  "!=", "&&", "||", "+=", "-=",
					    "*=",  "/=",  "%=",  "&=", "|=", "^="};

	for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
		if (strncmp(s, marks[i], strlen(marks[i])) == 0)
			return strlen(marks[i]);
	return 1;
}

static void read_tokens(struct file *f)
{
	bool line_begins = true;

	for (size_t at = 0; at < f->size;) {
		const char *s = f->source + at;
		struct token t = {.at = at};
		size_t past = skip(f, at, line_begins);

		if (past != at || isspace((unsigned char)*s)) {
			line_begins = *s == '\n' || (line_begins && isspace((unsigned char)*s));
			at = past != at ? past : at + 1;
			continue;
		}
		line_begins = false;
		if (isdigit((unsigned char)*s)) {
			t.kind = NUMBER;
			while (isalnum((unsigned char)s[t.length]) || s[t.length] == '.')
				t.length++;
		} else if (isalpha((unsigned char)*s) || *s == '_') {
			t.kind = NAME;
			while (isalnum((unsigned char)s[t.length]) || s[t.length] == '_')
				t.length++;
		} else if (*s == '"' || *s == '\'') {
			t.kind = TEXT;
			t.length = text_end(f, at) - at;
		} else {
			t.kind = MARK;
			t.length = mark_length(s);
		}
		at += t.length;
		f->token = grow(f->token, f->tokens, sizeof *f->token);
		f->token[f->tokens++] = t;
	}
}

static bool is(const struct file *f, size_t i, const char *text)
{
	return i < f->tokens && f->token[i].length == strlen(text) &&
	       memcmp(f->source + f->token[i].at, text, strlen(text)) == 0;
}

static bool is_any(const struct file *f, size_t i, const char *const *texts)
{
	for (; *texts != NULL; texts++)
		if (is(f, i, *texts))
			return true;
	return false;
}

static bool is_kind(const struct file *f, size_t i, enum token_kind kind)
{
	return i < f->tokens && f->token[i].kind == kind;
}

static int depth_of(const struct file *f, size_t i)
{
	if (is(f, i, "(") || is(f, i, "[") || is(f, i, "{"))
		return 1;
	return is(f, i, ")") || is(f, i, "]") || is(f, i, "}") ? -1 : 0;
}

/* The bracket that closes the one at i. */
static size_t closing(const struct file *f, size_t i)
{
	int depth = 0;

	for (; i < f->tokens; i++)
		if ((depth += depth_of(f, i)) == 0)
			return i;
	return f->tokens;
}

/* The first of these marks at or after i that is in no bracket opened since. */
static size_t find_outside(const struct file *f, size_t i, const char *mark)
{
	for (int depth = 0; i < f->tokens; i++) {
		if (depth == 0 && is(f, i, mark))
			return i;
		depth += depth_of(f, i);
	}
	return f->tokens;
}

/* Two names in a row, or a name, stars and a name. */
static bool is_declaration(const struct file *f, size_t i)
{
	static const char *const words[] = {"const",  "static", "struct", "enum",
					    "extern", "union",  NULL};

	if (is_any(f, i, words))
		return true;
	if (!is_kind(f, i, NAME))
		return false;
	for (i++; is(f, i, "*"); i++)
		continue;
	return is_kind(f, i, NAME);
}

/* Does the bracket at i give the size of an array that is declared? Its declaration may name
 * several things: `char shown[16], other[16];`. */
static bool is_size(const struct file *f, size_t i)
{
	size_t first;
	int depth = 0;

	/* Of several dimensions the first tells. */
	while (i > 0 && is(f, i - 1, "]"))
		for (depth = depth_of(f, --i); depth != 0; depth += depth_of(f, --i))
			continue;
	first = i;
	if (i < 2 || !is_kind(f, i - 1, NAME))
		return false;
	if (is_kind(f, i - 2, NAME) || is(f, i - 2, "*"))
		return true;
	if (!is(f, i - 2, ","))
		return false;
	while (first > 0 && !is(f, first - 1, ";") && !is(f, first - 1, "{") &&
	       !is(f, first - 1, "}")) {
		first--;
		depth -= depth_of(f, first);
		if (depth < 0 || is(f, first, "="))
			return false;
	}
	return is_declaration(f, first);
}

static void spare(struct file *f)
{
	for (size_t i = 0; i < f->tokens; i++) {
		size_t end = i;

		if (is(f, i, "assert") || is(f, i, "static_assert"))
			end = closing(f, i + 1);
		else if (is(f, i, "[") && is_size(f, i))
			end = closing(f, i);
		for (size_t k = i; end < f->tokens && k < end; k++)
			f->token[k].spared = true;
	}
}

/* Changes. */

static size_t token_end(const struct file *f, size_t i)
{
	return f->token[i].at + f->token[i].length;
}

/* Tokens first .. last become `by`, which may have one %s: what they were. */
static void add(struct file *f, size_t first, size_t last, const char *kind, const char *by)
{
	size_t at = f->token[first].at, length = token_end(f, last) - at;
	const char *hole = strstr(by, "%s");
	size_t before = hole == NULL ? strlen(by) : (size_t)(hole - by);
	char *text;

	if (f->token[first].spared)
		return;
	text = calloc(strlen(by) + length + 1, 1);
	if (text == NULL)
		fail("no memory", f->name);
	memcpy(text, by, before);
	if (hole != NULL) {
		memcpy(text + before, f->source + at, length);
		strcpy(text + before + length, hole + 2);
	}
	f->change = grow(f->change, f->changes, sizeof *f->change);
	struct change *c = &f->change[f->changes++];
	c->at = at;
	c->length = length;
	c->kind = kind;
	c->by = text;
}

static void add_marks(struct file *f)
{
	static const struct {
		const char *mark, *kind, *by;
	} swaps[] = {
		{"<", "relation", "<="},  {"<", "relation", ">="}, {"<=", "relation", "<"},
		{"<=", "relation", ">"},  {">", "relation", ">="}, {">", "relation", "<="},
		{">=", "relation", ">"},  {">=", "relation", "<"}, {"==", "relation", "!="},
		{"!=", "relation", "=="}, {"&&", "logic", "||"},   {"||", "logic", "&&"},
	};

	for (size_t i = 0; i < f->tokens; i++)
		for (size_t k = 0; k < sizeof swaps / sizeof swaps[0]; k++)
			if (is(f, i, swaps[k].mark))
				add(f, i, i, swaps[k].kind, swaps[k].by);
}

/* Whole numbers; long ones in base 16 are no measure of anything. */
static void add_numbers(struct file *f)
{
	for (size_t i = 0; i < f->tokens; i++) {
		const struct token *t = &f->token[i];
		const char *text = f->source + t->at;
		char *end, by[64];
		unsigned long long n;

		if (t->kind != NUMBER || memchr(text, '.', t->length) != NULL ||
		    (text[1] == 'x' && t->length > 6))
			continue;
		n = strtoull(text, &end, 0);
		for (int step = 1; step >= -1; step -= 2) {
			if (step < 0 && n == 0)
				continue;
			snprintf(by, sizeof by, "%llu%.*s", n + (unsigned long long)step,
				 (int)(text + t->length - end), end);
			add(f, i, i, "constant", by);
		}
	}
}

static const char *const brackets_open[] = {"(", "[", "{", NULL};
static const char *const brackets_close[] = {")", "]", "}", NULL};

/* What stands before a ?: and is not part of its condition. */
static void add_choices(struct file *f)
{
	static const char *const before[] = {"=", "return", ",", ";", "?", ":", "+=", "|=", NULL};

	for (size_t i = 1; i < f->tokens; i++) {
		size_t first = i;

		if (!is(f, i, "?"))
			continue;
		for (int depth = 0; first > 0; first--) {
			if (is_any(f, first - 1, brackets_close))
				depth++;
			if (is_any(f, first - 1, brackets_open) && depth-- == 0)
				break;
			if (depth == 0 && is_any(f, first - 1, before))
				break;
		}
		if (first < i)
			add(f, first, i - 1, "condition", "!(%s)");
	}
}

/* A statement with a semicolon. */
static void add_simple(struct file *f, size_t first, size_t last, size_t end, const char *returns)
{
	static const char *const jumps[] = {"break", "continue", "goto", NULL};
	bool ends_body = last + 1 == end;

	if (is(f, first, "return")) {
		if (last > first + 1 && strcmp(returns, "bool") == 0)
			add(f, first + 1, last - 1, "condition", "!(%s)");
		if (!ends_body)
			add(f, first, last, "early return", ";");
	} else if (is_any(f, first, jumps)) {
		add(f, first, last, "dropped", ";");
	} else if (!is_declaration(f, first) && !is(f, first, "(")) {
		add(f, first, last, "dropped", ";");
		if (strcmp(returns, "void") == 0 && !ends_body)
			add(f, first, last, "early return", "return;");
	}
}

/* The statements of a body, one after the other, whatever they stand in. */
static void add_statements(struct file *f, size_t i, size_t end, const char *returns)
{
	while (i < end) {
		if (is(f, i, "if") || is(f, i, "while")) {
			size_t last = closing(f, i + 1);
			if (last > i + 2)
				add(f, i + 2, last - 1, "condition", "!(%s)");
			i = last + 1;
		} else if (is(f, i, "for") || is(f, i, "switch")) {
			i = closing(f, i + 1) + 1;
		} else if (is(f, i, "case") || is(f, i, "default")) {
			i = find_outside(f, i, ":") + 1;
		} else if (is(f, i, "{") || is(f, i, "}") || is(f, i, ";") || is(f, i, "else") ||
			   is(f, i, "do")) {
			i++;
		} else {
			size_t last = find_outside(f, i, ";");
			if (last < end)
				add_simple(f, i, last, end, returns);
			i = last + 1;
		}
	}
}

/* A body is what stands in braces behind a parameter list at the top of a file. */
static void add_bodies(struct file *f)
{
	size_t head = 0;

	for (size_t i = 0; i < f->tokens; i++) {
		if (is(f, i, ";"))
			head = i + 1;
		if (!is(f, i, "{"))
			continue;
		size_t end = closing(f, i), name = head;
		if (i > 0 && is(f, i - 1, ")")) {
			while (name < i && !is(f, name + 1, "("))
				name++;
			const char *returns = "";
			if (name > head && is(f, name - 1, "void"))
				returns = "void";
			if (name > head && is(f, name - 1, "bool"))
				returns = "bool";
			add_statements(f, i + 1, end, returns);
			head = end + 1;
		}
		i = end;
	}
}

static int by_place(const void *a, const void *b)
{
	const struct change *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	if (x->length != y->length)
		return x->length < y->length ? -1 : 1;
	return strcmp(x->by, y->by);
}

static void find_changes(const char *name, struct file *f)
{
	*f = (struct file){0};
	read_file(name, f);
	read_tokens(f);
	spare(f);
	add_marks(f);
	add_numbers(f);
	add_choices(f);
	add_bodies(f);
	qsort(f->change, f->changes, sizeof *f->change, by_place);
}

/* The commands. */

static unsigned line_of(const struct file *f, size_t at)
{
	unsigned line = 1;

	for (size_t i = 0; i < at; i++)
		line += f->source[i] == '\n';
	return line;
}

static uint64_t draw(uint64_t *random)
{
	uint64_t z = (*random += 0x9e3779b97f4a7c15u);
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static int sample(uint64_t random, char **names, int count)
{
	struct place {
		const char *name, *kind;
		size_t number;
		unsigned line;
	} *list = NULL;
	size_t places = 0;

	for (int i = 0; i < count; i++) {
		struct file f;

		find_changes(names[i], &f);
		for (size_t k = 0; k < f.changes; k++) {
			list = grow(list, places, sizeof *list);
			list[places++] = (struct place){names[i], f.change[k].kind, k,
							line_of(&f, f.change[k].at)};
		}
	}
	for (size_t left = places; left > 0; left--) {
		size_t k = draw(&random) % left;
		printf("%s %zu %u %s\n", list[k].name, list[k].number, list[k].line, list[k].kind);
		list[k] = list[left - 1];
	}
	free(list);
	return 0;
}

/* On one line, so that all that follows keeps its number. */
static void put_change(const struct change *c, const char *was)
{
	fputs(c->by, stdout);
	for (size_t i = 0; i < c->length; i++)
		if (was[i] == '\n' && strchr(c->by, '\n') == NULL)
			putchar('\n');
}

static int apply(const struct file *f, const struct change *c)
{
	fwrite(f->source, 1, c->at, stdout);
	put_change(c, f->source + c->at);
	fwrite(f->source + c->at + c->length, 1, f->size - c->at - c->length, stdout);
	return 0;
}

/* White space as one blank. */
static void print_line(const char *text, size_t length, bool *gap)
{
	for (size_t i = 0; i < length; i++) {
		if (isspace((unsigned char)text[i])) {
			*gap = true;
			continue;
		}
		if (*gap)
			putchar(' ');
		putchar(text[i]);
		*gap = false;
	}
}

/* From the first to the last line that changes, as one line: before and after. */
static int show(const struct file *f, const struct change *c)
{
	const char *s = f->source;
	size_t first = c->at, end = c->at + c->length, last = end;
	bool gap = false, is_cut = strstr(c->by, ";") != NULL;

	while (first > 0 && s[first - 1] != '\n')
		first--;
	first += strspn(s + first, " \t");
	last += strcspn(s + last, "\n");
	print_line(s + first, last - first, &gap);
	putchar('\n');
	gap = false;
	print_line(s + first, c->at - first, &gap);
	print_line(c->by, strlen(c->by), &gap);
	if (is_cut) {
		fputs(" /* ", stdout);
		print_line(s + c->at, c->length, &gap);
		fputs(" */", stdout);
	}
	print_line(s + end, last - end, &gap);
	putchar('\n');
	return 0;
}

int main(int argc, char **argv)
{
	if (argc >= 4 && strcmp(argv[1], "sample") == 0)
		return sample(strtoull(argv[2], NULL, 10), argv + 3, argc - 3);
	if (argc == 4 && (strcmp(argv[1], "apply") == 0 || strcmp(argv[1], "show") == 0)) {
		struct file f;
		size_t k = strtoul(argv[3], NULL, 10);

		find_changes(argv[2], &f);
		if (k >= f.changes)
			fail("it has no such change", argv[2]);
		return argv[1][0] == 'a' ? apply(&f, &f.change[k]) : show(&f, &f.change[k]);
	}
	fputs("usage: mutate sample SEED FILE... | apply FILE NUMBER | show FILE NUMBER\n", stderr);
	return 64;
}
