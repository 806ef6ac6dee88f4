/* paxos-tui verify: is what a file says of liars true? Only signatures are believed: the operator's
 * under the roster, which has the nodes' keys, and the accused nodes' under their own messages. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/io/files.h"
#include "node/io/roster_file.h"
#include "proto/wire/evidence.h"
#include "proto/wire/hex.h"
#include "tui/command/drive.h"
#include "tui/report/evidence_json.h"
#include "tui/option/options.h"

#define FILE_BYTES_MAX ((size_t)16 << 20)

/* What a proof is checked with. */
struct court {
	const char *file;
	struct roster roster;
	struct wire_context context;
	struct public_key keys[NODES_MAX + 1];
	unsigned proofs, refused;
};

__attribute__((format(printf, 2, 3))) static int fail(const struct court *c, const char *format,
						      ...)
{
	va_list args;
	fprintf(stderr, "paxos-tui: %s: ", c->file);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return EXIT_VIOLATED;
}

/* Why the bytes are no proof, as the end of a sentence. */
static const char *reason_words(enum drop why)
{
	switch (why) {
	case DROP_SHORT:
		return "it is truncated";
	case DROP_TRAILING:
	case DROP_MALFORMED:
	case DROP_OVERSIZED:
		return "it was altered: it is not of the form of a proof";
	case DROP_CLUSTER:
		return "its messages are of another cluster";
	case DROP_EPOCH:
		return "its messages are of another epoch of this cluster";
	case DROP_SENDER:
		return "its messages were not signed by the accused, but by somebody else";
	case DROP_SIGNATURE:
		return "a signature in it is not that of the accused: altered or forged";
	case DROP_PROOF:
		return "its messages are genuine, and prove nothing";
	default:
		return drop_words(why);
	}
}

/* What the file says beside the bytes of a proof was made from the bytes, so making it again must
 * give the same. Only which nodes hold the proof is not in its bytes. NULL, or the name of what
 * differs. */
static const char *said_otherwise(json_t *item, json_t *same)
{
	const char *name;
	json_t *said;
	json_object_foreach(item, name,
			    said) if (strcmp(name, "held_by") != 0 &&
				      !json_equal(said, json_object_get(same, name))) return name;
	return NULL;
}

static bool is_faithful(struct court *c, json_t *item, const uint8_t *bytes, size_t length)
{
	json_t *same = proof_json(bytes, length, 0);
	const char *other = same == NULL ? "bytes" : said_otherwise(item, same);
	if (other != NULL)
		fail(c, "proof %u was altered: its \"%.40s\" is not what its bytes say", c->proofs,
		     other);
	json_decref(same);
	return other == NULL;
}

static bool is_repeated(const json_t *proofs, size_t place)
{
	const json_t *bytes = json_object_get(json_array_get(proofs, place), "bytes");
	for (size_t i = 0; i < place; i++)
		if (json_equal(json_object_get(json_array_get(proofs, i), "bytes"), bytes))
			return true;
	return false;
}

static void judge_proof(struct court *c, json_t *item, bool repeated)
{
	static uint8_t bytes[EVIDENCE_BYTES_MAX];
	struct evidence evidence;
	char words[EVIDENCE_WORDS_MAX];
	const char *text = json_string_value(json_object_get(item, "bytes"));
	size_t length = text == NULL ? 0 : hex_read(text, bytes, sizeof(bytes));
	enum drop why = DROP_MALFORMED;
	c->proofs++;
	if (length > 0)
		why = evidence_decode(bytes, length, &evidence);
	if (why == DROP_NOTHING)
		why = evidence_verify(&evidence, &c->context, &crypto_ed25519, c->keys);
	if (why != DROP_NOTHING) {
		c->refused++;
		fail(c, "proof %u proves nothing: %s", c->proofs, reason_words(why));
		return;
	}
	const json_t *accused = json_object_get(item, "accused");
	if (json_is_integer(accused) && json_integer_value(accused) != evidence.accused) {
		c->refused++;
		fail(c, "proof %u is not against n%lld, as the file says, but against n%u",
		     c->proofs, (long long)json_integer_value(accused), evidence.accused);
		return;
	}
	if (!is_faithful(c, item, bytes, length)) {
		c->refused++;
		return;
	}
	evidence_words(&evidence, words);
	printf("%s: %s\n", repeated ? "proven (and here once more)" : "proven", words);
}

