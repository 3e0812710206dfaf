"""One that polls and gets nothing does not blind the others."""
from servers import Server, answering, reply
from sharekit import growth, live, wait_for

pytest_plugins = ["faultkit", "sharekit"]


def test_keys_that_are_refused_everything_lose_the_lease(shared, console, serve):
    """STS knows them, all else is denied: after half a minute the one that may read polls, and both show what it brings."""
    def deny(rq):
        if b"GetCallerIdentity" in rq.body:
            return shared.make(rq)
        return reply(b'{"__type":"AccessDeniedException","message":"no"}', "400 Bad Request")
    shared.at["a"] = serve(Server(answering(deny)))
    a = console(env=shared.env("a"))
    a.wait_for(lambda t: "no dynamodb:Query" in t, 20)
    assert shared.holder() == ("console", a.process.pid)
    b = console(env=shared.env("b"))
    b.wait_for(lambda t: "no dynamodb:Query" in t, 20)           # as the one that polls says
    assert shared.asked("b") == 0
    wait_for(lambda: [a.pump(0.1), b.pump(0.1)] and shared.holder() == ("console", b.process.pid), 45)
    b.wait_for(live, 20)
    a.wait_for(live, 20)
    assert growth(shared, "a", 4)["a"] == 0
