#include "wire/xml.h"

#include <expat.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/wipe.h"
#include "base/xalloc.h"

enum { XML_DEPTH_MAX = 64, XML_PIECE = 1 << 20 };

/* One open element. Its text may be interrupted by children, so each level collects its own. */
typedef struct Level {
	XmlNode *node, *last_child;
	Buf      text;
} Level;

typedef struct Reader {
	XML_Parser parser;
	Arena     *arena;
	Level      levels[XML_DEPTH_MAX];
	int        depth;
	XmlNode   *root;
	const char *refused;   /* why we stopped expat ourselves */
} Reader;

static void refuse(Reader *r, const char *why)
{
	if (!r->refused)
		r->refused = why;
	(void)XML_StopParser(r->parser, XML_FALSE);   /* fails only when stopped already */
}

static Str local_name(const char *name)
{
	const char *colon = strrchr(name, ':');

	return str_of(colon && colon[1] ? colon + 1 : name);
}

static void on_start(void *arg, const XML_Char *name, const XML_Char **attributes)
{
	Reader *r = arg;
	Level *above = r->depth ? &r->levels[r->depth - 1] : NULL, *level;

	(void)attributes;
	if (r->depth == XML_DEPTH_MAX) {
		refuse(r, "nested deeper than 64 elements");
		return;
	}
	level = &r->levels[r->depth++];
	level->node = ARENA_NEW(r->arena, XmlNode);
	level->node->name = arena_str(r->arena, local_name(name));
	level->last_child = NULL;
	buf_reset(&level->text);
	if (!above)
		r->root = level->node;
	else if (above->last_child)
		above->last_child->next = level->node;
	else
		above->node->child = level->node;
	if (above)
		above->last_child = level->node;
}

static void on_end(void *arg, const XML_Char *name)
{
	Reader *r = arg;
	Level *level;

	(void)name;
	if (r->refused)   /* expat closes an empty element even when stopped in its start */
		return;
	level = &r->levels[--r->depth];
	level->node->text = arena_str(r->arena, level->node->child ? str_trim(buf_str(&level->text)) : buf_str(&level->text));
}

static void on_text(void *arg, const XML_Char *text, int n)
{
	Reader *r = arg;

	if (r->depth && buf_put(&r->levels[r->depth - 1].text, text, (size_t)n) < 0)
		refuse(r, "too much text in one element");
}

static void on_doctype(void *arg, const XML_Char *name, const XML_Char *system_id, const XML_Char *public_id, int internal)
{
	(void)name;
	(void)system_id;
	(void)public_id;
	(void)internal;
	refuse(arg, "a document type declaration is not accepted");
}

static int run(Reader *r, Str text, Err *e)
{
	enum XML_Status st = XML_STATUS_OK;
	const char *why;

	for (bool last = false; !last && st == XML_STATUS_OK;) {
		Str piece = str_sub(text, 0, XML_PIECE);

		text = str_sub(text, piece.n, text.n);
		last = text.n == 0;
		st = XML_Parse(r->parser, piece.p ? piece.p : "", (int)piece.n, last);
	}
	if (st == XML_STATUS_OK)
		return 0;
	why = r->refused ? r->refused : XML_ErrorString(XML_GetErrorCode(r->parser));
	return err_set(e, "line %lu, column %lu: %s", (unsigned long)XML_GetCurrentLineNumber(r->parser),
	               (unsigned long)XML_GetCurrentColumnNumber(r->parser) + 1, why);
}

int xml_parse(Arena *a, Str text, size_t max_bytes, XmlNode **root, Err *e)
{
	const XML_Memory_Handling_Suite memory = { xmalloc, wipe_realloc, wipe_free };     /* answers may be keys */
	Reader r = { .arena = a };
	int rc;

	if (text.n > max_bytes)
		return err_set(e, "the XML document is larger than %zu bytes", max_bytes);
	r.parser = XML_ParserCreate_MM(NULL, &memory, NULL);
	if (!r.parser)
		return err_set(e, "the XML parser cannot start");
	XML_SetUserData(r.parser, &r);
	XML_SetElementHandler(r.parser, on_start, on_end);
	XML_SetCharacterDataHandler(r.parser, on_text);
	XML_SetStartDoctypeDeclHandler(r.parser, on_doctype);
	rc = run(&r, text, e);
	XML_ParserFree(r.parser);
	for (size_t i = 0; i < XML_DEPTH_MAX; i++)
		buf_wipe_done(&r.levels[i].text);
	if (rc == 0)
		*root = r.root;
	return rc;
}

const XmlNode *xml_find(const XmlNode *n, const char *path)
{
	Str rest = str_of(path);

	while (n && rest.n) {
		Str name = str_cut(rest, '/', &rest);

		for (n = n->child; n && !str_eq(n->name, name); n = n->next)
			;
	}
	return n;
}

Str xml_text(const XmlNode *n, const char *path)
{
	const XmlNode *found = xml_find(n, path);

	return found ? str_trim(found->text) : STR("");
}
