#include "aws/creds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/file.h"
#include "base/xalloc.h"
#include "conf/profile.h"

enum { FILE_MAX_BYTES = 1 << 20, SECRET_MAX_BYTES = 16 << 10, NAMES_SHOWN = 8 };

struct AwsCreds {
	char   *vault;            /* access, secret and token, one behind the other; locked and kept out of core dumps */
	size_t  vault_bytes;
	SigCreds sig;
	char    source[160];
	Arena   arena;            /* the config file without its secrets */
	IniFile config;
	const IniSection *profile;   /* of the config file, or NULL */
	Str     region, endpoint;
};

/* Both shared files. They hold the secrets of every profile, so texts and arena are wiped. */
typedef struct Files {
	Arena   arena;
	Buf     credentials_text, config_text;
	IniFile credentials, config;
} Files;

static AwsCreds *creds_new(Str access, Str secret, Str token)
{
	AwsCreds *c = xcalloc(1, sizeof *c);
	size_t n = access.n + secret.n + token.n + 1;
	char *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return xmalloc(SIZE_MAX);       /* out of memory ends the program, as everywhere */
	/* Best effort: a small RLIMIT_MEMLOCK must not keep anybody from working. */
	(void)mlock(p, n);
	(void)madvise(p, n, MADV_DONTDUMP);
	memcpy(p, access.p, access.n);
	memcpy(p + access.n, secret.p, secret.n);
	if (token.n)
		memcpy(p + access.n + secret.n, token.p, token.n);
	c->vault = p;
	c->vault_bytes = n;
	c->sig = (SigCreds){ { p, access.n }, { p + access.n, secret.n }, { p + access.n + secret.n, token.n } };
	return c;
}

static Str env(const char *name)
{
	return str_of(getenv(name));
}

/* A key with a control character or a blank inside would break the header that it goes into. */
static int check_keys(Str access, Str secret, Str token, const char *source, Err *e)
{
	const Str all[] = { access, secret, token };

	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		if (all[i].n > SECRET_MAX_BYTES)
			return err_kind(e, ERR_USAGE, "%s: a key of more than %d bytes", source, SECRET_MAX_BYTES);
		for (size_t k = 0; k < all[i].n; k++)
			if ((unsigned char)all[i].p[k] <= ' ' || (unsigned char)all[i].p[k] >= 0x7f)
				return err_kind(e, ERR_USAGE, "%s: a key has a blank or a control character in it", source);
	}
	return 0;
}

