"""Prices while feeds run: a profile that a new call names, and a store that another process left half booked."""
import sqlite3
import subprocess
import time

import pytest

PROFILE = "arn:aws:bedrock:us-east-1:000000000000:application-inference-profile/"


@pytest.fixture
def collector(home, start_sim):
    """A collector on a region whose clock runs; ended after the test."""
    sim = start_sim("--seed", "12")
    running = subprocess.Popen([home.binary, "collect", "-o", "json"], env={**home.env, **sim.env}, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    yield sim
    running.terminate()
    assert running.wait(15) == 0


def ask(home, sql, *args):
    """One value out of the collector's store; None while there is no store."""
    for store in home.stores():
        with sqlite3.connect(f"file:{store}?mode=ro", uri=True, timeout=10) as db:
            try:
                row = db.execute(sql, args).fetchone()
            except sqlite3.OperationalError:
                return None
            return row[0] if row else None


def wait_for(home, want, sql, *args, seconds=60):
    end = time.monotonic() + seconds
    while (got := ask(home, sql, *args)) != want:
        assert time.monotonic() < end, f"{sql} gives {got} and not {want}"
        time.sleep(0.2)


def test_a_new_profile_is_asked_for_and_its_calls_booked_again(home, collector):
    now = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
    wait_for(home, 1, "SELECT count(*) > 10 FROM job")
    collector.client("dynamodb").put_item(TableName="jobs", Item={
        "jobId": {"S": "by-profile"}, "status": {"S": "succeeded"}, "model": {"S": PROFILE + "up5e11teamp1"}, "startedAt": {"S": now},
        "updatedAt": {"S": now}, "tokens": {"M": {"input": {"N": "1000"}, "output": {"N": "100"}}}})
    wait_for(home, 1_120_000, "SELECT nusd FROM job WHERE job_id = 'by-profile'")
    assert ask(home, "SELECT model FROM profile WHERE arn = ?", PROFILE + "up5e11teamp1") == "amazon.nova-pro-v1:0"
    wait_for(home, 0, "SELECT todo FROM books")


def test_what_another_process_left_is_booked_to_the_end(home, collector):
    wait_for(home, 1, "SELECT count(*) > 10 FROM job")
    wait_for(home, 0, "SELECT todo FROM books")
    with sqlite3.connect(home.stores()[0], timeout=20) as db:
        db.execute("UPDATE books SET todo = 2, at = 0, until = (SELECT max(id) FROM job)")
    wait_for(home, 0, "SELECT todo FROM books")
