#include "unit.h"

#include "base/buf.h"
#include "sim/ddb.h"
#include "wire/jsonval.h"

/* Forty jobs made on demand: j00 … j39, status "done" for even ones, else "open"; ten of them share each time. */
enum { MADE = 40 };

static void made_row(int i, Buf *out)
{
	buf_reset(out);
	(void)buf_printf(out, "{\"jobId\":{\"S\":\"j%02d\"},\"status\":{\"S\":\"%s\"},\"updatedAt\":{\"S\":\"t%d\"},\"n\":{\"N\":\"%d\"}}", i,
	                 i % 2 ? "open" : "done", i / 10, i);
}

static void made_each(void *arg, const char *index, Str hash, Str from, bool backward, SimRowFn fn, void *fn_arg)
{
	Buf json = { 0 }, range = { 0 };

	(void)arg;
	for (int k = 0; k < MADE; k++) {
		int i = backward ? MADE - 1 - k : k;
		bool in_index = strcmp(index, "by-status") == 0;

		buf_reset(&range);
		(void)buf_printf(&range, "t%d", i / 10);
		made_row(i, &json);
		if (in_index && !str_is(hash, i % 2 ? "open" : "done"))
			continue;
		if (in_index && from.n && (backward ? str_cmp(buf_str(&range), from) > 0 : str_cmp(buf_str(&range), from) < 0))
			continue;
		if (!in_index && hash.n && !str_has(buf_str(&json), hash))
			continue;
		if (!fn(fn_arg, in_index ? buf_str(&range) : STR(""), buf_str(&json)))
			break;
	}
	buf_done(&json);
	buf_done(&range);
}

static bool made_get(void *arg, Str hash, Str range, Buf *item_json)
{
	int64_t i;

	(void)arg;
	if (range.n || hash.n != 3 || hash.p[0] != 'j' || str_i64(str_sub(hash, 1, 2), &i) < 0 || i >= MADE)
		return false;
	made_row((int)i, item_json);
	return true;
}

static const SimRows made = { .each = made_each, .get = made_get };

static int set_up(void **state)
{
	Err e = { 0 };
	Ddb *d = ddb_open(NULL, STR("eu-west-1"), STR("111122223333"), &e);

	if (!d || ddb_make_table(d, "agents", "agentId", "version", NULL, NULL, NULL, NULL, &e) < 0 ||
	    ddb_make_table(d, "jobs", "jobId", NULL, "by-status", "status", "updatedAt", &made, &e) < 0)
		return -1;
	*state = d;
	return 0;
}

static int tear_down(void **state)
{
	ddb_close(*state);
	return 0;
}

static int64_t now_ms = 1000000;

/* Single quotes in the body stand for double ones. Returns the status; the answer is in *out. */
static int call(Ddb *d, const char *op, const char *body, Buf *out)
{
	Buf text = { 0 };
	int status;

	for (const char *p = body; *p; p++)
		(void)buf_putc(&text, *p == '\'' ? '"' : *p);
	buf_reset(out);
	status = ddb_call(d, str_of(op), buf_str(&text), now_ms, out);
	assert_int_equal(json_check(buf_str(out), 64 << 20, NULL), 0);
	buf_done(&text);
	return status;
}

static void expect(Ddb *d, const char *op, const char *body, int status, const char *answer)
{
	Buf out = { 0 }, want = { 0 };

	for (const char *p = answer; *p; p++)
		(void)buf_putc(&want, *p == '\'' ? '"' : *p);
	if (call(d, op, body, &out) != status || !str_has(buf_str(&out), buf_str(&want)))
		fail_msg("%s %s\n  gave %s\n  not  %d with %s", op, body, buf_cstr(&out), status, buf_cstr(&want));
	buf_done(&out);
	buf_done(&want);
}

#define OK(op, body, answer) expect(d, op, body, 200, answer)
#define BAD(op, body, answer) expect(d, op, body, 400, answer)

