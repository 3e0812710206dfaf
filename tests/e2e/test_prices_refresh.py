"""`seismo prices refresh`: against the simulated region, and against a price list of our own that pages, fails and changes."""
import http.server
import json
import threading
import time

import pytest

KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "AWS_REGION": "eu-west-1"}


def product(attributes, usd, unit="1M tokens", since="2026-08-01T00:00:00Z"):
    dimension = {"unit": unit, "beginRange": "0", "endRange": "Inf", "description": "", "pricePerUnit": {"USD": usd}, "appliesTo": []}
    return json.dumps({"product": {"productFamily": "Amazon Bedrock", "attributes": attributes, "sku": "S"},
                       "terms": {"OnDemand": {"S.T": {"effectiveDate": since, "priceDimensions": {"S.T.R": dimension}}}}})


def market(name, what, usd, **more):
    return product({"servicename": f"{name} (Amazon Bedrock Edition)", "usagetype": f"EUW1-MP:EUW1_{what}-Units", "regionCode": "eu-west-1"}, usd, **more)


def own(name, what, usd, **more):
    return product({"model": name, "usagetype": f"EUW1-X-{what}", "regionCode": "eu-west-1"}, usd, unit="1K tokens", **more)


class Lists:
    """Answers GetProducts two at a time and ListFoundationModels; `products` may be changed while it runs."""

    def __init__(self):
        self.products = {"AmazonBedrock": [], "AmazonBedrockFoundationModels": []}
        self.models, self.fail, self.asked = [], None, []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def say(self, code, body, **headers):
                data = json.dumps(body).encode()
                self.send_response(code)
                for k, v in {"Content-Type": "application/x-amz-json-1.1", "Content-Length": str(len(data)), **headers}.items():
                    self.send_header(k, v)
                self.end_headers()
                self.wfile.write(data)

            def do_GET(self):
                if outer.models is None:
                    self.say(403, {"message": "not authorized to perform: bedrock:ListFoundationModels"}, **{"x-amzn-ErrorType": "AccessDeniedException"})
                else:
                    self.say(200, {"modelSummaries": [{"modelId": i, "modelName": n} for i, n in outer.models]})

            def do_POST(self):
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.asked.append(asked)
                if outer.fail:
                    self.say(400, outer.fail)
                elif asked["ServiceCode"] not in outer.products:
                    self.say(400, {"__type": "NotFoundException", "message": "no such service"})
                else:
                    every, at = outer.products[asked["ServiceCode"]], int(asked.get("NextToken", "0"))
                    page = {"FormatVersion": "aws_v1", "PriceList": every[at:at + 2]}
                    self.say(200, {**page, "NextToken": str(at + 2)} if at + 2 < len(every) else page)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def env(self):
        return {**KEYS, "AWS_ENDPOINT_URL": self.url}

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def lists():
    one = Lists()
    yield one
    one.stop()


def files(home):
    return sorted((home.path / ".local/share/seismo/prices").glob("*"))


def prices(home, env, *args):
    return {(r["model"], r["tier"]): r for r in home.json("prices", *args, env=env)["prices"]}


