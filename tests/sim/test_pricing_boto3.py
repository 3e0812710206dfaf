"""The Price List of the simulated region, asked by an unmodified SDK."""
import decimal
import json

import pytest

exceptions = pytest.importorskip("botocore.exceptions")


def products(sim, service, *filters, **more):
    pages = sim.client("pricing").get_paginator("get_products").paginate(
        ServiceCode=service, Filters=[dict(zip(("Type", "Field", "Value"), f)) for f in filters], **more)
    return [json.loads(text) for page in pages for text in page["PriceList"]]


def price(product):
    term, = product["terms"]["OnDemand"].values()
    rate, = term["priceDimensions"].values()
    return decimal.Decimal(rate["pricePerUnit"]["USD"]), rate["unit"]


def code_of(call):
    with pytest.raises(exceptions.ClientError) as e:
        call()
    return e.value.response["Error"]["Code"]


HERE = ("TERM_MATCH", "regionCode", "us-east-1")


def test_amazons_models_are_sold_by_the_thousand(sim):
    found = products(sim, "AmazonBedrock", HERE, ("TERM_MATCH", "model", "Nova Pro"))
    by_class = {p["product"]["attributes"]["inferenceType"]: price(p) for p in found}
    assert by_class["Input tokens"] == (decimal.Decimal("0.0008"), "1K tokens")
    assert by_class["Output tokens"] == (decimal.Decimal("0.0032"), "1K tokens")
    assert {p["product"]["attributes"]["usagetype"] for p in found} >= {"USE1-NovaPro-input-tokens", "USE1-NovaPro-output-tokens"}


def test_models_of_the_marketplace_are_services_of_their_own(sim):
    found = products(sim, "AmazonBedrockFoundationModels", HERE,
                     ("TERM_MATCH", "servicename", "Claude Sonnet 4.5 (Amazon Bedrock Edition)"))
    by_usage = {p["product"]["attributes"]["usagetype"]: price(p) for p in found}
    assert by_usage == {
        f"USE1-MP:USE1_{name}TokenCount{where}-Units": (decimal.Decimal(usd) * (10 if where else 11) / 10, "Units")
        for name, usd in (("Input", "3"), ("Output", "15"), ("CacheReadInput", "0.3"), ("CacheWriteInput", "3.75"),
                          ("CacheWrite1hInput", "6"))
        for where in ("", "_Global")}
    assert all("model" not in p["product"]["attributes"] for p in found)


def test_each_document_has_the_shape_of_an_offer(sim):
    every = products(sim, "AmazonBedrock") + products(sim, "AmazonBedrockFoundationModels")
    skus = {p["product"]["sku"] for p in every}
    assert len(skus) == len(every) > 100
    models = {p["product"]["attributes"].get("model") or p["product"]["attributes"]["servicename"] for p in every}
    assert len(models) >= 17
    for p in every:
        sku = p["product"]["sku"]
        (term, offer), = p["terms"]["OnDemand"].items()
        (rate, dimension), = offer["priceDimensions"].items()
        assert term == f"{sku}.{offer['offerTermCode']}" and rate == dimension["rateCode"] and rate.startswith(term + ".")
        assert offer["sku"] == sku and price(p)[0] > 0 and p["serviceCode"] == p["product"]["attributes"]["servicecode"]


def test_filters(sim):
    assert products(sim, "AmazonBedrock", ("TERM_MATCH", "model", "No such model")) == []
    assert products(sim, "AmazonBedrock", ("TERM_MATCH", "nosuchfield", "x")) == []
    two = products(sim, "AmazonBedrock", HERE, ("ANY_OF", "model", "Nova Pro,Nova Lite"), ("CONTAINS", "inferenceType", "Output"))
    assert {p["product"]["attributes"]["model"] for p in two} == {"Nova Pro", "Nova Lite"}
    rest = products(sim, "AmazonBedrock", ("NONE_OF", "provider", "Amazon,Meta"))
    assert {p["product"]["attributes"]["provider"] for p in rest} == {"Mistral AI", "OpenAI", "DeepSeek"}
    west = products(sim, "AmazonBedrock", ("TERM_MATCH", "location", "US West (Oregon)"))
    assert west and all(p["product"]["attributes"]["usagetype"].startswith("USW2-") for p in west)


def test_pages(sim):
    pricing, whole = sim.client("pricing"), products(sim, "AmazonBedrock")
    assert products(sim, "AmazonBedrock", PaginationConfig={"PageSize": 9}) == whole
    token = pricing.get_products(ServiceCode="AmazonBedrock", MaxResults=9)["NextToken"]
    assert code_of(lambda: pricing.get_products(ServiceCode="AmazonBedrock", NextToken="9")) == "InvalidNextTokenException"
    assert code_of(lambda: pricing.get_products(ServiceCode="AmazonBedrockFoundationModels", NextToken=token)) == "InvalidNextTokenException"


def test_what_is_refused(sim):
    pricing = sim.client("pricing")
    assert code_of(lambda: pricing.get_products(ServiceCode="AmazonEC2")) == "NotFoundException"
    for more in ({"MaxResults": 101}, {"FormatVersion": "aws_v9"}, {"Filters": [{"Type": "LIKE", "Field": "model", "Value": "x"}]}):
        assert code_of(lambda: pricing.get_products(ServiceCode="AmazonBedrock", **more)) == "InvalidParameterException"
