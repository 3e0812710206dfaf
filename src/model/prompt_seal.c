#include "model/prompt_seal.h"

enum { SHA256_HEX = 64, VALUE_MAX = 200 };

static int check(const char *name, Str value, Err *e)
{
	if (!value.n || value.n > VALUE_MAX)
		return err_set(e, "the %s of a signed template has 1 to %d bytes, not %zu", name, VALUE_MAX, value.n);
	for (size_t i = 0; i < value.n; i++)
		if ((unsigned char)value.p[i] < 0x20 || value.p[i] == 0x7F)
			return err_set(e, "the %s of a signed template has a control character", name);
	return 0;
}

static int check_hash(Str s, Err *e)
{
	bool good = s.n == SHA256_HEX;

	for (size_t i = 0; good && i < s.n; i++)
		good = (s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f');
	return good ? 0 : err_set(e, "the sha256 of a signed template is not 64 lower-case hex digits");
}

int prompt_seal_put(Buf *out, const PromptSeal *s, Err *e)
{
	if (check("id", s->id, e) < 0 || check("version", s->version, e) < 0 || check("agent", s->agent, e) < 0 ||
	    check("environment", s->environment, e) < 0 || check_hash(s->sha256, e) < 0)
		return -1;
	return buf_printf(out, "seismo template 1\nid=%.*s\nversion=%.*s\nagent=%.*s\nenvironment=%.*s\nsha256=%.*s\n", STR_ARG(s->id),
	                  STR_ARG(s->version), STR_ARG(s->agent), STR_ARG(s->environment), STR_ARG(s->sha256));
}
