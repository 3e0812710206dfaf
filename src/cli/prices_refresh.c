/* `seismo prices refresh`: asks the AWS Price List for the prices of the context's Region, keeps them below XDG data, and shows what
 * is different from the shipped table and what could not be mapped. */
#include "cli/prices.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/bedrock.h"
#include "api/price_list.h"
#include "app/price_list.h"
#include "aws/pages.h"
#include "base/clock.h"
#include "base/file.h"
#include "cli/ask.h"
#include "cli/cli.h"
#include "cli/get.h"
#include "conf/prices.h"
#include "model/money.h"
#include "ui/clean.h"
#include "wire/time8601.h"

enum { PER_PAGE = 100, CALL_MS = 60000, FILE_MAX = 1 << 20 };

/* Amazon's and openly licensed models; those of the Marketplace; what is left of a third offer, which not every partition has. */
static const char *const services[] = { "AmazonBedrock", "AmazonBedrockFoundationModels", "AmazonBedrockService" };
enum { SERVICES = sizeof services / sizeof *services, MUST = 2 };

typedef struct Refresh {
	uv_loop_t loop;
	Session s;
	Arena  arena;
	PriceList *list;
	PriceTable shipped, before, now;
	Pages  pages;
	int    service;
	char   day[12], *path;
	const char *source;
	bool   nameless;               /* ListFoundationModels did not answer */
	Err    err;
	bool   failed;
} Refresh;

static void ask_page(Refresh *r);

static void give_up(Refresh *r, const Err *e)
{
	r->err = *e;
	r->failed = true;
	uv_stop(&r->loop);
}

static void ask_service(Refresh *r)
{
	if (r->service == SERVICES) {
		uv_stop(&r->loop);
		return;
	}
	pages_start(&r->pages, "the AWS Price List", NULL, clock_mono_ms());
	ask_page(r);
}

static void on_products(AwsCall *call, const void *out, const AwsError *err, void *arg)
{
	Refresh *r = arg;
	const PriceProducts *page = out;
	PagesStep step = PAGES_DONE;
	Err e = { 0 };

	(void)call;
	if (err && r->service >= MUST && (err->fault == AWS_NOT_FOUND || err->fault == AWS_VALIDATION)) {
		r->service++;
		ask_service(r);
		return;
	}
	if (err) {
		give_up(r, &err->err);
		return;
	}
	for (size_t i = 0; i < page->products.n; i++)
		if (price_list_product(r->list, page->products.v[i], &e) < 0) {
			give_up(r, &e);
			return;
		}
	step = pages_next(&r->pages, page->next_token, page->products.n, clock_mono_ms(), &e);
	if (step == PAGES_BROKEN) {
		give_up(r, &e);
	} else if (step == PAGES_MORE) {
		ask_page(r);
	} else {
		pages_done(&r->pages);
		r->service++;
		ask_service(r);
	}
}

static void ask_page(Refresh *r)
{
	PriceFilter here = { STR("TERM_MATCH"), STR("regionCode"), session_region(&r->s) };
	PriceProductsIn in = { .service_code = str_of(services[r->service]), .format_version = STR("aws_v1"), .next_token = r->pages.token,
	                       .filters = { &here, 1 }, .limit = PER_PAGE };
	AwsHandler h = { .on_done = on_products, .arg = r, .total_ms = CALL_MS };
	Err e = { 0 };

	if (!aws_call(r->s.aws, &op_pricing_get_products, &in, &h, &e))
		give_up(r, &e);
}

/* The names help to map what the shipped table does not know; without the permission it goes on with those that it knows. */
static void on_models(AwsCall *call, const void *out, const AwsError *err, void *arg)
{
	Refresh *r = arg;
	const BedrockModelsOut *m = out;

	(void)call;
	r->nameless = err != NULL;
	for (size_t i = 0; !err && i < m->models.n; i++)
		price_list_model(r->list, m->models.v[i].id, m->models.v[i].name);
	ask_service(r);
}

static void ask_models(Refresh *r)
{
	AwsHandler h = { .on_done = on_models, .arg = r, .total_ms = CALL_MS };
	Err e = { 0 };

	if (aws_call(r->s.aws, &op_bedrock_list_foundation_models, NULL, &h, &e))
		return;
	r->nameless = true;
	ask_service(r);
}

/* --- before and after --- */

static PricesPlace place_of(const Refresh *r)
{
	return (PricesPlace){ session_region(&r->s), r->s.prices_endpoint };
}