static void puts_and_gets(void **state)
{
	Ddb *d = *state;

	OK("PutItem", "{'TableName':'agents','Item':{'agentId':{'S':'a'},'version':{'S':'1'},'x':{'N':'1e2'},'l':{'L':[{'BOOL':true},{'NULL':true}]},"
	              "'b':{'B':'AAEC'},'m':{'M':{}},'e':{'S':''},'ns':{'NS':['1','2.50']}}}", "{}");
	OK("GetItem", "{'TableName':'agents','Key':{'agentId':{'S':'a'},'version':{'S':'1'}}}",
	   "{'Item':{'agentId':{'S':'a'},'version':{'S':'1'},'x':{'N':'100'},'l':{'L':[{'BOOL':true},{'NULL':true}]},'b':{'B':'AAEC'},"
	   "'m':{'M':{}},'e':{'S':''},'ns':{'NS':['1','2.5']}}}");
	OK("GetItem", "{'TableName':'agents','Key':{'agentId':{'S':'a'},'version':{'S':'2'}}}", "{}");
	OK("GetItem", "{'TableName':'agents','Key':{'agentId':{'S':'a'},'version':{'S':'1'}},'ProjectionExpression':'l[1], #x, gone.deep',"
	              "'ExpressionAttributeNames':{'#x':'x'}}", "{'Item':{'l':{'L':[{'NULL':true}]},'x':{'N':'100'}}}");
	OK("DeleteItem", "{'TableName':'agents','Key':{'agentId':{'S':'a'},'version':{'S':'1'}},'ReturnValues':'ALL_OLD'}", "{'Attributes':{'agentId'");
	OK("GetItem", "{'TableName':'agents','Key':{'agentId':{'S':'a'},'version':{'S':'1'}}}", "{}");
}

static void refuses_bad_items(void **state)
{
	Ddb *d = *state;

	BAD("GetItem", "{'TableName':'none','Key':{'a':{'S':'a'}}}", "#ResourceNotFoundException','message':'Requested resource not found'");
	BAD("GetItem", "{'TableName':'agents','Key':{'agentId':{'S':'a'}}}", "The provided key element does not match the schema");
	BAD("GetItem", "{'TableName':'agents','Key':{'agentId':{'N':'1'},'version':{'S':'a'}}}", "The provided key element does not match the schema");
	BAD("PutItem", "{'TableName':'agents','Item':{'agentId':{'S':'a'}}}", "Missing the key version in the item");
	BAD("PutItem", "{'TableName':'agents','Item':{'agentId':{'S':''},'version':{'S':'1'}}}", "empty string value. Key: agentId");
	BAD("PutItem", "{'TableName':'agents','Item':{'agentId':{'S':'a'},'version':{'N':'1'}}}", "Type mismatch for key version expected: S actual: N");
	BAD("PutItem", "{'TableName':'agents','Item':{'agentId':{'S':'a','N':'1'},'version':{'S':'1'}}}", "more than one datatypes");
	BAD("PutItem", "{'TableName':'agents','Item':{'agentId':{},'version':{'S':'1'}}}", "AttributeValue is empty");
	BAD("PutItem", "{'TableName':'agents','Item':{'agentId':{'Z':'1'},'version':{'S':'1'}}}", "AttributeValue is empty");
	BAD("PutItem", "{'TableName':'agents','Item':{'agentId':'a'}}", "SerializationException");
	BAD("PutItem", "{'TableName':'agents','Item':{'a':{'N':'five'}}}", "cannot be converted to a numeric value: five");
	BAD("PutItem", "{'TableName':'agents','Item':{'a':{'N':'123456789012345678901234567890123456789'}}}", "more than 38 significant digits");
	BAD("PutItem", "{'TableName':'agents','Item':{'a':{'N':'1e126'}}}", "Number overflow");
	BAD("PutItem", "{'TableName':'agents','Item':{'a':{'SS':[]}}}", "may not be empty");
	BAD("PutItem", "{'TableName':'agents','Item':{'a':{'NS':['1','1.0']}}}", "contains duplicates");
	BAD("PutItem", "{'TableName':'agents','Item':{'a':{'S':'1'},'a':{'S':'2'}}}", "SerializationException");
	BAD("PutItem", "{'TableName':", "SerializationException");
	BAD("PutItem", "[]", "SerializationException");
	BAD("PutItem", "{'Item':{}}", "failed to satisfy constraint: Member must not be null");
	BAD("FlyItem", "{}", "#UnknownOperationException");
	BAD("PutItem", "{'TableName':'jobs','Item':{'jobId':{'S':'z'},'status':{'N':'1'}}}", "Type mismatch for Index Key status");
}