def test_the_simulated_region(home, sim):
    doc = home.json("prices", "refresh", env=sim.env)
    assert doc["region"] == "us-east-1" and doc["mapped"] == doc["products"] > 60 and doc["notTaken"] == [] and doc["other"] == 0
    file, = files(home)
    assert str(file) == doc["file"] and file.stat().st_mode & 0o777 == 0o600 and file.parent.stat().st_mode & 0o777 == 0o700
    assert time.strftime("%Y-%m-%d", time.gmtime()) in file.name
    changed = {(d["model"], d["class"]): d for d in doc["differences"]}
    sonnet = changed["anthropic.claude-sonnet-4-5-20250929-v1:0", "input"]
    assert (sonnet["shippedMicroUsdPerMillion"], sonnet["microUsdPerMillion"]) == (3_000_000, 3_300_000)
    assert all(not d["model"].startswith("amazon.") for d in doc["differences"])
    now = prices(home, sim.env)
    row = now["anthropic.claude-sonnet-4-5-20250929-v1:0", "standard"]
    assert row["origin"] == "list" and row["source"].startswith("AWS Price List, 20") and row["from"] == "2026-08-01T00:00:00.000Z"
    assert row["longAbove"] == 200_000 and row["sure"] == "doubt"
    assert now["amazon.nova-pro-v1:0", "standard"]["sure"] == "aws" and now["amazon.nova-pro-v1:0", "flex"]["origin"] == "shipped"
    # What the fleet calls costs the same as before: its profiles are us. ones.
    for model, tokens in (("us.anthropic.claude-haiku-4-5-20251001-v1:0", 1_100_000), ("global.anthropic.claude-haiku-4-5-20251001-v1:0", 1_000_000)):
        assert home.json("prices", model, "--tokens", "input=1000", env=sim.env)["nanoUsd"] == tokens
    text = home.run("prices", "refresh", env=sim.env).stdout.decode()
    assert "different from the shipped table" in text and "3.00       3.30" in text
    assert len(files(home)) == 1


def test_a_simulators_prices_are_not_aws_ones(home, sim):
    home.json("prices", "refresh", env=sim.env)
    elsewhere = {**KEYS, "AWS_REGION": "us-east-1"}
    assert all(r["origin"] == "shipped" for r in prices(home, elsewhere).values())
    assert all(r["origin"] == "shipped" for r in prices(home, {**dict(sim.env), "AWS_REGION": "eu-west-1"}).values())
    config = "contexts: {default: {region: us-east-1}}\nprices: {overrides: [{model: amazon.nova-pro-v1:0, input: 9, output: 9}]}\n"
    home.config(config)
    assert prices(home, sim.env)["amazon.nova-pro-v1:0", "standard"]["origin"] == "override"


def test_pages_and_what_is_left_out(home, lists):
    lists.products["AmazonBedrock"] = [
        own("Nova Pro", "input-tokens", "0.00105"), own("Nova Pro", "output-tokens", "0.0042"), own("Nova Pro", "input-tokens-flex", "0.000525"),
        own("Nova Mystery", "input-tokens", "0.001"), own("Brand New", "input-tokens", "0.001"),
        product({"usagetype": "EUW1-Guardrail-Units", "regionCode": "eu-west-1"}, "0.1", unit="1K units")]
    lists.products["AmazonBedrockFoundationModels"] = [
        market("Claude Haiku 4.5", "InputTokenCount", "1.1"), market("Claude Haiku 4.5", "OutputTokenCount", "5.5"),
        market("Claude Haiku 4.5", "CacheWrite1hInputTokenCount_Global", "2"), market("Claude Haiku 4.5", "InputTokenCount_Batch", "0.55")]
    lists.models = [("acme.brand-new-v1:0", "Brand New")]
    doc = home.json("prices", "refresh", env=lists.env)
    assert (doc["products"], doc["mapped"], doc["other"]) == (10, 7, 1) and doc["namesOfModels"]
    assert doc["notTaken"] == [{"name": "Nova Mystery", "products": 1, "why": "no model is known by this name"},
                               {"name": "anthropic.claude-haiku-4-5-20251001-v1:0", "products": 1, "why": "it has no price for input tokens"}]
    assert {a["ServiceCode"] for a in lists.asked} == {"AmazonBedrock", "AmazonBedrockFoundationModels", "AmazonBedrockService"}
    assert all(a["Filters"] == [{"Type": "TERM_MATCH", "Field": "regionCode", "Value": "eu-west-1"}] for a in lists.asked)
    now = prices(home, lists.env)
    assert now["acme.brand-new-v1:0", "standard"]["microUsdPerMillion"]["input"] == 1_000_000
    assert now["amazon.nova-pro-v1:0", "standard"]["microUsdPerMillion"]["output"] == 4_200_000
    assert now["amazon.nova-pro-v1:0", "flex"]["origin"] == "list" and now["amazon.nova-pro-v1:0", "priority"]["origin"] == "shipped"
    lists.models = None
    doc = home.json("prices", "refresh", env=lists.env)
    assert not doc["namesOfModels"] and {n["name"] for n in doc["notTaken"]} >= {"Brand New"}
    assert b"without bedrock:ListFoundationModels" in home.run("prices", "refresh", env=lists.env).stdout


