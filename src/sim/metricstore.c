#include "sim/metricstore.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

static int by_text(const void *a, const void *b)
{
	return str_cmp(*(const Str *)a, *(const Str *)b);
}

MetricStore *metricstore_new(void)
{
	return xcalloc(1, sizeof(MetricStore));
}

void metricstore_free(MetricStore *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n; i++) {
		free(s->series[i].space);
		free(s->series[i].name);
		free(s->series[i].dims);
		free(s->series[i].point);
	}
	free(s->series);
	free(s);
}

MetricSeries *metricstore_series(MetricStore *s, Str space, Str name, Str dims, bool make)
{
	MetricSeries *one;

	for (size_t i = 0; i < s->n; i++) {
		one = &s->series[i];
		if (str_is(space, one->space) && str_is(name, one->name) && str_is(dims, one->dims))
			return one;
	}
	if (!make || s->n == METRIC_SERIES_MAX)
		return NULL;
	VEC_GROW(s->series, s->cap, s->n + 1);
	one = &s->series[s->n++];
	*one = (MetricSeries){ .space = xstrndup(space.p, space.n), .name = xstrndup(name.p, name.n),
	                       .dims = xstrndup(dims.n ? dims.p : "", dims.n) };
	return one;
}

int metricstore_put(MetricSeries *s, MetricPoint p)
{
	if (s->n == METRIC_POINTS_MAX)
		return -1;
	VEC_GROW(s->point, s->cap, s->n + 1);
	s->point[s->n++] = p;
	return 0;
}

int metric_dims(Arena *a, JsonVal list, Str *out, Err *e)
{
	Str line[METRIC_DIMENSIONS_MAX], name, value;
	size_t n = jv_count(list), bytes = 0;
	char *text;

	*out = STR("");
	if (n > METRIC_DIMENSIONS_MAX)
		return err_set(e, "More than %d dimensions were given", METRIC_DIMENSIONS_MAX);
	for (size_t i = 0; i < n; i++) {
		if (jv_name(jv_at(list, i), "Name", &name, e) < 0 || jv_name(jv_at(list, i), "Value", &value, e) < 0)
			return -1;
		line[i] = arena_printf(a, "%.*s=%.*s\n", STR_ARG(name), STR_ARG(value));
		bytes += line[i].n;
	}
	if (!n)
		return 0;
	qsort(line, n, sizeof line[0], by_text);
	text = arena_alloc(a, bytes + 1);
	*out = (Str){ text, bytes };
	for (size_t i = 0; i < n; i++) {
		memcpy(text, line[i].p, line[i].n);
		text += line[i].n;
	}
	return 0;
}
