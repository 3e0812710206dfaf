/* Which provider: the AWS CLI's order. The first one that is configured counts; when it fails that is an error to show,
 * never a reason to fall through to the next. */
#include "aws/creds_own.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "wire/text.h"

enum { FILE_MAX_BYTES = 1 << 20, NAMES_SHOWN = 8, CHAIN_MAX = 16 };

typedef struct Plan {
	Arena *arena;
	const Files *files;
	Str visited[CHAIN_MAX];
	int depth;
} Plan;

/* A step of a profile's chain: 1: *out is set; 0: not configured; -1. */
typedef int Step(Plan *pl, Str name, bool env, Provider *out, Err *e);

static int plan_role(Plan *pl, Str name, Provider *out, Err *e);

static Str env_of(const char *name)
{
	return str_of(getenv(name));
}

/* --- the files --- */

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

int files_read(Files *f, Err *e)
{
	if (read_one(&f->arena, "AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials", &f->credentials_text, &f->credentials, e) < 0)
		return -1;
	return read_one(&f->arena, "AWS_CONFIG_FILE", "~/.aws/config", &f->config_text, &f->config, e);
}

void files_done(Files *f)
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

int files_no_profile(const Files *f, Str name, Err *e)
{
	Buf known = { 0 };
	int n = 0;

	add_names(&known, &f->credentials, NULL, &n);
	add_names(&known, &f->config, &f->credentials, &n);
	if (!n)
		(void)err_kind(e, ERR_USAGE, "no AWS credentials: neither AWS_ACCESS_KEY_ID nor a profile \"%.*s\" is there, and this is "
		               "no container or instance with a role; run `aws configure` or `aws configure sso`, or set "
		               "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY", name.n > 120 ? 120 : STR_ARG(name));
	else
		(void)err_kind(e, ERR_USAGE, "there is no AWS profile \"%.*s\"; known: %s%s", name.n > 120 ? 120 : STR_ARG(name),
		               buf_cstr(&known), n > NAMES_SHOWN ? ", …" : "");
	buf_done(&known);
	return -1;
}

/* --- steps of one profile --- */

static Profile profile_of(const Plan *pl, Str name)
{
	return profile_find(&pl->files->config, &pl->files->credentials, name);
}

static Str value(const Plan *pl, Str name, const char *key)
{
	Profile p = profile_of(pl, name);

	return profile_get(&p, key);
}

static Str keep(Plan *pl, Str s)
{
	return arena_str(pl->arena, s);
}

static void name_it(Plan *pl, Provider *out, ProviderKind kind, Str name)
{
	out->kind = kind;
	out->profile = arena_cstr(pl->arena, name);
	out->source = arena_printf(pl->arena, "profile %.*s", name.n > 120 ? 120 : STR_ARG(name)).p;
}

static void role_settings(Plan *pl, Str name, Provider *out)
{
	int64_t seconds;

	out->role_arn = keep(pl, value(pl, name, "role_arn"));
	out->session_name = keep(pl, value(pl, name, "role_session_name"));
	out->external_id = keep(pl, value(pl, name, "external_id"));
	out->mfa_serial = keep(pl, value(pl, name, "mfa_serial"));
	/* What is not a number is ignored, as the AWS CLI does. */
	if (str_i64(value(pl, name, "duration_seconds"), &seconds) == 0 && seconds > 0)
		out->duration_s = seconds;
}

static Str env_or(const Plan *pl, Str name, bool env, const char *variable, const char *key)
{
	Str s = env ? env_of(variable) : STR("");

	return s.n ? s : value(pl, name, key);
}

static int step_web(Plan *pl, Str name, bool env, Provider *out, Err *e)
{
	Str file = env_or(pl, name, env, "AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file");
	char *path;

	if (!file.n)
		return 0;
	name_it(pl, out, FROM_WEB, name);
	if (env && env_of("AWS_WEB_IDENTITY_TOKEN_FILE").n)
		out->source = "web identity";
	out->role_arn = keep(pl, env_or(pl, name, env, "AWS_ROLE_ARN", "role_arn"));
	out->session_name = keep(pl, env_or(pl, name, env, "AWS_ROLE_SESSION_NAME", "role_session_name"));
	path = path_expand(arena_cstr(pl->arena, file));
	out->file = arena_cstr(pl->arena, str_of(path));
	free(path);
	if (out->role_arn.n)
		return 1;
	return err_kind(e, ERR_USAGE, "%s: a web identity token file is named but no role; set AWS_ROLE_ARN, or role_arn in the profile",
	                out->source);
}

