#!/usr/bin/env python3
"""Nights of the workflow, the action and GitLab's job, run here against a service on loopback.

Prints a line `ok …` for each thing checked: a night that passes and becomes the baseline, one that is
compared with it, one whose target is missed (the job fails, its reports are there all the same), one
without the secret. The programs come out of an archive, made as that of a release is.
"""
import argparse
import hashlib
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile

import runner
from files import ACTIONS, GITLAB, WORKFLOWS

EASY = '[scenario.load]\nusers = 3\nspawn-rate = 3\nrun-time = "3s"\ntargets = ["max < 60s"]\n'
STRICT = EASY.replace("60s", "1ms")
LOAD = {"scenario": "load", "users": "3", "spawn-rate": "3", "run-time": "3s"}
# Nights that are compared: a mean needs 20 requests on each side, and eight seconds with all users there.
COMPARED = {"users": "20", "spawn-rate": "20", "run-time": "12s"}
# The workflow's own rule is of a p95, which needs 200 requests: minutes, not seconds. No change of the
# machine can break this one, but too little data does.
RULE = "avg > +100000%"
REPORTS = {"load_test_results" + end for end in ["_stats.csv", "_failures.csv", "_stats_history.csv", ".html", ".md", ".xml", ".json"]}
WORKFLOW = next(file for file in WORKFLOWS if file.name == "load-test.yml")
# `gh release download --repo … --pattern …` of one release.
GH = """#!/bin/sh
test "$1 $2 $3 $4 $5" = "release download --repo owner/katydid --pattern" || exit 1
for file in {folder}/*; do case "${{file##*/}}" in $6) cp "$file" . ;; esac; done
"""
# As often is a night tried that says INVALID of itself: with --strict a busy machine is enough.
TRIES = 3
NOT_POSSIBLE = 77
faults = 0


def said(good, what, why=""):
    global faults
    faults += not good
    print(f"ok {what}" if good else f"FAILED {what}:\n{why}", flush=True)


class NotPossible(Exception):
    """Nothing can be learnt here, and why."""


def settled(night):
    """A night that a busy machine has not spoilt; `night` gives the exit code of tts-load first."""
    for _ in range(TRIES):
        done = night()
        if done[0] != "3":
            return done
        print("once more, for the run says of itself that this machine is too busy", flush=True)
    raise NotPossible("other programs keep this machine too busy for a run that is to be trusted")


class Place:
    """A service, an archive to unpack, and room for jobs."""

    def __init__(self, folder, archive):
        self.folder, self.jobs = folder, 0
        self.cache, self.tools, self.built = folder / "cache", folder / "tools", folder / "built"
        for made in (self.cache, self.tools, self.built):
            made.mkdir()
        self.unpack(archive)
        words = [self.built / "tts-reader", "serve", "--dev", "--bind", "127.0.0.1:0", "--data", folder / "data"]
        log = (folder / "service.log").open("w")
        self.service = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=log, text=True, cwd=folder)
        self.host = self.service.stdout.readline().split()[-1]
        assert self.host.startswith("http://127.0.0.1:"), self.host

    def unpack(self, archive):
        """Looks into the archive, and gives `gh` and `apt-get` to this place."""
        [self.tar], [digest] = archive.glob("katydid-*.tar.gz"), archive.glob("katydid-*.tar.gz.sha256")
        said(digest.read_text().split() == [hashlib.sha256(self.tar.read_bytes()).hexdigest(), self.tar.name], "the archive has its checksum")
        with tarfile.open(self.tar) as packed:
            inside = {name.partition("/")[2] for name in packed.getnames()}
            packed.extractall(self.built, filter=lambda member, _: member.replace(name=member.name.partition("/")[2] or "."))
        wanted = {"tts-load", "katydid", "tts-reader", "README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE",
                  "THIRD-PARTY-LICENSES.txt", "licenses/flite-rs-NOTICE.txt"}
        said(wanted <= inside, "the archive has the programs and their licences", f"{wanted - inside}")
        licences = (self.built / "THIRD-PARTY-LICENSES.txt").read_text()
        said(all(f"\n{name} " in licences for name in ("axum", "hyper", "rustls", "sqlx", "tokio")),
             "the licences are those of the packages that are built in", licences[:500])
        gh = GH.format(folder=archive)
        for tool, text in [("gh", gh), ("apt-get", "#!/bin/sh\n")]:
            (self.tools / tool).write_text(text)
            (self.tools / tool).chmod(0o755)

    def workspace(self, plan):
        self.jobs += 1
        workspace = self.folder / f"job-{self.jobs}" / "work"
        workspace.mkdir(parents=True)
        (workspace / "plan.toml").write_text(plan)
        return workspace

    def night(self, plan=EASY, inputs=None, secrets=None, variables=None):
        """One run of the workflow."""
        names = {
            "inputs": {**LOAD, "args": "--plan plan.toml", **(inputs or {})},
            "secrets": {"API_HOST": self.host} if secrets is None else secrets,
            "vars": {"LOAD_TEST_REPOSITORY": "owner/katydid", **(variables or {})},
            "github": {"run_id": f"{self.jobs:04}", "run_attempt": "1", "repository": "team/service", "token": "t"},
        }
        path = runner.programs(self.tools)
        workspace = self.workspace(plan)
        job = runner.workflow(WORKFLOW, workspace, self.cache, path, **names).run()
        shutil.rmtree(workspace.parent / "temp")
        return job

    def settled(self, **how):
        """A night that a busy machine has not spoilt."""
        def night():
            job = self.night(**how)
            return exit_code(job), job

        return settled(night)[1]

    def accounts(self):
        """Marked accounts and all others of the service."""
        import sqlite3

        with sqlite3.connect(self.folder / "data/tts-reader.db") as database:
            count = lambda table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            return count("test_accounts"), count("users")

    def baselines(self):
        return sorted(entry.name for entry in self.cache.iterdir())


