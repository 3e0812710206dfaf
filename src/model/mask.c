#include "model/mask.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "base/xalloc.h"
#include "model/mask_forms.h"
#include "model/secrets.h"

enum { BOOK_MAX = 65536, TOKEN_MAX = 32 };

typedef struct Known { uint64_t hash; uint32_t number; uint8_t kind; } Known;

/* Open addressing; twice as many slots as values at least. */
struct MaskBook {
	Known  *slots;
	size_t  cap, n;
	uint32_t last[MASK_KINDS];
};

static const char *const kind_names[MASK_KINDS] = {
	[MASK_MAIL] = "mail", [MASK_PHONE] = "phone", [MASK_CARD] = "card", [MASK_IBAN] = "iban", [MASK_ID] = "id", [MASK_IP] = "ip",
	[MASK_ACCOUNT] = "account", [MASK_SECRET] = "secret",
};

const char *mask_kind_name(MaskKind k)
{
	return kind_names[k];
}

MaskBook *mask_book_new(void)
{
	MaskBook *b = xcalloc(1, sizeof *b);

	b->cap = 64;
	b->slots = xcalloc(b->cap, sizeof *b->slots);
	return b;
}

void mask_book_free(MaskBook *b)
{
	if (!b)
		return;
	free(b->slots);
	free(b);
}

static Known *slot_of(const MaskBook *b, uint64_t hash, MaskKind kind)
{
	size_t i = hash & (b->cap - 1);

	while (b->slots[i].number && (b->slots[i].hash != hash || b->slots[i].kind != kind))
		i = (i + 1) & (b->cap - 1);
	return &b->slots[i];
}

static void grow(MaskBook *b)
{
	MaskBook old = *b;

	b->cap *= 2;
	b->slots = xcalloc(b->cap, sizeof *b->slots);
	for (size_t i = 0; i < old.cap; i++)
		if (old.slots[i].number)
			*slot_of(b, old.slots[i].hash, (MaskKind)old.slots[i].kind) = old.slots[i];
	free(old.slots);
}

/* What is written with other blanks or capitals is the same number, the same address. */
static uint64_t hash_of(Str s)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < s.n; i++)
		if (!strchr(" -./()", s.p[i]) || !s.p[i])
			h = (h ^ (unsigned char)tolower((unsigned char)s.p[i])) * UINT64_C(1099511628211);
	return h;
}

/* The value's number; 0: the book is full, the token goes without. */
static uint32_t number_of(MaskBook *b, MaskKind kind, Str value)
{
	uint64_t hash = hash_of(value);
	Known *k = slot_of(b, hash, kind);

	if (k->number || b->n == BOOK_MAX)
		return k->number;
	if (b->n * 2 >= b->cap) {
		grow(b);
		k = slot_of(b, hash, kind);
	}
	b->n++;
	*k = (Known){ hash, ++b->last[kind], (uint8_t)kind };
	return k->number;
}

static bool begins_word(Str s, size_t at)
{
	return at == 0 || !(isalnum((unsigned char)s.p[at - 1]) || (unsigned char)s.p[at - 1] >= 0x80);
}

/* Local parts of mail addresses have signs in them, which begin no address of their own. */
static bool form_may_begin(Str s, size_t at, const MaskForm *f)
{
	char before = at ? s.p[at - 1] : ' ';

	if (f->kind == MASK_MAIL)
		return !before || !strchr("._%+-'@", before);
	if (before == '.' || before == '-' || before == '+' || before == '/' || before == '_')
		return f->kind == MASK_IP || f->kind == MASK_ACCOUNT ? before == '/' : false;
	return true;
}

bool mask_find(Str s, size_t from, MaskHit *hit)
{
	for (size_t at = from; at < s.n; at++) {
		unsigned char c = (unsigned char)s.p[at];
		const SecretRow *r;
		size_t n, skip;

		if (!isalnum(c) && c != '+' && c != '(' && c != ':' && c != '-')
			continue;
		if ((r = secret_at(s, at, &n, &skip)) != NULL) {
			*hit = (MaskHit){ MASK_SECRET, r->id, at + skip, n - skip };
			return true;
		}
		if (c == '-' || !begins_word(s, at))
			continue;
		for (const MaskForm *f = mask_forms; f->find; f++)
			if (form_may_begin(s, at, f) && (n = f->find(s, at)) > 0) {
				*hit = (MaskHit){ f->kind, f->rule, at, n };
				return true;
			}
	}
	return false;
}

static int put_token(MaskBook *b, const MaskHit *h, Str s, Buf *out)
{
	uint32_t number = b ? number_of(b, h->kind, str_sub(s, h->from, h->n)) : 0;

	return number ? buf_printf(out, "[%s %u]", kind_names[h->kind], number) : buf_printf(out, "[%s]", kind_names[h->kind]);
}

int mask_put(MaskBook *b, Str s, Buf *out, size_t count[MASK_KINDS])
{
	size_t done = 0;
	MaskHit h;

	while (mask_find(s, done, &h)) {
		if (buf_put_str(out, str_sub(s, done, h.from - done)) < 0 || put_token(b, &h, s, out) < 0)
			return -1;
		if (count)
			count[h.kind]++;
		done = h.from + h.n;
	}
	return buf_put_str(out, str_sub(s, done, s.n));
}

/* As much of s as has room, whole characters. */
static size_t copy_whole(char *out, size_t room, Str s)
{
	size_t n = s.n < room ? s.n : room;

	while (n && n < s.n && ((unsigned char)s.p[n] & 0xC0) == 0x80)
		n--;
	memcpy(out, s.p, n);
	return n;
}

size_t mask_into(Str s, char *out, size_t room)
{
	size_t n = 0, done = 0;
	bool more = true;
	MaskHit h;

	while (more && n + 1 < room) {
		Str plain;

		more = mask_find(s, done, &h);
		plain = str_sub(s, done, more ? h.from - done : s.n);
		n += copy_whole(out + n, room - 1 - n, plain);
		if (more) {
			const char *name = kind_names[h.kind];
			size_t need = strlen(name) + 2;

			/* A token is whole or not there. */
			if (n + need + 1 > room)
				break;
			out[n++] = '[';
			memcpy(out + n, name, need - 2);
			n += need - 2;
			out[n++] = ']';
			done = h.from + h.n;
		}
	}
	out[n] = 0;
	return n;
}