/* A setting that may stand in the profile and in its sso-session: not with two values. */
static int sso_setting(const Plan *pl, Str name, const IniSection *session, const char *key, Str *out, Err *e)
{
	Str here = value(pl, name, key), there = session ? ini_get(session, key) : STR("");

	*out = there.n ? there : here;
	if (here.n && there.n && !str_eq(here, there))
		return err_kind(e, ERR_USAGE, "profile %.*s: %s differs from that of its sso-session; keep one of them", STR_ARG(name), key);
	if (!out->n)
		return err_kind(e, ERR_USAGE, "profile %.*s is set up for SSO but %s is missing; run `aws configure sso --profile %.*s`",
		                STR_ARG(name), key, STR_ARG(name));
	return 0;
}

static int step_sso(Plan *pl, Str name, bool env, Provider *out, Err *e)
{
	Str session = value(pl, name, "sso_session"), url, region, account, role;
	const IniSection *section = session.n ? ini_section(&pl->files->config, "sso-session", session) : NULL;

	(void)env;
	if (!value(pl, name, "sso_account_id").n && !value(pl, name, "sso_role_name").n)
		return 0;
	if (session.n && !section)
		return err_kind(e, ERR_USAGE, "profile %.*s: there is no [sso-session %.*s] in the config file", STR_ARG(name),
		                STR_ARG(session));
	if (sso_setting(pl, name, section, "sso_start_url", &url, e) < 0 || sso_setting(pl, name, section, "sso_region", &region, e) < 0 ||
	    sso_setting(pl, name, NULL, "sso_account_id", &account, e) < 0 || sso_setting(pl, name, NULL, "sso_role_name", &role, e) < 0)
		return -1;
	name_it(pl, out, FROM_SSO, name);
	out->sso = (SsoPlace){ .session = keep(pl, session), .start_url = keep(pl, url), .region = keep(pl, region),
	                       .scopes = keep(pl, section ? ini_get(section, "sso_registration_scopes") : STR("")) };
	out->sso_account = keep(pl, account);
	out->sso_role = keep(pl, role);
	out->file = sso_token_file(pl->arena, &out->sso);
	return 1;
}

static int step_keys(Plan *pl, const IniSection *s, Str name, Provider *out, Err *e)
{
	static const char id[] = "aws_access_key_id", secret[] = "aws_secret_access_key";
	bool has_id, has_secret;

	if (!s || (!ini_get(s, id).n && !ini_get(s, secret).n))
		return 0;
	/* A pair and its token stand in one file: those of the other may be of another time. */
	has_id = ini_get(s, id).n;
	has_secret = ini_get(s, secret).n;
	name_it(pl, out, FROM_FILES, name);
	if (has_id && has_secret)
		return 1;
	return err_kind(e, ERR_USAGE, "%s has %s but no %s", out->source, has_id ? id : secret, has_id ? secret : id);
}

static int step_credentials_file(Plan *pl, Str name, bool env, Provider *out, Err *e)
{
	(void)env;
	return step_keys(pl, profile_of(pl, name).credentials, name, out, e);
}

static int step_config_file(Plan *pl, Str name, bool env, Provider *out, Err *e)
{
	(void)env;
	return step_keys(pl, profile_of(pl, name).config, name, out, e);
}

/* ~/.aws/login/cache/<sha256 of login_session>.json */
static int step_login(Plan *pl, Str name, bool env, Provider *out, Err *e)
{
	Str session = str_trim(value(pl, name, "login_session"));
	const char *set = getenv("AWS_LOGIN_CACHE_DIRECTORY");
	unsigned char hash[32];
	Buf path = { 0 };
	char *full;

	(void)env;
	(void)e;
	if (!session.n)
		return 0;
	name_it(pl, out, FROM_LOGIN, name);
	sha256_of(session, hash);
	(void)buf_printf(&path, "%s/", set && *set ? set : "~/.aws/login/cache");
	(void)hex_encode(&path, (Str){ (const char *)hash, sizeof hash });
	(void)buf_puts(&path, ".json");
	full = path_expand(buf_cstr(&path));
	out->file = arena_cstr(pl->arena, str_of(full));
	free(full);
	buf_done(&path);
	return 1;
}

