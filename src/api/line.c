#include <string.h>

#include "api/records.h"
#include "wire/json.h"
#include "wire/json_plain.h"
#include "wire/time8601.h"

enum { LINE_MAX_BYTES = 1 << 20, LATE_MS = 60000, NUSD_SCALE_OF_CENTS = 7 /* 1 cent = 10,000,000 nUSD */ };

/* A line that is being read. No tree is built: thousands of lines come in a second, most members of most lines are kept
 * as they stand, and what is not known is skipped. There are two ways: lines that are plain all through are scanned in
 * their copy; at the first byte that is not, the parser begins again. Both hand their values to the same functions. */
typedef struct Line {
	Json *json;              /* NULL on the short way */
	const char *p, *end;     /* the short way: what is left of the copy */
	Str text;                /* of the value under way */
	JsonDecimal decimal;     /* digits 0: only its text is known */
	LogLine *out;
	char *room;              /* for the copies of all texts: never more than the line itself */
	Str message;
	int64_t time_ms;
	bool has_time;
} Line;

typedef struct Member {
	Str name;
	/* Reads the value that began with t. False: not what it should be, or a figure that cannot be right. */
	bool (*read)(Line *l, JsonTok t, size_t at);
	size_t at;               /* in LogLine or Tokens */
} Member;

typedef struct Members { const Member *v; size_t count; } Members;

static const Members top_members, usage_members;

static Str keep(Line *l)
{
	Str s = l->text, copy = { l->room, s.n };

	if (!l->json)
		return s;            /* of the copy already */
	if (s.n)
		memcpy(l->room, s.p, s.n);
	l->room[s.n] = 0;
	l->room += s.n + 1;          /* paid by the quotes */
	return copy;
}

static JsonTok next_token(Line *l)
{
	JsonTok t = json_next(l->json);

	l->text = json_text(l->json);
	return t;
}

static int take_i64(const Line *l, int64_t *out)
{
	return json_decimal_i64(&l->decimal, out) == 0 ? 0 : json_text_i64(l->text, out);
}

static bool in_bounds(int64_t v, int64_t max)
{
	return v >= 0 && v <= max;
}

static bool read_text(Line *l, JsonTok t, size_t at)
{
	if (t == JSON_STRING)
		*(Str *)((char *)l->out + at) = keep(l);
	return t == JSON_STRING || t == JSON_NULL;
}

static bool read_message(Line *l, JsonTok t, size_t at)
{
	(void)at;
	if (t == JSON_STRING)
		l->message = keep(l);
	return t == JSON_STRING || t == JSON_NULL;
}

static bool read_tokens(Line *l, JsonTok t, size_t at)
{
	int64_t *v = (int64_t *)((char *)&l->out->tokens + at);

	if (t == JSON_NULL)
		return true;
	return t == JSON_NUMBER && take_i64(l, v) == 0 && in_bounds(*v, RECORD_TOKENS_MAX);
}

static bool read_cost(Line *l, JsonTok t, size_t at)
{
	Opt64 *out = &l->out->reported_nusd;

	(void)at;
	if (t == JSON_NULL)
		return true;
	out->known = true;
	return (t == JSON_NUMBER || t == JSON_STRING) && str_scaled(l->text, NUSD_SCALE_OF_CENTS, &out->v) == 0 &&
	       in_bounds(out->v, RECORD_COST_MAX);
}

static bool read_duration(Line *l, JsonTok t, size_t at)
{
	Opt64 *out = &l->out->duration_ms;

	(void)at;
	if (t == JSON_NULL)
		return true;
	out->known = true;
	return t == JSON_NUMBER && take_i64(l, &out->v) == 0 && in_bounds(out->v, RECORD_LATENCY_MAX);
}

static bool read_hit(Line *l, JsonTok t, size_t at)
{
	(void)at;
	if (t == JSON_NULL)
		return true;
	l->out->cache_hit = t == JSON_TRUE ? TRI_YES : TRI_NO;
	return t == JSON_TRUE || t == JSON_FALSE;
}

/* The rest of a value that began with t. */
static bool pass(Line *l, JsonTok t)
{
	int depth = 0;

	for (;; t = next_token(l)) {
		depth += (t == JSON_OBJECT || t == JSON_ARRAY) - (t == JSON_OBJECT_END || t == JSON_ARRAY_END);
		if (t <= JSON_MORE || t == JSON_END)
			return false;
		if (!depth && t != JSON_KEY)
			return true;
	}
}

/* ISO 8601 text or epoch milliseconds; another form leaves the event's own time. */
static bool read_time(Line *l, JsonTok t, size_t at)
{
	(void)at;
	if (t == JSON_STRING)
		l->has_time = time_parse_iso(l->text, &l->time_ms) == 0 || str_i64(l->text, &l->time_ms) == 0;
	else if (t == JSON_NUMBER)
		l->has_time = take_i64(l, &l->time_ms) == 0 && l->time_ms > 0;
	return pass(l, t);
}

