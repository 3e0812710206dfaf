#include "chat/routes.h"

#include <stdlib.h>

#include "base/regex.h"
#include "base/xalloc.h"

enum { CODE_LINES = 2 };

struct Routes { const ConfRouting *conf; Regex **match; };

Routes *routes_new(const ConfRouting *conf)
{
	Routes *r = xcalloc(1, sizeof *r);

	r->conf = conf;
	r->match = xcalloc(conf->rules + 1, sizeof *r->match);
	/* They were compiled once when the file was read, so they can be. */
	for (size_t i = 0; i < conf->rules; i++)
		r->match[i] = conf->rule[i].match.n ? regex_new(conf->rule[i].match, NULL) : NULL;
	return r;
}

void routes_free(Routes *r)
{
	for (size_t i = 0; r && i < r->conf->rules; i++)
		regex_free(r->match[i]);
	if (r)
		free(r->match);
	free(r);
}

static bool is_code_line(Str line)
{
	static const char *const begins[] = { "#include ", "import ", "from ", "def ", "class ", "func ", "fn ", "function ", "public ", "private ",
		"SELECT ", "return ", "if (", "for (", "while (", "const ", "static ", NULL };

	line = str_trim(line);
	if (str_ends(line, STR(";")) || str_ends(line, STR("{")) || str_is(line, "}") || str_ends(line, STR("):")))
		return true;
	for (size_t i = 0; begins[i]; i++)
		if (str_starts(line, str_of(begins[i])))
			return true;
	return false;
}

bool routes_is_code(Str text)
{
	int lines = 0;

	if (str_has(text, STR("```")))
		return true;
	while (text.n && lines < CODE_LINES)
		lines += is_code_line(str_cut(text, '\n', &text));
	return lines >= CODE_LINES;
}

/* As much as a pattern is held against, never cut within a character. */
static Str head_of(Str text)
{
	Str s = str_sub(text, 0, REGEX_TEXT_MAX);

	while (s.n < text.n && s.n && ((unsigned char)text.p[s.n] & 0xc0) == 0x80)
		s.n--;
	return s;
}

static bool fits(const ConfRoute *c, const Regex *match, Str question, Str view)
{
	const int64_t bytes = (int64_t)question.n;

	if ((c->longer && bytes <= c->longer) || (c->shorter && bytes >= c->shorter) || (c->view.n && !str_eq(c->view, view)))
		return false;
	if (c->code && !routes_is_code(question))
		return false;
	return !c->match.n || (match && regex_find(match, head_of(question)) == REGEX_YES);
}

const ConfRoute *routes_find(const Routes *r, Str question, Str view)
{
	for (size_t i = 0; i < r->conf->rules; i++)
		if (fits(&r->conf->rule[i], r->match[i], question, view))
			return &r->conf->rule[i];
	return NULL;
}
