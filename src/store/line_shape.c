#include "store/line_shape.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/varint.h"
#include "base/xalloc.h"
#include "store/line_sheets.h"
#include "wire/time8601.h"

enum {
	SHAPES_MAX = 64, TEXT_MAX = 2048 /* of a shape */, UNLIKE_MANY = 64 /* lines; behind them one of UNLIKE_EACH is looked at */, UNLIKE_EACH = 16,
	DATE = sizeof "2026-11-21T" - 1, DAY_MS = 86400000,
};
static const size_t no_match = SIZE_MAX;

typedef enum ValueKind { VALUE_TEXT, VALUE_NAME, VALUE_COUNT, VALUE_OPTION, VALUE_TRI, VALUE_TIME } ValueKind;

/* The values that a row has, by the member of the line whose value each is. Files have the places in this table: new ones are added behind. */
static const struct Value { const char *key; ValueKind kind; size_t at; int name; } values[] = {
	{ "level", VALUE_NAME, offsetof(LogLine, level), 0 }, { "tenant_id", VALUE_NAME, offsetof(LogLine, tenant), 1 },
	{ "persona_type", VALUE_NAME, offsetof(LogLine, persona), 2 }, { "agent_id", VALUE_NAME, offsetof(LogLine, agent), 3 },
	{ "agent_version", VALUE_NAME, offsetof(LogLine, version), 4 }, { "model_id", VALUE_NAME, offsetof(LogLine, model), 5 },
	{ "job_id", VALUE_TEXT, offsetof(LogLine, job_id), 0 }, { "trace_id", VALUE_TEXT, offsetof(LogLine, trace_id), 0 },
	{ "request_id", VALUE_TEXT, offsetof(LogLine, request_id), 0 }, { "service_tier", VALUE_TEXT, offsetof(LogLine, service_tier), 0 },
	{ "input", VALUE_COUNT, offsetof(LogLine, tokens.input), 0 }, { "output", VALUE_COUNT, offsetof(LogLine, tokens.output), 0 },
	{ "cache_read", VALUE_COUNT, offsetof(LogLine, tokens.cache_read), 0 },
	{ "cache_write_5m", VALUE_COUNT, offsetof(LogLine, tokens.cache_write_5m), 0 },
	{ "cache_write_1h", VALUE_COUNT, offsetof(LogLine, tokens.cache_write_1h), 0 },
	{ "duration_ms", VALUE_OPTION, offsetof(LogLine, duration_ms), 0 }, { "cache_hit", VALUE_TRI, offsetof(LogLine, cache_hit), 0 },
	{ "timestamp", VALUE_TIME, offsetof(LogLine, event_ms), 0 },
};
enum { VALUES = sizeof values / sizeof *values };

static const void *member(const LogLine *l, const struct Value *v)
{
	return (const char *)l + v->at;
}

static Str piece(const LineShape *s, int i)
{
	const uint32_t from = i ? s->end[i - 1] : 0;

	return (Str){ s->text + from, s->end[i] - from };
}

static bool stands_at(const char *p, const char *end, Str text)
{
	return (size_t)(end - p) >= text.n && (!text.n || memcmp(p, text.p, text.n) == 0);
}

/* --- one value --- */

/* As time_format_iso; a day's text is made once. */
static void put_time(LineShapes *x, int64_t ms, char out[TIME_TEXT])
{
	const int64_t day = floor_div(ms, DAY_MS);
	int rest = (int)(ms - day * DAY_MS);
	char text[TIME_TEXT];

	if (!x->day_text[0] || day != x->day) {
		time_format_iso(day * DAY_MS, text);
		memcpy(x->day_text, text, DATE);
		x->day = day;
	}
	memcpy(out, x->day_text, DATE);
	memcpy(out + DATE, "00:00:00.000Z", sizeof "00:00:00.000Z");
	for (int at = 11; at >= 9; at--, rest /= 10)
		out[DATE + at] = (char)('0' + rest % 10);
	for (int at = 7; at > 0; at -= 3, rest /= 60) {
		out[DATE + at] = (char)('0' + rest % 60 % 10);
		out[DATE + at - 1] = (char)('0' + rest % 60 / 10);
	}
}

static bool known_year(int64_t ms)
{
	return ms >= 0 && ms < INT64_C(253402300800000);        /* 10000 */
}