static void read_before(Refresh *r)
{
	const PricesPlace place = place_of(r);
	char *path = prices_list_path(&place, STR(""));
	Err e = { 0 };

	if (path && prices_list_read(&r->arena, path, &r->before, &e) < 0) {
		r->before = (PriceTable){ 0 };
		(void)fprintf(stderr, "seismo: the list that was there cannot be read and is written anew: %s\n", e.text);
	}
	free(path);
}

static int write_list(Refresh *r, Err *e)
{
	const PricesPlace place = place_of(r);
	char *folder = prices_folder(), head[200];
	Buf text;
	int rc = -1;

	buf_init(&text, FILE_MAX);
	(void)snprintf(head, sizeof head, "AWS Price List of %.*s, asked on %s; `seismo prices refresh` writes a new file. See docs/prices.md.",
	               STR_ARG(session_region(&r->s)), r->day);
	price_list_write(&r->now, head, r->day, r->source, &text);
	r->path = prices_list_path(&place, str_of(r->day));
	if (!r->path || !folder)
		(void)err_set(e, "there is no folder for the prices: set HOME or XDG_DATA_HOME");
	else if (text.full)
		(void)err_set(e, "the AWS Price List is larger than %d bytes as a table", FILE_MAX);
	else
		rc = dir_make_private(folder, e) < 0 ? -1 : file_replace(r->path, buf_str(&text), e);
	free(folder);
	buf_done(&text);
	return rc;
}

typedef struct Diff { const PriceRow *row; int cls; int64_t shipped_micro_usd; } Diff;

/* The shipped price of a class for the same call; -1: it has none. A factor that gives no whole price is rounded for showing. */
static int64_t shipped_price(const Refresh *r, const PriceRow *row, int cls, int64_t now_ms)
{
	const PriceCall c = { .model = str_of(row->model), .tier = str_of(price_tier_name(row->tier)), .at_ms = now_ms };
	PriceWork w;

	(void)price_work(&r->shipped, &c, &w);
	return w.row && w.row->micro_usd[cls] >= 0 ? (w.row->micro_usd[cls] * w.geo_permille + 500) / 1000 : -1;
}

static Diff *differences(const Refresh *r, int64_t now_ms, Arena *a, size_t *n)
{
	Diff *v = ARENA_ARRAY(a, Diff, r->now.n * PRICE_CLASSES + 1);

	*n = 0;
	for (size_t i = 0; i < r->now.n; i++) {
		const PriceRow *row = &r->now.row[i];

		if (row->from_ms > now_ms || (row->until_ms && row->until_ms <= now_ms))
			continue;
		for (int k = 0; k < PRICE_CLASSES; k++) {
			int64_t was = shipped_price(r, row, k, now_ms);

			if (was != row->micro_usd[k])
				v[(*n)++] = (Diff){ row, k, was };
		}
	}
	return v;
}

static const char *price_text(int64_t micro_usd, char out[MONEY_TEXT])
{
	if (micro_usd < 0)
		return "-";
	money_exact(micro_usd * NUSD_PER_MICROUSD, out);
	return out;
}

static void say(const Refresh *r, const Diff *d, size_t n)
{
	const PriceListStats *s = price_list_stats(r->list);
	char was[MONEY_TEXT], is[MONEY_TEXT];
	Arena a = { 0 };

	printf("%s: %zu prices of %s\n", r->path, r->now.n, session_region(&r->s).p);
	printf("%zu products: %zu are token prices of known models, %zu are of something else\n", s->products, s->mapped, s->other);
	if (s->long_kept)
		printf("the list has no long-context prices for %zu of them; the shipped table's hold on (doubt)\n", s->long_kept);
	if (r->nameless)
		printf("without bedrock:ListFoundationModels only the names of the shipped table are known\n");
	if (s->left_n)
		printf("\nnot taken:\n");
	for (size_t i = 0; i < s->left_n; i++)
		printf("  %-48s %3zu  %s\n", clean_text(&a, s->left[i].name, 0).p, s->left[i].products, s->left[i].why);
	printf("\n%s\n", n ? "different from the shipped table, USD for 1,000,000 tokens:" : "nothing is different from the shipped table");
	if (n)
		printf("  %-56s %-9s %-14s %10s %10s\n", "MODEL", "TIER", "CLASS", "SHIPPED", "AWS");
	for (size_t i = 0; i < n; i++)
		printf("  %-56s %-9s %-14s %10s %10s\n", clean_text(&a, str_of(d[i].row->model), 0).p, price_tier_name(d[i].row->tier),
		       price_class_names[d[i].cls], price_text(d[i].shipped_micro_usd, was), price_text(d[i].row->micro_usd[d[i].cls], is));
	arena_done(&a);
}

static void put_price(JsonW *w, const char *key, int64_t micro_usd)
{
	if (micro_usd < 0)
		jw_knull(w, key);
	else
		jw_ki64(w, key, micro_usd);
}

