#include "ui/width.h"

#include <utf8proc.h>

enum { ZWJ = 0x200D, VS16 = 0xFE0F };

bool cp_is_mark(uint32_t cp)
{
	utf8proc_category_t c = utf8proc_category((utf8proc_int32_t)cp);

	return c == UTF8PROC_CATEGORY_MN || c == UTF8PROC_CATEGORY_MC || c == UTF8PROC_CATEGORY_ME;
}

bool cp_is_hidden(uint32_t cp)
{
	const utf8proc_property_t *p;

	if (cp < 0x7F)
		return cp < 0x20;
	if (cp == VS16)
		return false;
	/* Braille blank; every blank but the ordinary one and the ideographic one. */
	if (cp == 0x2800 || cp == 0x00A0 || cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200A) || cp == 0x202F || cp == 0x205F)
		return true;
	p = utf8proc_get_property((utf8proc_int32_t)cp);
	switch (p->category) {
	case UTF8PROC_CATEGORY_CC: case UTF8PROC_CATEGORY_CF: case UTF8PROC_CATEGORY_CN: case UTF8PROC_CATEGORY_CS:
	case UTF8PROC_CATEGORY_ZL: case UTF8PROC_CATEGORY_ZP:
		return true;
	default:
		return p->ignorable;
	}
}

static bool is_regional(uint32_t cp)
{
	return cp >= 0x1F1E6 && cp <= 0x1F1FF;
}

static bool is_skin_tone(uint32_t cp)
{
	return cp >= 0x1F3FB && cp <= 0x1F3FF;
}

bool cp_takes_vs16(uint32_t cp)
{
	if (cp < 0x80)
		return (cp >= '0' && cp <= '9') || cp == '#' || cp == '*';
	return utf8proc_get_property((utf8proc_int32_t)cp)->boundclass == UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC;
}

/* What a code point adds to its cell. Vowels and finals of a Hangul syllable are drawn inside the first letter's two
 * cells; spacing marks take a cell in half of the terminals, so they are given one. */
static int cp_adds(uint32_t cp)
{
	const utf8proc_property_t *p = utf8proc_get_property((utf8proc_int32_t)cp);

	if (p->boundclass == UTF8PROC_BOUNDCLASS_V || p->boundclass == UTF8PROC_BOUNDCLASS_T)
		return 0;
	return p->category == UTF8PROC_CATEGORY_MC ? 1 : (int)p->charwidth;
}

void cluster_begin(Cluster *c, uint32_t cp)
{
	int w = cp < 0x80 ? 1 : utf8proc_charwidth((utf8proc_int32_t)cp);

	*c = (Cluster){ .prev = (int32_t)cp, .open = true };
	/* A flag is two letters: drawn as 2 cells or 4. Each letter gets 2, and the pair is never split by a repaint. */
	c->width = is_regional(cp) ? 2 : w < 1 ? 1 : w > 2 ? 2 : w;
}

bool cluster_join(Cluster *c, uint32_t cp)
{
	int32_t state = c->state;
	int adds;

	if (!c->open || (cp < 0x80 && c->prev < 0x80))
		return false;
	/* Skin tones and flags: a terminal that does not know the pair draws both, so both have their cells. */
	if (is_regional(cp) || is_skin_tone(cp) || c->prev == ZWJ || c->marks == CLUSTER_MARKS)
		return false;
	if (cp == VS16 && (c->marks || !cp_takes_vs16((uint32_t)c->prev)))
		return false;
	if (utf8proc_grapheme_break_stateful(c->prev, (utf8proc_int32_t)cp, &state))
		return false;
	adds = cp_adds(cp);
	if (c->width + adds > 2)
		return false;
	c->width = cp == VS16 ? 2 : c->width + adds;
	c->prev = (int32_t)cp;
	c->state = state;
	c->marks++;
	return true;
}
