#include "sim/control.h"

#include "sim/service.h"
#include "sim/sso.h"

static void answer(HttpdConn *conn, int status, Str text)
{
	static const HttpHeader type[] = { { { "content-type", 12 }, { "text/plain; charset=utf-8", 25 } } };

	httpd_reply(conn, &(HttpdReply){ .status = status, .headers = type, .header_count = 1, .body = text });
}

/* The page that a login's address leads to: opening it with the code logs in, with "&deny=1" it does not. */
static void device_page(Sim *s, HttpdConn *conn, Str query)
{
	Str code = STR("");
	bool deny = false, known;

	while (query.n) {
		Str value = str_cut(query, '&', &query), key = str_cut(value, '=', &value);

		if (str_is(key, "user_code"))
			code = value;
		deny |= str_is(key, "deny");
	}
	known = sso_answer(s, code, !deny);
	answer(conn, known ? 200 : 404, !known ? STR("no login waits with this code (?user_code=ABCD-EFGH)\n")
	       : deny ? STR("the login is denied\n") : STR("you are logged in: go back to the terminal\n"));
}

bool control_request(Sim *s, HttpdConn *conn, const HttpdRequest *rq)
{
	bool put = str_is(rq->method, "PUT");
	SimFaults f;
	Buf text = {0};
	Err e;

	if (!str_starts(rq->path, STR("/_seismo/")))
		return false;
	if (str_is(rq->path, "/_seismo/device")) {
		device_page(s, conn, rq->query);
		return true;
	}
	if (!str_is(rq->path, "/_seismo/faults")) {
		answer(conn, 404, STR("there are /_seismo/faults and /_seismo/device\n"));
		return true;
	}
	if (!put && !str_is(rq->method, "GET")) {
		answer(conn, 405, STR("GET shows the faults, PUT sets them\n"));
		return true;
	}
	if (put && faults_parse(rq->body, &f, &e) < 0) {
		buf_printf(&text, "%s\n", e.text);
		answer(conn, 400, buf_str(&text));
	} else {
		if (put)
			sim_set_faults(s, &f);
		faults_print(sim_faults(s), &text);
		buf_putc(&text, '\n');
		answer(conn, 200, buf_str(&text));
	}
	buf_done(&text);
	return true;
}