/* Lines name their members in the order of the table, so the one behind the last is tried first. count: not known. */
static inline size_t find_member(const Members *m, size_t next, Str key)
{
	if (next < m->count && str_eq(key, m->v[next].name))
		return next;
	for (next = 0; next < m->count && !str_eq(key, m->v[next].name);)
		next++;
	return next;
}

/* A time that is there twice is none; every other member that is there twice makes the line plain. */
static bool read_twice(Line *l, const Member *m)
{
	l->has_time = false;
	return m->read == read_time && json_skip(l->json) > JSON_MORE;
}

static bool read_object(Line *l, const Members *m)
{
	unsigned seen = 0;
	size_t at = 0;
	JsonTok t;

	for (; (t = next_token(l)) == JSON_KEY; at++) {
		at = find_member(m, at, l->text);
		if (at == m->count) {
			if (json_skip(l->json) <= JSON_MORE)
				return false;
			continue;
		}
		if (seen >> at & 1) {
			if (!read_twice(l, &m->v[at]))
				return false;
			continue;
		}
		seen |= 1u << at;
		if (!m->v[at].read(l, next_token(l), m->v[at].at))
			return false;
	}
	return t == JSON_OBJECT_END;
}

static bool read_usage(Line *l, JsonTok t, size_t at)
{
	(void)at;
	l->out->has_tokens = t == JSON_OBJECT;
	return t == JSON_NULL || (t == JSON_OBJECT && read_object(l, &usage_members));
}

/* --- the short way: false means the parser's, never a judgement --- */

/* A string, a number or a word; JSON_MORE for everything else. */
static JsonTok plain_value(Line *l)
{
	static const struct { const char *word; size_t n; JsonTok tok; } words[] = {
		{ "true", 4, JSON_TRUE }, { "false", 5, JSON_FALSE }, { "null", 4, JSON_NULL },
	};
	const char *after = NULL;

	if (*l->p == '"') {
		after = json_plain_string(l->p, l->end, &l->text);
		l->p = after ? after : l->p;
		return after ? JSON_STRING : JSON_MORE;
	}
	if (*l->p == '-' || (unsigned)(*l->p - '0') <= 9) {
		after = json_plain_number(l->p, l->end, &l->decimal);
		l->text = (Str){ l->p, after ? (size_t)(after - l->p) : 0 };
		l->p = after ? after : l->p;
		return after ? JSON_NUMBER : JSON_MORE;
	}
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if ((size_t)(l->end - l->p) > words[i].n && memcmp(l->p, words[i].word, words[i].n) == 0) {
			l->p += words[i].n;
			return words[i].tok;
		}
	return JSON_MORE;
}

/* c, and the blank that some writers leave behind it. False: another byte, or the line's last one. */
static bool plain_mark(Line *l, char c)
{
	if (l->p == l->end || *l->p != c)
		return false;
	l->p += 1 + (l->end - l->p > 1 && l->p[1] == ' ');
	return l->p < l->end;
}

static bool plain_object(Line *l, const Members *m);

static bool plain_member(Line *l, const Member *m)
{
	JsonTok t;

	if (m && m->read == read_usage && *l->p == '{') {
		l->out->has_tokens = true;
		return plain_object(l, &usage_members);
	}
	t = plain_value(l);
	return t != JSON_MORE && (!m || m->read(l, t, m->at));
}

static inline uint64_t bytes4(const char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof v);
	return v;
}

static inline uint64_t bytes8(const char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof v);
	return v;
}

/* Of two names of 4 to 16 bytes, as all in the tables are, both ends are compared; they overlap. Shorter than a call. */
static inline bool same_bytes(const char *a, const char *b, size_t n)
{
	if (n < 4 || n > 16)
		return memcmp(a, b, n) == 0;
	if (n < 8)
		return bytes4(a) == bytes4(b) && bytes4(a + n - 4) == bytes4(b + n - 4);
	return bytes8(a) == bytes8(b) && bytes8(a + n - 8) == bytes8(b + n - 8);
}

/* Is the name at l->p the one that is due? Its end need not be looked for then. */
static inline bool plain_key_is(const Line *l, Str name)
{
	return (size_t)(l->end - l->p) > name.n + 2 && l->p[0] == '"' && l->p[name.n + 1] == '"' &&
	       same_bytes(l->p + 1, name.p, name.n);
}

/* Reads a member's name. Its place in the table, count when it is not known, or more than count: not plain. */
static inline size_t plain_key(Line *l, const Members *m, size_t due)
{
	const char *after;
	Str key;

	if (due < m->count && plain_key_is(l, m->v[due].name)) {
		l->p += m->v[due].name.n + 2;
		return due;
	}
	after = *l->p == '"' ? json_plain_string(l->p, l->end, &key) : NULL;
	if (!after)
		return SIZE_MAX;
	l->p = after;
	return find_member(m, due, key);
}

