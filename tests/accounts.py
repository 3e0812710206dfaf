"""Two accounts, as the configuration names them: each a simulated region of its own, reached in a role of that account."""
import urllib.request

from conftest import SimProcess

DEV, PROD = "111122223333", "444455556666"


class Accounts:
    """dev (stage dev, seed 7, may write) and prod (stage prod, seed 8, a role with an external id)."""

    def __init__(self, seismo):
        self.dev, self.prod = (SimProcess(seismo, "--seed", seed) for seed in ("7", "8"))

    def configure(self, home, dev="", prod="", more=""):
        """Writes config and credentials of `home`. dev, prod: more settings of the two; more: further contexts."""
        folder = home.path / ".aws"
        folder.mkdir(exist_ok=True)
        (folder / "credentials").write_text("".join(
            f"[{name}]\naws_access_key_id = {sim.env['AWS_ACCESS_KEY_ID']}\n"
            f"aws_secret_access_key = {sim.env['AWS_SECRET_ACCESS_KEY']}\n"
            for name, sim in (("base-dev", self.dev), ("base-prod", self.prod))))
        return home.config(f"""
default_context: dev
contexts:
  dev: {{stage: dev, account_id: "{DEV}", region: us-east-1, role_arn: "arn:aws:iam::{DEV}:role/reader", source_profile: base-dev,
        endpoint_url: "{self.dev.url}", write: true{dev}}}
  prod: {{stage: prod, account_id: "{PROD}", region: eu-west-1, role_arn: "arn:aws:iam::{PROD}:role/seismo-external",
         source_profile: base-prod, external_id: "{PROD}", endpoint_url: "{self.prod.url}"{prod}}}
{more}""")

    def fault(self, sim, text):
        """Sets the faults of one of the two; empty: none."""
        ask = urllib.request.Request(sim.url + "/_seismo/faults", data=text.encode(), method="PUT")
        urllib.request.urlopen(ask, timeout=10).close()

    def stop(self):
        for sim in (self.dev, self.prod):
            if sim.process.poll() is None:
                sim.stop()