/* Takes the roster, whose signature vouches for the keys. */
static int take_roster(struct court *c, const json_t *root)
{
	static uint8_t bytes[CONTROL_FRAME_BYTES_MAX];
	const char *text = json_string_value(json_object_get(root, "roster"));
	const json_t *epoch = json_object_get(root, "epoch");
	size_t length = text == NULL ? 0 : hex_read(text, bytes, sizeof(bytes));
	if (length == 0)
		return fail(c, "it has no roster, so there are no keys to check anything with");
	enum drop why = roster_decode(bytes, length, &crypto_ed25519, NULL, &c->roster);
	if (why != DROP_NOTHING)
		return fail(c, "its roster is not what the operator signed: %s", drop_words(why));
	if (!json_is_integer(epoch) || json_integer_value(epoch) < 0 ||
	    json_integer_value(epoch) > UINT32_MAX)
		return fail(c, "it does not say of which epoch it is");
	c->context = wire_context_of(&c->roster);
	c->context.epoch = (uint32_t)json_integer_value(epoch);
	for (node_id id = 1; id <= c->roster.nodes; id++)
		c->keys[id] = c->roster.node[id].key;
	return EXIT_PASS;
}

/* The file must say nothing about the cluster but what its roster says. */
static int check_rest(const struct court *c, json_t *root)
{
	const char *name;
	json_t *said;
	json_object_foreach(root, name, said)
	{
		uint8_t cluster[sizeof c->roster.cluster];
		const char *text = json_string_value(said);
		if (strcmp(name, "roster") == 0 || strcmp(name, "epoch") == 0 ||
		    strcmp(name, "evidence") == 0)
			continue;
		if (strcmp(name, "cluster") != 0)
			return fail(c, "it was altered: \"%.40s\" has no place in it", name);
		if (text == NULL || hex_read(text, cluster, sizeof(cluster)) != sizeof(cluster) ||
		    memcmp(cluster, c->roster.cluster, sizeof(cluster)) != 0)
			return fail(c, "it was altered: its \"cluster\" is not that of its roster");
	}
	return EXIT_PASS;
}

/* Is the file about the cluster in this directory? */
static int compare(const struct court *c, const char *dir)
{
	struct roster known;
	char path[PATH_BYTES];
	if (path_join(dir, "roster", path) != STATUS_OK ||
	    roster_file_read(path, NULL, &known) != STATUS_OK) {
		fprintf(stderr, "paxos-tui: %s is no cluster's directory: it has no roster\n", dir);
		return EXIT_INCONCLUSIVE;
	}
	if (memcmp(known.cluster, c->roster.cluster, sizeof(known.cluster)) != 0 ||
	    memcmp(&known.operator_key, &c->roster.operator_key, sizeof(known.operator_key)) != 0)
		return fail(c, "it is of another cluster than that of %s", dir);
	return EXIT_PASS;
}

static enum status load(const char *file, char **text, size_t *length)
{
	return strcmp(file, "-") == 0 ? fd_load(STDIN_FILENO, file, FILE_BYTES_MAX, text, length)
				      : file_load(file, FILE_BYTES_MAX, text, length);
}

/* Everybody can make keys of their own and a cluster of liars from them, so a file without a known
 * cluster proves only that somebody's nodes lied. */
static void say_whose_keys(const struct court *c)
{
	char cluster[HEX_SIZE(sizeof(c->roster.cluster))];

	hex_write(c->roster.cluster, sizeof(c->roster.cluster), cluster);
	printf("in epoch %u of the cluster %s, by the keys that the file brings: 'verify FILE DIR' "
	       "compares them with those of a cluster\n",
	       c->context.epoch, cluster);
}

static int verify(struct court *c, const char *text, size_t length, const char *dir)
{
	json_error_t error;
	json_t *root = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
	if (root == NULL) {
		bool cut = json_error_code(&error) == json_error_premature_end_of_input;
		return fail(c, cut ? "it is truncated, at line %d" : "it is no JSON, at line %d",
			    error.line);
	}
	const json_t *proofs = json_object_get(root, "evidence");
	int code = take_roster(c, root);
	if (code == EXIT_PASS)
		code = check_rest(c, root);
	if (code == EXIT_PASS && dir != NULL)
		code = compare(c, dir);
	if (code == EXIT_PASS && !json_is_array(proofs))
		code = fail(c, "it has no list of evidence");
	for (size_t i = 0; code == EXIT_PASS && i < json_array_size(proofs); i++)
		judge_proof(c, json_array_get(proofs, i), is_repeated(proofs, i));
	if (code == EXIT_PASS && c->proofs == 0)
		printf("it accuses nobody\n");
	else if (code == EXIT_PASS && dir == NULL && c->refused < c->proofs)
		say_whose_keys(c);
	json_decref(root);
	return code == EXIT_PASS && c->refused > 0 ? EXIT_VIOLATED : code;
}

int cmd_verify(const struct options *options)
{
	static struct court court;
	char *text;
	size_t length;
	if (options->args < 1 || options->args > 2) {
		fprintf(stderr, "paxos-tui: verify needs a file: verify FILE [DIR]\n");
		return EXIT_USAGE;
	}
	drive_end_on_signals();
	court.file = options->arg[0];
	enum status status = load(court.file, &text, &length);
	if (status != STATUS_OK) {
		fprintf(stderr, "paxos-tui: %s\n", status_text());
		return status_exit(status);
	}
	int code = verify(&court, text, length, options->args == 2 ? options->arg[1] : NULL);
	free(text);
	return code;
}
