#include "api/agent_runtime.h"

static const ShapeMember latency[] = { SH_STR(BarLatency, latency, "latency"), { 0 } };
static const Shape shape_latency = SHAPE(BarLatency, latency);
static const ShapeMember model_config[] = { SH_STRUCT(BarModelConfig, performance, "performanceConfig", shape_latency), { 0 } };
static const Shape shape_model_config = SHAPE(BarModelConfig, model_config);
static const ShapeMember prompt_creation[] = {
	SH_BOOL(BarPromptCreation, drop_thinking, "excludePreviousThinkingSteps"),
	SH_OPT_I64(BarPromptCreation, turns, "previousConversationTurnsToInclude"),
	{ 0 },
};
static const Shape shape_prompt_creation = SHAPE(BarPromptCreation, prompt_creation);
static const ShapeMember streaming[] = {
	SH_BOOL(BarStreaming, final, "streamFinalResponse"),
	SH_I64(BarStreaming, guardrail_interval, "applyGuardrailInterval"),
	{ 0 },
};
static const Shape shape_streaming = SHAPE(BarStreaming, streaming);
static const ShapeMember session[] = {
	SH_PAIRS(BarSession, attributes, "sessionAttributes", 0),
	SH_PAIRS(BarSession, prompt_attributes, "promptSessionAttributes", 0),
	SH_STR(BarSession, invocation_id, "invocationId"),
	SH_LIST(BarSession, results, "returnControlInvocationResults", SHAPE_DOC, 0),
	SH_LIST(BarSession, files, "files", SHAPE_DOC, 0),
	SH_LIST(BarSession, knowledge_bases, "knowledgeBaseConfigurations", SHAPE_DOC, 0),
	SH_DOC(BarSession, history, "conversationHistory"),
	{ 0 },
};
static const Shape shape_session = SHAPE(BarSession, session);
static const ShapeMember invoke_in[] = {
	SH_STR(BarInvokeIn, agent, "agentId", .flags = SHAPE_MUST, .place = PLACE_LABEL, .about = "agent"),
	SH_STR(BarInvokeIn, alias, "agentAliasId", .flags = SHAPE_MUST, .place = PLACE_LABEL),
	SH_STR(BarInvokeIn, session, "sessionId", .flags = SHAPE_MUST, .place = PLACE_LABEL),
	SH_STR(BarInvokeIn, text, "inputText", .flags = SHAPE_SECRET),
	SH_STR(BarInvokeIn, memory, "memoryId"),
	SH_STR(BarInvokeIn, source_arn, "sourceArn", .place = PLACE_HEADER, .wire = "x-amz-source-arn"),
	SH_BOOL(BarInvokeIn, trace, "enableTrace"),
	SH_BOOL(BarInvokeIn, end, "endSession"),
	SH_STRUCT(BarInvokeIn, model, "bedrockModelConfigurations", shape_model_config),
	SH_STRUCT(BarInvokeIn, prompts, "promptCreationConfigurations", shape_prompt_creation),
	SH_STRUCT(BarInvokeIn, state, "sessionState", shape_session),
	SH_STRUCT(BarInvokeIn, streaming, "streamingConfigurations", shape_streaming),
	{ 0 },
};
static const Shape shape_invoke_in = SHAPE(BarInvokeIn, invoke_in);
static const ShapeMember invoke_out[] = {
	SH_STR(BarInvokeOut, session, "sessionId", .place = PLACE_HEADER, .wire = "x-amz-bedrock-agent-session-id"),
	SH_STR(BarInvokeOut, memory, "memoryId", .place = PLACE_HEADER, .wire = "x-amz-bedrock-agent-memory-id"),
	SH_STR(BarInvokeOut, content_type, "contentType", .place = PLACE_HEADER, .wire = "x-amzn-bedrock-agent-content-type"),
	{ 0 },
};
static const Shape shape_invoke_out = SHAPE(BarInvokeOut, invoke_out);
static const ShapeMember s3[] = { SH_STR(BarS3, uri, "uri"), { 0 } };
static const Shape shape_s3 = SHAPE(BarS3, s3);
static const ShapeMember web[] = { SH_STR(BarWeb, url, "url"), { 0 } };
static const Shape shape_web = SHAPE(BarWeb, web);
static const ShapeMember custom[] = { SH_STR(BarCustom, id, "id"), { 0 } };
static const Shape shape_custom = SHAPE(BarCustom, custom);
static const ShapeMember location[] = {
	SH_STR(BarLocation, type, "type"),
	SH_STRUCT(BarLocation, s3, "s3Location", shape_s3),
	SH_STRUCT(BarLocation, web, "webLocation", shape_web),
	SH_STRUCT(BarLocation, custom, "customDocumentLocation", shape_custom),
	{ 0 },
};
static const Shape shape_location = SHAPE(BarLocation, location);
static const ShapeMember content[] = { SH_STR(BarContent, type, "type"), SH_STR(BarContent, text, "text"), { 0 } };
static const Shape shape_content = SHAPE(BarContent, content);
static const ShapeMember passage[] = {
	SH_STRUCT(BarPassage, content, "content", shape_content),
	SH_STRUCT(BarPassage, location, "location", shape_location),
	SH_DOC(BarPassage, metadata, "metadata"),
	SH_NUM(BarPassage, score, "score"),
	SH_STR(BarPassage, document_id, "documentId"),
	{ 0 },
};
static const Shape shape_passage = SHAPE(BarPassage, passage);
static const ShapeMember passage_reference[] = {
	SH_STRUCT(BarPassage, content, "content", shape_content),
	SH_STRUCT(BarPassage, location, "location", shape_location),
	SH_DOC(BarPassage, metadata, "metadata"),
	{ 0 },
};
static const Shape shape_passage_reference = SHAPE(BarPassage, passage_reference);
static const ShapeMember span[] = { SH_OPT_I64(BarSpan, start, "start"), SH_OPT_I64(BarSpan, end, "end"), { 0 } };
static const Shape shape_span = SHAPE(BarSpan, span);
static const ShapeMember text_part[] = {
	SH_STR(BarTextPart, text, "text"),
	SH_STRUCT(BarTextPart, span, "span", shape_span),
	{ 0 },
};
static const Shape shape_text_part = SHAPE(BarTextPart, text_part);
static const ShapeMember part[] = { SH_STRUCT(BarPart, text, "textResponsePart", shape_text_part), { 0 } };
static const Shape shape_part = SHAPE(BarPart, part);
static const ShapeMember citation[] = {
	SH_STRUCT(BarCitation, part, "generatedResponsePart", shape_part),
	SH_STRUCTS(BarCitation, references, "retrievedReferences", shape_passage_reference, 0),
	{ 0 },
};
static const Shape shape_citation = SHAPE(BarCitation, citation);
static const ShapeMember attribution[] = { SH_STRUCTS(BarAttribution, citations, "citations", shape_citation, 0), { 0 } };
static const Shape shape_attribution = SHAPE(BarAttribution, attribution);
static const ShapeMember chunk[] = {
	SH_BLOB(BarChunk, bytes, "bytes"),
	SH_STRUCT(BarChunk, attribution, "attribution", shape_attribution),
	{ 0 },
};
static const Shape shape_chunk = SHAPE(BarChunk, chunk);
static const ShapeMember trace[] = {
	SH_STR(BarTrace, agent, "agentId"),
	SH_STR(BarTrace, alias, "agentAliasId"),
	SH_STR(BarTrace, version, "agentVersion"),
	SH_STR(BarTrace, session, "sessionId"),
	SH_STR(BarTrace, collaborator, "collaboratorName"),
	SH_TIME_ISO(BarTrace, time_ms, "eventTime"),
	SH_LIST(BarTrace, callers, "callerChain", SHAPE_DOC, 0),
	SH_DOC(BarTrace, trace, "trace"),
	{ 0 },
};
static const Shape shape_trace = SHAPE(BarTrace, trace);
static const ShapeMember parameter[] = {
	SH_STR(BarParameter, name, "name"),
	SH_STR(BarParameter, type, "type"),
	SH_STR(BarParameter, value, "value"),
	{ 0 },
};
static const Shape shape_parameter = SHAPE(BarParameter, parameter);
static const ShapeMember function[] = {
	SH_STR(BarFunction, group, "actionGroup"),
	SH_STR(BarFunction, function, "function"),
	SH_STR(BarFunction, agent, "agentId"),
	SH_STR(BarFunction, collaborator, "collaboratorName"),
	SH_STR(BarFunction, invocation, "actionInvocationType"),
	SH_STRUCTS(BarFunction, parameters, "parameters", shape_parameter, 0),
	{ 0 },
};
static const Shape shape_function = SHAPE(BarFunction, function);
static const ShapeMember invocation[] = {
	SH_STRUCT(BarInvocation, function, "functionInvocationInput", shape_function),
	SH_DOC(BarInvocation, api, "apiInvocationInput"),
	{ 0 },
};
static const Shape shape_invocation = SHAPE(BarInvocation, invocation);
static const ShapeMember return_control[] = {
	SH_STR(BarReturnControl, id, "invocationId"),
	SH_STRUCTS(BarReturnControl, inputs, "invocationInputs", shape_invocation, 0),
	{ 0 },
};
static const Shape shape_return_control = SHAPE(BarReturnControl, return_control);
static const ShapeMember file[] = {
	SH_STR(BarFile, name, "name"),
	SH_STR(BarFile, type, "type"),
	SH_BLOB(BarFile, bytes, "bytes"),
	{ 0 },
};
static const Shape shape_file = SHAPE(BarFile, file);
static const ShapeMember files[] = { SH_STRUCTS(BarFiles, files, "files", shape_file, 0), { 0 } };
static const Shape shape_files = SHAPE(BarFiles, files);
static const ShapeMember guardrail[] = {
	SH_STR(BarGuardrail, id, "guardrailId", .flags = SHAPE_MUST),
	SH_STR(BarGuardrail, version, "guardrailVersion", .flags = SHAPE_MUST),
	{ 0 },
};
static const Shape shape_guardrail = SHAPE(BarGuardrail, guardrail);
static const ShapeMember vector_search[] = {
	SH_I64(BarVectorSearch, results, "numberOfResults"),
	SH_STR(BarVectorSearch, search, "overrideSearchType"),
	SH_DOC(BarVectorSearch, filter, "filter"),
	SH_DOC(BarVectorSearch, reranking, "rerankingConfiguration"),
	SH_DOC(BarVectorSearch, implicit_filter, "implicitFilterConfiguration"),
	{ 0 },
};
static const Shape shape_vector_search = SHAPE(BarVectorSearch, vector_search);
static const ShapeMember retrieval[] = {
	SH_STRUCT(BarRetrieval, vector, "vectorSearchConfiguration", shape_vector_search),
	SH_DOC(BarRetrieval, managed, "managedSearchConfiguration"),
	{ 0 },
};
static const Shape shape_retrieval = SHAPE(BarRetrieval, retrieval);
static const ShapeMember query[] = {
	SH_STR(BarQuery, text, "text", .flags = SHAPE_SECRET),
	SH_STR(BarQuery, type, "type"),
	{ 0 },
};
static const Shape shape_query = SHAPE(BarQuery, query);
static const ShapeMember retrieve_in[] = {
	SH_STR(BarRetrieveIn, base, "knowledgeBaseId", .flags = SHAPE_MUST, .place = PLACE_LABEL, .about = "knowledge base"),
	SH_STRUCT(BarRetrieveIn, query, "retrievalQuery", shape_query, .flags = SHAPE_MUST),
	SH_STRUCT(BarRetrieveIn, retrieval, "retrievalConfiguration", shape_retrieval),
	SH_STRUCT(BarRetrieveIn, guardrail, "guardrailConfiguration", shape_guardrail),
	SH_STR(BarRetrieveIn, next_token, "nextToken"),
	{ 0 },
};
static const Shape shape_retrieve_in = SHAPE(BarRetrieveIn, retrieve_in);
static const ShapeMember retrieve_out[] = {
	SH_STRUCTS(BarRetrieveOut, passages, "retrievalResults", shape_passage, SHAPE_ALWAYS),
	SH_STR(BarRetrieveOut, guardrail_action, "guardrailAction"),
	SH_STR(BarRetrieveOut, next_token, "nextToken"),
	{ 0 },
};
static const Shape shape_retrieve_out = SHAPE(BarRetrieveOut, retrieve_out);
static const ShapeMember question[] = { SH_STR(BarQuestion, text, "text", .flags = SHAPE_MUST | SHAPE_SECRET), { 0 } };
static const Shape shape_question = SHAPE(BarQuestion, question);
static const ShapeMember generate_from[] = {
	SH_STR(BarGenerateFrom, base, "knowledgeBaseId", .flags = SHAPE_MUST),
	SH_STR(BarGenerateFrom, model, "modelArn", .flags = SHAPE_MUST),
	SH_STRUCT(BarGenerateFrom, retrieval, "retrievalConfiguration", shape_retrieval),
	SH_DOC(BarGenerateFrom, generation, "generationConfiguration"),
	SH_DOC(BarGenerateFrom, orchestration, "orchestrationConfiguration"),
	{ 0 },
};
static const Shape shape_generate_from = SHAPE(BarGenerateFrom, generate_from);
static const ShapeMember generate_config[] = {
	SH_STR(BarGenerateConfig, type, "type", .flags = SHAPE_MUST),
	SH_STRUCT(BarGenerateConfig, base, "knowledgeBaseConfiguration", shape_generate_from),
	SH_DOC(BarGenerateConfig, sources, "externalSourcesConfiguration"),
	{ 0 },
};
static const Shape shape_generate_config = SHAPE(BarGenerateConfig, generate_config);
static const ShapeMember key[] = { SH_STR(BarKey, arn, "kmsKeyArn", .flags = SHAPE_MUST), { 0 } };
static const Shape shape_key = SHAPE(BarKey, key);
static const ShapeMember generate_in[] = {
	SH_STRUCT(BarGenerateIn, input, "input", shape_question, .flags = SHAPE_MUST),
	SH_STRUCT(BarGenerateIn, config, "retrieveAndGenerateConfiguration", shape_generate_config),
	SH_STRUCT(BarGenerateIn, key, "sessionConfiguration", shape_key),
	SH_STR(BarGenerateIn, session, "sessionId"),
	{ 0 },
};
static const Shape shape_generate_in = SHAPE(BarGenerateIn, generate_in);
static const ShapeMember answer[] = { SH_STR(BarAnswer, text, "text"), { 0 } };
static const Shape shape_answer = SHAPE(BarAnswer, answer);
static const ShapeMember generate_out[] = {
	SH_STRUCT(BarGenerateOut, output, "output", shape_answer, .flags = SHAPE_MUST),
	SH_STRUCTS(BarGenerateOut, citations, "citations", shape_citation, 0),
	SH_STR(BarGenerateOut, session, "sessionId"),
	SH_STR(BarGenerateOut, guardrail_action, "guardrailAction"),
	{ 0 },
};
static const Shape shape_generate_out = SHAPE(BarGenerateOut, generate_out);