/* How many bytes of the digits at p are this number as it is written. */
static size_t count_at(const char *p, const char *end, int64_t number)
{
	enum { DIGITS = 18 };
	int64_t v = 0;
	size_t n = 0;

	while (n < DIGITS && p + n < end && p[n] >= '0' && p[n] <= '9')
		v = v * 10 + (p[n++] - '0');
	return n && v == number && (*p != '0' || n == 1) ? n : no_match;
}

/* How long the value at p is when it is what the row has. */
static size_t value_at(LineShapes *x, const struct Value *v, const LogLine *l, const char *p, const char *end)
{
	const Opt64 *option = member(l, v);
	char time[TIME_TEXT];
	Str text = STR("");

	switch (v->kind) {
	case VALUE_TEXT: case VALUE_NAME:
		text = *(const Str *)member(l, v);
		break;
	case VALUE_COUNT:
		return l->has_tokens ? count_at(p, end, *(const int64_t *)member(l, v)) : no_match;
	case VALUE_OPTION:
		return option->known ? count_at(p, end, option->v) : no_match;
	case VALUE_TRI:
		if (l->cache_hit == TRI_UNKNOWN)
			return no_match;
		text = l->cache_hit == TRI_YES ? STR("true") : STR("false");
		break;
	case VALUE_TIME:
		if (!known_year(l->event_ms))
			return no_match;
		put_time(x, l->event_ms, time);
		text = str_of(time);
		break;
	}
	return stands_at(p, end, text) ? text.n : no_match;
}

static int put_value(Store *s, const struct Value *v, const LogLine *l, const int64_t *name, Buf *out, Err *e)
{
	const Opt64 *option = member(l, v);
	char time[TIME_TEXT];
	Str text;

	switch (v->kind) {
	case VALUE_TEXT:
		return buf_put_str(out, *(const Str *)member(l, v));
	case VALUE_NAME:
		return db_name_text(s, name[v->name], &text, e) < 0 ? -1 : buf_put_str(out, text);
	case VALUE_COUNT:
		return buf_printf(out, "%lld", (long long)*(const int64_t *)member(l, v));
	case VALUE_OPTION:
		return buf_printf(out, "%lld", (long long)option->v);
	case VALUE_TRI:
		return buf_puts(out, l->cache_hit == TRI_YES ? "true" : "false");
	default:
		put_time(&s->shapes, l->event_ms, time);
		return buf_puts(out, time);
	}
}

/* --- a line by its shape --- */

/* A value as it stands ends where the next piece begins. */
static size_t up_to(const char *p, const char *end, Str next, bool last)
{
	const size_t left = (size_t)(end - p);
	const char *found = last ? NULL : memmem(p, left, next.p, next.n);

	if (!last)
		return found ? (size_t)(found - p) : no_match;
	return left >= next.n && memcmp(end - next.n, next.p, next.n) == 0 ? left - next.n : no_match;
}

/* The number of the shape, a bit for each of its holes that the row does not fill as it could, and the values as they stand. */
static bool code(LineShapes *x, size_t which, const LogLine *l, Str text, Buf *out)
{
	const LineShape *s = &x->v[which];
	const char *p = text.p, *end = text.p + text.n;
	unsigned char head[2 * VARINT_MAX];
	Str said[SHAPE_HOLES];
	uint64_t own = 0;
	int says = 0;
	size_t n;

	if (!stands_at(p, end, piece(s, 0)))
		return false;
	p += piece(s, 0).n;
	for (int i = 0; i < s->holes; i++) {
		const Str next = piece(s, i + 1);

		n = s->hole[i] ? value_at(x, &values[s->hole[i] - 1], l, p, end) : no_match;
		if (n == no_match || !stands_at(p + n, end, next)) {
			if ((n = up_to(p, end, next, i + 1 == s->holes)) == no_match)
				return false;
			own |= (uint64_t)!!s->hole[i] << i;
			said[says++] = (Str){ p, n };
		}
		p += n + next.n;
	}
	if (p != end)
		return false;
	n = varint_put(head, which + 1);
	n += varint_put(head + n, own);
	(void)buf_put(out, head, n);
	for (int i = 0; i < says; i++) {
		(void)buf_put(out, head, varint_put(head, said[i].n));
		(void)buf_put_str(out, said[i]);
	}
	return true;
}

/* --- what shape has a line? --- */

static void shape_done(LineShape *s)
{
	free(s->text);
	*s = (LineShape){ 0 };
}

static unsigned char hole_of(Str key)
{
	for (size_t i = 0; i < VALUES; i++)
		if (str_is(key, values[i].key))
			return (unsigned char)(i + 1);
	return 0;
}

