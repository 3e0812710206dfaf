#include "aws/partition.h"

#include <ctype.h>
#include <string.h>

typedef struct Partition { const char *region_prefix, *domain, *dual_domain; bool isolated; const char *name; } Partition;

/* What a service does that is not <prefix>[-fips].<region>.<domain>. */
typedef struct HostRow {
	const char *prefix;
	const char *dual_prefix;          /* another name under dual-stack */
	bool gov_fips, gov_fips_dual;     /* GovCloud: every endpoint is FIPS, and the plain name is its name */
	bool dual_is_plain;               /* dual-stack under the name that it always had, except in the isolated partitions */
	const char *dual_only;            /* Regions that have only the dual-stack name */
	const char *(*home)(Str region);  /* the Region that answers for this one; NULL: itself */
} HostRow;

static const Partition partitions[];
static const HostRow rows[];

static const Partition *partition_of(Str region)
{
	const Partition *p = partitions;

	while (!str_starts(region, str_of(p->region_prefix)))
		p++;
	return p;
}

static bool is_gov(Str region)
{
	return str_starts(region, STR("us-gov-"));
}

const char *partition_name(Str region)
{
	return is_gov(region) ? "aws-us-gov" : partition_of(region)->name;
}

static const HostRow *row_of(const char *prefix)
{
	const HostRow *r = rows;

	while (r->prefix && strcmp(r->prefix, prefix) != 0)
		r++;
	return r;
}

/* Cost Explorer has one endpoint for a partition and signs its Region. */
static const char *home_of_cost_explorer(Str region)
{
	const char *const isolated[] = { "us-iso", "eu-iso", "eusc-" };

	for (size_t i = 0; i < sizeof isolated / sizeof *isolated; i++)
		if (str_starts(region, str_of(isolated[i])))
			return NULL;
	return str_starts(region, STR("cn-")) ? "cn-northwest-1" : is_gov(region) ? "us-gov-west-1" : "us-east-1";
}

/* The price list has endpoints in three Regions and one in China, each with all prices: the nearest is asked. */
static const char *home_of_prices(Str region)
{
	static const struct { const char *prefix, *home; } near[] = {
		{ "us-gov-", NULL }, { "us-iso", NULL }, { "eu-iso", NULL }, { "eusc-", NULL }, { "cn-", "cn-northwest-1" },
		{ "eu-", "eu-central-1" }, { "me-", "eu-central-1" }, { "af-", "eu-central-1" }, { "il-", "eu-central-1" },
		{ "ap-", "ap-south-1" },
	};

	for (size_t i = 0; i < sizeof near / sizeof *near; i++)
		if (str_starts(region, str_of(near[i].prefix)))
			return near[i].home;
	return "us-east-1";
}

static bool is_lower_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* A dot in the name does not match the wildcard of the certificate. */
static bool fits_host(Str bucket)
{
	if (bucket.n < 3 || bucket.n > 63 || !is_lower_alnum(bucket.p[0]) || !is_lower_alnum(bucket.p[bucket.n - 1]))
		return false;
	for (size_t i = 0; i < bucket.n; i++)
		if (!is_lower_alnum(bucket.p[i]) && bucket.p[i] != '-')
			return false;
	return true;
}

int bucket_check(Str bucket, Err *e)
{
	int show = bucket.n > 60 ? 60 : (int)bucket.n;

	if (str_starts(bucket, STR("arn:")) || str_ends(bucket, STR("--x-s3")))
		return err_kind(e, ERR_USAGE, "S3: \"%.*s\" is an access point or a directory bucket; only buckets by their name can be "
		                "asked", show, bucket.p);
	for (size_t i = 0; i < bucket.n; i++)
		if (!isalnum((unsigned char)bucket.p[i]) && (!bucket.p[i] || !strchr("-._", bucket.p[i])))
			return err_kind(e, ERR_USAGE, "S3: a bucket's name has letters, digits, dots and dashes only");
	if (bucket.n < 3 || bucket.n > 255 || str_has(bucket, STR("..")))
		return err_kind(e, ERR_USAGE, "S3: \"%.*s\" is not a bucket's name", show, bucket.p);
	return 0;
}

