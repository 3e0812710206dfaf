"""Services around the fleet under the faults of the simulated region: each refuses in its own words."""
import pytest

exceptions = pytest.importorskip("botocore.exceptions")

CALLS = {
    "ce": lambda c: c.get_cost_and_usage(TimePeriod={"Start": "2026-11-16", "End": "2026-11-17"}, Granularity="DAILY", Metrics=["UnblendedCost"]),
    "pricing": lambda c: c.get_products(ServiceCode="AmazonBedrock", MaxResults=1),
    "service-quotas": lambda c: c.list_service_quotas(ServiceCode="bedrock", MaxResults=1),
    "cloudtrail": lambda c: c.lookup_events(MaxResults=1),
    "cloudwatch": lambda c: c.describe_alarms(),
    "sso": lambda c: c.get_role_credentials(roleName="r", accountId="111122223333", accessToken="x"),
    "sso-oidc": lambda c: c.register_client(clientName="n", clientType="public"),
}
THROTTLES = {"ce": "LimitExceededException", "pricing": "ThrottlingException", "service-quotas": "TooManyRequestsException",
             "cloudtrail": "ThrottlingException", "cloudwatch": "Throttling", "sso": "TooManyRequestsException",
             "sso-oidc": "ThrottlingException"}


@pytest.mark.parametrize("service", CALLS)
def test_a_throttled_call_says_so_as_the_service_does(start_sim, service):
    client = start_sim("--seed", "7", "--fault", "throttle=1").client(service)
    with pytest.raises(exceptions.ClientError) as e:
        CALLS[service](client)
    assert e.value.response["Error"]["Code"] == THROTTLES[service]


# A fault that hides an answer hides no refusal, and without a login the portal refuses.
@pytest.mark.parametrize("service", [s for s in CALLS if s != "sso"])
def test_a_failure_is_one_of_the_server(start_sim, service):
    client = start_sim("--seed", "7", "--fault", "error=1").client(service)
    with pytest.raises(exceptions.ClientError) as e:
        CALLS[service](client)
    assert e.value.response["ResponseMetadata"]["HTTPStatusCode"] in (500, 503)
