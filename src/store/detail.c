#include "store/row.h"

#include <string.h>

static const size_t texts[] = {
	offsetof(Job, error_code), offsetof(Job, error_message), offsetof(Job, request_id), offsetof(Job, pointer),
	offsetof(Job, template_id), offsetof(Job, template_version), offsetof(Job, template_sha), offsetof(Job, service_tier),
	offsetof(Job, region), offsetof(Job, stop_reason),
};
static const size_t numbers[] = { offsetof(Job, score_milli), offsetof(Job, roi_milli), offsetof(Job, roi_confidence_milli) };

#define COUNT(a) (sizeof(a) / sizeof *(a))

static bool take(Str *from, void *to, size_t n)
{
	if (from->n < n)
		return false;
	memcpy(to, from->p, n);
	*from = str_sub(*from, n, from->n);
	return true;
}

/* The file never leaves the machine that wrote it, so numbers stand in its own byte order. */
void detail_pack(Buf *b, const Job *j)
{
	for (size_t i = 0; i < COUNT(numbers); i++) {
		const Opt64 *o = (const Opt64 *)(const void *)((const char *)j + numbers[i]);

		(void)buf_putc(b, o->known ? 1 : 0);
		if (o->known)
			(void)buf_put(b, &o->v, sizeof o->v);
	}
	for (size_t i = 0; i < COUNT(texts); i++) {
		const Str *t = (const Str *)(const void *)((const char *)j + texts[i]);
		uint32_t n = (uint32_t)t->n;

		(void)buf_put(b, &n, sizeof n);
		(void)buf_put(b, t->p ? t->p : "", n);
	}
}

void detail_unpack(Str blob, Job *j)
{
	for (size_t i = 0; i < COUNT(numbers); i++) {
		Opt64 *o = (Opt64 *)(void *)((char *)j + numbers[i]);
		char known;

		if (!take(&blob, &known, 1) || (known && !take(&blob, &o->v, sizeof o->v)))
			return;
		o->known = known != 0;
	}
	for (size_t i = 0; i < COUNT(texts); i++) {
		uint32_t n;

		if (!take(&blob, &n, sizeof n) || n > blob.n)
			return;
		*(Str *)(void *)((char *)j + texts[i]) = str_sub(blob, 0, n);
		blob = str_sub(blob, n, blob.n);
	}
}
