/* What is left of secrets in this process's memory once their owner is gone. The server and the files are a child's work:
 * here a secret exists only because the code under test brought it in. */
#include "unit.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "creds_unit.h"
#include "wire/text.h"

enum { NEEDLES = 16, NEEDLE = 24, MASK = 0x5a };

/* Needle i is 24 hex digits of SHA-256(seed, i); the parent only ever makes it masked. */
static unsigned char seed[16];
static unsigned char masked[NEEDLES][NEEDLE];

static void digest_of(int i, unsigned char out[32])
{
	unsigned char text[sizeof seed + 1];

	memcpy(text, seed, sizeof seed);
	text[sizeof seed] = (unsigned char)i;
	sha256_of((Str){ (const char *)text, sizeof text }, out);
}

/* Only for the child. */
static const char *needle(int i)
{
	static char text[NEEDLES][NEEDLE + 1];
	unsigned char d[32];

	digest_of(i, d);
	for (size_t k = 0; k < NEEDLE / 2; k++)
		(void)snprintf(text[i] + 2 * k, 3, "%02x", (unsigned)d[k]);
	return text[i];
}

static void make_masked(void)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char d[32];

	for (int i = 0; i < NEEDLES; i++) {
		digest_of(i, d);
		for (size_t k = 0; k < NEEDLE; k++)
			masked[i][k] = (unsigned char)digits[k % 2 ? d[k / 2] & 15 : d[k / 2] >> 4] ^ MASK;
	}
}

static bool is_needle(const unsigned char *p, int i)
{
	for (size_t k = 0; k < NEEDLE; k++)
		if ((p[k] ^ MASK) != masked[i][k])
			return false;
	return true;
}

/* Looks through everything that can be written, in place: copying it would make copies. Returns how many it found. */
static int scan(const char *when, unsigned which)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[512], perms[8];
	unsigned long from, to;
	int found = 0;

	assert_non_null(maps);
	while (fgets(line, sizeof line, maps)) {
		if (sscanf(line, "%lx-%lx %7s", &from, &to, perms) != 3 || perms[0] != 'r' || perms[1] != 'w' || strstr(line, "[v"))
			continue;
		for (const unsigned char *p = (const unsigned char *)from, *end = (const unsigned char *)to - NEEDLE; p <= end; p++)
			for (int i = 0; i < NEEDLES; i++)
				if (which >> i & 1 && (*p ^ MASK) == masked[i][0] && is_needle(p, i)) {
					printf("# %s: secret %d at %p in %s", when, i, (const void *)p, line);
					found++;
				}
	}
	(void)fclose(maps);
	return found;
}

/* --- the child --- */

enum { FILE_SECRET, FILE_TOKEN, ROLE_SECRET, ROLE_TOKEN, SSO_TOKEN, SSO_REFRESH, SSO_CLIENT, SSO_SECRET, SSO_KEY_TOKEN, BOX_SECRET, BOX_TOKEN,
       BOX_AUTH, PROCESS_SECRET, NEXT_SECRET, SSO_NEXT, SSO_NEXT_REFRESH };

static void put_file(const char *home, const char *name, const char *text)
{
	Rig r = { 0 };

	(void)snprintf(r.home, sizeof r.home, "%s", home);
	write_text(&r, name, text);
}

static void write_keys(const char *home, int secret)
{
	char text[512];

	(void)snprintf(text, sizeof text, "[default]\naws_access_key_id = AKIDFILE%d\naws_secret_access_key = %s\naws_session_token = %s\n", secret,
	               needle(secret), needle(FILE_TOKEN));
	put_file(home, ".aws/credentials", text);
}

