/* `get flags`: what the guards have said of questions and answers. */
#include "cli/get.h"

#include "store/flags.h"

int get_flags(const Options *o, Ask *a, JsonW *w, Err *e)
{
	Arena ar = { 0 };
	int rc = 0;

	(void)o;
	jw_array(w);
	for (size_t i = 0; i < a->n && rc == 0; i++) {
		FlagRow *v = NULL;
		size_t n = 0;

		if (!a->part[i].store || (rc = store_flags(a->part[i].store, a->since_ms, a->until_ms, &ar, &v, &n, e)) < 0)
			continue;
		for (size_t k = 0; k < n; k++) {
			jw_object(w);
			get_place(w, &a->part[i]);
			get_time(w, "time", v[k].time_ms);
			jw_kstr(w, "kind", v[k].kind);
			jw_kstr(w, "severity", v[k].severity);
			jw_kstr(w, "rule", v[k].rule);
			jw_kstr(w, "view", v[k].view);
			jw_knum(w, "score", v[k].score);
			jw_kstr(w, "sample", v[k].sample);
			jw_object_end(w);
		}
	}
	jw_array_end(w);
	arena_done(&ar);
	return rc;
}
