/* A template as a JSON document: {"id", "version", "agent", "environment", "content", "sha256", "signature": {"keyId", "algorithm", "value"}}. What
 * is none of these is the text itself. */
#include "model/template.h"
#include "template/own.h"
#include "wire/jsonval.h"
#include "wire/text.h"

static void take_seal(TemplatesRead *r, Template *t, JsonVal v)
{
	JsonVal signature = jv_get(v, "signature");
	Str key = STR(""), value = STR("");
	PromptSeal *names = &t->seal.names;
	Buf raw = { 0 };

	if (jv_type(signature) != JV_OBJECT || jv_opt_str(signature, "keyId", &key, NULL) < 0 || jv_str(signature, "value", &value, NULL) < 0)
		return;
	if (jv_name(v, "id", &names->id, NULL) == 0 && jv_name(v, "version", &names->version, NULL) == 0 &&
	    jv_name(v, "agent", &names->agent, NULL) == 0 && jv_name(v, "environment", &names->environment, NULL) == 0 &&
	    jv_name(v, "sha256", &names->sha256, NULL) == 0 && b64_decode(&raw, value) == 0 && raw.n) {
		t->sealed = true;
		t->seal.key = key;
		t->seal.signature = read_keep(r, buf_str(&raw));
	}
	buf_done(&raw);
}

void read_document(TemplatesRead *r, Template *t, Str value)
{
	Str content;
	JsonVal v;

	if (jv_parse(&r->out->arena, value, TEMPLATE_MAX * 2, &v, NULL) == 0 && jv_type(v) == JV_OBJECT && jv_str(v, "content", &content, NULL) == 0) {
		(void)jv_opt_name(v, "id", &t->id, NULL);
		(void)jv_opt_name(v, "version", &t->version, NULL);
		take_seal(r, t, v);
		read_text(r, t, content);
	} else {
		read_text(r, t, value);
	}
}