/* 1: *out is set; 0: the environment has no keys; -1. */
static int from_environment(AwsCreds **out, Err *e)
{
	Str access = env("AWS_ACCESS_KEY_ID"), secret = env("AWS_SECRET_ACCESS_KEY"), token = env("AWS_SESSION_TOKEN");

	if (!access.n && !secret.n)
		return 0;
	if (!access.n || !secret.n)
		return err_kind(e, ERR_USAGE, "%s is set but %s is not; set both, or neither to use a profile",
		                access.n ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY",
		                access.n ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID");
	if (!token.n)
		token = env("AWS_SECURITY_TOKEN");
	if (check_keys(access, secret, token, "AWS_ACCESS_KEY_ID and its companions", e) < 0)
		return -1;
	*out = creds_new(access, secret, token);
	(void)snprintf((*out)->source, sizeof (*out)->source, "environment");
	return 1;
}

static int read_one(Arena *a, const char *variable, const char *usual, Buf *text, IniFile *out, Err *e)
{
	const char *set = getenv(variable);
	char *path = path_expand(set && *set ? set : usual);
	int rc = 0;

	if (file_exists(path) && (rc = file_read(path, text, FILE_MAX_BYTES, e)) == 0)
		rc = ini_parse(a, path, buf_str(text), out, e);
	free(path);
	return rc;
}

static int files_read(Files *f, Err *e)
{
	if (read_one(&f->arena, "AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials", &f->credentials_text, &f->credentials, e) < 0)
		return -1;
	return read_one(&f->arena, "AWS_CONFIG_FILE", "~/.aws/config", &f->config_text, &f->config, e);
}

static void files_done(Files *f)
{
	buf_wipe_done(&f->credentials_text);
	buf_wipe_done(&f->config_text);
	arena_wipe_done(&f->arena);
}

/* "fleet-dev, default": the profiles of one file, each once. */
static void add_names(Buf *out, const IniFile *file, const IniFile *before, int *n)
{
	for (const IniSection *s = file->section; s; s = ini_next(s)) {
		Str kind = ini_kind(s), name = ini_name(s);

		if ((kind.n && !str_is(kind, "profile")) || (before && ini_section(before, "", name)))
			continue;
		if ((*n)++ < NAMES_SHOWN)
			(void)buf_printf(out, "%s%.*s", *n > 1 ? ", " : "", name.n > 60 ? 60 : STR_ARG(name));
	}
}

static int no_profile(const Files *f, Str name, Err *e)
{
	Buf known = { 0 };
	int n = 0;

	add_names(&known, &f->credentials, NULL, &n);
	add_names(&known, &f->config, &f->credentials, &n);
	if (!n)
		(void)err_kind(e, ERR_USAGE, "no AWS credentials: neither AWS_ACCESS_KEY_ID nor a profile \"%.*s\" is there; run "
		               "`aws configure`, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY", STR_ARG(name));
	else
		(void)err_kind(e, ERR_USAGE, "there is no AWS profile \"%.*s\"; known: %s%s", STR_ARG(name), buf_cstr(&known),
		               n > NAMES_SHOWN ? ", …" : "");
	buf_done(&known);
	return -1;
}

/* A profile whose keys come from elsewhere: the AWS CLI can fetch them. */
static int other_source(const IniSection *config, Str name, Err *e)
{
	static const char *const keys[] = { "role_arn", "sso_session", "sso_start_url", "credential_process", "login_session",
	                                    "web_identity_token_file" };

	for (size_t i = 0; config && i < sizeof keys / sizeof *keys; i++)
		if (ini_get(config, keys[i]).n)
			return err_kind(e, ERR_USAGE, "profile %.*s gets its keys through %s, which is not followed here; run: eval \"$(aws "
			                "configure export-credentials --profile %.*s --format env)\"", STR_ARG(name), keys[i], STR_ARG(name));
	return err_kind(e, ERR_USAGE, "profile %.*s has no aws_access_key_id and aws_secret_access_key", STR_ARG(name));
}

/* Key by key the credentials file wins. */
static Str key_of(const IniSection *credentials, const IniSection *config, const char *key)
{
	Str s = credentials ? ini_get(credentials, key) : STR("");

	return s.n || !config ? s : ini_get(config, key);
}

static bool is_secret_line(Str line)
{
	static const char *const names[] = { "aws_secret_access_key", "aws_session_token", "aws_security_token" };
	Str value, key = str_trim(str_cut(line, '=', &value));

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_eq_nocase(key, str_of(names[i])))
			return true;
	return false;
}

/* The config file stays for region and endpoints; secrets in it do not. Their lines become blanks in place. */
static int keep_config(AwsCreds *c, Files *f, Str profile, Err *e)
{
	Str rest = buf_str(&f->config_text);

	while (rest.n) {
		Str line = str_cut(rest, '\n', &rest);

		if (is_secret_line(line))
			memset(f->config_text.p + (line.p - f->config_text.p), ' ', line.n);
	}
	if (ini_parse(&c->arena, "config", buf_str(&f->config_text), &c->config, e) < 0)
		return -1;
	c->profile = ini_section(&c->config, "profile", profile);
	return 0;
}

