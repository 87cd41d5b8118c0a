#!/usr/bin/env python3
"""Holds what CI systems read to their schemas, to actionlint, to ShellCheck and to rules of our own.

Prints a line `ok …` for each thing checked. Each linter is also shown a fault that it must find, for a
linter that finds nothing may as well be broken.
"""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

from files import ACTIONS, GITLAB, ROOT, WORKFLOWS, read, scripts, steps

# The newest that public workflows use; one place to raise them.
NEWEST = {
    "actions/cache": "v6",
    "actions/cache/restore": "v6",
    "actions/cache/save": "v6",
    "actions/checkout": "v7",
    "actions/download-artifact": "v8",
    "actions/upload-artifact": "v7",
}
# What load-test.yml runs on a machine of people who have no other tools.
SHELL = ["--shell", "bash", "--severity", "style"]
faults = 0


def said(good, what, why=""):
    global faults
    faults += not good
    print(f"ok {what}" if good else f"FAILED {what}: {why}", flush=True)


def run(words, text=None):
    done = subprocess.run(words, input=text, capture_output=True, text=True, cwd=ROOT)
    return done.returncode, (done.stdout + done.stderr).strip()


def schemas():
    tool = [sys.executable, "-m", "check_jsonschema", "--builtin-schema"]
    for name, files in [("github-workflows", WORKFLOWS), ("github-actions", ACTIONS), ("gitlab-ci", [GITLAB])]:
        for file in files:
            code, text = run([*tool, f"vendor.{name}", str(file)])
            said(code == 0, f"{file.relative_to(ROOT)} follows the schema {name}", text)
    with tempfile.TemporaryDirectory() as folder:
        for name, file in [("github-workflows", WORKFLOWS[0]), ("gitlab-ci", GITLAB)]:
            spoilt = pathlib.Path(folder) / "spoilt.yml"
            spoilt.write_text(re.sub(r"(?m)^( +)(timeout-minutes|timeout): .*$", r"\1\2: [1]", file.read_text()))
            code, _ = run([*tool, f"vendor.{name}", str(spoilt)])
            said(code != 0, f"the schema {name} finds a timeout that is a list")


def actionlint(program):
    for file in WORKFLOWS:
        code, text = run(["node", program, str(file)])
        said(code == 0 and "Checking 1 workflow" in text, f"actionlint has nothing to say of {file.name}", text)
    load = next(file for file in WORKFLOWS if file.name == "load-test.yml")
    for before, after, what in [
        ("steps.load.outputs", "steps.lod.outputs", "a step that is not there"),
        ("vars.LOAD_TEST_USERS", "varz.LOAD_TEST_USERS", "a context that is not there"),
        ("cron: '0 2 * * *'", "cron: '0 26 * * *'", "an hour that no day has"),
    ]:
        with tempfile.TemporaryDirectory() as folder:
            spoilt = pathlib.Path(folder) / "load-test.yml"
            assert before in load.read_text(), before
            spoilt.write_text(load.read_text().replace(before, after))
            code, _ = run(["node", program, str(spoilt)])
            said(code != 0, f"actionlint finds {what}")


def shellcheck():
    tool = pathlib.Path(sys.executable).with_name("shellcheck")
    for file in [*WORKFLOWS, *ACTIONS, GITLAB]:
        for name, script in scripts(file):
            code, text = run([str(tool), *SHELL, "-"], f"#!/usr/bin/env bash\nset -e\n{script}\n")
            said(code == 0, f"ShellCheck has nothing to say of {file.name}, {name}", text)
    code, _ = run([str(tool), *SHELL, "-"], "#!/usr/bin/env bash\nrm $UNQUOTED\n")
    said(code != 0, "ShellCheck finds a variable without quotes")


def rules():
    """What no linter knows."""
    for file in [*WORKFLOWS, *ACTIONS]:
        used = [step["uses"] for step in steps(file) if "uses" in step]
        old = [one for one in used if NEWEST.get(one.split("@")[0]) != one.partition("@")[2]]
        said(not old, f"{file.name}: actions are the newest ones", f"{old}")
        inside = [name for name, script in scripts(file) if "${{" in script]
        said(not inside, f"{file.name}: no expression inside of a script, where it would be code", f"{inside}")
    for file in WORKFLOWS:
        flow = read(file)
        said(flow["permissions"] == {"contents": "read"}, f"{file.name}: a token that may only read")
        said("concurrency" in flow, f"{file.name}: a concurrency group")
        lasting = [name for name, job in flow["jobs"].items() if "timeout-minutes" not in job]
        said(not lasting, f"{file.name}: every job has a time limit", f"{lasting}")
        stray = [line.strip() for line in file.read_text().splitlines()
                 if "secrets." in line and not re.fullmatch(r"\s+[A-Z_]+: \$\{\{ secrets\.[A-Z_]+ \}\}", line)
                 and not line.lstrip().startswith("#")]
        said(not stray, f"{file.name}: secrets only reach the environment of a step", f"{stray}")
        keeps = [step for step in steps(file) if step.get("uses", "").startswith("actions/checkout")
                 and step.get("with", {}).get("persist-credentials") is not False]
        said(not keeps, f"{file.name}: a checkout leaves no credentials behind")
    wanted = re.search(r'(?m)^rust-version = "(.*)"$', (ROOT / "Cargo.toml").read_text())[1]
    for file in WORKFLOWS:
        compilers = re.findall(r"toolchain install (\S+)|rustup default (\S+)", file.read_text())
        named = {version for pair in compilers for version in pair if version}
        said(named == {wanted}, f"{file.name}: the compiler is that of Cargo.toml", f"{named}")
    load = read(next(file for file in WORKFLOWS if file.name == "load-test.yml"))
    said(load["on"]["schedule"] == [{"cron": "0 2 * * *"}], "load-test.yml: at 02:00, as in the guide")
    last = load["jobs"]["load-test"]["steps"][-1]
    said(last["if"] == "${{ always() }}" and last["with"]["path"].split()[0] == "load_test_results*",
         "load-test.yml: results are uploaded whatever happens")


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--actionlint", required=True)
    words = options.parse_args()
    schemas()
    actionlint(words.actionlint)
    shellcheck()
    rules()
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
