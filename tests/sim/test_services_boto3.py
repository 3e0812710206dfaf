"""The simulated region's smaller services, asked by an unmodified SDK."""
import pytest

botocore_exceptions = pytest.importorskip("botocore.exceptions")


def test_sns_topics_messages_and_subscriptions(sim):
    sns = sim.client("sns")
    arns = [t["TopicArn"] for t in sns.list_topics()["Topics"]]
    assert any(a.endswith(":fleet-alerts") for a in arns)
    assert sns.publish(TopicArn=arns[0], Message="caf\u00e9 <&> \"x\"", Subject="s")["MessageId"]
    assert sns.subscribe(TopicArn=arns[0], Protocol="email", Endpoint="a@example.com",
                         Attributes={"RawMessageDelivery": "true"})["SubscriptionArn"] == "pending confirmation"
    assert sns.subscribe(TopicArn=arns[0], Protocol="email", Endpoint="a@example.com",
                         ReturnSubscriptionArn=True)["SubscriptionArn"].startswith(arns[0] + ":")


def test_sns_refuses_what_it_does_not_know(sim):
    sns = sim.client("sns")
    for call in (lambda: sns.publish(TopicArn="arn:aws:sns:us-east-1:000000000000:nowhere", Message="m"),
                 lambda: sns.subscribe(TopicArn="arn:aws:sns:us-east-1:000000000000:nowhere", Protocol="sqs", Endpoint="q")):
        with pytest.raises(botocore_exceptions.ClientError) as e:
            call()
        assert e.value.response["Error"]["Code"] == "NotFound"
    arn = sns.list_topics()["Topics"][0]["TopicArn"]
    with pytest.raises(botocore_exceptions.ClientError) as e:
        sns.publish(TopicArn=arn, Message="m", Subject="s" * 101)
    assert e.value.response["Error"]["Code"] == "InvalidParameter"
