"""What boto3 says of agents, their pointers and versions, in the form of `get agents` and `get versions`."""


def pages(method, member, **given):
    out, token = [], {}
    while True:
        page = method(**given, **token)
        out += page[member]
        if not page.get("nextToken"):
            return out
        token = {"nextToken": page["nextToken"]}


def one(version):
    return [{"version": version, "weight": 100}] if version else []


def agentcore(client):
    """{runtime id: (name, {endpoint: …}, {version: status})}"""
    out = {}
    for r in pages(client.list_agent_runtimes, "agentRuntimes"):
        rid = r["agentRuntimeId"]
        out[rid] = (r["agentRuntimeName"], {
            e["name"]: {"id": e["agentRuntimeEndpointArn"], "kind": "endpoint", "live": one(e.get("liveVersion")),
                        "target": one(e.get("targetVersion") or e.get("liveVersion")), "status": e["status"],
                        "followsLatest": e["name"] == "DEFAULT", "paused": False}
            for e in pages(client.list_agent_runtime_endpoints, "runtimeEndpoints", agentRuntimeId=rid)}, {
            v["agentRuntimeVersion"]: v["status"] for v in pages(client.list_agent_runtime_versions, "agentRuntimes", agentRuntimeId=rid)})
    return out


def classic(client):
    out = {}
    for a in pages(client.list_agents, "agentSummaries"):
        aid = a["agentId"]
        pointers = {}
        for s in pages(client.list_agent_aliases, "agentAliasSummaries", agentId=aid):
            alias = client.get_agent_alias(agentId=aid, agentAliasId=s["agentAliasId"])["agentAlias"]
            version = (alias.get("routingConfiguration") or [{}])[0].get("agentVersion")
            pointers[alias["agentAliasName"]] = {"id": alias["agentAliasArn"], "kind": "alias", "live": one(version), "target": one(version),
                                                 "status": alias["agentAliasStatus"], "followsLatest": version == "DRAFT",
                                                 "paused": alias.get("aliasInvocationState") == "REJECT_INVOCATIONS"}
        out[aid] = (a["agentName"], pointers, {
            v["agentVersion"]: v["agentStatus"] for v in pages(client.list_agent_versions, "agentVersionSummaries", agentId=aid)})
    return out


def check(found, versions, theirs, backend):
    """Ours, of one back end, is what boto3 has just said."""
    ours = {a["agentId"]: a for a in found if a["backend"] == backend}
    assert set(ours) == set(theirs)
    for agent, (name, pointers, numbers) in theirs.items():
        assert ours[agent]["name"] == name
        got = {p["name"]: {k: p[k] for k in ("id", "kind", "live", "target", "status", "followsLatest", "paused")} for p in ours[agent]["pointers"]}
        assert got == pointers, name
        assert {v["version"]: v["status"] for v in versions if v["backend"] == backend and v["agentId"] == agent} == numbers, name
