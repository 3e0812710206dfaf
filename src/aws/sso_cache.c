#include "aws/sso_cache.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/creds_own.h"
#include "base/file.h"
#include "wire/jsonw.h"
#include "wire/sha1.h"
#include "wire/text.h"
#include "wire/time8601.h"

#define FOLDER "~/.aws/sso/cache"

enum { CACHE_MAX_BYTES = 64 << 10 };

const char *cli_cache_file(Arena *a, const char *folder, Str key)
{
	unsigned char hash[SHA1_BYTES];
	Buf hex = { 0 };
	char *path;
	const char *kept;

	sha1_of(key, hash);
	(void)buf_printf(&hex, "%s/", folder);
	(void)hex_encode(&hex, (Str){ (const char *)hash, sizeof hash });
	(void)buf_puts(&hex, ".json");
	path = path_expand(buf_cstr(&hex));
	kept = arena_cstr(a, str_of(path));
	free(path);
	buf_done(&hex);
	return kept;
}

const char *sso_token_file(Arena *a, const SsoPlace *p)
{
	return cli_cache_file(a, FOLDER, p->session.n ? p->session : p->start_url);
}

/* 0: not a JSON object of a bearable size. */
static int read_object(Arena *a, const char *file, JsonVal *out, Err *e)
{
	Buf text = { 0 };
	int rc = -1;

	if (file_read(file, &text, CACHE_MAX_BYTES, e) == 0 && jv_parse(a, buf_str(&text), CACHE_MAX_BYTES, out, e) == 0)
		rc = jv_type(*out) == JV_OBJECT ? 0 : err_set(e, "not a JSON object");
	buf_wipe_done(&text);
	return rc;
}

int sso_token_read(Arena *a, const char *file, SsoToken *t, Err *e)
{
	Str until = STR(""), registered = STR("");

	*t = (SsoToken){ .refresh = STR(""), .client_id = STR(""), .client_secret = STR("") };
	if (read_object(a, file, &t->root, e) < 0 || jv_name(t->root, "accessToken", &t->access, e) < 0 ||
	    jv_str(t->root, "expiresAt", &until, e) < 0)
		return -1;
	if (keyset_time(until, &t->expires_ms) < 0)
		return err_set(e, "expiresAt: not a time");
	/* Without these the token cannot be renewed; it is good as it is. */
	if (jv_opt_name(t->root, "refreshToken", &t->refresh, NULL) < 0 || jv_opt_name(t->root, "clientId", &t->client_id, NULL) < 0 ||
	    jv_opt_name(t->root, "clientSecret", &t->client_secret, NULL) < 0 ||
	    jv_opt_str(t->root, "registrationExpiresAt", &registered, NULL) < 0 || keyset_time(registered, &t->registration_ms) < 0)
		t->registration_ms = 0;
	return 0;
}

static int write_file(const char *file, Buf *text, Err *e)
{
	int rc = file_replace(file, buf_str(text), e);

	buf_wipe_done(text);
	return rc;
}

/* As the CLI writes it: whole seconds. */
static void put_time(JsonW *w, const char *key, int64_t ms)
{
	char text[TIME_TEXT];
	CivilTime t = time_civil(ms);

	(void)snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02dZ", (int)t.year, t.month, t.day, t.hour, t.minute, t.second);
	jw_kstr(w, key, str_of(text));
}

int sso_token_renew(const char *file, const SsoToken *old, Str access, Str refresh, int64_t expires_ms, Err *e)
{
	Buf text = { 0 };
	JsonW w = jw_to(&text);

	jw_object(&w);
	for (size_t i = 0; i < jv_count(old->root); i++) {
		Str key;
		JsonVal v = jv_member_at(old->root, i, &key);
		Buf raw = { 0 };

		if (str_is(key, "accessToken") || str_is(key, "expiresAt") || (refresh.n && str_is(key, "refreshToken")))
			continue;
		jw_key_str(&w, key);
		if (jv_write(v, &raw) == 0)
			jw_raw(&w, buf_str(&raw));
		else
			jw_null(&w);
		buf_wipe_done(&raw);
	}
	jw_kstr(&w, "accessToken", access);
	put_time(&w, "expiresAt", expires_ms);
	if (refresh.n)
		jw_kstr(&w, "refreshToken", refresh);
	jw_object_end(&w);
	return write_file(file, &text, e);
}

static int make_folder(const char *file, Err *e)
{
	if (file[0] != '/')
		return err_kind(e, ERR_USAGE, "HOME is not set, so there is no place to keep the login; set HOME");
	return dir_make_of(file, e);
}

