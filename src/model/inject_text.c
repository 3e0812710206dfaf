#include "model/inject_text.h"

#include <stdlib.h>

#include "base/scan.h"
#include "base/xalloc.h"
#include "model/inject_fold.h"

static const char *const view_names[VIEW_KINDS] = {
	[VIEW_PLAIN] = "plain", [VIEW_JOINED] = "joined", [VIEW_RESPELT] = "respelt", [VIEW_BASE64] = "base64", [VIEW_BASE32] = "base32",
	[VIEW_HEX] = "hex", [VIEW_BINARY] = "binary", [VIEW_ESCAPES] = "escapes", [VIEW_HIDDEN] = "hidden", [VIEW_REVERSED] = "reversed",
	[VIEW_ROT13] = "rot13",
};
static const char *const trick_names[TRICKS] = {
	"zero-width", "bidi", "hidden-text", "look-alike", "styled-letters", "terminal-escape", "spaced-letters", "respelt", "encoded",
	"escapes", "reversed", "rot13",
};

const char *view_name(ViewKind k)
{
	return view_names[k];
}

const char *trick_name(int bit)
{
	return trick_names[bit];
}

InjectText *inject_text_new(size_t cap_bytes)
{
	InjectText *t = xcalloc(1, sizeof *t);

	t->cap = cap_bytes;
	/* A reading of the whole text and of every encoding in it; decomposed letters take more than they did. */
	t->text_cap = cap_bytes * 6 + 256;
	t->raw_cap = cap_bytes * 3 + 64;
	/* scan_find looks a little behind the end. */
	t->text = xcalloc(1, t->text_cap + SCAN_PAD);
	t->raw = xcalloc(1, t->raw_cap);
	t->map = xcalloc(t->text_cap, sizeof *t->map);
	return t;
}

void inject_text_free(InjectText *t)
{
	if (!t)
		return;
	free(t->text);
	free(t->raw);
	free(t->map);
	free(t);
}

/* Sources that wait to be read. */
typedef struct Queue { InjectText *t; Source v[INJECT_VIEWS]; int head, n; } Queue;

static void on_source(void *arg, Source s)
{
	Queue *q = arg;

	if (s.depth > INJECT_DEPTH || q->n == INJECT_VIEWS) {
		q->t->cut = true;
		return;
	}
	q->v[q->n++] = s;
}

static InjectView *add_view(InjectText *t, ViewKind kind, const Source *s, Str text)
{
	if (!text.n)
		return NULL;
	if (t->views == INJECT_VIEWS) {
		t->cut = true;
		return NULL;
	}
	t->view[t->views] = (InjectView){ .kind = kind, .depth = s->depth, .text = text, .from = s->from, .to = s->to };
	return &t->view[t->views++];
}

static void lower(char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (char)scan_fold((unsigned char)p[i]);
}

/* The same words read otherwise. */
static void add_rewritten(InjectText *t, const Source *s, Str text)
{
	static const struct { ViewKind kind; unsigned trick; } rows[] = {
		{ VIEW_JOINED, TRICK_JOINED }, { VIEW_RESPELT, TRICK_RESPELT }, { VIEW_REVERSED, TRICK_REVERSED }, { VIEW_ROT13, TRICK_ROT13 },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		Str again = rows[i].kind == VIEW_JOINED ? join_letters(t, text) : rows[i].kind == VIEW_RESPELT ? respell(t, text) :
		            rows[i].kind == VIEW_ROT13 ? rewrite_rot13(t, text) : rewrite_reversed(t, text, t->tricks & TRICK_BIDI);

		if (add_view(t, rows[i].kind, s, again))
			t->tricks |= rows[i].trick;
	}
}

static void read_source(Queue *q, const Source *s)
{
	InjectText *t = q->t;
	size_t hidden = 0, raw_at = t->raw_n;
	Str text = fold_source(t, s, s->kind == VIEW_PLAIN && s->depth == 0, &hidden);
	InjectView *v = add_view(t, s->kind, s, text);

	/* Flags of regions are made of up to seven of them. */
	if (hidden >= 8) {
		t->tricks |= TRICK_HIDDEN;
		on_source(q, (Source){ VIEW_HIDDEN, s->depth + 1, { t->raw + raw_at, hidden }, s->from, s->to });
	}
	if (!v)
		return;
	find_encoded(t, v, on_source, q);
	lower(t->text + (text.p - t->text), text.n);
	add_rewritten(t, s, text);
}

void inject_text_read(InjectText *t, Str in)
{
	Queue q = { .t = t };

	t->views = 0;
	t->tricks = 0;
	t->text_n = t->raw_n = 0;
	t->scanned = in.n < t->cap ? in.n : t->cap;
	t->cut = t->scanned < in.n;
	on_source(&q, (Source){ VIEW_PLAIN, 0, { in.p, t->scanned }, 0, (uint32_t)t->scanned });
	while (q.head < q.n) {
		Source s = q.v[q.head++];

		read_source(&q, &s);
	}
}

uint32_t inject_text_place(const InjectText *t, const InjectView *v, size_t at)
{
	if (v->kind != VIEW_PLAIN || v->depth || !v->text.n)
		return v->from;
	return t->map[at < v->text.n ? at : v->text.n - 1];
}