enum { THINKING_S = 600, EVENT_MAX_BYTES = ES_MAX_PAYLOAD };

static const AwsService agent_runtime = {
	.id = "bedrock-agent-runtime", .host_prefix = "bedrock-agent-runtime", .signing_name = "bedrock", .protocol = AWS_REST_JSON,
	.name = "Bedrock Agents Runtime", .busy_name = "the agent", .missing_hint = "check the ids of agent and alias, or of the knowledge base",
};

#define ROW(op_name, verb, at, kind) .service = &agent_runtime, .name = op_name, .method = verb, .path = at, .cls = kind, \
	.permission = "bedrock:" op_name

/* An agent that has begun to think is charged, so it is not asked twice. A knowledge base only looks up. */
const AwsOp op_agent_runtime_invoke = {
	ROW("InvokeAgent", "POST", "/agents/{agentId}/agentAliases/{agentAliasId}/sessions/{sessionId}/text", AWS_PAID),
	.in = &shape_invoke_in, .out = &shape_invoke_out, .stream = true, .quiet_s = THINKING_S };
const AwsOp op_agent_runtime_retrieve = {
	ROW("Retrieve", "POST", "/knowledgebases/{knowledgeBaseId}/retrieve", AWS_PAID), .in = &shape_retrieve_in,
	.out = &shape_retrieve_out, .idempotent = true, .page_token = "nextToken" };
const AwsOp op_agent_runtime_retrieve_and_generate = {
	ROW("RetrieveAndGenerate", "POST", "/retrieveAndGenerate", AWS_PAID), .in = &shape_generate_in,
	.out = &shape_generate_out, .total_s = THINKING_S };

int agent_event(Arena *a, Str type, Str payload, BarEvent *out, Err *e)
{
	static const struct { const char *type; BarKind kind; const Shape *shape; size_t at; } events[] = {
		{ "chunk", BAR_CHUNK, &shape_chunk, offsetof(BarEvent, chunk) },
		{ "trace", BAR_TRACE, &shape_trace, offsetof(BarEvent, trace) },
		{ "returnControl", BAR_RETURN_CONTROL, &shape_return_control, offsetof(BarEvent, control) },
		{ "files", BAR_FILES, &shape_files, offsetof(BarEvent, files) },
	};

	*out = (BarEvent){ 0 };
	for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
		if (!str_is(type, events[i].type))
			continue;
		out->kind = events[i].kind;
		if (shape_parse_json(a, events[i].shape, payload, EVENT_MAX_BYTES, (char *)out + events[i].at, e) < 0)
			return err_wrap(e, "Bedrock Agents InvokeAgent %s", events[i].type);
	}
	return 0;
}
