/* libcurl and libmicrohttpd, loaded when first needed (base/late.h). The field types are those of the libraries' own
 * prototypes, so a call through the table is checked like a direct one. */
#ifndef NET_LATE_H
#define NET_LATE_H

#include <curl/curl.h>
#include <microhttpd.h>

#include "base/err.h"

#define CURL_CALLS(X) \
	X(global_init_mem) X(global_cleanup) \
	X(easy_init) X(easy_cleanup) X(easy_setopt) X(easy_getinfo) X(easy_strerror) \
	X(slist_append) X(slist_free_all) \
	X(multi_init) X(multi_cleanup) X(multi_setopt) X(multi_strerror) X(multi_assign) \
	X(multi_add_handle) X(multi_remove_handle) X(multi_socket_action) X(multi_info_read)

#define MHD_CALLS(X) \
	X(start_daemon) X(stop_daemon) X(get_daemon_info) X(run) X(get_timeout) \
	X(get_connection_values_n) X(get_connection_info) X(suspend_connection) X(resume_connection) \
	X(create_response_from_buffer) X(create_response_from_callback) X(add_response_header) \
	X(queue_response) X(destroy_response)

#define LATE_CURL_FIELD(name) __typeof__(&curl_##name) name;
#define LATE_MHD_FIELD(name)  __typeof__(&MHD_##name) name;

typedef struct CurlApi { CURL_CALLS(LATE_CURL_FIELD) } CurlApi;
typedef struct MhdApi { MHD_CALLS(LATE_MHD_FIELD) } MhdApi;

/* Fill *api. -1 with the package to install when the library or one of its functions is missing. */
int late_curl(CurlApi *api, Err *e);
int late_microhttpd(MhdApi *api, Err *e);

#endif
