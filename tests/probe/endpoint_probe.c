/* Where requests go. Standard input: one question in a line, "id prefix region fips dualstack [bucket [given]]", 0 or 1
 * for the flags and - for no bucket. Standard output: one line for each, "url host region", or "error" and the sentence.
 * `endpoint_probe --services`: "id prefix signing-name" of every service of the program. */
#include <stdio.h>
#include <string.h>

#include "aws/endpoint.h"

static void answer(const char *id, const char *prefix, EndpointAsk *ask)
{
	AwsService service = { .id = id, .host_prefix = prefix, .name = prefix };
	Arena a = { 0 };
	Endpoint where;
	Err e = { 0 };

	ask->service = &service;
	if (endpoint_find(&a, ask, &where, &e) < 0)
		printf("error %s\n", e.text);
	else
		printf("%.*s %.*s %.*s\n", STR_ARG(where.url), STR_ARG(where.host), STR_ARG(where.region));
	arena_done(&a);
}

static int list_services(void)
{
	for (const AwsOp *const *op = aws_ops(); *op; op++)
		printf("%s %s %s\n", (*op)->service->id, (*op)->service->host_prefix, (*op)->service->signing_name);
	return 0;
}

int main(int argc, char **argv)
{
	char line[1024], id[80], prefix[80], region[80], bucket[320], given[320];
	int fips, dualstack;

	if (argc > 1 && strcmp(argv[1], "--services") == 0)
		return list_services();
	while (fgets(line, sizeof line, stdin)) {
		EndpointAsk ask = { 0 };
		int n = sscanf(line, "%79s %79s %79s %d %d %319s %319s", id, prefix, region, &fips, &dualstack, bucket, given);

		if (n < 5)
			return 2;
		ask = (EndpointAsk){ .region = str_of(region), .fips = fips, .dualstack = dualstack };
		if (n > 5 && strcmp(bucket, "-") != 0)
			ask.bucket = str_of(bucket);
		if (n > 6)
			ask.given = str_of(given);
		answer(id, prefix, &ask);
	}
	return 0;
}
