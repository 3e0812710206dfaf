#include "aws/remedy.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const Remedy rows[];

static bool has_word(Str list, Str word)
{
	while (list.n)
		if (str_eq_nocase(str_cut(list, ' ', &list), word))
			return true;
	return false;
}

static bool fits(const Remedy *r, const Fault *f, const AwsService *s, const char *region)
{
	if (r->service && !str_starts(str_of(s->host_prefix), str_of(r->service)))
		return false;
	if (r->codes && !has_word(str_of(r->codes), str_of(f->code)))
		return false;
	/* Rows that name the right Region are of no use without it, nor when it is the one that was asked: S3 says it with
	 * errors of all kinds, and a HEAD has no body that tells them apart. */
	if (strstr(r->cure, "{right}") && (!f->right_region[0] || strcmp(f->right_region, region) == 0))
		return false;
	return !r->says || strcasestr(f->message, r->says);
}

const Remedy *remedy_find(const Fault *f, const AwsService *s, const char *region)
{
	for (const Remedy *r = rows; r->what; r++)
		if (fits(r, f, s, region))
			return r;
	return NULL;
}

/* An unknown name in braces stays as it is: the tests look for one. */
static void expand(const char *text, const Fault *f, const FaultPlace *at, char *out, size_t size)
{
	const struct { const char *name, *value; } words[] = {
		{ "{about}", *at->about ? at->about : "what was asked for" }, { "{region}", at->region }, { "{right}", f->right_region },
	};
	size_t n = 0;

	while (*text && n + 1 < size) {
		size_t i = 0;

		while (i < 3 && strncmp(text, words[i].name, strlen(words[i].name)) != 0)
			i++;
		if (i == 3) {
			out[n++] = *text++;
			continue;
		}
		n += (size_t)snprintf(out + n, size - n, "%s", words[i].value);
		n = n < size ? n : size - 1;
		text += strlen(words[i].name);
	}
	out[n] = 0;
}

void remedy_say(const Remedy *r, const Fault *f, const FaultPlace *at, const char *call, const char *proof, Err *e)
{
	char what[300], cure[300];

	expand(r->what, f, at, what, sizeof what);
	expand(r->cure, f, at, cure, sizeof cure);
	(void)err_set(e, "%s: %s %s; %s", call, what, proof, cure);
}

static bool is_action_char(char c)
{
	return isalnum((unsigned char)c) || c == ':' || c == '-';
}

void denial_read(const char *message, char action[80], const char **by)
{
	static const char asks[] = "not authorized to perform";
	static const struct { const char *says, *by; } denials[] = {
		{ "explicit deny in a service control policy", "a service control policy of the organization" },
		{ "no service control policy allows", "a service control policy of the organization" },
		{ "explicit deny in a resource control policy", "a resource control policy of the organization" },
		{ "explicit deny in a permissions boundary", "the role's permissions boundary" },
		{ "no permissions boundary allows", "the role's permissions boundary" },
		{ "no session policy allows", "the session's own policy" },
		{ "explicit deny in a session policy", "the session's own policy" },
		{ "explicit deny in a vpc endpoint policy", "the policy of the VPC endpoint" },
		{ "no vpc endpoint policy allows", "the policy of the VPC endpoint" },
		{ "explicit deny in a resource-based policy", "the policy of the resource" },
		{ "explicit deny", "a policy that denies it explicitly" },
	};
	const char *p = strcasestr(message, asks);
	size_t n = 0;

	action[0] = 0;
	*by = NULL;
	if (!p)
		return;
	p += sizeof asks - 1;
	while (*p == ':' || *p == ' ')
		p++;
	while (is_action_char(p[n]) && n < 79)
		n++;
	if (memchr(p, ':', n))
		(void)snprintf(action, 80, "%.*s", (int)n, p);
	for (size_t i = 0; i < sizeof denials / sizeof *denials && !*by; i++)
		if (strcasestr(message, denials[i].says))
			*by = denials[i].by;
}

