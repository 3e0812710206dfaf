/* What was changed in the fleet, when, by whom, and who says so. All text is borrowed. */
#ifndef MODEL_CHANGE_H
#define MODEL_CHANGE_H

#include "base/str.h"

/* Both are kept on disk as numbers: new ones go to the end. */
typedef enum ChangeKind {
	CHANGE_POINTER, CHANGE_LABEL, CHANGE_PROMPT, CHANGE_CONFIG, CHANGE_TOOL, CHANGE_SSM, CHANGE_GUARDRAIL, CHANGE_MODEL, CHANGE_KINDS
} ChangeKind;
typedef enum ChangeSource {
	CHANGE_BY_DYNAMODB, CHANGE_BY_AGENTCORE, CHANGE_BY_CLASSIC, CHANGE_BY_BEDROCK, CHANGE_BY_CLOUDTRAIL, CHANGE_BY_LABELS, CHANGE_SOURCES
} ChangeSource;
const char *change_kind_name(ChangeKind k);          /* "pointer" */
const char *change_source_name(ChangeSource s);      /* "dynamodb", "agents-classic" … */
/* Of two sources of one change the one with the higher rank is believed about when and who. */
int change_source_rank(ChangeSource s);
/* Of an ARN what people call whoever it is: "ROLE/SESSION" of a session, else the last part; other text as it is. Borrowed. */
Str change_actor(Str by);

/* One sighting of a change; read back, what all sightings together say. */
typedef struct Change {
	int64_t since_ms, time_ms;     /* it happened after the one and not after the other; equal: exactly then */
	ChangeKind kind;
	ChangeSource source;
	/* "AGENT/route", "AGENT@VERSION", "TEMPLATE@LABEL", "AGENT@VERSION maxTokens", a parameter's name. Ids that services give are kept, and shown by
	 * the names that are known for them (KnownAs). */
	Str object;
	Str from, to;                  /* empty: not known, or nothing was or is there */
	Str by;                        /* an ARN, mostly; empty: not known */
	Str id;                        /* of the sighting: the same id of the same source is the same sighting */
} Change;

/* One thing that a source says at each look and that can change: the difference of two looks is a change. The traits of one
 * base ("AGENT@VERSION") stand together; the first of them says that it is there: when it is new or gone, that is the
 * change, and not each of its traits. */
typedef struct Trait {
	ChangeKind kind;
	bool first;
	Str  base, object, value;
	Str  by; int64_t at_ms;        /* who last wrote it and when, if the source says so; believed when it can be true */
} Trait;

/* All traits of one source, as one look saw them. */
typedef struct TraitSet {
	ChangeSource source;
	Str  place;                    /* where was looked, a table's name: traits of another place are not compared */
	const Trait *trait; size_t count;
	int64_t began_ms, ended_ms;    /* of the look */
	int64_t slack_ms;              /* a change may be written down that much later than it was asked for */
} TraitSet;

/* The name of something that others know by an id. */
typedef struct KnownAs { Str id, name; } KnownAs;

#endif
