#include "cli/sealed.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/xalloc.h"
#include "wire/text.h"

enum { TEMPLATE_MAX = 1 << 20, SEAL_MAX = 64 << 10 };

static int read_seal(Sealed *t, Err *e)
{
	Buf b = { 0 };
	int rc = 0;

	if (!file_exists(t->seal_path))
		return 0;
	if (file_read(t->seal_path, &b, SEAL_MAX, e) < 0 || seal_parse(&t->arena, arena_str(&t->arena, buf_str(&b)), &t->seal, e) < 0) {
		rc = err_wrap(e, "%s", t->seal_path);
		if (e)
			e->kind = ERR_REFUSED;
	} else {
		t->sealed = true;
	}
	buf_done(&b);
	return rc;
}

int sealed_read(Sealed *t, const Options *o, const char *path, Err *e)
{
	size_t n = strlen(path);

	*t = (Sealed){ 0 };
	t->use = (SealUse){ .agent = str_of(o->agent), .environment = str_of(o->environment), .key = str_of(o->key) };
	t->use.id = str_cut(str_of(o->as), '@', &t->use.version);
	if (!t->use.key.n || !t->use.agent.n || !t->use.environment.n)
		return err_kind(e, ERR_USAGE, "a signed template needs --key (the KMS key that is trusted), --agent and --environment");
	if (o->as && (!t->use.id.n || !t->use.version.n))
		return err_kind(e, ERR_USAGE, "--as takes ID@VERSION, not %s", o->as);
	t->seal_path = xmalloc(n + sizeof ".seal.json");
	memcpy(t->seal_path, path, n);
	memcpy(t->seal_path + n, ".seal.json", sizeof ".seal.json");
	if (file_read(path, &t->text, TEMPLATE_MAX, e) < 0 || read_seal(t, e) < 0)
		return -1;
	sha256_hex(buf_str(&t->text), t->sha256);
	t->names = (PromptSeal){ t->use.id, t->use.version, t->use.agent, t->use.environment, str_of(t->sha256) };
	return 0;
}

void sealed_done(Sealed *t)
{
	buf_done(&t->text);
	free(t->seal_path);
	arena_done(&t->arena);
}