static int step_process(Plan *pl, Str name, bool env, Provider *out, Err *e)
{
	Str command = value(pl, name, "credential_process");

	(void)env;
	(void)e;
	if (!command.n)
		return 0;
	name_it(pl, out, FROM_PROCESS, name);
	out->command = keep(pl, command);
	return 1;
}

static int plan_chain(Plan *pl, Str name, bool env, Provider *out, Err *e)
{
	static Step *const steps[] = { step_web, step_sso, step_credentials_file, step_login, step_process, step_config_file };
	int rc = 0;

	for (size_t i = 0; i < sizeof steps / sizeof *steps && rc == 0; i++)
		rc = steps[i](pl, name, env, out, e);
	return rc;
}

/* --- environment, container, instance --- */

static int plan_environment(Provider *out, Err *e)
{
	bool id = env_of("AWS_ACCESS_KEY_ID").n, secret = env_of("AWS_SECRET_ACCESS_KEY").n;

	if (!id && !secret)
		return 0;
	*out = (Provider){ .kind = FROM_ENVIRONMENT, .source = "environment", .profile = "" };
	if (id && secret)
		return 1;
	return err_kind(e, ERR_USAGE, "%s is set but %s is not; set both, or neither to use a profile",
	                id ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY", id ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID");
}

static int plan_container(Provider *out)
{
	if (!env_of("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI").n && !env_of("AWS_CONTAINER_CREDENTIALS_FULL_URI").n)
		return 0;
	*out = (Provider){ .kind = FROM_CONTAINER, .source = "container", .profile = "" };
	return 1;
}

/* Asking an address that nobody answers takes a second of every start. The machine's maker settles it: what says that it
 * is not Amazon's (nor Xen, as old instances say) has no such service. */
static bool may_be_instance(void)
{
	Buf maker = { 0 };
	bool maybe;

	if (env_of("AWS_EC2_METADATA_SERVICE_ENDPOINT").n)
		return true;
	maybe = file_read("/sys/class/dmi/id/sys_vendor", &maker, 4096, NULL) < 0 || str_has(buf_str(&maker), STR("Amazon")) ||
	        str_has(buf_str(&maker), STR("Xen"));
	buf_done(&maker);
	return maybe;
}

/* A whole number from 1 to most; everything else counts as not given. */
static int small_number(const Plan *pl, Str name, const char *variable, const char *key, int most)
{
	Str s = env_of(variable).n ? env_of(variable) : value(pl, name, key);
	int64_t n;

	return str_i64(s, &n) == 0 && n >= 1 && n <= most ? (int)n : 1;
}

static int plan_instance(Plan *pl, Str name, Provider *out, bool sure)
{
	Str endpoint = env_of("AWS_EC2_METADATA_SERVICE_ENDPOINT"), mode = env_of("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE");

	if (str_eq_nocase(env_of("AWS_EC2_METADATA_DISABLED"), STR("true")))
		return 0;
	if (!endpoint.n)
		endpoint = value(pl, name, "ec2_metadata_service_endpoint");
	if (!mode.n)
		mode = value(pl, name, "ec2_metadata_service_endpoint_mode");
	if (!endpoint.n && !sure && !may_be_instance())
		return 0;
	if (!endpoint.n)
		endpoint = str_eq_nocase(mode, STR("ipv6")) ? STR("http://[fd00:ec2::254]") : STR("http://169.254.169.254");
	while (endpoint.n && endpoint.p[endpoint.n - 1] == '/')
		endpoint.n--;
	*out = (Provider){ .kind = FROM_IMDS, .source = "instance role", .profile = "", .endpoint = keep(pl, endpoint),
		.imds_limit_s = small_number(pl, name, "AWS_METADATA_SERVICE_TIMEOUT", "metadata_service_timeout", 60),
		.imds_tries = small_number(pl, name, "AWS_METADATA_SERVICE_NUM_ATTEMPTS", "metadata_service_num_attempts", 10) };
	return 1;
}