static bool plain_object(Line *l, const Members *m)
{
	unsigned seen = 0;
	size_t at = 0;

	if (!plain_mark(l, '{'))
		return false;
	do {
		const Member *known;

		at = plain_key(l, m, at);
		known = at < m->count ? &m->v[at] : NULL;
		if (at > m->count || !plain_mark(l, ':') || (known && (seen >> at & 1)) || !plain_member(l, known))
			return false;
		seen |= known ? 1u << at : 0;
		at++;
	} while (plain_mark(l, ','));
	return l->p < l->end && *l->p++ == '}';
}

static bool read_plain(Line *l, Str object)
{
	memcpy(l->room, object.p, object.n);
	l->p = l->room;
	l->end = l->room + object.n;
	return plain_object(l, &top_members) && l->p == l->end;
}

/* --- a line --- */

static bool read_parsed(Line *l, Str object)
{
	bool whole;

	l->json = json_new(LINE_MAX_BYTES);
	json_feed(l->json, object);
	json_finish(l->json);
	whole = next_token(l) == JSON_OBJECT && read_object(l, &top_members) && next_token(l) == JSON_END;
	json_free(l->json);
	return whole;
}

static LineKind kind_of(Str message)
{
	static const struct { const char *name; LineKind kind; } kinds[] = {
		{ "COST_TRACKING", LINE_COST }, { "JOB_EVENT", LINE_JOB }, { "SECURITY", LINE_SECURITY }, { "CACHE", LINE_CACHE },
	};

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (str_is(message, kinds[i].name))
			return kinds[i].kind;
	return LINE_PLAIN;
}

/* "COST_TRACKING {…}": the word in front is the message when the object has none. */
static Str object_of(Str text, Str *prefix)
{
	const char *brace = text.n ? memchr(text.p, '{', text.n) : NULL;

	*prefix = STR("");
	if (!brace)
		return STR("");
	*prefix = str_trim(str_sub(text, 0, (size_t)(brace - text.p)));
	return str_trim(str_sub(text, (size_t)(brace - text.p), text.n));
}

static bool read_line(Arena *a, Str object, Str prefix, LogLine *out)
{
	Line l = { .out = out, .room = arena_alloc(a, object.n + 1) }, again = l;
	LogLine plain = *out;

	if (!read_plain(&l, object)) {
		*out = plain;
		l = again;
		if (!read_parsed(&l, object))
			return false;
	}
	out->kind = kind_of(l.message.n ? l.message : prefix);
	if (out->kind == LINE_PLAIN && prefix.n)
		out->kind = kind_of(prefix);
	if (l.has_time)
		out->event_ms = l.time_ms;
	return out->kind != LINE_PLAIN;
}

void record_line(Arena *a, const LogsEvent *event, LogLine *out)
{
	LogLine plain = { .event_id = event->id, .event_ms = event->time_ms, .text = event->message };
	Str prefix, object = object_of(event->message, &prefix);

	plain.late = event->ingested_ms - event->time_ms > LATE_MS;
	*out = plain;
	if (!object.n || object.n > LINE_MAX_BYTES || (prefix.n && kind_of(prefix) == LINE_PLAIN))
		return;
	/* A figure that cannot be right makes the whole line plain text: better not booked than booked wrong. */
	if (!read_line(a, object, prefix, out))
		*out = plain;
}

#define NAME(s) { s, sizeof s - 1 }

static const Member in_usage[] = {
	{ NAME("input"), read_tokens, offsetof(Tokens, input) }, { NAME("output"), read_tokens, offsetof(Tokens, output) },
	{ NAME("cache_read"), read_tokens, offsetof(Tokens, cache_read) },
	{ NAME("cache_write_5m"), read_tokens, offsetof(Tokens, cache_write_5m) },
	{ NAME("cache_write_1h"), read_tokens, offsetof(Tokens, cache_write_1h) },
};

static const Member at_top[] = {
	{ NAME("level"), read_text, offsetof(LogLine, level) }, { NAME("message"), read_message, 0 },
	{ NAME("trace_id"), read_text, offsetof(LogLine, trace_id) }, { NAME("job_id"), read_text, offsetof(LogLine, job_id) },
	{ NAME("tenant_id"), read_text, offsetof(LogLine, tenant) }, { NAME("persona_type"), read_text, offsetof(LogLine, persona) },
	{ NAME("agent_id"), read_text, offsetof(LogLine, agent) }, { NAME("agent_version"), read_text, offsetof(LogLine, version) },
	{ NAME("model_id"), read_text, offsetof(LogLine, model) }, { NAME("token_usage"), read_usage, 0 }, { NAME("cost_cents"), read_cost, 0 },
	{ NAME("cache_hit"), read_hit, 0 }, { NAME("duration_ms"), read_duration, 0 }, { NAME("timestamp"), read_time, 0 },
	{ NAME("request_id"), read_text, offsetof(LogLine, request_id) }, { NAME("service_tier"), read_text, offsetof(LogLine, service_tier) },
};

static const Members top_members = { at_top, sizeof at_top / sizeof *at_top };
static const Members usage_members = { in_usage, sizeof in_usage / sizeof *in_usage };