def exit_code(job):
    return job.names["steps"]["load"]["outputs"].get("exit-code")


def whole(job, what):
    """What is true of every night that made load."""
    artifact = job.artifacts.get("load-test-results", set())
    said(REPORTS <= artifact, f"{what}: every report is in the artifact", f"{sorted(artifact)}\n{job.log}")
    said(any(path.startswith("load_test_runs/") for path in artifact), f"{what}: the saved run is in it too", f"{artifact}")
    secret = [path for path in artifact if "created.jsonl" in path or "accounts" in path]
    said(not secret, f"{what}: no password is in it", f"{secret}")
    word = {"0": "PASS", "99": "FAIL"}.get(exit_code(job))
    said(f"{word}: tts-load load" in job.summary, f"{what}: the summary has the verdict", job.summary)


def workflows(place):
    neighbours = place.accounts()
    first = place.settled(inputs=COMPARED)
    said(not first.failed and exit_code(first) == "0", "first night: it passes", first.log)
    whole(first, "first night")
    said("No baseline yet" in first.summary and len(place.baselines()) == 1, "first night: it becomes the baseline", first.log)
    said(place.accounts() == neighbours, "first night: no account is left", f"{place.accounts()}\n{first.log}")

    second = place.settled(inputs=COMPARED, variables={"LOAD_TEST_FAIL_IF": RULE})
    said(not second.failed, "second night: compared with the baseline, it passes", second.log)
    compared = {"load_test_results_compare.md", "load_test_results_compare.html"}
    said(compared <= second.artifacts["load-test-results"], "second night: the comparison is in the artifact", second.log)
    said(len(place.baselines()) == 1, "second night: the baseline stays", f"{place.baselines()}")
    renewed = place.settled(inputs={**COMPARED, "renew-baseline": "true"}, variables={"LOAD_TEST_FAIL_IF": RULE})
    said(not renewed.failed and len(place.baselines()) == 2, "a night with renew-baseline is the new one", renewed.log)

    missed = place.settled(plan=STRICT)
    said(exit_code(missed) == "99" and missed.failed, "a target is missed: exit code 99 fails the job", missed.log)
    whole(missed, "a target is missed")
    said("Clean up at the target" in missed.ran and place.accounts() == neighbours, "a target is missed: cleaned up all the same", missed.log)
    said(len(place.baselines()) == 2, "a target is missed: the run is no baseline")

    unset = place.night(secrets={})
    said(unset.failed and "Set the secret API_HOST" in unset.log, "without the secret: said, and nothing is loaded", unset.log)
    said("Upload results" in unset.ran and exit_code(unset) is None, "without the secret: the rest of the job still ends well", unset.log)
    down = place.night(secrets={"API_HOST": "http://127.0.0.1:9"})
    said(down.failed and "nothing answers at http://127.0.0.1:9" in down.log, "a target that is down: said", down.log)

    kept(place, neighbours)
    scarce = place.settled()
    said(scarce.failed and exit_code(scarce) == "0", "a comparison that fails: so does the job, whose load passed", scarce.log)
    said("NO DATA" in scarce.summary, "a comparison of seconds by the workflow's own rule: said to have no data", scarce.summary)
    own = place.settled(inputs={"users": "2"}, secrets={}, variables={"LOAD_TEST_EMBEDDED": "true"})
    said(not own.failed and exit_code(own) == "0", "with LOAD_TEST_EMBEDDED: no secret is needed", own.log)