/* --- roles --- */

static int credential_source(Plan *pl, Str name, Str which, Provider *out, Err *e)
{
	int rc;

	if (str_is(which, "Environment"))
		rc = plan_environment(out, e);
	else if (str_is(which, "EcsContainer"))
		rc = plan_container(out);
	else if (str_is(which, "Ec2InstanceMetadata"))
		rc = plan_instance(pl, name, out, true);
	else
		return err_kind(e, ERR_USAGE, "profile %.*s: credential_source must be Environment, EcsContainer or Ec2InstanceMetadata",
		                STR_ARG(name));
	if (rc == 0)
		return err_kind(e, ERR_USAGE, "profile %.*s: credential_source is %.*s, but there is nothing of that kind here",
		                STR_ARG(name), STR_ARG(which));
	return rc;
}

static int loop_error(const Plan *pl, Str back, Err *e)
{
	Buf way = { 0 };

	for (int i = 0; i < pl->depth; i++)
		(void)buf_printf(&way, "%.*s > ", pl->visited[i].n > 60 ? 60 : STR_ARG(pl->visited[i]));
	(void)err_kind(e, ERR_USAGE, "source_profile leads round in a circle: %s%.*s; one of these profiles needs keys of its own",
	               buf_cstr(&way), back.n > 60 ? 60 : STR_ARG(back));
	buf_done(&way);
	return -1;
}

static bool has_keys(const Plan *pl, Str name)
{
	return value(pl, name, "aws_access_key_id").n || value(pl, name, "aws_secret_access_key").n;
}

static bool has_role(const Plan *pl, Str name)
{
	return value(pl, name, "role_arn").n && !value(pl, name, "web_identity_token_file").n;
}

static int plan_source(Plan *pl, Str source, Provider *out, Err *e)
{
	pl->visited[pl->depth++] = source;
	return !has_keys(pl, source) && has_role(pl, source) ? plan_role(pl, source, out, e) : plan_chain(pl, source, false, out, e);
}

static int source_profile(Plan *pl, Str name, Str source, Provider *out, Err *e)
{
	Profile p = profile_of(pl, source);
	int rc;

	if (!profile_exists(&p))
		return err_kind(e, ERR_USAGE, "profile %.*s: source_profile names \"%.*s\", and there is no such profile", STR_ARG(name),
		                STR_ARG(source));
	for (int i = 0; i < pl->depth; i++)
		if (str_eq(pl->visited[i], source) && !(str_eq(source, name) && has_keys(pl, source)))
			return loop_error(pl, source, e);
	if (pl->depth == CHAIN_MAX)
		return err_kind(e, ERR_USAGE, "profile %.*s: more than %d profiles in a chain of roles", STR_ARG(name), CHAIN_MAX);
	rc = plan_source(pl, source, out, e);
	if (rc == 0)
		return err_kind(e, ERR_USAGE, "profile %.*s: its source_profile %.*s has no credentials", STR_ARG(name), STR_ARG(source));
	return rc;
}

static int plan_role(Plan *pl, Str name, Provider *out, Err *e)
{
	Str source = value(pl, name, "source_profile"), other = value(pl, name, "credential_source");
	Provider *from = ARENA_NEW(pl->arena, Provider);
	int rc;

	if (source.n && other.n)
		return err_kind(e, ERR_USAGE, "profile %.*s has both source_profile and credential_source; keep one of them", STR_ARG(name));
	if (!source.n && !other.n)
		return err_kind(e, ERR_USAGE, "profile %.*s has role_arn but neither source_profile nor credential_source; add one of them",
		                STR_ARG(name));
	rc = source.n ? source_profile(pl, name, source, from, e) : credential_source(pl, name, other, from, e);
	if (rc < 0)
		return -1;
	name_it(pl, out, FROM_ROLE, name);
	role_settings(pl, name, out);
	out->from = from;
	return 1;
}

/* --- the whole chain --- */