static AwsCreds *from_profile(Files *f, Str name, const IniSection *credentials, const IniSection *config, Err *e)
{
	Str access = key_of(credentials, config, "aws_access_key_id"), secret = key_of(credentials, config, "aws_secret_access_key");
	Str token = key_of(credentials, config, "aws_session_token");
	AwsCreds *c;

	if (!access.n && !secret.n)
		(void)other_source(config, name, e);
	else if (!access.n || !secret.n)
		(void)err_kind(e, ERR_USAGE, "profile %.*s has %s but no %s", STR_ARG(name),
		               access.n ? "aws_access_key_id" : "aws_secret_access_key",
		               access.n ? "aws_secret_access_key" : "aws_access_key_id");
	if (!access.n || !secret.n || check_keys(access, secret, token, "the profile", e) < 0)
		return NULL;
	c = creds_new(access, secret, token);
	c->region = arena_str(&c->arena, key_of(credentials, config, "region"));
	c->endpoint = arena_str(&c->arena, key_of(credentials, config, "endpoint_url"));
	(void)snprintf(c->source, sizeof c->source, "profile %.*s", name.n > 120 ? 120 : STR_ARG(name));
	if (keep_config(c, f, name, e) == 0)
		return c;
	creds_free(c);
	return NULL;
}

static Str profile_name(const CredsAsk *ask)
{
	static const char *const variables[] = { "AWS_PROFILE", "AWS_DEFAULT_PROFILE" };

	if (ask->profile.n)
		return ask->profile;
	for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
		if (env(variables[i]).n)
			return env(variables[i]);
	return STR("default");
}

/* With keys from the environment the profile still gives region and endpoints, when there is one. */
static int settings_of_profile(AwsCreds *c, Files *f, Str name, Err *e)
{
	const IniSection *config = ini_section(&f->config, "profile", name);

	if (config) {
		c->region = arena_str(&c->arena, ini_get(config, "region"));
		c->endpoint = arena_str(&c->arena, ini_get(config, "endpoint_url"));
	}
	return keep_config(c, f, name, e);
}

AwsCreds *creds_load(const CredsAsk *ask, Err *e)
{
	Files f = { 0 };
	Str name = profile_name(ask);
	const IniSection *credentials, *config;
	AwsCreds *c = NULL;
	int rc = ask->profile_given ? 0 : from_environment(&c, e);

	if (rc < 0)
		return NULL;
	if (files_read(&f, e) < 0) {
		/* Broken files do not matter to keys that come from elsewhere. */
		files_done(&f);
		return c;
	}
	credentials = ini_section(&f.credentials, "", name);
	config = ini_section(&f.config, "profile", name);
	if (c) {
		(void)settings_of_profile(c, &f, name, NULL);
	} else if (!credentials && !config) {
		(void)no_profile(&f, name, e);
	} else {
		c = from_profile(&f, name, credentials, config, e);
	}
	files_done(&f);
	return c;
}

AwsCreds *creds_static(Str access, Str secret, Str token)
{
	AwsCreds *c = creds_new(access, secret, token);

	(void)snprintf(c->source, sizeof c->source, "given keys");
	return c;
}

void creds_free(AwsCreds *c)
{
	if (!c)
		return;
	explicit_bzero(c->vault, c->vault_bytes);
	(void)munmap(c->vault, c->vault_bytes);
	arena_done(&c->arena);
	free(c);
}

SigCreds creds_get(const AwsCreds *c)
{
	return c->sig;
}

const char *creds_source(const AwsCreds *c)
{
	return c->source;
}

Str creds_profile_region(const AwsCreds *c)
{
	return c->region;
}

Str creds_profile_endpoint(const AwsCreds *c, const char *service_id_lower)
{
	Str services = c->profile ? ini_get(c->profile, "services") : STR("");
	const IniSection *section = services.n ? ini_section(&c->config, "services", services) : NULL;
	Str own = section ? ini_get_nested(section, service_id_lower, "endpoint_url") : STR("");

	return own.n ? own : c->endpoint;
}