static void refuses_large_items(void **state)
{
	Ddb *d = *state;
	Buf body = { 0 }, out = { 0 };

	for (int over = 0; over < 2; over++) {
		buf_reset(&body);
		(void)buf_puts(&body, "{'TableName':'agents','Item':{'agentId':{'S':'big'},'version':{'S':'1'},'x':{'S':'");
		for (int i = 0; i < 400 * 1024 - 30 + over * 30; i++)
			(void)buf_putc(&body, 'x');
		(void)buf_puts(&body, "'}}}");
		assert_int_equal(call(d, "PutItem", buf_cstr(&body), &out), over ? 400 : 200);
	}
	assert_non_null(strstr(buf_cstr(&out), "Item size has exceeded"));
	buf_done(&body);
	buf_done(&out);
}

#define UPDATE(rest) "{'TableName':'agents','Key':{'agentId':{'S':'u'},'version':{'S':'1'}},'ReturnValues':'ALL_NEW'," rest "}"

static void updates(void **state)
{
	Ddb *d = *state;

	OK("UpdateItem", UPDATE("'UpdateExpression':'SET rev = if_not_exists(rev, :z) + :1, m = :m ADD s :s','ExpressionAttributeValues':"
	                        "{':z':{'N':'0'},':1':{'N':'1'},':m':{'M':{'a':{'L':[{'N':'1'},{'N':'2'},{'N':'3'}]}}},':s':{'SS':['x','y']}}"),
	   "'rev':{'N':'1'}");
	OK("UpdateItem", UPDATE("'UpdateExpression':'SET m.a = list_append(m.a, :l), rev = rev - :h DELETE s :s','ExpressionAttributeValues':"
	                        "{':l':{'L':[{'S':'end'}]},':h':{'N':'0.5'},':s':{'SS':['x','q']}}"),
	   "'rev':{'N':'0.5'},'m':{'M':{'a':{'L':[{'N':'1'},{'N':'2'},{'N':'3'},{'S':'end'}]}}},'s':{'SS':['y']}");
	OK("UpdateItem", UPDATE("'UpdateExpression':'REMOVE m.a[0], m.a[2], gone SET m.b = m.a[1]'"),
	   "'m':{'M':{'a':{'L':[{'N':'2'},{'S':'end'}]},'b':{'N':'2'}}}");
	OK("UpdateItem", UPDATE("'UpdateExpression':'DELETE s :s','ExpressionAttributeValues':{':s':{'SS':['y']}}"), "'version':{'S':'1'},'rev':{'N':'0.5'},'m':{'M':{'a':{'L':[{'N':'2'},{'S':'end'}]},'b':{'N':'2'}}}}}");
	BAD("UpdateItem", UPDATE("'UpdateExpression':'SET agentId = :x','ExpressionAttributeValues':{':x':{'S':'1'}}"), "part of the key");
	BAD("UpdateItem", UPDATE("'UpdateExpression':'SET x = y'"), "refers to an attribute that does not exist in the item");
	BAD("UpdateItem", UPDATE("'UpdateExpression':'SET x.y = rev'"), "document path provided in the update expression is invalid");
	BAD("UpdateItem", UPDATE("'UpdateExpression':'SET m = rev, m.b = rev'"), "Two document paths overlap");
	BAD("UpdateItem", UPDATE("'UpdateExpression':'SET rev = rev + m'"), "incorrect data type");
	BAD("UpdateItem", UPDATE("'UpdateExpression':'SET rev = rev + :l','ExpressionAttributeValues':{':l':{'L':[]}}"),
	    "operator or function: +, operand type: L");
	BAD("UpdateItem", UPDATE("'UpdateExpression':'SET rev = list_append(m, :n)','ExpressionAttributeValues':{':n':{'N':'1'}}"),
	    "operator or function: list_append, operand type: N");
	BAD("UpdateItem", UPDATE("'UpdateExpression':'SET a = rev SET b = rev'"), "can only be used once");
	BAD("UpdateItem", UPDATE("'UpdateExpression':'SET status = rev'"), "reserved keyword: status");
	BAD("UpdateItem", UPDATE("'UpdateExpression':''"), "The expression can not be empty");
	BAD("UpdateItem", UPDATE("'UpdateExpression':'SET a'"), "Syntax error; token: <EOF>, near: ");
	BAD("UpdateItem", UPDATE("'UpdateExpression':'SET a = rev','ExpressionAttributeNames':{'#x':'x'}"), "unused in expressions: keys: {#x}");
	BAD("UpdateItem", UPDATE("'UpdateExpression':'SET a = :v'"), "not defined; attribute value: :v");
	BAD("UpdateItem", UPDATE("'UpdateExpression':'SET #a = rev'"), "not defined; attribute name: #a");
	OK("UpdateItem", "{'TableName':'agents','Key':{'agentId':{'S':'u'},'version':{'S':'1'}},'ReturnValues':'UPDATED_OLD',"
	                 "'UpdateExpression':'SET m.b = rev, rev = :n','ExpressionAttributeValues':{':n':{'N':'99999999999999999999999999999999999999'}}}",
	   "{'Attributes':{'m':{'M':{'b':{'N':'2'}}},'rev':{'N':'0.5'}}}");
	BAD("UpdateItem", UPDATE("'UpdateExpression':'ADD rev :t','ExpressionAttributeValues':{':t':{'N':'0.1'}}"), "more than 38 significant digits");
}

