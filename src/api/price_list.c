#include "api/price_list.h"

enum { PAGE_MAX_BYTES = 32 << 20 };      /* a hundred products, each with all its terms */

static const ShapeMember filter[] = {
	SH_STR(PriceFilter, type, "Type", .flags = SHAPE_MUST),
	SH_STR(PriceFilter, field, "Field", .flags = SHAPE_MUST),
	SH_STR(PriceFilter, value, "Value", .flags = SHAPE_MUST),
	{ 0 },
};
static const Shape shape_filter = SHAPE(PriceFilter, filter);
static const ShapeMember products_in[] = {
	SH_STR(PriceProductsIn, service_code, "ServiceCode", .flags = SHAPE_MUST, .about = "prices of"),
	SH_STRUCTS(PriceProductsIn, filters, "Filters", shape_filter, 0),
	SH_STR(PriceProductsIn, format_version, "FormatVersion"),
	SH_STR(PriceProductsIn, next_token, "NextToken"),
	SH_I64(PriceProductsIn, limit, "MaxResults"),
	{ 0 },
};
static const ShapeMember products_out[] = {
	SH_STR(PriceProducts, format_version, "FormatVersion"),
	SH_STRS(PriceProducts, products, "PriceList", SHAPE_ALWAYS),
	SH_STR(PriceProducts, next_token, "NextToken"),
	{ 0 },
};
static const Shape shape_products_in = SHAPE(PriceProductsIn, products_in), shape_products_out = SHAPE(PriceProducts, products_out);

/* In three Regions only; the endpoint's rules take the nearest. */
static const AwsService pricing = {
	.id = "pricing", .host_prefix = "api.pricing", .signing_name = "pricing", .protocol = AWS_JSON11,
	.target_prefix = "AWSPriceListService", .name = "Price List",
};

const AwsOp op_pricing_get_products = {
	.service = &pricing, .name = "GetProducts", .method = "POST", .path = "/", .cls = AWS_READ, .idempotent = true,
	.permission = "pricing:GetProducts", .in = &shape_products_in, .out = &shape_products_out, .body_max = PAGE_MAX_BYTES,
	.page_token = "NextToken" };
