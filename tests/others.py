"""Agents on a server written by others, set up and read back with boto3."""
import time

IMAGE = "111122223333.dkr.ecr.us-east-1.amazonaws.com/a:1"
RUNTIME = dict(agentRuntimeArtifact={"containerConfiguration": {"containerUri": IMAGE}}, roleArn="arn:aws:iam::000000000000:role/agent",
               networkConfiguration={"networkMode": "PUBLIC"})


def agents_table(ddb):
    ddb.create_table(TableName="agents", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "agentId", "KeyType": "HASH"},
                     {"AttributeName": "version", "KeyType": "RANGE"}],
                     AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ("agentId", "version")])


def routed_agent(server, agent, statuses, live):
    """The agents table with versions of these statuses, one of which serves all; its route has no rev: it was never moved by us. What an item
    says: item(version), the route unless it is said, None when there is none."""
    ddb = server.client("dynamodb")
    agents_table(ddb)
    for version, status in statuses.items():
        ddb.put_item(TableName="agents", Item={"agentId": {"S": agent}, "version": {"S": version}, "status": {"S": status}})
    ddb.put_item(TableName="agents", Item={"agentId": {"S": agent}, "version": {"S": "#route"}, "routes": {"L": [
        {"M": {"version": {"S": live}, "weight": {"N": "100"}}}]}})

    def item(version="#route"):
        return ddb.get_item(TableName="agents", Key={"agentId": {"S": agent}, "version": {"S": version}}, ConsistentRead=True).get("Item")
    return item


def runtime_at_2(server, name):
    """An AgentCore runtime of two versions whose endpoint prod serves the second. What the endpoint says: live()."""
    control = server.client("bedrock-agentcore-control")
    rid = control.create_agent_runtime(agentRuntimeName=name, **RUNTIME)["agentRuntimeId"]
    control.update_agent_runtime(agentRuntimeId=rid, **RUNTIME)
    control.create_agent_runtime_endpoint(agentRuntimeId=rid, name="prod", agentRuntimeVersion="2")

    def live():
        return control.get_agent_runtime_endpoint(agentRuntimeId=rid, endpointName="prod")
    end = time.monotonic() + 20
    while live().get("liveVersion") != "2" or live()["status"] != "READY":
        assert time.monotonic() < end, live()
        time.sleep(0.2)
    return live