/* A string's end: behind its closing quote. */
static const char *string_end(const char *p, const char *end)
{
	for (p++; p < end && *p != '"'; p++)
		if (*p == '\\')
			p++;
	return p < end ? p + 1 : end;
}

static bool is_plain(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-' || c == '+' || c == '.' || c == 'E';
}

typedef struct Making { LineShape s; Buf text; bool fits; } Making;

static void add_hole(Making *m, Str key)
{
	m->fits &= m->s.holes < SHAPE_HOLES;
	if (!m->fits)
		return;
	m->s.end[m->s.holes] = (uint32_t)m->text.n;
	m->s.hole[m->s.holes++] = hole_of(key);
}

/* Everything but the values of its members. What kind of message it is says what members it has. */
static bool make(Str text, LineShape *out)
{
	const char *p = text.p, *end = text.p + text.n, *next;
	Making m = { .fits = true };
	Str key = STR("");
	int depth = 0;

	buf_init(&m.text, TEXT_MAX);
	for (; p < end && m.fits; p = next) {
		const bool string = *p == '"';

		next = p + 1;
		depth += (*p == '{') - (*p == '}');
		if (string)
			next = string_end(p, end);
		else if (is_plain(*p))
			while (next < end && is_plain(*next))
				next++;
		if (string && next < end && *next == ':')
			key = (Str){ p + 1, (size_t)(next - p - 2) };
		else if ((string || is_plain(*p)) && (depth > 1 || !str_is(key, "message")) && next < end) {
			(void)buf_put(&m.text, p, string);
			add_hole(&m, key);
			(void)buf_put(&m.text, next - 1, string);
			continue;
		}
		(void)buf_put(&m.text, p, (size_t)(next - p));
	}
	m.fits &= !m.text.full && m.s.holes > 0;
	if (m.fits) {
		m.s.end[m.s.holes] = (uint32_t)m.text.n;
		m.s.text = buf_take(&m.text);
		*out = m.s;
	}
	buf_done(&m.text);
	return m.fits;
}

static bool same(const LineShape *a, const LineShape *b)
{
	return a->text && b->text && a->holes == b->holes && memcmp(a->end, b->end, ((size_t)a->holes + 1) * sizeof *a->end) == 0 &&
	       memcmp(a->hole, b->hole, (size_t)a->holes) == 0 && memcmp(a->text, b->text, a->end[a->holes]) == 0;
}

static void add(LineShapes *x, const LineShape *s)
{
	VEC_GROW(x->v, x->cap, x->n + 1);
	x->v[x->n++] = *s;
}

/* One that came for the second time. There are lines of which each is unlike all others. */
static bool learn(LineShapes *x, Str text)
{
	LineShape s;

	if (x->n == SHAPES_MAX || !str_starts(text, STR("{")) || (x->unlike++ >= UNLIKE_MANY && x->unlike % UNLIKE_EACH) || !make(text, &s))
		return false;
	for (size_t i = 0; i < SHAPE_CANDIDATES; i++)
		if (same(&x->candidate[i], &s)) {
			shape_done(&x->candidate[i]);
			add(x, &s);
			return true;
		}
	shape_done(&x->candidate[x->next]);
	x->candidate[x->next] = s;
	x->next = (x->next + 1) % SHAPE_CANDIDATES;
	return false;
}

bool shapes_code(LineShapes *x, const LogLine *l, Str text, Buf *out)
{
	buf_reset(out);
	if (x->last < x->n && code(x, x->last, l, text, out)) {
		x->unlike = 0;
		return true;
	}
	for (size_t i = 0; i < x->n; i++)
		if (i != x->last && code(x, i, l, text, out)) {
			x->last = i;
			x->unlike = 0;
			return true;
		}
	if (!learn(x, text) || !code(x, x->n - 1, l, text, out))
		return false;
	x->last = x->n - 1;
	x->unlike = 0;
	return true;
}

/* --- the file --- */

void shapes_lose(LineShapes *x)
{
	for (size_t i = 0; i < x->n; i++)
		shape_done(&x->v[i]);
	for (size_t i = 0; i < SHAPE_CANDIDATES; i++)
		shape_done(&x->candidate[i]);
	free(x->v);
	*x = (LineShapes){ 0 };
}

