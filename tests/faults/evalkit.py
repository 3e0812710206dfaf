"""What the tests of `seismo eval` share: a suite in a folder, and a server between the program and the simulated region that counts what is asked."""
import collections
import json
import subprocess

import pytest

from servers import Server, answering, forward

CASES, CONCURRENCY = 200, 16
CONFIG = f"""
default_context: dev
contexts:
  dev: {{stage: dev, region: us-east-1}}
limits:
  concurrent_requests_per_service: {CONCURRENCY}
  playground: {{usd_per_session: 50.00, usd_per_day: 100.00}}
"""
SUITE = """
id: answers
concurrency: {concurrency}
budget_usd: {budget}
cells:
  - {{name: base, model: amazon.nova-lite-v1:0, system: Be brief., max_tokens: 40}}
  - {{name: short, model: amazon.nova-lite-v1:0, system: Be brief., max_tokens: 2}}
  - {{name: haiku, model: us.anthropic.claude-haiku-4-5-20251001-v1:0, max_tokens: 40}}
  - {{name: cold, model: amazon.nova-lite-v1:0, system: Be brief., max_tokens: 40, temperature: 0}}
dataset: cases.jsonl
expect:
  - {{lacks: supplier}}
"""


class Bench:
    """A suite in a folder, the program, and how often each question reached the region."""

    def __init__(self, home, sim, serve, folder, cases=CASES, budget="20.00", answer=None):
        """answer(body): in place of the region's answer to a question, whole HTTP; None: the region answers."""
        self.home, self.folder, self.answer = home, folder, answer
        self.asked, self.now, self.most = collections.Counter(), 0, 0
        onward = forward(sim.url)

        def make(rq):
            if "converse-stream" not in rq.target:
                return onward(rq)
            self.now += 1
            self.most = max(self.most, self.now)
            try:
                body = json.loads(rq.body)
                body.pop("p", None)
                self.asked[rq.target, json.dumps(body, sort_keys=True)] += 1
                return (self.answer and self.answer(body)) or onward(rq)
            finally:
                self.now -= 1

        self.server = serve(Server(answering(make)))
        home.env.update({**sim.env, "AWS_ENDPOINT_URL": self.server.url})
        home.config(CONFIG)
        self.suite = folder / "suite.yaml"
        self.suite.write_text(SUITE.format(concurrency=CONCURRENCY, budget=budget))
        (folder / "cases.jsonl").write_text("".join(json.dumps({"id": f"case {i}", "input": f"question {i} \U0001f600"}) + "\n" for i in range(cases)))
        self.results = folder / "suite.yaml.results.jsonl"

    def answers(self):
        lines = self.results.read_text().splitlines() if self.results.exists() else []
        return [json.loads(line) for line in lines if '"text"' in line and line.endswith("}")]

    def run(self, *more, code=(0, 1)):
        done = self.home.run("eval", str(self.suite), *more, timeout=300)
        assert done.returncode in code, done.stderr
        return done

    def start(self):
        return subprocess.Popen([self.home.binary, "eval", str(self.suite)], env=self.home.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.fixture
def bench(home, start_sim, serve, tmp_path):
    def make(**more):
        return Bench(home, start_sim("--seed", "7", "--speed", "0"), serve, tmp_path, **more)

    return make