static void check_condition(Ddb *d, const char *condition, bool holds)
{
	Buf body = { 0 };

	(void)buf_printf(&body, "{'TableName':'agents','Key':{'agentId':{'S':'c'},'version':{'S':'1'}},'UpdateExpression':'SET k = :n',"
	                        "'ConditionExpression':'%s AND (:n <> :s OR :s <> :l OR :l <> :x)','ExpressionAttributeValues':{':n':{'N':'5'},"
	                        "':s':{'S':'ab'},':l':{'L':[]},':x':{'S':'S'}}}", condition);
	expect(d, "UpdateItem", buf_cstr(&body), holds ? 200 : 400, holds ? "{" : "#ConditionalCheckFailedException");
	buf_done(&body);
}

static void conditions(void **state)
{
	Ddb *d = *state;
	static const char *const hold[] = {
		"n = :n", "n <= :n", "n >= :n", "n <> :s", "gone <> :n", "s = :s", "begins_with(s, :s)", "contains(s, :s)", "attribute_exists(m.a)",
		"attribute_not_exists(m.b)", "attribute_type(s, :x)", "n BETWEEN :n AND :n", "n IN (:s, :n)", "NOT n = :s",
		"(n = :s OR s = :s)", "size(things) < :n", "contains(things, :s)", "m.l[0] = :n", "attribute_not_exists(m.l[1])", "NOT (gone < :n)",
		"not n < :n",
	};
	static const char *const fail[] = {
		"n < :n", "n = :s", "s < :n", "gone = :n", "gone < :n", "attribute_exists(gone)", "begins_with(n, :s)", "n IN (:s)",
		"size(n) < :n", "contains(s, :n)", "n BETWEEN :s AND :s", "n = :n AND s <> :s",
	};

	OK("PutItem", "{'TableName':'agents','Item':{'agentId':{'S':'c'},'version':{'S':'1'},'n':{'N':'5.0'},'s':{'S':'ab'},"
	              "'m':{'M':{'a':{'S':'x'},'l':{'L':[{'N':'5'}]}}},'things':{'SS':['ab','cd']}}}", "{}");
	for (size_t i = 0; i < sizeof hold / sizeof *hold; i++)
		check_condition(d, hold[i], true);
	for (size_t i = 0; i < sizeof fail / sizeof *fail; i++)
		check_condition(d, fail[i], false);
	BAD("PutItem", "{'TableName':'agents','Item':{'agentId':{'S':'c'},'version':{'S':'1'}},'ReturnValuesOnConditionCheckFailure':'ALL_OLD',"
	               "'ConditionExpression':'attribute_not_exists(agentId)'}", "'message':'The conditional request failed','Item':{'agentId':{'S':'c'}");
	BAD("DeleteItem", "{'TableName':'agents','Key':{'agentId':{'S':'c'},'version':{'S':'1'}},'ConditionExpression':'a = = b'}", "Syntax error; token: ");
	BAD("DeleteItem", "{'TableName':'agents','Key':{'agentId':{'S':'c'},'version':{'S':'1'}},'ConditionExpression':'begins_with(a, :n)',"
	                  "'ExpressionAttributeValues':{':n':{'N':'1'}}}", "Incorrect operand type");
}

