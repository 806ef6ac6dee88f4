/* Proofs that a node lied, as the honest nodes hold them: the kind of proof, the liar, the holders;
 * and of the proof under the cursor the words, and the very bytes that the liar signed. */
#include <stdio.h>

#include "proto/model/say/say.h"
#include "tui/view/identity.h"
#include "tui/view/list.h"
#include "tui/view/pane.h"

#define HEX_ROW 16

/* A pane's lines as they come, of which the first `skip` are scrolled away. */
struct lines {
	struct canvas *c;
	int y, skip;
	uint8_t nodes;
};

static void line(struct lines *l, struct style style, const char *text)
{
	if (l->skip > 0)
		l->skip--;
	else
		draw_words(l->c, 0, l->y++, style, text, l->nodes);
}

static void hex(struct lines *l, const uint8_t *bytes, uint32_t length)
{
	for (uint32_t at = 0; at < length && l->y < l->c->height; at += HEX_ROW) {
		char text[100];
		size_t used = (size_t)snprintf(text, sizeof(text), "  %04x ", at);

		for (uint32_t i = at; i < at + HEX_ROW; i++)
			used += (size_t)snprintf(text + used, sizeof(text) - used,
						 i < length ? " %02x" : "   ",
						 i < length ? bytes[i] : 0u);
		used += (size_t)snprintf(text + used, sizeof(text) - used, "  ");
		for (uint32_t i = at; i < at + HEX_ROW && i < length; i++)
			text[used++] = bytes[i] >= ' ' && bytes[i] < 127 ? (char)bytes[i] : '.';
		text[used] = 0;
		line(l, STYLE(INK_FAINT, 0), text);
	}
}

static void parts(const struct model *m, const struct model_proof *p, struct lines *l)
{
	struct evidence e;
	char words[200], text[300];

	if (evidence_decode(m->proof_bytes + p->bytes_at, p->length, &e) != DROP_NOTHING)
		return;
	for (unsigned i = 0; i < e.parts; i++) {
		evidence_part_words_marked(&e, i, words, sizeof(words));
		snprintf(text, sizeof(text), "n%u signed: %s", e.accused, words);
		line(l, STYLE(INK_TEXT, ATTR_BOLD), text);
		hex(l, e.part[i].body, e.part[i].length);
		line(l, PLAIN, "  its signature");
		hex(l, e.part[i].signature, SIGNATURE_BYTES);
	}
}

static void proof_row(const struct model *m, struct canvas *c, int y, const struct model_proof *p,
		      bool cursor)
{
	char who[NODES_MAX * 4];
	int x;

	if (cursor)
		canvas_text(c, 0, y, STYLE(INK_KEY, ATTR_BOLD), "►");
	draw_node(c, 2, y, ATTR_BOLD, p->accused);
	x = canvas_print(c, 8, y, STYLE(INK_BAD, ATTR_BOLD), "%s", proof_name(p->kind));
	canvas_print(c, x < 26 ? 26 : x + 1, y, PLAIN, "slot %llu", (unsigned long long)p->slot);
	set_show(p->holders, who, sizeof(who));
	x = canvas_text(c, 38, y, STYLE(INK_FAINT, 0), "held by ");
	draw_words(c, x, y, PLAIN, who, m->nodes);
}

static void nothing(const struct model *m, struct canvas *c)
{
	draw_paragraph(c, STYLE(INK_FAINT, 0),
		       policy_has(m->policy, DEFENCE_SIGN)
			       ? "Nobody is proven a liar.  Two messages signed by one node that "
				 "exclude each other will be shown here, with their bytes."
			       : "Nobody is proven a liar.  Nothing is signed, so nothing can be "
				 "proved: switch on `sign` (d).",
		       m->nodes);
}

/* The nodes whose reports about themselves the model does not believe, and why. */
static int remarks(const struct model *m, struct canvas *c, int y)
{
	char text[REMARK_WORDS_MAX + 2];

	for (unsigned i = 0; y < c->height && model_remark_marked(m, i, text, sizeof(text)); i++) {
		struct canvas line = canvas_part(c, 0, y, c->width, c->height - y);

		y += draw_paragraph(&line, STYLE(INK_WARN, 0), text, m->nodes);
	}
	return y;
}

/* What it proves, with the values of its messages between marks. */
static void proof_text(const struct model *m, const struct model_proof *p,
		       char out[EVIDENCE_WORDS_MAX])
{
	struct evidence e;

	if (evidence_decode(m->proof_bytes + p->bytes_at, p->length, &e) == DROP_NOTHING)
		evidence_words_marked(&e, out);
	else
		snprintf(out, EVIDENCE_WORDS_MAX, "%s", p->words);
}

/* So many rows of the list at most, with the one at which the cursor is. Returns how many. */
static int draw_proofs(const struct list *l, struct canvas *c, int rows, uint64_t at)
{
	uint64_t row[MODEL_PROOFS], i = list_bottom(l, rows);
	int count = 0;

	for (; i != LIST_NONE && count < rows && count < MODEL_PROOFS;
	     i = list_before(l, l->earlier(l->m, i)))
		row[count++] = i;
	for (int y = 0; y < count; y++)
		proof_row(l->m, c, y, &l->m->proof[row[count - 1 - y]], row[count - 1 - y] == at);
	return count;
}

void pane_evidence(const struct model *m, const struct scene *s, struct canvas *c)
{
	const struct list list = list_proofs(m, s);
	const uint64_t at = list_row(&list);
	int rows = c->height / 3 > 3 ? c->height / 3 : 3, y;
	char text[EVIDENCE_WORDS_MAX];

	if (m->proofs == 0) {
		nothing(m, c);
		struct canvas below = canvas_part(c, 0, 3, c->width, c->height - 3);

		remarks(m, &below, 0);
		return;
	}
	if (at == LIST_NONE) {
		list_nothing(&list, c, 0, "");
		return;
	}
	y = draw_proofs(&list, c, rows, at);
	y = remarks(m, c, y);
	struct canvas words = canvas_part(c, 0, y + 1, c->width, c->height - y - 1);

	proof_text(m, &m->proof[at], text);
	y += 2 + draw_paragraph(&words, STYLE(INK_BAD, ATTR_BOLD), text, m->nodes);
	struct canvas rest = canvas_part(c, 0, y, c->width, c->height - y);
	struct lines l = {.c = &rest, .skip = s->evidence_scroll, .nodes = m->nodes};

	parts(m, &m->proof[at], &l);
}