int sso_token_write(const char *file, const SsoPlace *p, const SsoClient *c, Str access, Str refresh, int64_t expires_ms, Err *e)
{
	Buf text = { 0 };
	JsonW w = jw_to(&text);

	if (make_folder(file, e) < 0)
		return -1;
	jw_object(&w);
	jw_kstr(&w, "startUrl", p->start_url);
	jw_kstr(&w, "region", p->region);
	jw_kstr(&w, "accessToken", access);
	put_time(&w, "expiresAt", expires_ms);
	jw_kstr(&w, "clientId", c->id);
	jw_kstr(&w, "clientSecret", c->secret);
	put_time(&w, "registrationExpiresAt", c->expires_ms);
	if (refresh.n)
		jw_kstr(&w, "refreshToken", refresh);
	jw_object_end(&w);
	return write_file(file, &text, e);
}

/* --- registrations --- */

static uint32_t next_code_point(Str s, size_t *at)
{
	unsigned char c = (unsigned char)s.p[(*at)++];
	int more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : c >= 0xc0 ? 1 : 0;
	uint32_t u = more ? c & (0x3fu >> more) : c;

	for (; more && *at < s.n; more--)
		u = u << 6 | ((unsigned char)s.p[(*at)++] & 0x3f);
	return u;
}

/* Everything beyond ASCII as \u escapes, of UTF-16. */
void cli_cache_string(Buf *out, Str s)
{
	static const char plain[] = "\"\\\b\f\n\r\t", letter[] = "\"\\bfnrt";

	(void)buf_putc(out, '"');
	for (size_t at = 0; at < s.n;) {
		uint32_t u = next_code_point(s, &at);
		const char *special = u && u < 0x80 ? strchr(plain, (int)u) : NULL;

		if (special)
			(void)buf_printf(out, "\\%c", letter[special - plain]);
		else if (u >= ' ' && u < 0x80)
			(void)buf_putc(out, (char)u);
		else if (u < 0x10000)
			(void)buf_printf(out, "\\u%04x", (unsigned)u);
		else
			(void)buf_printf(out, "\\u%04x\\u%04x", (unsigned)(0xd800 + ((u - 0x10000) >> 10)), (unsigned)(0xdc00 + (u & 0x3ff)));
	}
	(void)buf_putc(out, '"');
}

static void put_scopes(Buf *out, Str list)
{
	const char *between = "";

	(void)buf_puts(out, "[");
	while (list.n) {
		Str one = str_trim(str_cut(list, ',', &list));

		if (!one.n)
			continue;
		(void)buf_puts(out, between);
		cli_cache_string(out, one);
		between = ", ";
	}
	(void)buf_puts(out, "]");
}

const char *sso_client_file(Arena *a, const SsoPlace *p)
{
	Buf key = { 0 };
	const char *file;

	(void)buf_puts(&key, "{\"region\": ");
	cli_cache_string(&key, p->region);
	(void)buf_puts(&key, ", \"scopes\": ");
	if (p->scopes.n)
		put_scopes(&key, p->scopes);
	else
		(void)buf_puts(&key, "null");
	(void)buf_puts(&key, ", \"session_name\": ");
	if (p->session.n)
		cli_cache_string(&key, p->session);
	else
		(void)buf_puts(&key, "null");
	(void)buf_puts(&key, ", \"startUrl\": ");
	cli_cache_string(&key, p->start_url);
	(void)buf_puts(&key, ", \"tool\": \"botocore\"}");
	file = cli_cache_file(a, FOLDER, buf_str(&key));
	buf_done(&key);
	return file;
}

int sso_client_read(Arena *a, const char *file, SsoClient *out)
{
	JsonVal root, grants;
	Str until;

	if (read_object(a, file, &root, NULL) < 0 || jv_name(root, "clientId", &out->id, NULL) < 0 ||
	    jv_name(root, "clientSecret", &out->secret, NULL) < 0 || jv_str(root, "expiresAt", &until, NULL) < 0 ||
	    keyset_time(until, &out->expires_ms) < 0)
		return -1;
	/* The CLI names the grants of those that it made for the browser of this machine. */
	if (jv_opt_array(root, "grantTypes", &grants, NULL) == 0 && !jv_is_absent(grants))
		for (size_t i = 0; i < jv_count(grants); i++) {
			Str grant;

			if (jv_as_str(jv_at(grants, i), &grant, NULL) == 0 && str_is(grant, "authorization_code"))
				return -1;
		}
	return 0;
}

int sso_client_write(const char *file, const SsoPlace *p, const SsoClient *c, Err *e)
{
	Buf text = { 0 };
	JsonW w = jw_to(&text);

	if (make_folder(file, e) < 0)
		return -1;
	jw_object(&w);
	jw_kstr(&w, "clientId", c->id);
	jw_kstr(&w, "clientSecret", c->secret);
	put_time(&w, "expiresAt", c->expires_ms);
	if (p->scopes.n) {
		Buf scopes = { 0 };

		put_scopes(&scopes, p->scopes);
		jw_key(&w, "scopes");
		jw_raw(&w, buf_str(&scopes));
		buf_done(&scopes);
	}
	jw_object_end(&w);
	return write_file(file, &text, e);
}
