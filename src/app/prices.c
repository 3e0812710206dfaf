#include "app/prices.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/xalloc.h"
#include "conf/prices.h"
#include "conf/schema.h"

enum { LIST_MAX_BYTES = 1 << 20, KEY = 120, DAY = 10 };

Str prices_endpoint(Str given)
{
	static const char *const variables[] = { "AWS_ENDPOINT_URL_PRICING", "AWS_ENDPOINT_URL" };

	for (size_t i = 0; !given.n && i < sizeof variables / sizeof *variables; i++)
		given = str_of(getenv(variables[i]));
	return given;
}

char *prices_folder(void)
{
	return xdg_path(XDG_DATA, "prices");
}

/* "us-east-1." or "us-east-1@0123abcd.": what the names of a place's files begin with. */
static void key_of(const PricesPlace *p, char out[KEY])
{
	if (p->endpoint.n)
		(void)snprintf(out, KEY, "%.*s@%08x.", (int)(p->region.n < 64 ? p->region.n : 64), p->region.p, (unsigned)str_hash(p->endpoint));
	else
		(void)snprintf(out, KEY, "%.*s.", (int)(p->region.n < 64 ? p->region.n : 64), p->region.p);
}

/* The day in a file's name; empty: it is no list of this place. */
static Str day_of(const char *name, const char *key)
{
	Str s = str_of(name), day;
	int64_t ms;

	if (!str_starts(s, str_of(key)) || !str_ends(s, STR(".yaml")))
		return STR("");
	day = str_sub(s, strlen(key), s.n - strlen(key) - 5);
	return day.n == DAY && day_parse(day, &ms) == 0 ? day : STR("");
}

static bool newest(const char *folder, const char *key, char day[DAY + 1])
{
	DIR *d = opendir(folder);
	struct dirent *f;

	day[0] = '\0';
	while (d && (f = readdir(d))) {
		Str found = day_of(f->d_name, key);

		if (found.n && str_cmp(found, str_of(day)) > 0)
			(void)snprintf(day, DAY + 1, "%.*s", STR_ARG(found));
	}
	if (d)
		closedir(d);
	return day[0] != '\0';
}

char *prices_list_path(const PricesPlace *p, Str day)
{
	char key[KEY], last[DAY + 1], *folder = prices_folder(), *path = NULL;
	size_t n;

	if (!folder || !p->region.n) {
		free(folder);
		return NULL;
	}
	key_of(p, key);
	if (day.n || newest(folder, key, last)) {
		n = strlen(folder) + strlen(key) + 20;
		path = xmalloc(n);
		(void)snprintf(path, n, "%s/%s%.*s.yaml", folder, key, STR_ARG(day.n ? day : str_of(last)));
	}
	free(folder);
	return path;
}

int prices_list_read(Arena *a, const char *path, PriceTable *out, Err *e)
{
	PricesFile f = { .name = path, .origin = PRICE_LIST, .sure = SURE_AWS };
	Buf text = { 0 };
	struct stat st;
	int rc = -1;

	if (stat(path, &st) == 0 && (st.st_uid != geteuid() || (st.st_mode & (S_IWGRP | S_IWOTH))))
		(void)err_set(e, "%s can be written by others; remove it and run seismo prices refresh", path);
	else if (file_read(path, &text, LIST_MAX_BYTES, e) == 0) {
		f.text = buf_str(&text);
		rc = prices_parse(a, &f, out, e);
	}
	buf_done(&text);
	return rc;
}

static void append(PriceTable *to, const PriceTable *from)
{
	if (from->n)
		memcpy(to->row + to->n, from->row, from->n * sizeof *to->row);
	to->n += from->n;
}

int prices_load(Arena *a, const PriceTable *own, const PricesPlace *place, PriceTable *out, char note[PRICES_NOTE], Err *e)
{
	char *path = place ? prices_list_path(place, STR("")) : NULL;
	PriceTable shipped, list = { 0 };
	Err why = { 0 };

	note[0] = '\0';
	if (path && prices_list_read(a, path, &list, &why) < 0) {
		list = (PriceTable){ 0 };
		(void)snprintf(note, PRICES_NOTE, "the AWS prices cannot be used: %.340s", why.text);
	}
	free(path);
	if (prices_builtin(a, &shipped, e) < 0)
		return -1;
	*out = (PriceTable){ .row = ARENA_ARRAY(a, PriceRow, own->n + list.n + shipped.n + 1),
	                     .discount = own->discount, .discounts = own->discounts, .checked_ms = list.n ? list.checked_ms : shipped.checked_ms };
	append(out, own);
	append(out, &list);
	append(out, &shipped);
	price_index(out, a);
	return 0;
}

const char *prices_basis(const PriceTable *t, int64_t at_ms)
{
	return price_discount(t, at_ms) ? "est net" : "est list";
}
