#include "sim/service.h"

static void get_caller_identity(SimCall *c)
{
	Buf out = {0};

	buf_printf(&out, "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>"
	           "<Arn>" SIM_CALLER "</Arn><UserId>AROASIMULATEDEXAMPLE:console</UserId><Account>" SIM_ACCOUNT "</Account>"
	           "</GetCallerIdentityResult><ResponseMetadata><RequestId>%s</RequestId></ResponseMetadata>"
	           "</GetCallerIdentityResponse>", c->request_id);
	sim_answer(c, buf_str(&out));
	buf_done(&out);
}

void svc_sts(SimCall *c)
{
	static const SimOperation operations[] = { { "GetCallerIdentity", get_caller_identity } };

	sim_run(c, operations, sizeof operations / sizeof operations[0]);
}