/* The claim of a pointer, as the console writes it. */
#define CLAIM(op) \
	"{'ClientRequestToken':'op-1','TransactItems':[{'Update':{'TableName':'agents','Key':{'agentId':{'S':'t'},'version':{'S':'#route'}}," \
	"'UpdateExpression':'SET #lock = :lock, #rev = :rev1','ConditionExpression':'attribute_exists(#pk) AND #rev = :rev AND " \
	"attribute_not_exists(#lock)','ReturnValuesOnConditionCheckFailure':'ALL_OLD','ExpressionAttributeNames':{'#lock':'lock','#rev':'rev'," \
	"'#pk':'agentId'},'ExpressionAttributeValues':{':rev':{'N':'1'},':rev1':{'N':'2'},':lock':{'M':{'op':{'S':'" op "'}}}}}}," \
	"{'Put':{'TableName':'agents','Item':{'agentId':{'S':'t'},'version':{'S':'#audit#" op "'}},'ConditionExpression':'attribute_not_exists(#pk)'," \
	"'ExpressionAttributeNames':{'#pk':'agentId'}}}]}"

static void transactions(void **state)
{
	Ddb *d = *state;
	const char *first = CLAIM("one"), *second = CLAIM("two");

	BAD("TransactWriteItems", first, "[ConditionalCheckFailed, None]");
	OK("PutItem", "{'TableName':'agents','Item':{'agentId':{'S':'t'},'version':{'S':'#route'},'rev':{'N':'1'}}}", "{}");
	OK("TransactWriteItems", first, "{}");
	OK("TransactWriteItems", first, "{}");
	BAD("TransactWriteItems", second, "#IdempotentParameterMismatchException");
	now_ms += 10 * 60 * 1000 + 1;
	BAD("TransactWriteItems", second, "'CancellationReasons':[{'Code':'ConditionalCheckFailed','Message':'The conditional request failed',"
	                                  "'Item':{'agentId':{'S':'t'},'version':{'S':'#route'},'rev':{'N':'2'},'lock':{'M':{'op':{'S':'one'}}}}},"
	                                  "{'Code':'None'}]");
	OK("GetItem", "{'TableName':'agents','Key':{'agentId':{'S':'t'},'version':{'S':'#audit#one'}}}", "'version':{'S':'#audit#one'}");
	OK("GetItem", "{'TableName':'agents','Key':{'agentId':{'S':'t'},'version':{'S':'#audit#two'}}}", "{}");
	BAD("TransactWriteItems", "{'TransactItems':[{'Delete':{'TableName':'agents','Key':{'agentId':{'S':'t'},'version':{'S':'x'}}}},{'ConditionCheck':"
	                          "{'TableName':'agents','Key':{'agentId':{'S':'t'},'version':{'S':'x'}},'ConditionExpression':'attribute_exists(a)'}}]}",
	    "multiple operations on one item");
	BAD("TransactWriteItems", "{'TransactItems':[{'Put':{'TableName':'agents','Item':{'agentId':{'S':'t'},'version':{'S':'kept'}}}},{'Update':"
	                          "{'TableName':'agents','Key':{'agentId':{'S':'t'},'version':{'S':'#route'}},'UpdateExpression':'SET z = nothing'}}]}",
	    "[None, ValidationError]");
	OK("GetItem", "{'TableName':'agents','Key':{'agentId':{'S':'t'},'version':{'S':'kept'}}}", "{}");
	BAD("TransactWriteItems", "{'TransactItems':[]}", "transactItems");
}

