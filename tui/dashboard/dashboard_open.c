/* Enter opens what is under the cursor, with every field and its value whole; y copies the same. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/io/files.h"
#include "tui/dashboard/dashboard.h"
#include "tui/report/detail.h"
#include "tui/screen/screen.h"
#include "tui/view/list.h"
#include "tui/view/view.h"
#include "tui/view/wire.h"

static const char *write_event(const struct dashboard *d, FILE *to)
{
	const struct scene *s = &d->scene;
	const struct list list =
		s->view == VIEW_lanes ? list_lanes(d->model, s) : list_events(d->model, s);
	const uint64_t i = list_row(&list);

	if (i == LIST_NONE)
		return NULL;
	detail_event(d->model, i, to);
	return "EVENT";
}

static const char *write_slot(const struct dashboard *d, FILE *to)
{
	const struct list list = list_slots(d->model, &d->scene);
	const uint64_t i = list_row(&list);

	if (i == LIST_NONE)
		return NULL;
	if (d->scene.vote_at == NODE_NONE) {
		detail_slot(d->model, i, to);
		return "SLOT";
	}
	detail_vote(d->model, i, d->scene.vote_at, to);
	return "VOTE";
}

/* The message under the cursor; without one, all that are on the wire. */
static const char *write_message(const struct dashboard *d, FILE *to)
{
	const struct flight *list[WIRE_MAX];
	unsigned at;

	if (!d->scene.wire_held) {
		detail_wire(d->model, to);
		return "WIRE";
	}
	if (!wire_cursor(&d->scene, list, wire_list(d->model, &d->scene, list), &at))
		return NULL;
	detail_message(d->model, list[at], to);
	return "MESSAGE";
}

static const char *write_proof(const struct dashboard *d, FILE *to)
{
	const struct list list = list_proofs(d->model, &d->scene);
	const uint64_t i = list_row(&list);

	if (i == LIST_NONE)
		return NULL;
	detail_proof(d->model, (unsigned)i, to);
	return "PROOF";
}

/* Writes what is under the cursor; returns its title, NULL if nothing is there. */
static const char *write_detail(const struct dashboard *d, FILE *to)
{
	const struct scene *s = &d->scene;

	switch (scene_cursor(s)) {
	case CURSOR_EVENT:
		return write_event(d, to);
	case CURSOR_WIRE:
		return write_message(d, to);
	case CURSOR_SLOT:
		return write_slot(d, to);
	case CURSOR_EVIDENCE:
		return write_proof(d, to);
	case CURSOR_BRANCH:
	case CURSOR_FOCUS:
	case CURSOR_NODE:
		break;
	}
	detail_node(d->model, s->selected, to);
	return "NODE";
}

/* The same as a text that the caller frees; NULL if nothing is there, which is said. */
static char *detail_text(struct dashboard *d, const char **title)
{
	char *text = NULL;
	size_t length = 0;
	FILE *to = open_memstream(&text, &length);

	if (to == NULL) {
		dashboard_say(d, true, "not enough memory");
		return NULL;
	}
	*title = write_detail(d, to);
	if (fclose(to) != 0)
		dashboard_say(d, true, "not enough memory");
	else if (*title == NULL)
		dashboard_say(d, false, "there is nothing here yet");
	else
		return text;
	free(text);
	return NULL;
}

/* The node table leads to the view of the node, and that one to all that is known. */
void key_detail(struct dashboard *d)
{
	const struct scene *s = &d->scene;
	const char *title = NULL;
	char *text;

	if (s->view == VIEW_main && s->focus == FOCUS_NODES) {
		d->scene.view = VIEW_node;
		return;
	}
	text = detail_text(d, &title);
	dashboard_show(d, title, true, text);
}

/* To the terminal's clipboard and to a file; says what was copied, and where it is. */
static void copy_text(struct dashboard *d, const char *title, const char *text)
{
	const bool sent = screen_copy(text);
	const size_t bytes = strlen(text);
	char path[PATH_BYTES];

	if (state_file("paxos-tui", ".txt", path) != STATUS_OK ||
	    file_write(path, (const uint8_t *)text, bytes) != STATUS_OK)
		dashboard_say(d, !sent, "%s%s, %zu bytes%s, but not to a file: %s",
			      sent ? "copied " : "not copied: ", title, bytes,
			      sent ? ", to the clipboard" : "", status_text());
	else
		dashboard_say(d, false, "copied %s, %zu bytes, to %s%s", title, bytes,
			      sent ? "the clipboard and to " : "", path);
}

void key_copy(struct dashboard *d)
{
	const char *title;
	char *text;

	if (d->scene.popup == POPUP_TEXT) {
		copy_text(d, d->scene.text_title, d->scene.text);
		return;
	}
	text = detail_text(d, &title);
	if (text != NULL)
		copy_text(d, title, text);
	free(text);
}