static int plan_all(Plan *pl, Str name, bool given, Provider *out, Err *e)
{
	int rc = given ? 0 : plan_environment(out, e);
	Profile p = profile_of(pl, name);

	if (rc)
		return rc;
	if (!profile_exists(&p) && (given || !str_is(name, "default")))
		return files_no_profile(pl->files, name, e);
	pl->visited[pl->depth++] = name;
	rc = has_role(pl, name) ? plan_role(pl, name, out, e) : plan_chain(pl, name, !given, out, e);
	if (rc == 0)
		rc = plan_container(out);
	return rc ? rc : plan_instance(pl, name, out, false);
}

int plan_make(Arena *a, const Files *f, Str profile, bool given, const Provider **out, Err *e)
{
	Plan pl = { .arena = a, .files = f };
	Provider *p = ARENA_NEW(a, Provider);
	Profile there = profile_of(&pl, profile);
	int rc = plan_all(&pl, profile, given, p, e);

	*out = p;
	if (rc)
		return rc < 0 ? -1 : 0;
	if (!profile_exists(&there))
		return files_no_profile(f, profile, e);
	return err_kind(e, ERR_USAGE, "profile %.*s has no aws_access_key_id and aws_secret_access_key, nor any other source of keys",
	                STR_ARG(profile));
}

int plan_given_role(Arena *a, const Files *f, const CredsRole *role, Str profile, const Provider **out, Err *e)
{
	Plan pl = { .arena = a, .files = f };
	Provider *p = ARENA_NEW(a, Provider), *from = ARENA_NEW(a, Provider);
	Profile there = profile_of(&pl, profile);
	int rc;

	*out = p;
	if (role->source_profile.n && !profile_exists(&there))
		return err_kind(e, ERR_USAGE, "%.*s: source_profile names \"%.*s\", and there is no such profile", STR_ARG(role->whose),
		                STR_ARG(profile));
	rc = role->source_profile.n ? plan_source(&pl, profile, from, e) : plan_all(&pl, profile, false, from, e);
	if (rc == 0)
		return err_kind(e, ERR_USAGE, "%.*s: profile %.*s has no credentials to ask for the role with", STR_ARG(role->whose),
		                STR_ARG(profile));
	if (rc < 0)
		return err_wrap(e, "%.*s", STR_ARG(role->whose));
	*p = (Provider){
		.kind = FROM_ROLE, .profile = "", .from = from, .source = arena_cstr(a, role->whose), .role_arn = arena_str(a, role->arn),
		.session_name = arena_str(a, role->session_name), .external_id = arena_str(a, role->external_id),
		.mfa_serial = arena_str(a, role->mfa_serial), .duration_s = role->duration_s,
	};
	return 0;
}

int plan_keys(const Files *f, const Provider *p, KeySet **out, Err *e)
{
	Profile of = profile_find(&f->config, &f->credentials, str_of(p->profile));
	const IniSection *pair;
	Str access, secret, token;
	int64_t expires_ms = 0;

	if (p->kind == FROM_ENVIRONMENT) {
		access = env_of("AWS_ACCESS_KEY_ID");
		secret = env_of("AWS_SECRET_ACCESS_KEY");
		token = env_of("AWS_SESSION_TOKEN");
		token = token.n ? token : env_of("AWS_SECURITY_TOKEN");
		(void)keyset_time(env_of("AWS_CREDENTIAL_EXPIRATION"), &expires_ms);     /* unreadable: as good as not known */
		*out = keyset_new(access, secret, token, expires_ms, "AWS_ACCESS_KEY_ID and its companions", e);
		return *out ? 0 : -1;
	}
	pair = of.credentials && ini_get(of.credentials, "aws_access_key_id").n ? of.credentials : of.config;
	access = pair ? ini_get(pair, "aws_access_key_id") : STR("");
	secret = pair ? ini_get(pair, "aws_secret_access_key") : STR("");
	token = pair ? ini_get(pair, "aws_session_token") : STR("");
	token = token.n || !pair ? token : ini_get(pair, "aws_security_token");
	if (!access.n || !secret.n)
		return err_kind(e, ERR_USAGE, "%s has no %s any more", p->source, access.n ? "aws_secret_access_key" : "aws_access_key_id");
	*out = keyset_new(access, secret, token, 0, p->source, e);
	return *out ? 0 : -1;
}