static void range_queries(void **state)
{
	Ddb *d = *state;
	Buf body = { 0 };

	for (int i = 0; i < 9; i++) {
		buf_reset(&body);
		(void)buf_printf(&body, "{'TableName':'agents','Item':{'agentId':{'S':'q'},'version':{'S':'v%d'},'i':{'N':'%d'}}}", i, i);
		expect(d, "PutItem", buf_cstr(&body), 200, "{}");
	}
	buf_done(&body);
#define QUERY(range, rest) "{'TableName':'agents','KeyConditionExpression':'agentId = :q AND version " range "','ProjectionExpression':'i'," \
	"'ExpressionAttributeValues':{':q':{'S':'q'},':a':{'S':'v3'}" rest
	OK("Query", QUERY("= :a", "}}"), "{'Items':[{'i':{'N':'3'}}],'Count':1,'ScannedCount':1}");
	OK("Query", QUERY("< :a", "}}"), "'Items':[{'i':{'N':'0'}},{'i':{'N':'1'}},{'i':{'N':'2'}}]");
	OK("Query", QUERY("<= :a", "}}"), "'Count':4");
	OK("Query", QUERY("> :a", "},'Limit':2}"), "[{'i':{'N':'4'}},{'i':{'N':'5'}}],'Count':2,'ScannedCount':2,'LastEvaluatedKey':"
	                                           "{'agentId':{'S':'q'},'version':{'S':'v5'}}");
	OK("Query", QUERY("> :a", "},'ExclusiveStartKey':{'agentId':{'S':'q'},'version':{'S':'v5'}}}"), "[{'i':{'N':'6'}},{'i':{'N':'7'}},{'i':{'N':'8'}}]");
	OK("Query", QUERY(">= :a", "},'ScanIndexForward':false,'Limit':2}"), "[{'i':{'N':'8'}},{'i':{'N':'7'}}]");
	OK("Query", QUERY(">= :a", "},'ScanIndexForward':false,'ExclusiveStartKey':{'agentId':{'S':'q'},'version':{'S':'v5'}}}"), "[{'i':{'N':'4'}},{'i':{'N':'3'}}]");
	OK("Query", QUERY("BETWEEN :a AND :b", ",':b':{'S':'v4'}}}"), "[{'i':{'N':'3'}},{'i':{'N':'4'}}]");
	OK("Query", "{'TableName':'agents','KeyConditionExpression':'begins_with(version, :v) AND agentId = :q','FilterExpression':'i > :i',"
	            "'ExpressionAttributeValues':{':q':{'S':'q'},':v':{'S':'v'},':i':{'N':'7'}}}", "'Count':1,'ScannedCount':9}");
	BAD("Query", QUERY("<> :a", "}}"), "Query key condition not supported");
	BAD("Query", "{'TableName':'agents','KeyConditionExpression':'version = :a','ExpressionAttributeValues':{':a':{'S':'x'}}}", "missed key schema element: agentId");
	BAD("Query", "{'TableName':'agents','KeyConditionExpression':'agentId = :a','ExpressionAttributeValues':{':a':{'N':'1'}}}", "does not match schema type");
	BAD("Query", "{'TableName':'agents'}", "must be specified");
	BAD("Query", QUERY("= :a", "},'Limit':0}"), "failed to satisfy constraint");
	BAD("Query", QUERY("= :a", "},'ExclusiveStartKey':{'agentId':{'S':'q'}}}"), "starting key is invalid");
	BAD("Query", QUERY("= :a", "},'IndexName':'x'}"), "does not have the specified index: x");
}

/* Walks all pages of a query and gathers the ids. */
static size_t all_pages(Ddb *d, const char *op, const char *request, int limit, Buf *ids)
{
	Buf body = { 0 }, out = { 0 }, start = { 0 };
	size_t pages = 0;

	buf_reset(ids);
	do {
		Arena a = { 0 };
		JsonVal answer, items;
		Str id;

		buf_reset(&body);
		(void)buf_printf(&body, "{'TableName':'jobs','Limit':%d%s%s%s}", limit, request, start.n ? ",'ExclusiveStartKey':" : "", buf_cstr(&start));
		if (call(d, op, buf_cstr(&body), &out) != 200)
			fail_msg("%s", buf_cstr(&out));
		assert_int_equal(jv_parse(&a, buf_str(&out), 64 << 20, &answer, NULL), 0);
		items = jv_get(answer, "Items");
		for (size_t i = 0; i < jv_count(items); i++) {
			assert_int_equal(jv_as_str(jv_path(jv_at(items, i), "jobId.S"), &id, NULL), 0);
			(void)buf_printf(ids, "%.*s ", STR_ARG(id));
		}
		buf_reset(&start);
		if (jv_has(answer, "LastEvaluatedKey"))
			assert_int_equal(jv_write(jv_get(answer, "LastEvaluatedKey"), &start), 0);
		arena_done(&a);
	} while (start.n && ++pages < 200);
	buf_done(&body);
	buf_done(&out);
	buf_done(&start);
	return pages;
}