static void write_sso(const char *home, const char *ends)
{
	char text[1024];

	(void)snprintf(text, sizeof text, "{\"startUrl\":\"https://x\",\"region\":\"eu-west-1\",\"accessToken\":\"%s\",\"expiresAt\":\"%s\","
	               "\"clientId\":\"id\",\"clientSecret\":\"%s\",\"registrationExpiresAt\":\"2099-01-01T00:00:00Z\",\"refreshToken\":\"%s\"}",
	               needle(SSO_TOKEN), ends, needle(SSO_CLIENT), needle(SSO_REFRESH));
	put_file(home, ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json", text);
}

static void serve(HttpdConn *c, const HttpdRequest *rq, void *arg)
{
	char text[2048];

	(void)arg;
	if (str_is(rq->path, "/federation/credentials"))
		(void)snprintf(text, sizeof text, "{\"roleCredentials\":{\"accessKeyId\":\"ASIASSO\",\"secretAccessKey\":\"%s\",\"sessionToken\":\"%s\","
		               "\"expiration\":4070908800000}}", needle(SSO_SECRET), needle(SSO_KEY_TOKEN));
	else if (str_is(rq->path, "/token"))
		(void)snprintf(text, sizeof text, "{\"accessToken\":\"%s\",\"refreshToken\":\"%s\",\"expiresIn\":28800,\"tokenType\":\"Bearer\"}",
		               needle(SSO_NEXT), needle(SSO_NEXT_REFRESH));
	else if (str_is(rq->path, "/box"))
		(void)snprintf(text, sizeof text, "{\"AccessKeyId\":\"ASIABOX\",\"SecretAccessKey\":\"%s\",\"Token\":\"%s\",\"Expiration\":"
		               "\"2099-01-01T00:00:00Z\"}", needle(BOX_SECRET), needle(BOX_TOKEN));
	else if (str_has(rq->body, STR("Action=AssumeRole")))
		(void)snprintf(text, sizeof text, "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAROLE</AccessKeyId>"
		               "<SecretAccessKey>%s</SecretAccessKey><SessionToken>%s</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>"
		               "</Credentials></AssumeRoleResult></AssumeRoleResponse>", needle(ROLE_SECRET), needle(ROLE_TOKEN));
	else
		(void)snprintf(text, sizeof text, "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/x</Arn>"
		               "<UserId>u</UserId><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>");
	answer(c, 200, text);
}

static void on_rotate(uv_signal_t *s, int signum)
{
	(void)signum;
	write_keys(s->data, NEXT_SECRET);
}

static void child(const char *home, int out)
{
	uv_loop_t loop;
	uv_signal_t rotate;
	char text[512];
	Httpd *d;
	int port;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)uv_loop_init(&loop);
	(void)uv_signal_init(&loop, &rotate);
	rotate.data = (void *)(uintptr_t)home;
	(void)uv_signal_start(&rotate, on_rotate, SIGUSR1);
	if (!(d = httpd_open(&loop, 0, 1 << 20, serve, NULL, NULL)))
		_exit(1);
	write_keys(home, FILE_SECRET);
	write_sso(home, "2020-01-01T00:00:00Z");
	put_file(home, ".aws/config", "[profile role]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = default\n"
	         "[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://x\n"
	         "[profile sso]\nsso_session = corp\nsso_account_id = 1\nsso_role_name = r\n"
	         "[profile p]\ncredential_process = sh -c \"cat $HOME/out\"\n[profile box]\nrole_arn = arn:aws:iam::1:role/r\n"
	         "credential_source = EcsContainer\n");
	(void)snprintf(text, sizeof text, "{\"Version\":1,\"AccessKeyId\":\"AKIDP\",\"SecretAccessKey\":\"%s\"}", needle(PROCESS_SECRET));
	put_file(home, "out", text);
	put_file(home, "box", needle(BOX_AUTH));
	port = httpd_port(d);
	(void)!write(out, &port, sizeof port);
	(void)uv_run(&loop, UV_RUN_DEFAULT);
	_exit(0);
}

/* --- the parent --- */

typedef struct Far { Rig r; pid_t pid; } Far;

static int far_open(void **state)
{
	Far *f = calloc(1, sizeof *f);
	char text[96];
	int fd[2], port = 0;

	clear_aws();
	(void)snprintf(f->r.home, sizeof f->r.home, "/tmp/seismo-memory-XXXXXX");
	if (!mkdtemp(f->r.home) || pipe(fd) < 0 || (f->pid = fork()) < 0)
		return -1;
	if (f->pid == 0)
		child(f->r.home, fd[1]);
	if (read(fd[0], &port, sizeof port) != sizeof port)
		return -1;
	(void)close(fd[0]);
	(void)close(fd[1]);
	setenv("HOME", f->r.home, 1);
	(void)snprintf(f->r.url, sizeof f->r.url, "http://127.0.0.1:%d", port);
	setenv("AWS_ENDPOINT_URL", f->r.url, 1);
	setenv("AWS_MAX_ATTEMPTS", "1", 1);
	(void)snprintf(text, sizeof text, "%s/box", f->r.url);
	setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", text, 1);
	(void)snprintf(text, sizeof text, "%s/box", f->r.home);
	setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", text, 1);
	(void)uv_loop_init(&f->r.loop);
	f->r.http = http_new(&f->r.loop, NULL);
	*state = f;
	return f->r.http ? 0 : -1;
}

