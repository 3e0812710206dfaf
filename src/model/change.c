#include "model/change.h"

static const char *const kinds[CHANGE_KINDS] = {
	[CHANGE_POINTER] = "pointer", [CHANGE_LABEL] = "label", [CHANGE_PROMPT] = "prompt", [CHANGE_CONFIG] = "config",
	[CHANGE_TOOL] = "tool", [CHANGE_SSM] = "ssm", [CHANGE_GUARDRAIL] = "guardrail", [CHANGE_MODEL] = "model",
};

/* CloudTrail knows who asked and when; a history knows when; a look only that it has happened since the last one. */
static const struct { const char *name; int rank; } sources[CHANGE_SOURCES] = {
	[CHANGE_BY_DYNAMODB]   = { "dynamodb", 1 },
	[CHANGE_BY_AGENTCORE]  = { "agentcore", 1 },
	[CHANGE_BY_CLASSIC]    = { "agents-classic", 2 },
	[CHANGE_BY_BEDROCK]    = { "bedrock", 2 },
	[CHANGE_BY_CLOUDTRAIL] = { "cloudtrail", 3 },
	[CHANGE_BY_LABELS]     = { "labels", 2 },
};

const char *change_kind_name(ChangeKind k)
{
	return (unsigned)k < CHANGE_KINDS ? kinds[k] : "other";
}

const char *change_source_name(ChangeSource s)
{
	return (unsigned)s < CHANGE_SOURCES ? sources[s].name : "other";
}

int change_source_rank(ChangeSource s)
{
	return (unsigned)s < CHANGE_SOURCES ? sources[s].rank : 0;
}

Str change_actor(Str by)
{
	Str rest = by, type, tail;

	if (!str_starts(by, STR("arn:")))
		return by;
	for (int field = 0; field < 5; field++)
		(void)str_cut(rest, ':', &rest);
	if (!rest.n)
		return by;
	type = str_cut(rest, '/', &tail);
	if (type.n == rest.n)
		return rest;
	rest = str_sub(rest, type.n + 1, rest.n);
	while (!str_is(type, "assumed-role") && str_has(rest, STR("/")))
		(void)str_cut(rest, '/', &rest);
	return rest.n ? rest : by;
}