def test_a_list_that_fails_leaves_the_old_one(home, lists):
    lists.products["AmazonBedrock"] = [own("Nova Pro", "input-tokens", "0.00105")]
    home.json("prices", "refresh", env=lists.env)
    before = files(home)[0].read_text()
    lists.fail = {"__type": "AccessDeniedException", "message": "User: x is not authorized to perform: pricing:GetProducts"}
    done = home.run("prices", "refresh", env=lists.env)
    assert done.returncode == 1 and b"pricing:GetProducts" in done.stderr and files(home)[0].read_text() == before
    lists.fail = None
    lists.products["AmazonBedrock"] = ["{"]
    assert home.run("prices", "refresh", env=lists.env).returncode == 1 and files(home)[0].read_text() == before
    lists.products["AmazonBedrock"] = []
    done = home.run("prices", "refresh", env=lists.env)
    assert done.returncode == 1 and b"nothing is written" in done.stderr and files(home)[0].read_text() == before
    for args in (("-o", "csv"), ("--at", "2026-01-01")):
        assert home.run("prices", "refresh", *args, env=lists.env).returncode == 2


def test_prices_that_change_keep_their_time(home, lists):
    lists.products["AmazonBedrock"] = [own("Nova Pro", "input-tokens", "0.001", since="2026-08-01T00:00:00Z")]
    home.json("prices", "refresh", env=lists.env)
    lists.products["AmazonBedrock"] = [own("Nova Pro", "input-tokens", "0.002", since="2026-10-01T00:00:00Z")]
    home.json("prices", "refresh", env=lists.env)
    cost = lambda at: home.json("prices", "amazon.nova-pro-v1:0", "--at", at, "--tokens", "input=1000", env=lists.env)["nanoUsd"]
    assert [cost(d) for d in ("2026-07-31", "2026-08-01", "2026-09-30", "2026-10-01")] == [800_000, 1_000_000, 1_000_000, 2_000_000]


def test_a_damaged_list_is_told_and_left_out(home, lists):
    lists.products["AmazonBedrock"] = [own("Nova Pro", "input-tokens", "0.00105")]
    home.json("prices", "refresh", env=lists.env)
    file, = files(home)
    file.write_text(file.read_text().replace("input: 1.05", "input: cheap"))
    done = home.run("prices", "nova-pro", "-o", "json", env=lists.env)
    assert done.returncode == 0 and b"the AWS prices cannot be used" in done.stderr and b"shipped" in done.stdout
    file.chmod(0o666)
    assert b"can be written by others" in home.run("prices", env=lists.env).stderr
    assert home.run("prices", "refresh", env=lists.env).returncode == 0
    assert b"cannot be used" not in home.run("prices", env=lists.env).stderr


def test_a_refresh_is_booked_again(home, start_sim):
    """The next `get` books by the list: bare ids of Claude cost a tenth more there."""
    still = start_sim("--seed", "11", "--clock", "2026-11-20T12:00:00Z", "--speed", "0")
    item = {"jobId": {"S": "bare"}, "status": {"S": "succeeded"}, "model": {"S": "anthropic.claude-haiku-4-5-20251001-v1:0"},
            "tokens": {"M": {"input": {"N": "1000"}}}, "startedAt": {"S": "2026-11-20T11:00:00.000Z"}, "updatedAt": {"S": "2026-11-20T11:59:59.900Z"}}
    still.client("dynamodb").put_item(TableName="jobs", Item=item)
    cost = lambda: {j["jobId"]: j["costNanoUsd"] for j in home.json("get", "jobs", "--since", "2026-11-20T06:00:00Z", env=still.env)}
    before = cost()
    assert before["bare"] == 1_000_000
    home.json("prices", "refresh", env=still.env)
    after = cost()
    assert after.pop("bare") == 1_100_000 and before.pop("bare") and after == before
