"""The files that CI systems read, and the scripts in them."""
import pathlib

from ruamel.yaml import YAML

ROOT = pathlib.Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
ACTIONS = sorted((ROOT / ".github/actions").glob("*/action.yml"))
GITLAB = ROOT / "docs/ci/gitlab-ci.yml"


def read(path):
    # Of YAML 1.2, in which `on` is a word like any other.
    return YAML(typ="safe").load(path.read_text())


def steps(path):
    """Every step of a workflow or an action."""
    file = read(path)
    if "runs" in file:
        return file["runs"]["steps"]
    return [step for job in file["jobs"].values() for step in job["steps"]]


def scripts(path):
    """Every script, with a name for it."""
    if path == GITLAB:
        job = read(path)["load-test"]
        for part in ("before_script", "script", "after_script"):
            yield part, "\n".join(job[part])
    else:
        for step in steps(path):
            if "run" in step:
                yield step.get("name", step["run"].split("\n")[0]), step["run"]