static void leave(Rig *r)
{
	aws_client_free(r->client);
	r->client = NULL;
	(void)uv_run(&r->loop, UV_RUN_NOWAIT);
	(void)uv_run(&r->loop, UV_RUN_NOWAIT);
}

static int far_close(void **state)
{
	Far *f = *state;
	char command[128];

	leave(&f->r);
	if (f->r.http)
		http_close(f->r.http, NULL, NULL);
	(void)uv_run(&f->r.loop, UV_RUN_DEFAULT);
	(void)uv_loop_close(&f->r.loop);
	(void)kill(f->pid, SIGKILL);
	(void)waitpid(f->pid, NULL, 0);
	(void)snprintf(command, sizeof command, "rm -rf '%s'", f->r.home);
	(void)!system(command);
	free(f);
	return 0;
}

static void works(Rig *r, const char *profile)
{
	if (!use(r, profile, NULL))
		fail_msg("%s", r->text);
	call_identity(r);
	assert_string_equal(r->text, "");
}

/* The connections are still open, the credentials are gone. */
static void nothing_is_left_of_any_source(void **state)
{
	static const char *const profiles[] = { "default", "role", "sso", "p", "box" };
	Far *f = *state;

	for (size_t i = 0; i < sizeof profiles / sizeof *profiles; i++) {
		works(&f->r, profiles[i]);
		leave(&f->r);
		assert_int_equal(scan(profiles[i], ~0u), 0);
	}
	http_close(f->r.http, NULL, NULL);
	f->r.http = NULL;
	(void)uv_run(&f->r.loop, UV_RUN_DEFAULT);
	assert_int_equal(scan("closed", ~0u), 0);
}

static void the_scan_sees_what_is_there(void **state)
{
	Far *f = *state;

	works(&f->r, "default");
	assert_true(scan("in use", 1u << FILE_SECRET) > 0);
}

static void nothing_is_left_of_the_keys_before_a_rotation(void **state)
{
	Far *f = *state;

	works(&f->r, NULL);
	assert_int_equal(kill(f->pid, SIGUSR1), 0);
	for (int i = 0; i < 100 && creds_generation(aws_creds(f->r.client)) < 2; i++) {
		call_identity(&f->r);
		uv_sleep(50);
	}
	assert_int_equal(creds_generation(aws_creds(f->r.client)), 2);
	call_identity(&f->r);
	assert_int_equal(scan("rotated", 1u << FILE_SECRET), 0);
}

/* Locked, and left out of core dumps: what the kernel says of the pages that hold the keys. */
static void keys_stay_in_memory_and_out_of_dumps(void **state)
{
	Far *f = *state;
	unsigned long from, to, at;
	char line[512];
	bool here = false, seen = false;
	FILE *smaps;

	works(&f->r, "default");
	at = (unsigned long)(uintptr_t)creds_get(aws_creds(f->r.client)).secret_key.p;
	smaps = fopen("/proc/self/smaps", "r");
	assert_non_null(smaps);
	while (fgets(line, sizeof line, smaps)) {
		if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
			here = at >= from && at < to;
		else if (here && strncmp(line, "VmFlags:", 8) == 0) {
			assert_non_null(strstr(line, " dd"));
			assert_non_null(strstr(line, " lo"));
			seen = true;
		}
	}
	(void)fclose(smaps);
	assert_true(seen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_scan_sees_what_is_there, far_open, far_close),
		cmocka_unit_test_setup_teardown(nothing_is_left_of_any_source, far_open, far_close),
		cmocka_unit_test_setup_teardown(nothing_is_left_of_the_keys_before_a_rotation, far_open, far_close),
		cmocka_unit_test_setup_teardown(keys_stay_in_memory_and_out_of_dumps, far_open, far_close),
	};

#ifdef __SANITIZE_ADDRESS__
	printf("1..1\nok 1 # SKIP\n# skipped: the sanitizer keeps freed memory\n");
	return 0;
#endif
	/* Freed memory stays where it was written: the allocator is the program's own. */
	FILE *random = fopen("/dev/urandom", "r");

	if (!random || fread(seed, 1, sizeof seed, random) != sizeof seed)
		return 1;
	(void)fclose(random);
	make_masked();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
