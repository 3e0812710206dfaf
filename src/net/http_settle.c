#include "net/http_own.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

enum { CLOSED_MS = 30 * 60 * 1000 };   /* what directories commonly lock an account for */

typedef struct FaultRow { CURLcode code; HttpFault fault; } FaultRow;

static HttpFault fault_of(CURLcode code);

/* What goes wrong before there is a connection means that nothing was sent: the caller may safely try again. */
static HttpFault fault_before(HttpRequest *rq)
{
	curl_off_t resolved_us = 0;

	rq->http->curl.easy_getinfo(rq->easy, CURLINFO_NAMELOOKUP_TIME_T, &resolved_us);
	return resolved_us ? HTTP_CONNECT : HTTP_DNS;
}

/* Over TLS an answer whose end is the end of the connection may have been cut by anybody on the way: libcurl does not ask
 * for TLS's own goodbye. Every service counts its bytes or its chunks. */
static bool end_unknown(const HttpRequest *rq)
{
	const HttpReply *r = &rq->reply;

	if (!rq->tls || rq->framed || rq->head_only || r->status == 204 || r->status == 304)
		return false;
	return !http_header(r, "content-length").n && !http_header(r, "transfer-encoding").n;
}

/* It is asked once with a login that it does not take: directories lock an account after a few wrong ones. */
static void keep_off(HttpRequest *rq)
{
	const CurlApi *curl = &rq->http->curl;
	char *ip = NULL;
	long port = 0;

	rq->kept_off = true;
	if (curl->easy_getinfo(rq->easy, CURLINFO_PRIMARY_IP, &ip) != CURLE_OK || !ip || !*ip)
		return;
	curl->easy_getinfo(rq->easy, CURLINFO_PRIMARY_PORT, &port);
	(void)snprintf(rq->http->closed_proxy, sizeof rq->http->closed_proxy, "%s %ld", ip, port);   /* as request_peer_name */
	rq->http->closed_until_ms = clock_mono_ms() + CLOSED_MS;
}

void request_peer_name(const struct sockaddr *peer, char *out, size_t size)
{
	char ip[INET6_ADDRSTRLEN] = "";
	const struct sockaddr_in *four = (const void *)peer;
	const struct sockaddr_in6 *six = (const void *)peer;
	bool is_six = peer->sa_family == AF_INET6;

	(void)inet_ntop(peer->sa_family, is_six ? (const void *)&six->sin6_addr : &four->sin_addr, ip, sizeof ip);
	(void)snprintf(out, size, "%s %d", ip, ntohs(is_six ? six->sin6_port : four->sin_port));
}

/* A proxy that refuses the way shows as an error in receiving; its page is nobody's answer. */
static bool proxy_refused(HttpRequest *rq, char *out, size_t size)
{
	long status = 0;

	rq->http->curl.easy_getinfo(rq->easy, CURLINFO_HTTP_CONNECTCODE, &status);
	if (status < 300)
		return false;
	if (status == 407)
		keep_off(rq);
	else
		(void)snprintf(out, size, "the proxy refuses the way there (status %ld); see what it wants in a browser", status);
	return true;
}

/* libcurl repeats a proxy's address that it cannot read, name and password included. One address at most is in a message. */
static void hide_login(char *text)
{
	char *at = strrchr(text, '@'), *from = strstr(text, "://");

	if (!at)
		return;
	if (from && from < at)
		from += 3;
	else
		for (from = at; from > text && !strchr("'\" ", from[-1]); from--)
			;
	if (at > from)
		*from++ = '*';
	memmove(from, at, strlen(at) + 1);
}

void request_settle(HttpRequest *rq, CURLcode code)
{
	HttpReply *r = &rq->reply;
	const char *text = rq->stop ? rq->stop_text : *rq->error ? rq->error : rq->http->curl.easy_strerror(code);
	char refusal[120] = "";

	r->done_ms = clock_mono_ms();
	r->headers = rq->headers;
	r->header_count = rq->header_count;
	r->body = buf_str(&rq->body);
	if (!rq->stop && (code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_RESOLVE_PROXY))
		request_looked_up(rq);
	if (rq->stop)
		r->fault = rq->stop;
	else
		r->fault = fault_of(code);
	if (r->fault == HTTP_OK && end_unknown(rq)) {
		r->fault = HTTP_TORN;
		text = "the connection ended, and nothing says that this was all of the answer";
	}
	if (!rq->stop && !rq->moved_ms && (r->fault == HTTP_TIMEOUT || r->fault == HTTP_TORN))
		r->fault = fault_before(rq);
	if (!rq->stop && !rq->moved_ms && r->fault != HTTP_OK && proxy_refused(rq, refusal, sizeof refusal))
		text = refusal;
	if (rq->kept_off && !rq->stop) {
		r->fault = HTTP_PROXY_LOGIN;
		text = "the proxy does not take the login (status 407), and is not asked again for half an hour";
	}
	if (r->fault != HTTP_OK)
		(void)snprintf(r->fault_text, sizeof r->fault_text, "%s", text);
	hide_login(r->fault_text);
}

/* --- tables --- */

static HttpFault fault_of(CURLcode code)
{
	static const FaultRow rows[] = {
		{ CURLE_OK, HTTP_OK },
		{ CURLE_OPERATION_TIMEDOUT, HTTP_TIMEOUT },
		{ CURLE_COULDNT_RESOLVE_HOST, HTTP_DNS },
		{ CURLE_COULDNT_RESOLVE_PROXY, HTTP_DNS },
		{ CURLE_COULDNT_CONNECT, HTTP_CONNECT },
		{ CURLE_PROXY, HTTP_CONNECT },
		{ CURLE_SSL_CONNECT_ERROR, HTTP_HANDSHAKE },
		{ CURLE_PEER_FAILED_VERIFICATION, HTTP_TLS },
		{ CURLE_SSL_CACERT_BADFILE, HTTP_TLS },
		{ CURLE_SSL_CERTPROBLEM, HTTP_TLS },
		{ CURLE_SSL_CIPHER, HTTP_TLS },
		{ CURLE_SSL_ISSUER_ERROR, HTTP_TLS },
		{ CURLE_SSL_INVALIDCERTSTATUS, HTTP_TLS },
		{ CURLE_PARTIAL_FILE, HTTP_TORN },
		{ CURLE_GOT_NOTHING, HTTP_TORN },
		{ CURLE_RECV_ERROR, HTTP_TORN },
		{ CURLE_SEND_ERROR, HTTP_TORN },
		{ CURLE_HTTP2, HTTP_TORN },
		{ CURLE_HTTP2_STREAM, HTTP_TORN },
		{ CURLE_FILESIZE_EXCEEDED, HTTP_TOO_BIG },
		/* What libcurl says of one header line beyond its own limit of 100 KiB: CURLE_TOO_LARGE, which the headers
		 * of before 8.6 do not name, and "out of memory" in those versions. */
		{ (CURLcode)100, HTTP_TOO_BIG },
		{ CURLE_OUT_OF_MEMORY, HTTP_TOO_BIG },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].code == code)
			return rows[i].fault;
	return HTTP_OTHER;
}