#define OPEN ",'IndexName':'by-status','KeyConditionExpression':'#s = :o','ExpressionAttributeNames':{'#s':'status'}," \
	"'ExpressionAttributeValues':{':o':{'S':'open'}}"

static void made_rows_below_written_ones(void **state)
{
	static const char forward[] = "j01 j03 j05 j09 a00 j11 j13 j15 j17 j19 j07 j21 j23 j25 j27 j29 j31 j33 j35 j37 j39 ";
	static const char backward[] = "j39 j37 j35 j33 j31 j29 j27 j25 j23 j21 j07 j19 j17 j15 j13 j11 a00 j09 j05 j03 j01 ";
	Ddb *d = *state;
	Buf ids = { 0 };

	OK("GetItem", "{'TableName':'jobs','Key':{'jobId':{'S':'j07'}}}", "'n':{'N':'7'}");
	/* j07 moves to the end of t1, j08 becomes done later, a00 is new, j20 is deleted. */
	OK("PutItem", "{'TableName':'jobs','Item':{'jobId':{'S':'j07'},'status':{'S':'open'},'updatedAt':{'S':'t1z'}}}", "{}");
	OK("PutItem", "{'TableName':'jobs','Item':{'jobId':{'S':'a00'},'status':{'S':'open'},'updatedAt':{'S':'t1'}}}", "{}");
	OK("DeleteItem", "{'TableName':'jobs','Key':{'jobId':{'S':'j20'}},'ReturnValues':'ALL_OLD'}", "'n':{'N':'20'}");
	OK("GetItem", "{'TableName':'jobs','Key':{'jobId':{'S':'j20'}}}", "{}");
	for (int limit = 1; limit < 30; limit++) {
		(void)all_pages(d, "Query", OPEN, limit, &ids);
		assert_string_equal(buf_cstr(&ids), forward);
		(void)all_pages(d, "Query", OPEN ",'ScanIndexForward':false", limit, &ids);
		assert_string_equal(buf_cstr(&ids), backward);
		(void)all_pages(d, "Scan", "", limit, &ids);
		assert_int_equal(ids.n, 4 * (MADE - 1 + 1));
	}
	BAD("Query", "{'TableName':'jobs','ConsistentRead':true" OPEN "}", "Consistent reads are not supported on global secondary indexes");
	/* Written again after its deletion. */
	OK("PutItem", "{'TableName':'jobs','Item':{'jobId':{'S':'j20'}}}", "{}");
	OK("GetItem", "{'TableName':'jobs','Key':{'jobId':{'S':'j20'}}}", "{'Item':{'jobId':{'S':'j20'}}}");
	buf_done(&ids);
}

static void batches(void **state)
{
	Ddb *d = *state;

	OK("BatchWriteItem", "{'RequestItems':{'agents':[{'PutRequest':{'Item':{'agentId':{'S':'b'},'version':{'S':'1'}}}},{'PutRequest':{'Item':"
	                     "{'agentId':{'S':'b'},'version':{'S':'2'}}}}],'jobs':[{'DeleteRequest':{'Key':{'jobId':{'S':'j02'}}}}]}}", "{'UnprocessedItems':{}}");
	OK("BatchGetItem", "{'RequestItems':{'agents':{'Keys':[{'agentId':{'S':'b'},'version':{'S':'2'}},{'agentId':{'S':'b'},'version':{'S':'9'}}]},"
	                   "'jobs':{'Keys':[{'jobId':{'S':'j02'}},{'jobId':{'S':'j03'}}],'ProjectionExpression':'n'}}}",
	   "{'Responses':{'agents':[{'agentId':{'S':'b'},'version':{'S':'2'}}],'jobs':[{'n':{'N':'3'}}]},'UnprocessedKeys':{}}");
	BAD("BatchGetItem", "{'RequestItems':{'jobs':{'Keys':[{'jobId':{'S':'x'}},{'jobId':{'S':'x'}}]}}}", "contains duplicates");
	BAD("BatchGetItem", "{'RequestItems':{}}", "requestItems");
}