def kept(place, neighbours):
    """Accounts out of a secret: used, set back, never shown."""
    file = place.folder / "team.csv"
    words = ["accounts", "create", "--count", "3", "--prefix", "team", "--target", place.host, "--out", str(file)]
    subprocess.run([place.built / "tts-load", *words], check=True, stdout=subprocess.DEVNULL)
    text = file.read_text()
    job = place.settled(secrets={"API_HOST": place.host, "LOAD_TEST_ACCOUNTS": text.strip()})
    marked, users = place.accounts()
    said(not job.failed and (marked, users) == (neighbours[0] + 3, neighbours[1] + 3), "accounts of a secret: used and kept", job.log)
    said("set back to the credits" in job.log, "accounts of a secret: their credits are set back", job.log)
    said(text.splitlines()[1].split(",")[1] not in job.log + job.summary, "accounts of a secret: no password is shown")


def actions(place):
    accounts = {"host": place.host, "accounts": str(place.folder / "team.csv"), "scenario": "load", "plan": "plan.toml"}
    [file] = ACTIONS
    github = {"repository": "owner/katydid", "token": "t", "action_repository": ""}
    for plan, code, verdict in [(EASY, "0", "PASS"), (STRICT, "99", "FAIL")]:
        def night():
            job, outputs = runner.action(file, place.workspace(plan), runner.programs(place.tools), accounts, github=github)
            shutil.rmtree(job.workspace.parent / "temp")
            return outputs["exit-code"], job, outputs

        _, job, outputs = settled(night)
        said((outputs["exit-code"], outputs["verdict"]) == (code, verdict), f"the action gives back {verdict} and {code}", f"{outputs}\n{job.log}")
        said(job.failed == (code != "0") and "load-test-results" in job.artifacts, f"the action with {verdict}: fails as its verdict does, and uploads")
        said(all(pathlib.Path(outputs[name]).exists() for name in ("html", "junit", "summary-json")), f"the action with {verdict}: its files are there", f"{outputs}")


def pipelines(place):
    load = {name.upper().replace("-", "_"): value for name, value in COMPARED.items()}
    base = {"PATH": runner.programs(place.tools), "API_HOST": place.host, "LOAD_TEST_ARCHIVE": place.tar.as_uri(), **load}
    neighbours, workspace = place.accounts(), None
    for plan, code, what in [(EASY, 0, "first"), (EASY, 0, "second"), (STRICT, 99, "a target is missed")]:
        def night():
            fresh = place.workspace(plan)
            if workspace:
                shutil.copytree(workspace / "baseline", fresh / "baseline")
            env = {**base, "KATYDID_PLAN": "plan.toml", "FAIL_IF": RULE}
            codes, text, job = runner.gitlab(GITLAB, fresh, env)
            shutil.rmtree(fresh / "katydid")
            return str(codes[0]), codes, text, job, fresh

        _, codes, text, job, fresh = settled(night)
        said(codes == [code, 0], f"GitLab, {what}: exit code {code}, and cleaned up", f"{codes}\n{text}")
        there = {path.name for path in fresh.iterdir()}
        said(REPORTS <= there and job["artifacts"]["reports"]["junit"] in there, f"GitLab, {what}: every report is there", f"{there}")
        said(place.accounts() == neighbours, f"GitLab, {what}: no account is left", text)
        if code == 0:
            workspace = fresh
            said(len(list((fresh / "baseline").iterdir())) == 1, f"GitLab, {what}: one baseline", text)


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--archive", type=pathlib.Path, required=True)
    words = options.parse_args()
    # Beside the archive: what is unpacked is large.
    with tempfile.TemporaryDirectory(dir=words.archive) as folder:
        place = Place(pathlib.Path(folder), words.archive.resolve())
        try:
            workflows(place)
            actions(place)
            pipelines(place)
        except NotPossible as why:
            print(why)
            sys.exit(1 if faults else NOT_POSSIBLE)
        finally:
            place.service.terminate()
            place.service.wait()
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
