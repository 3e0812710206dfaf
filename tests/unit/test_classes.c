/* Every operation's class beside what its name says: a row that is read by mistake would pass a read-only context. */
#include "unit.h"

#include <ctype.h>

#include "aws/aws.h"

static const char *const writing[] = {
	"Put", "Create", "Update", "Delete", "Transact", "Publish", "Subscribe", "Send", "Start", "Stop", "Tag", "Register", "Prepare",
	"Set", "Add", "Remove", "Enable", "Disable", "Attach", "Detach", "Associate", "Copy", "Restore", "Cancel", "Purge", "Change", "Label",
};
static const char *const reading[] = {
	"Get", "List", "Describe", "Query", "Scan", "BatchGet", "Filter", "Head", "Lookup", "Receive", "Verify", "Search", "Assume",
	"Peek", "Read",
};
static const char *const paying[] = { "Converse", "Invoke", "Retrieve", "ApplyGuardrail", "Evaluate" };

/* Names that say one thing and rows that say another, with the reason. */
static const struct { const char *service, *op; AwsClass cls; const char *why; } known[] = {
	{ "sso-oidc", "CreateToken", AWS_READ, "a login; nothing of the account changes" },
	{ "sso-oidc", "RegisterClient", AWS_READ, "a login" },
	{ "sso-oidc", "StartDeviceAuthorization", AWS_READ, "a login" },
	{ "cloudwatch-logs", "StartLiveTail", AWS_READ, "opens a stream" },
	{ "cloudwatch-logs", "StartQuery", AWS_PAID, "Insights costs by the bytes that it reads" },
	{ "cloudwatch-logs", "StopQuery", AWS_READ, "ends a question of ours" },
	{ "kms", "Sign", AWS_WRITE, "a signature is an act in somebody's name" },
	{ "cloudwatch", "GetMetricData", AWS_READ, "costs a little by the metric; the own-cost meter counts it" },
	{ "lambda", "Invoke", AWS_WRITE, "a function does what it likes" },
	{ "bedrock-runtime", "CountTokens", AWS_READ, "free" },
};

static bool begins(const char *name, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(words[i]);

		if (strncmp(name, words[i], len) == 0 && !islower((unsigned char)name[len]))
			return true;
	}
	return false;
}

#define BEGINS(name, words) begins((name), (words), sizeof(words) / sizeof *(words))

/* -1: the name says nothing. */
static int expected(const AwsOp *op)
{
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcmp(known[i].service, op->service->id) == 0 && strcmp(known[i].op, op->name) == 0)
			return known[i].cls;
	if (strcmp(op->service->id, "cost-explorer") == 0)
		return AWS_PAID;                                   /* each request costs a cent */
	if (BEGINS(op->name, paying))
		return AWS_PAID;
	if (BEGINS(op->name, writing))
		return AWS_WRITE;
	return BEGINS(op->name, reading) ? AWS_READ : -1;
}

static void names_and_classes(void **state)
{
	int wrong = 0;

	(void)state;
	for (const AwsOp *const *row = aws_ops(); *row; row++) {
		const AwsOp *op = *row;

		if (expected(op) == (int)op->cls)
			continue;
		print_error("%s %s is %s by its row; a name that misleads needs a line in this test\n", op->service->id, op->name,
		            op->cls == AWS_READ ? "read" : op->cls == AWS_PAID ? "paid" : "write");
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

static void each_row_is_there_once(void **state)
{
	(void)state;
	for (const AwsOp *const *row = aws_ops(); *row; row++) {
		assert_true((*row)->cls == AWS_READ || (*row)->cls == AWS_PAID || (*row)->cls == AWS_WRITE);
		for (const AwsOp *const *other = aws_ops(); other < row; other++)
			if (*other == *row || (strcmp((*other)->name, (*row)->name) == 0 && (*other)->service == (*row)->service))
				fail_msg("%s %s stands twice", (*row)->service->id, (*row)->name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_and_classes), cmocka_unit_test(each_row_is_there_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