static void tables(void **state)
{
	Ddb *d = *state;
	const char *create = "{'TableName':'seismo-locks','BillingMode':'PAY_PER_REQUEST','AttributeDefinitions':[{'AttributeName':'pointer','AttributeType':'S'},"
	                     "{'AttributeName':'sk','AttributeType':'N'}],'KeySchema':[{'AttributeName':'pointer','KeyType':'HASH'},{'AttributeName':'sk','KeyType':'RANGE'}]}";

	OK("CreateTable", create, "'TableStatus':'CREATING'");
	BAD("CreateTable", create, "#ResourceInUseException");
	OK("DescribeTable", "{'TableName':'seismo-locks'}", "'TableArn':'arn:aws:dynamodb:eu-west-1:111122223333:table/seismo-locks'");
	OK("DescribeTable", "{'TableName':'jobs'}", "'GlobalSecondaryIndexes':[{'IndexName':'by-status'");
	BAD("DescribeTable", "{'TableName':'gone'}", "Requested resource not found: Table: gone not found");
	OK("ListTables", "{'Limit':2}", "{'TableNames':['agents','jobs'],'LastEvaluatedTableName':'jobs'}");
	OK("ListTables", "{'ExclusiveStartTableName':'jobs'}", "{'TableNames':['seismo-locks']}");
	BAD("CreateTable", "{'TableName':'x'}", "TableName must be");
	/* Numbers are ordered as numbers. */
	for (const char *const *n = (const char *const[]){ "10", "-2", "9", "0", "-10", "1e-3", "100", NULL }; *n; n++) {
		char body[200];

		(void)snprintf(body, sizeof body, "{'TableName':'seismo-locks','Item':{'pointer':{'S':'p'},'sk':{'N':'%s'}}}", *n);
		OK("PutItem", body, "{}");
	}
	OK("Query", "{'TableName':'seismo-locks','KeyConditionExpression':'#p = :p','ExpressionAttributeNames':{'#p':'pointer','#s':'sk'},"
	            "'ProjectionExpression':'#s','ExpressionAttributeValues':{':p':{'S':'p'}}}",
	   "[{'sk':{'N':'-10'}},{'sk':{'N':'-2'}},{'sk':{'N':'0'}},{'sk':{'N':'0.001'}},{'sk':{'N':'9'}},{'sk':{'N':'10'}},{'sk':{'N':'100'}}]");
}

static void survives_in_a_file(void **state)
{
	char path[] = "build/test_ddb_XXXXXX", more[64];
	int fd = mkstemp(path);
	Err e = { 0 };
	Ddb *d;

	(void)state;
	assert_true(fd >= 0);
	d = ddb_open(path, STR("r"), STR("1"), &e);
	assert_non_null(d);
	assert_int_equal(ddb_make_table(d, "agents", "agentId", "version", NULL, NULL, NULL, NULL, &e), 0);
	assert_int_equal(ddb_put_json(d, "agents", STR("{\"agentId\":{\"S\":\"a\"},\"version\":{\"S\":\"1\"}}"), &e), 0);
	assert_int_equal(ddb_put_json(d, "agents", STR("{\"agentId\":{\"S\":\"a\"}}"), &e), -1);
	assert_int_equal(ddb_put_json(d, "none", STR("{}"), &e), -1);
	ddb_close(d);
	d = ddb_open(path, STR("r"), STR("1"), &e);
	assert_non_null(d);
	assert_int_equal(ddb_make_table(d, "agents", "other", NULL, NULL, NULL, NULL, NULL, &e), -1);
	OK("GetItem", "{'TableName':'agents','Key':{'agentId':{'S':'a'},'version':{'S':'1'}}}", "'Item'");
	ddb_close(d);
	for (const char *const *end = (const char *const[]){ "", "-wal", "-shm", NULL }; *end; end++) {
		(void)snprintf(more, sizeof more, "%s%s", path, *end);
		(void)remove(more);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(puts_and_gets), cmocka_unit_test(refuses_bad_items), cmocka_unit_test(refuses_large_items), cmocka_unit_test(updates),
		cmocka_unit_test(conditions), cmocka_unit_test(transactions), cmocka_unit_test(range_queries),
		cmocka_unit_test(made_rows_below_written_ones), cmocka_unit_test(batches), cmocka_unit_test(tables),
		cmocka_unit_test(survives_in_a_file),
	};

	return cmocka_run_group_tests_name("ddb", tests, set_up, tear_down);
}
