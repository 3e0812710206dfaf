/* Any two shared files: the plan for a profile is the same each time, a chain of roles ends, what is planned can be named,
 * and no message repeats a secret of the files. The bytes before the first NUL are the config file, the rest the
 * credentials file; the first byte chooses the profile. */
#include <stdlib.h>
#include <string.h>

#include "aws/creds_own.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

enum { CHAIN_MAX = 64, SECRET_MIN = 8 };

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	(void)clearenv();
	(void)setenv("HOME", "/nonexistent", 1);
	return 0;
}

static void need(bool holds)
{
	if (!holds)
		abort();
}

/* A name, also one that nobody has, may be the same text as a secret of another profile: only what is no name counts. */
static bool is_named(const IniFile *f, Str text)
{
	for (const IniSection *s = f->section; s; s = ini_next(s))
		if (str_has(ini_name(s), text) || str_has(ini_kind(s), text) || str_has(ini_get(s, "source_profile"), text))
			return true;
	return false;
}

static void check_secrets(const Files *f, const Err *e)
{
	const char *const keys[] = { "aws_secret_access_key", "aws_session_token" };
	const IniFile *both[] = { &f->config, &f->credentials };

	for (size_t i = 0; i < 4; i++)
		for (const IniSection *s = both[i / 2]->section; s; s = ini_next(s)) {
			Str secret = ini_get(s, keys[i % 2]);

			if (secret.n >= SECRET_MIN && !is_named(&f->config, secret) && !is_named(&f->credentials, secret))
				need(!str_has(str_of(e->text), secret) || str_has(STR("aws_secret_access_key aws_session_token"), secret));
		}
}

static void check_provider(const Provider *p)
{
	int steps = 0;

	for (; p; p = p->from) {
		need(p->kind < PROVIDER_KINDS && p->source && p->source[0]);
		need(p->kind != FROM_ROLE || p->role_arn.n);
		need(++steps < CHAIN_MAX);
	}
}

static void check_plan(const Files *f, Str name, bool given)
{
	Arena a = { 0 };
	Err one = { 0 }, two = { 0 }, why = { 0 };
	const Provider *p = NULL, *again = NULL;
	KeySet *keys = NULL;
	int rc = plan_make(&a, f, name, given, &p, &one);

	need(plan_make(&a, f, name, given, &again, &two) == rc && strcmp(one.text, two.text) == 0);
	if (rc < 0) {
		need(one.text[0]);
		check_secrets(f, &one);
	} else {
		check_provider(p);
		need(p->kind == again->kind && strcmp(p->source, again->source) == 0);
		if (plan_keys(f, p, &keys, &why) < 0)
			check_secrets(f, &why);
		need(!keys || (keys->sig.access_key.n && keys->sig.secret_key.n));
		keyset_free(keys);
	}
	arena_done(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const Str names[] = { STR("default"), STR("a"), STR("b"), STR("dev") };
	Files f = { 0 };
	Err e = { 0 };
	Str rest, config;

	if (!size)
		return 0;
	rest = (Str){ (const char *)data + 1, size - 1 };
	config = str_cut(rest, 0, &rest);
	if (ini_parse(&f.arena, "config", config, &f.config, &e) == 0 && ini_parse(&f.arena, "credentials", rest, &f.credentials, &e) == 0)
		check_plan(&f, names[data[0] & 3], data[0] & 4);
	files_done(&f);
	return 0;
}
