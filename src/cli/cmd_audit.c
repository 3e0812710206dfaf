/* `seismo audit verify`: does the local audit file say what was written into it? */
#include <stdio.h>

#include "act/audit.h"
#include "cli/acting.h"
#include "cli/cli.h"

int cmd_audit(const Options *o)
{
	AuditVerdict v;
	Acting r;
	Err e = { 0 };
	int code = 0;

	if (o->args != 1 || !str_is(str_of(o->arg[0]), "verify"))
		return acting_usage("usage: seismo audit verify");
	if (acting_open(&r, o, &e) < 0) {
		r.code = cli_fail(&e);
		return acting_end(&r);
	}
	if (audit_verify(r.mover.audit_path, &v, &e) < 0) {
		code = cli_fail(&e);
	} else if (v.bad_row) {
		(void)fprintf(stderr, "seismo: row %lld of %s does not hold: %s; the %lld before it do\n", (long long)v.bad_row, r.mover.audit_path, v.why,
		              (long long)v.rows);
		code = ERR_FAILED;
	} else {
		printf("%lld rows hold: %s\n", (long long)v.rows, r.mover.audit_path);
	}
	acting_leave(&r, code);
	return acting_end(&r);
}
