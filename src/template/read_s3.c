/* Templates in S3: an object each. What its seal says stands in the object's metadata; without that its id and version are read from a key
 * of the form FOLDER/vVERSION.txt, else the key is its id. */
#include "api/s3.h"
#include "model/template.h"
#include "template/own.h"
#include "wire/text.h"

static Str meta(const S3Object *o, const char *key)
{
	for (size_t i = 0; i < o->metadata.n; i++)
		if (str_is(o->metadata.v[i].key, key))
			return o->metadata.v[i].value;
	return STR("");
}

void read_object_seal(TemplatesRead *r, Template *t, const S3Object *o)
{
	Buf raw = { 0 };

	if (meta(o, "signature").n && b64_decode(&raw, meta(o, "signature")) == 0) {
		t->sealed = true;
		t->seal = (Seal){
			{ read_keep(r, meta(o, "template-id")), read_keep(r, meta(o, "template-version")), read_keep(r, meta(o, "agent")),
			  read_keep(r, meta(o, "environment")), read_keep(r, meta(o, "sha256")) },
			read_keep(r, meta(o, "signature-key")), read_keep(r, buf_str(&raw)),
		};
	}
	buf_done(&raw);
}

/* "upsell-generator/v2.1.txt" is version 2.1 of upsell-generator. */
static void take_names(TemplatesRead *r, Template *t, const S3Object *o, Str key)
{
	size_t slash = key.n, dot = key.n;

	while (slash && key.p[slash - 1] != '/')
		slash--;
	while (dot > slash && key.p[dot - 1] != '.')
		dot--;
	t->id = read_keep(r, meta(o, "template-id"));
	t->version = read_keep(r, meta(o, "template-version"));
	if (t->id.n)
		return;
	if (slash && dot > slash + 2 && key.p[slash] == 'v') {
		t->id = read_keep(r, str_sub(key, 0, slash - 1));
		t->version = read_keep(r, str_sub(key, slash + 1, dot - slash - 2));
	} else {
		t->id = read_keep(r, key);
	}
}

static void take_object(Step *step, const void *out)
{
	const S3Object *o = out;
	Template *t = read_add(step->r, step->s);

	if (!t)
		return;
	take_names(step->r, t, o, step->b);
	read_object_seal(step->r, t, o);
	t->place = read_keep(step->r, step->a);
	t->updated_ms = o->modified_ms;
	read_text(step->r, t, o->body);
}

static void ask_page(TemplatesRead *r, const TemplateSource *s, Str token);

static void take_page(Step *step, const void *out)
{
	const S3List *page = out;

	for (size_t i = 0; i < page->entries.n; i++) {
		const S3Entry *entry = &page->entries.v[i];
		Str where = arena_printf(&step->r->out->arena, "s3://%.*s/%.*s", STR_ARG(step->s->bucket), STR_ARG(entry->key));

		if (entry->size > TEMPLATE_MAX)
			read_problem(step->r, step->s, where, STR("larger than a template may be"));
		else if (entry->size > 0)
			read_step(step->r, &op_s3_get_object, &(S3GetIn){ .bucket = step->s->bucket, .key = entry->key },
			          &(Step){ .s = step->s, .a = where, .b = read_keep(step->r, entry->key), .take = take_object });
	}
	if (page->next_token.n)
		ask_page(step->r, step->s, page->next_token);
}

static void ask_page(TemplatesRead *r, const TemplateSource *s, Str token)
{
	read_step(r, &op_s3_list_objects, &(S3ListIn){ .bucket = s->bucket, .prefix = s->prefix, .token = token },
	          &(Step){ .s = s, .a = arena_printf(&r->out->arena, "s3://%.*s", STR_ARG(s->bucket)), .take = take_page });
}

void read_s3(TemplatesRead *r, const TemplateSource *s)
{
	ask_page(r, s, STR(""));
}
