/* What environment and profile say about calls: AWS SDKs and Tools Reference Guide, "Settings reference". The environment
 * beats the profile; an empty variable counts as none. */
#include "aws/call.h"

#include <stdlib.h>

enum { ATTEMPTS_MAX = 10 };

static Str setting(const AwsCreds *creds, const char *variable, const char *key, const char **by)
{
	Str value = str_trim(str_of(getenv(variable)));

	*by = variable;
	if (value.n)
		return value;
	*by = key;
	return str_trim(creds_profile_get(creds, key));
}

/* Anything but true is no. */
static bool is_on(const AwsCreds *creds, const char *variable, const char *key)
{
	const char *by;

	return str_eq_nocase(setting(creds, variable, key, &by), STR("true"));
}

/* More tries than ten only keep an answer from the screen. */
static int read_attempts(AwsClient *c, const AwsClientSpec *spec, Err *e)
{
	const char *by;
	Str text = setting(c->creds, "AWS_MAX_ATTEMPTS", "max_attempts", &by);
	int64_t n = spec->max_attempts ? spec->max_attempts : RETRY_ATTEMPTS;

	if (!spec->max_attempts && text.n && (str_i64(text, &n) < 0 || n < 1))
		return err_kind(e, ERR_USAGE, "%s must be a whole number from 1, the tries of one call", by);
	c->max_attempts = n < ATTEMPTS_MAX ? (int)n : ATTEMPTS_MAX;
	return 0;
}

/* All of them are carried out as standard: that is what legacy was before it had a name, and adaptive is standard with a
 * limit on the sender's side, which the pace of the feeds is already. */
static int check_mode(const AwsClient *c, Err *e)
{
	static const char *const modes[] = { "standard", "legacy", "adaptive" };
	const char *by;
	Str mode = setting(c->creds, "AWS_RETRY_MODE", "retry_mode", &by);

	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
		if (!mode.n || str_eq_nocase(mode, str_of(modes[i])))
			return 0;
	return err_kind(e, ERR_USAGE, "%s must be standard, legacy or adaptive (all three work as standard does here)", by);
}

int settings_read(AwsClient *c, const AwsClientSpec *spec, Err *e)
{
	const char *by;
	Str ca = setting(c->creds, "AWS_CA_BUNDLE", "ca_bundle", &by);

	c->fips = is_on(c->creds, "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint");
	c->dualstack = is_on(c->creds, "AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint");
	if (ca.n)
		c->ca_file = arena_cstr(&c->arena, ca);
	return read_attempts(c, spec, e) < 0 ? -1 : check_mode(c, e);
}
