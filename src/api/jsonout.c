#include "api/jsonout.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/wipe.h"
#include "base/xalloc.h"
#include "wire/text.h"

cJSON *jo_new(void)
{
	cJSON_Hooks hooks = { .malloc_fn = xmalloc, .free_fn = wipe_free };

	/* With xmalloc below it no cJSON call returns NULL, so a member can never be missing in silence. */
	cJSON_InitHooks(&hooks);
	return cJSON_CreateObject();
}

static cJSON *text_node(const char *what, Str s, Err *e)
{
	cJSON *node;
	char *copy;

	if (str_has_nul(s) || !utf8_valid(s)) {
		(void)err_kind(e, ERR_USAGE, "%s: not valid UTF-8 text", what);
		return NULL;
	}
	copy = xstrndup(s.n ? s.p : "", s.n);
	node = cJSON_CreateString(copy);
	wipe_free(copy);
	return node;
}

int jo_str(cJSON *object, const char *key, Str s, Err *e)
{
	cJSON *node = text_node(key, s, e);

	if (!node)
		return -1;
	cJSON_AddItemToObject(object, key, node);
	return 0;
}

void jo_cstr(cJSON *object, const char *key, const char *s)
{
	if (s)
		cJSON_AddStringToObject(object, key, s);
}

void jo_i64(cJSON *object, const char *key, int64_t v)
{
	char text[24];

	(void)snprintf(text, sizeof text, "%" PRId64, v);
	cJSON_AddRawToObject(object, key, text);
}

void jo_bool(cJSON *object, const char *key, bool v)
{
	cJSON_AddBoolToObject(object, key, v);
}

static cJSON *raw_node(Str json)
{
	char *copy = xstrndup(json.n ? json.p : "null", json.n ? json.n : 4);
	cJSON *node = cJSON_CreateRaw(copy);

	wipe_free(copy);
	return node;
}

void jo_raw(cJSON *object, const char *key, Str json)
{
	cJSON_AddItemToObject(object, key, raw_node(json));
}

void jo_push_raw(cJSON *array, Str json)
{
	cJSON_AddItemToArray(array, raw_node(json));
}

cJSON *jo_object(cJSON *object, const char *key)
{
	return cJSON_AddObjectToObject(object, key);
}

cJSON *jo_array(cJSON *object, const char *key)
{
	return cJSON_AddArrayToObject(object, key);
}

cJSON *jo_push(cJSON *array)
{
	cJSON *node = cJSON_CreateObject();

	cJSON_AddItemToArray(array, node);
	return node;
}

int jo_finish(cJSON *root, int rc, Buf *out, Err *e)
{
	if (rc == 0) {
		char *text = cJSON_PrintUnformatted(root);

		if (buf_puts(out, text) < 0)
			rc = err_set(e, "the request body is too big");
		cJSON_free(text);
	}
	cJSON_Delete(root);
	return rc;
}