static void say_json(const Refresh *r, const Diff *d, size_t n)
{
	const PriceListStats *s = price_list_stats(r->list);
	Buf b = { 0 };
	JsonW w = jw_to(&b);

	jw_object(&w);
	jw_kstr(&w, "file", str_of(r->path));
	jw_kstr(&w, "region", session_region(&r->s));
	jw_kstr(&w, "day", str_of(r->day));
	jw_ki64(&w, "prices", (int64_t)r->now.n);
	jw_ki64(&w, "products", (int64_t)s->products);
	jw_ki64(&w, "mapped", (int64_t)s->mapped);
	jw_ki64(&w, "other", (int64_t)s->other);
	jw_ki64(&w, "longContextKept", (int64_t)s->long_kept);
	jw_kbool(&w, "namesOfModels", !r->nameless);
	jw_key(&w, "notTaken");
	jw_array(&w);
	for (size_t i = 0; i < s->left_n; i++) {
		jw_object(&w);
		jw_kstr(&w, "name", s->left[i].name);
		jw_ki64(&w, "products", (int64_t)s->left[i].products);
		jw_kstr(&w, "why", str_of(s->left[i].why));
		jw_object_end(&w);
	}
	jw_array_end(&w);
	jw_key(&w, "differences");
	jw_array(&w);
	for (size_t i = 0; i < n; i++) {
		jw_object(&w);
		jw_kstr(&w, "model", str_of(d[i].row->model));
		jw_kstr(&w, "tier", str_of(price_tier_name(d[i].row->tier)));
		jw_kstr(&w, "class", str_of(price_class_names[d[i].cls]));
		put_price(&w, "shippedMicroUsdPerMillion", d[i].shipped_micro_usd);
		put_price(&w, "microUsdPerMillion", d[i].row->micro_usd[d[i].cls]);
		jw_object_end(&w);
	}
	jw_array_end(&w);
	jw_object_end(&w);
	printf("%.*s\n", STR_ARG(buf_str(&b)));
	buf_done(&b);
}

/* --- the command --- */

static int finish(Refresh *r, const Options *o, Err *e)
{
	int64_t now_ms = clock_wall_ms();
	Diff *d;
	size_t n;

	read_before(r);
	price_list_rows(r->list, &r->before, r->source, &r->arena, &r->now);
	if (!price_list_stats(r->list)->mapped)
		return err_set(e, "the AWS Price List has no token price for %.*s that is understood (%zu products); nothing is written",
		               STR_ARG(session_region(&r->s)), price_list_stats(r->list)->products);
	if (write_list(r, e) < 0)
		return -1;
	d = differences(r, now_ms, &r->arena, &n);
	(o->out == OUT_JSON ? say_json : say)(r, d, n);
	return 0;
}

static int ask_all(Refresh *r, const Options *o, Err *e)
{
	SessionSpec spec = ask_session(o);
	char when[TIME_TEXT];
	int rc;

	if (session_open(&r->s, &r->loop, &spec, e) < 0)
		return -1;
	time_format_iso(clock_wall_ms(), when);
	(void)snprintf(r->day, sizeof r->day, "%.10s", when);
	r->source = arena_cstr(&r->arena, arena_printf(&r->arena, "AWS Price List, %s", r->day));
	if ((rc = prices_builtin(&r->arena, &r->shipped, e)) == 0) {
		r->list = price_list_new(session_region(&r->s), &r->shipped);
		ask_models(r);
		if (!r->failed)
			(void)uv_run(&r->loop, UV_RUN_DEFAULT);
		if (r->failed)
			*e = r->err;
		rc = r->failed ? -1 : finish(r, o, e);
	}
	price_list_free(r->list);
	pages_done(&r->pages);
	free(r->path);
	session_close(&r->s);
	(void)uv_run(&r->loop, UV_RUN_DEFAULT);
	session_done(&r->s);
	return rc;
}

int prices_refresh(const Options *o)
{
	Refresh r = { 0 };
	Err e = { 0 };
	int rc;

	if (o->out == OUT_CSV || o->at) {
		(void)err_kind(&e, ERR_USAGE, o->at ? "the AWS Price List says what holds now: --at does not go with refresh"
		                                    : "what refresh tells is no table of rows: -o takes table or json here");
		return cli_fail(&e);
	}
	(void)uv_loop_init(&r.loop);
	rc = ask_all(&r, o, &e);
	(void)uv_run(&r.loop, UV_RUN_DEFAULT);
	(void)uv_loop_close(&r.loop);
	arena_done(&r.arena);
	return rc < 0 ? cli_fail(&e) : 0;
}