static int bucket_host(Arena *a, const HostAsk *ask, HostName *out, Err *e)
{
	const Partition *p = partition_of(ask->region);
	bool in_host = fits_host(ask->bucket);

	if (ask->fips && str_starts(ask->region, STR("cn-")))
		return err_kind(e, ERR_USAGE, "S3 has no FIPS endpoints in %.*s; leave AWS_USE_FIPS_ENDPOINT out there", STR_ARG(ask->region));
	if (ask->bucket.n && bucket_check(ask->bucket, e) < 0)
		return -1;
	out->host = arena_printf(a, "%.*s%ss3%s%s.%.*s.%s", in_host ? (int)ask->bucket.n : 0, ask->bucket.p, in_host ? "." : "",
	                         ask->fips ? "-fips" : "", ask->dualstack ? ".dualstack" : "", STR_ARG(ask->region), p->domain);
	out->path = ask->bucket.n && !in_host ? arena_printf(a, "/%.*s", STR_ARG(ask->bucket)) : STR("");
	out->region = ask->region;
	return 0;
}

int host_of_service(Arena *a, const HostAsk *ask, HostName *out, Err *e)
{
	const HostRow *row = row_of(ask->prefix);
	const Partition *p;
	const char *home = row->home ? row->home(ask->region) : NULL;
	bool fips = ask->fips, dual = ask->dualstack;

	if (strcmp(ask->prefix, "s3") == 0)
		return bucket_host(a, ask, out, e);
	out->region = home ? str_of(home) : ask->region;
	p = partition_of(out->region);
	if (is_gov(out->region) && (dual ? row->gov_fips_dual : row->gov_fips))
		fips = false;
	if (row->dual_only && str_starts(out->region, str_of(row->dual_only)))
		dual = dual || !fips;
	if (row->dual_is_plain && !p->isolated)
		dual = false;
	out->host = arena_printf(a, "%s%s%s.%.*s.%s", ask->op_prefix ? ask->op_prefix : "",
	                         dual && row->dual_prefix ? row->dual_prefix : ask->prefix, fips ? "-fips" : "", STR_ARG(out->region),
	                         dual ? p->dual_domain : p->domain);
	out->path = STR("");
	return 0;
}

static bool below(Str host, const char *domain)
{
	size_t n = strlen(domain);

	return host.n > n + 1 && host.p[host.n - n - 1] == '.' && str_eq_nocase(str_sub(host, host.n - n, host.n), str_of(domain));
}

bool host_is_amazon(Str host)
{
	const Partition *p = partitions;

	for (;; p++) {
		if (below(host, p->domain) || below(host, p->dual_domain))
			return true;
		if (!*p->region_prefix)
			return false;
	}
}

/* The last one matches every Region, also those that are not known yet. */
static const Partition partitions[] = {
	{ "cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn", false, "aws-cn" },
	{ "eusc-", "amazonaws.eu", "api.amazonwebservices.eu", true, "aws-eusc" },
	{ "us-isob-", "sc2s.sgov.gov", "api.aws.scloud", true, "aws-iso-b" },
	{ "us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov", true, "aws-iso-f" },
	{ "eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk", true, "aws-iso-e" },
	{ "us-iso-", "c2s.ic.gov", "api.aws.ic.gov", true, "aws-iso" },
	{ "", "amazonaws.com", "api.aws", false, "aws" },         /* GovCloud has the domains of the commercial Regions */
};

static const HostRow rows[] = {
	{ .prefix = "monitoring", .gov_fips = true, .gov_fips_dual = true },
	{ .prefix = "events", .gov_fips = true, .gov_fips_dual = true },
	{ .prefix = "logs", .gov_fips = true },
	{ .prefix = "dynamodb", .gov_fips = true },
	{ .prefix = "streams.dynamodb", .gov_fips = true, .dual_prefix = "streams-dynamodb" },
	{ .prefix = "ssm", .gov_fips = true },
	{ .prefix = "sts", .gov_fips = true },
	{ .prefix = "sns", .gov_fips = true },
	{ .prefix = "sqs", .gov_fips = true },
	{ .prefix = "servicequotas", .gov_fips = true },
	{ .prefix = "cloudtrail", .gov_fips = true },
	{ .prefix = "portal.sso", .gov_fips = true },
	{ .prefix = "oidc", .gov_fips = true },
	{ .prefix = "secretsmanager", .dual_is_plain = true },
	{ .prefix = "ce", .home = home_of_cost_explorer, .dual_only = "eusc-" },
	{ .prefix = "api.pricing", .home = home_of_prices },
	{ .prefix = NULL },
};