/* Order matters: the first that fits is taken. Words of AWS's messages are matched, never repeated. */
static const Remedy rows[] = {
	/* models */
	{ "bedrock", "ValidationException", "on-demand throughput",
	  "{about} is not offered on demand", "use the id of an inference profile that holds it, such as us. or eu. in front of the model id" },
	{ "bedrock", "ThrottlingException TooManyRequestsException", "tokens per day",
	  "the quota of tokens per day is used up for {about}", "wait for the next day, use another model or Region, or ask for a higher quota" },
	{ "bedrock", NULL, "end of its life",
	  "{about} has reached the end of its life and is not served any more", "move to its successor" },
	{ "bedrock", NULL, "marked by provider as legacy",
	  "{about} is a legacy model, kept only for accounts that have used it lately", "move to its successor" },
	{ "bedrock", NULL, "use case details have not been submitted",
	  "the provider of {about} wants to know its use first", "fill in the use case form in the Bedrock console, Model access, once for the account" },
	{ "bedrock", "AccessDeniedException", "marketplace",
	  "{about} is not subscribed to in this account", "enable it in the Bedrock console in {region}, with aws-marketplace:Subscribe" },
	{ "bedrock", "AccessDeniedException", "have access to the model",
	  "{about} is not enabled for this account in {region}", "enable it in the Bedrock console in {region}, Model access, or use another model" },
	{ "bedrock", "ValidationException", "model identifier is invalid",
	  "there is no {about} in {region}", "check the id with `aws bedrock list-foundation-models`, or use an inference profile of this Region" },
	{ "bedrock", "ModelTimeoutException", NULL,
	  "the model took too long and gave up", "ask for less, or for a shorter answer" },
	{ "bedrock", "ModelNotReadyException", NULL,
	  "the model is not loaded yet", "try again in a minute" },
	{ "bedrock", "ServiceQuotaExceededException", NULL,
	  "a quota of this account is reached", "ask for a higher one in Service Quotas" },
	{ "bedrock", "ValidationException", "input is too long",
	  "the conversation is longer than {about} takes", "start a new one, or send less of it" },
	/* storage and keys */
	{ "s3", "PermanentRedirect AuthorizationHeaderMalformed IllegalLocationConstraintException TemporaryRedirect 301 307 400", NULL,
	  "the bucket is not in {region}", "it is in {right}: set that Region" },
	{ "s3", "NoSuchBucket", NULL, "there is no such bucket ({about} was asked for)", "check the bucket's name" },
	/* What is not set is not a bucket that is not there. */
	{ "s3", "NoSuchLifecycleConfiguration", NULL, "{about} has no lifecycle rules", "its objects stay until somebody deletes them" },
	{ "s3", "NoSuchPublicAccessBlockConfiguration", NULL, "{about} has no public access block", "set one, with all four settings" },
	{ "s3", "ServerSideEncryptionConfigurationNotFoundError", NULL, "{about} has no default encryption", "set one" },
	{ "s3", "NoSuchVersion", NULL, "{about} has no such version", "list its versions" },
	{ "s3", "MethodNotAllowed", NULL, "that version of {about} is a delete marker", "ask for another version" },
	{ "s3", "PreconditionFailed 412", NULL, "{about} is not as the request demands", "read it again; another client has changed it" },
	{ "s3", "NoSuchKey", NULL, "{about} does not exist", "check the key; names are case-sensitive" },
	{ NULL, "DisabledException KMSDisabledException KmsDisabled KMS.DisabledException", NULL,
	  "the KMS key is disabled", "enable the key, or use another one" },
	{ NULL, "KMSInvalidStateException KmsInvalidState KMS.KMSInvalidStateException", "pending deletion",
	  "the KMS key is about to be deleted", "cancel its deletion, or use another one" },
	{ NULL, "KMSInvalidStateException KmsInvalidState KMS.KMSInvalidStateException", NULL,
	  "the KMS key is in a state in which it cannot be used", "look at the key in the KMS console" },
	{ NULL, "KMSAccessDeniedException KmsAccessDenied KMS.AccessDeniedException", NULL,
	  "the KMS key does not let this role in", "add the role to the key's policy" },
	{ "kms", "KMSInvalidSignatureException", NULL,
	  "the signature does not hold for this text and {about}", "do not use what it stands for; look who changed it, and sign it again" },
	{ "secretsmanager", "ResourceNotFoundException", "secret value for",
	  "{about} has no such version or label", "list its versions and their labels" },
	{ "secretsmanager", "InvalidRequestException", "marked for deletion",
	  "{about} is about to be deleted", "restore it, or use another one" },
	{ "ssm", "ParameterVersionNotFound", NULL, "{about} has no such version or label", "look at the parameter's history" },
	{ "lambda", "PreconditionFailedException", NULL,
	  "{about} has an alias that another client has moved meanwhile", "read the alias again" },
	{ NULL, "DecryptionFailure", NULL,
	  "Secrets Manager cannot use the key that the secret is encrypted with", "check that key and its policy" },
	/* tables and logs */
	{ "dynamodb", "ValidationException", "does not have the specified index",
	  "{about} does not have the specified index", "check sources.jobs.index, or create the index" },
	{ "dynamodb", "AccessDeniedException", "kms",
	  "{about} is encrypted with a KMS key that does not let this role in", "add kms:Decrypt on that key" },
	{ "dynamodb", "LimitExceededException", NULL,
	  "too many tables are being changed at once, or the account has as many as it may", "try again in a minute" },
	{ NULL, "InvalidParameterException", "log group name or arn",
	  "a log group's name is not valid", "check sources.jobs.log_groups" },
	/* accounts */
	{ NULL, "OptInRequired SubscriptionRequiredException", NULL,
	  "this account has not signed up for the service", "open the service once in the console, or use another account" },
	{ NULL, "RegionDisabledException", NULL,
	  "STS is not enabled in {region} for this account", "enable the Region in the account's settings, or use another" },
	{ NULL, "UnrecognizedClientException InvalidClientTokenId", "security token included in the request is invalid",
	  "the keys are not valid in {region}", "log in again; keys of another partition (China, GovCloud) and of a Region that is not "
	  "enabled look the same" },
	{ "portal.sso", "UnauthorizedException 401", NULL, "the SSO session is over", "run `seismo login`" },
	{ "oidc", "invalid_grant ExpiredTokenException InvalidGrantException", NULL, "the SSO session is over", "run `seismo login`" },
	{ .what = NULL },
};
