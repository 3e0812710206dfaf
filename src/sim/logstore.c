#include "sim/logstore.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

typedef struct Merge {
	const LogGroup *g;
	size_t  next;                  /* stored event that comes next */
	int64_t to_ms, after_ms;
	FleetLineFn fn;
	void   *arg;
	bool    stopped;
} Merge;

/* Ids of stored events sort behind the fleet's of the same millisecond. */
static bool give_stored(Merge *m)
{
	FleetLine line = { .t_ms = m->g->event[m->next].t_ms, .in_ms = m->g->event[m->next].in_ms,
	                   .stream = m->g->event[m->next].stream,
	                   .text = { m->g->event[m->next].text, m->g->event[m->next].len } };
	uint64_t seq = m->g->event[m->next].seq, t = (uint64_t)line.t_ms;

	for (int i = 13; i >= 0; i--, t /= 10)
		line.id[i] = (char)('0' + t % 10);
	memset(line.id + 14, '9', 8);
	for (int i = 55; i >= 22; i--, seq /= 10)
		line.id[i] = (char)('0' + seq % 10);
	m->next++;
	m->stopped = !m->fn(m->arg, &line);
	return !m->stopped;
}

static bool give_stored_before(Merge *m, int64_t t_ms)
{
	while (m->next < m->g->events && m->g->event[m->next].t_ms < t_ms && m->g->event[m->next].t_ms < m->to_ms)
		if (!give_stored(m))
			return false;
	return true;
}

static bool on_fleet_line(void *arg, const FleetLine *line)
{
	Merge *m = arg;

	if (!give_stored_before(m, line->t_ms))
		return false;
	m->stopped = !m->fn(m->arg, line);
	return !m->stopped;
}

static bool on_arrival(void *arg, const FleetLine *line)
{
	Merge *m = arg;

	return line->in_ms <= m->after_ms || m->fn(m->arg, line);
}

static void add_fleet_group(LogStore *s, const char *name, FleetLog log, int64_t now_ms)
{
	LogGroup *g = logstore_add_group(s, str_of(name), now_ms - FLEET_DAYS * INT64_C(86400000));
	const char *stream;

	g->fleet = log;
	for (unsigned i = 0; (stream = fleet_stream_name(log, i)); i++)
		(void)loggroup_add_stream(g, str_of(stream));      /* the group is new */
}

LogStore *logstore_new(Fleet *fleet, int64_t now_ms)
{
	LogStore *s = xcalloc(1, sizeof *s);

	s->fleet = fleet;
	add_fleet_group(s, FLEET_LOG_GROUP, FLEET_LOG_JOBS, now_ms);
	add_fleet_group(s, FLEET_CALL_GROUP, FLEET_LOG_CALLS, now_ms);
	return s;
}

void logstore_free(LogStore *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->groups; i++) {
		LogGroup *g = s->group[i];
		for (size_t k = 0; k < g->streams; k++)
			free(g->stream[k]);
		for (size_t k = 0; k < g->events; k++)
			free(g->event[k].text);
		free(g->stream);
		free(g->event);
		free(g->name);
		free(g);
	}
	free(s->group);
	free(s);
}

LogGroup *logstore_find(const LogStore *s, Str name)
{
	for (size_t i = 0; i < s->groups; i++)
		if (str_is(name, s->group[i]->name))
			return s->group[i];
	return NULL;
}

LogGroup *logstore_add_group(LogStore *s, Str name, int64_t now_ms)
{
	size_t i = s->groups;
	LogGroup *g;

	if (logstore_find(s, name) || s->groups == LOG_GROUPS_MAX)
		return NULL;
	g = xcalloc(1, sizeof *g);
	g->name = xstrndup(name.p, name.n);
	g->created_ms = now_ms;
	VEC_GROW(s->group, s->group_cap, s->groups + 1);
	for (; i > 0 && strcmp(s->group[i - 1]->name, g->name) > 0; i--)
		s->group[i] = s->group[i - 1];
	s->group[i] = g;
	s->groups++;
	return g;
}

const char *loggroup_find_stream(const LogGroup *g, Str name)
{
	for (size_t i = 0; i < g->streams; i++)
		if (str_is(name, g->stream[i]))
			return g->stream[i];
	return NULL;
}

int loggroup_add_stream(LogGroup *g, Str name)
{
	if (loggroup_find_stream(g, name) || g->streams == LOG_STREAMS_MAX)
		return -1;
	VEC_GROW(g->stream, g->stream_cap, g->streams + 1);
	g->stream[g->streams++] = xstrndup(name.p, name.n);
	return 0;
}

int loggroup_put(LogStore *s, LogGroup *g, const char *stream, int64_t t_ms, int64_t in_ms, Str text)
{
	size_t i = g->events;

	if (g->events == LOG_EVENTS_MAX)
		return -1;
	VEC_GROW(g->event, g->event_cap, g->events + 1);
	for (; i > 0 && g->event[i - 1].t_ms > t_ms; i--)
		g->event[i] = g->event[i - 1];
	g->event[i].t_ms = t_ms;
	g->event[i].in_ms = in_ms;
	g->event[i].seq = ++s->seq;
	g->event[i].stream = stream;
	g->event[i].text = xstrndup(text.p, text.n);
	g->event[i].len = text.n;
	g->events++;
	g->bytes += (int64_t)text.n + 26;       /* the service counts 26 bytes for each event's frame */
	return 0;
}

void loggroup_each(LogStore *s, const LogGroup *g, int64_t from_ms, int64_t to_ms, int64_t now_ms, FleetLineFn fn, void *arg)
{
	Merge m = { .g = g, .to_ms = to_ms, .fn = fn, .arg = arg };

	while (m.next < g->events && g->event[m.next].t_ms < from_ms)
		m.next++;
	if (g->fleet)
		fleet_lines_each(s->fleet, g->fleet, from_ms, to_ms, now_ms, on_fleet_line, &m);
	if (!m.stopped)
		(void)give_stored_before(&m, INT64_MAX);
}

LogSeen logstore_seen(const LogStore *s, int64_t now_ms)
{
	return (LogSeen){ now_ms, s->seq };
}

void loggroup_arrived(LogStore *s, const LogGroup *g, LogSeen seen, int64_t now_ms, FleetLineFn fn, void *arg)
{
	Merge m = { .g = g, .to_ms = INT64_MAX, .after_ms = seen.ms, .fn = fn, .arg = arg };

	if (g->fleet)
		fleet_lines_each(s->fleet, g->fleet, seen.ms - FLEET_LATE_MAX_MS, now_ms + 1, now_ms, on_arrival, &m);
	for (m.next = 0; m.next < g->events && !m.stopped;) {
		if (g->event[m.next].seq <= seen.seq)
			m.next++;
		else
			(void)give_stored(&m);
	}
}
