/* Two documents, parted by a NUL: a schema and a value. Whatever they are, there is an answer, the same with and without a reason,
 * and what is told names no control characters. */
#include <stdlib.h>

#include "wire/jsonschema.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Str value, text = str_cut((Str){ (const char *)data, size }, '\0', &value);
	Err e = { 0 };
	JsonSchema *s = jsonschema_new(text, &e);
	JsonMisfit why = { 0 };
	Arena a = { 0 };
	JsonVerdict verdict;
	JsonVal v;

	if (!s && !e.text[0])
		abort();
	if (s && jv_parse(&a, value, value.n, &v, NULL) == 0) {
		verdict = jsonschema_check(s, v, &why);
		if (verdict != jsonschema_check(s, v, NULL) || (verdict == JSON_FITS) != (why.why[0] == '\0'))
			abort();
		for (const char *p = why.path; *p; p++)
			if ((unsigned char)*p < 0x20)
				abort();
	}
	arena_done(&a);
	jsonschema_free(s);
	return 0;
}