static bool read_shape(Str bytes, LineShape *out)
{
	LineShape s = { .text = xmalloc(bytes.n + 1) };
	uint32_t at = 0;
	uint64_t n;

	while (varint_take(&bytes, &n) == 0 && n <= bytes.n) {
		memcpy(s.text + at, bytes.p, (size_t)n);
		s.end[s.holes] = at += (uint32_t)n;
		bytes = str_sub(bytes, (size_t)n, bytes.n);
		if (!bytes.n) {
			*out = s;
			return true;
		}
		if (s.holes == SHAPE_HOLES || (unsigned char)*bytes.p > VALUES)
			break;
		s.hole[s.holes++] = (unsigned char)*bytes.p;
		bytes = str_sub(bytes, 1, bytes.n);
	}
	shape_done(&s);
	return false;
}

static int take_row(Store *s, sqlite3_stmt *st, void *arg, Err *e)
{
	LineShape shape;

	(void)arg;
	if (sqlite3_column_int64(st, 0) != (int64_t)s->shapes.n + 1 || !read_shape(db_col_str(st, 1), &shape))
		return line_sheets_damaged(s, e);
	add(&s->shapes, &shape);
	return 0;
}

static int read_all(Store *s, Err *e)
{
	static const char sql[] = "SELECT id, shape FROM line_shape ORDER BY id";

	shapes_lose(&s->shapes);
	if (db_each(s, &(DbQuery){ sql, "cannot read log lines", take_row, { 0 }, 0 }, NULL, e) < 0)
		return -1;
	s->shapes.stored = s->shapes.n;
	return 0;
}

int shapes_begin(Store *s, Err *e)
{
	int64_t stored;

	if (db_int(s, "SELECT max(id) FROM line_shape", &stored, e) < 0)
		return -1;
	return stored == (int64_t)s->shapes.stored && s->shapes.stored == s->shapes.n ? 0 : read_all(s, e);
}

static int write_shape(Store *s, size_t which, Err *e)
{
	static const char sql[] = "INSERT INTO line_shape VALUES(?, ?)";
	const LineShape *shape = &s->shapes.v[which];
	sqlite3_stmt *st = db_stmt(s, sql, e);
	unsigned char bytes[VARINT_MAX];

	if (!st)
		return -1;
	buf_reset(&s->said);
	for (int i = 0; i <= shape->holes; i++) {
		if (i)
			(void)buf_putc(&s->said, (char)shape->hole[i - 1]);
		(void)buf_put(&s->said, bytes, varint_put(bytes, piece(shape, i).n));
		(void)buf_put_str(&s->said, piece(shape, i));
	}
	sqlite3_bind_int64(st, 1, (int64_t)which + 1);
	sqlite3_bind_blob64(st, 2, s->said.p, s->said.n, SQLITE_STATIC);
	return db_done(s, st, "cannot keep log lines", e);
}

int shapes_settle(Store *s, Err *e)
{
	LineShapes *x = &s->shapes;

	for (; x->stored < x->n; x->stored++)
		if (write_shape(s, x->stored, e) < 0)
			return -1;
	return 0;
}

static bool take_said(Str *bytes, Str *said)
{
	uint64_t n;

	if (varint_take(bytes, &n) < 0 || n > bytes->n)
		return false;
	*said = str_sub(*bytes, 0, (size_t)n);
	*bytes = str_sub(*bytes, (size_t)n, bytes->n);
	return true;
}

int shapes_text(Store *s, Str bytes, const LogLine *l, const int64_t *name, Str *text, Err *e)
{
	Buf *out = &s->said;
	const LineShape *shape;
	uint64_t which, own;
	Str said;

	if (varint_take(&bytes, &which) < 0 || varint_take(&bytes, &own) < 0)
		return line_sheets_damaged(s, e);
	/* Another process may have learnt it. */
	if (which > s->shapes.n && read_all(s, e) < 0)
		return -1;
	if (!which || which > s->shapes.n)
		return line_sheets_damaged(s, e);
	shape = &s->shapes.v[which - 1];
	buf_reset(out);
	for (int i = 0; i <= shape->holes; i++) {
		(void)buf_put_str(out, piece(shape, i));      /* whether all fitted is looked at in the end */
		if (i == shape->holes)
			break;
		if (shape->hole[i] && !(own >> i & 1)) {
			if (put_value(s, &values[shape->hole[i] - 1], l, name, out, e) < 0)
				return -1;
		} else if (take_said(&bytes, &said)) {
			(void)buf_put_str(out, said);
		} else {
			return line_sheets_damaged(s, e);
		}
	}
	if (bytes.n || out->full)
		return line_sheets_damaged(s, e);
	*text = buf_str(out);
	return 0;
}
