#include "sim/fleet_tables.h"

/* Prices: Amazon Bedrock list prices of August 2026; the us. profiles of Anthropic models cost a tenth more. */
const FleetModel fleet_models[FLEET_MODELS] = {
	{ .id = "us.anthropic.claude-sonnet-4-5-20250929-v1:0", .name = "Claude Sonnet 4.5", .provider = "Anthropic",
	  .micro_usd = { 3300000, 16500000, 330000, 4125000, 6600000 }, .caches = true, .first_ms = 900, .out_us = 9000 },
	{ .id = "us.anthropic.claude-haiku-4-5-20251001-v1:0", .name = "Claude Haiku 4.5", .provider = "Anthropic",
	  .micro_usd = { 1100000, 5500000, 110000, 1375000, 2200000 }, .caches = true, .first_ms = 450, .out_us = 5000 },
	{ .id = "amazon.nova-pro-v1:0", .name = "Nova Pro", .provider = "Amazon",
	  .micro_usd = { 800000, 3200000, 0, 0, 0 }, .first_ms = 420, .out_us = 6000 },
	{ .id = "amazon.nova-lite-v1:0", .name = "Nova Lite", .provider = "Amazon",
	  .micro_usd = { 60000, 240000, 0, 0, 0 }, .first_ms = 260, .out_us = 4000 },
	{ .id = "us.meta.llama3-3-70b-instruct-v1:0", .name = "Llama 3.3 70B Instruct", .provider = "Meta",
	  .micro_usd = { 720000, 720000, 0, 0, 0 }, .first_ms = 500, .out_us = 7000 },
};

const FleetAgent fleet_agents[FLEET_AGENTS] = {
	{ .id = "upsell-generator", .version = { "2.0", "2.1", "2.2" }, .status = { "deprecated", "production", "approved" },
	  .before = { 100 }, .now = { 0, 100 }, .moved_days = 19, .model = 2, .share = 260,
	  .in_tok = 2400, .out_tok = 420, .max_tok = 1000, .approved = 850 },
	{ .id = "upsell-judge", .version = { "1.2", "1.3", "1.4" }, .status = { "deprecated", "production", "testing" },
	  .before = { 100 }, .now = { 0, 100 }, .moved_days = 24, .model = 3, .share = 240,
	  .in_tok = 1500, .out_tok = 120, .max_tok = 400, .approved = 880 },
	{ .id = "visibility-check", .version = { "3.0", "3.1", "3.2" }, .status = { "deprecated", "production", "production" },
	  .before = { 0, 100 }, .now = { 0, 90, 10 }, .moved_days = 2, .model = 0, .share = 220,
	  .in_tok = 3500, .out_tok = 900, .prefix_tok = 6000, .max_tok = 4096, .answer_hits = 420, .approved = 910, .roi = true },
	{ .id = "menu-writer", .version = { "0.9", "1.0", "1.1" }, .status = { "deprecated", "production", "approved" },
	  .before = { 100 }, .now = { 0, 100 }, .moved_days = 11, .model = 1, .share = 110,
	  .in_tok = 1800, .out_tok = 700, .prefix_tok = 3000, .max_tok = 2048, .answer_hits = 300, .approved = 870 },
	{ .id = "review-responder", .version = { "1.0", "1.1", "1.2" }, .status = { "production", "production", "draft" },
	  .before = { 100 }, .now = { 50, 50 }, .moved_days = 5, .model = 4, .share = 90,
	  .in_tok = 900, .out_tok = 260, .max_tok = 600, .approved = 830 },
	{ .id = "lead-qualifier", .version = { "4.1", "4.2", "4.3" }, .status = { "deprecated", "production", "rejected" },
	  .before = { 100 }, .now = { 0, 100 }, .moved_days = 8, .model = 1, .share = 80,
	  .in_tok = 1200, .out_tok = 150, .prefix_tok = 2200, .max_tok = 500, .answer_hits = 200, .approved = 900 },
};

const char *const fleet_personas[FLEET_PERSONAS] = {
	"Solo-Sarah", "Chain-Chris", "Franchise-Fran", "Manager-Mo", "Agency-Alex",
};

const FleetTenant fleet_tenants[FLEET_TENANTS] = {
	{ "t-bluebird", 0, 150 }, { "t-casa-verde", 1, 130 }, { "t-northline", 2, 120 }, { "t-harborside", 4, 110 },
	{ "t-little-oven", 0, 90 }, { "t-metro-grill", 1, 85 }, { "t-sunrise", 2, 75 }, { "t-old-mill", 3, 65 },
	{ "t-pier-nine", 3, 55 }, { "t-green-fork", 4, 50 }, { "t-saffron", 0, 40 }, { "t-tin-roof", 2, 30 },
};

const FleetError fleet_errors[FLEET_OUTCOMES] = {
	[FLEET_THROTTLED] = { "ThrottlingException", "Too many tokens, please wait before trying again." },
	[FLEET_TIMEOUT]   = { "ModelTimeoutException", "Model has timed out in processing the request. Try your request again." },
	[FLEET_SERVER]    = { "ModelErrorException", "The model returned an error while processing the request." },
	[FLEET_SCHEMA]    = { "ToolSchemaError", "Tool input does not match its schema: required member \"offer\" is missing." },
	[FLEET_INVALID]   = { "ValidationException", "Input is too long for requested model." },
};

const int32_t fleet_day_curve[24] = {
	720, 560, 380, 320, 290, 300, 360, 600, 830, 1050, 1200, 1320,
	1340, 1330, 1290, 1280, 1330, 1420, 1540, 1560, 1500, 1350, 1150, 980,
};

const int32_t fleet_week_curve[7] = { 840, 960, 980, 1000, 1020, 1140, 1060 };
