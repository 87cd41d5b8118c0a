"""The steps of a job, run here one after the other as a runner of GitHub's does.

Scripts run as they are. Of actions only the few that our files use are known: they copy files between the
workspace, a cache and the artifacts, which are folders.
"""
import fnmatch
import os
import pathlib
import re
import shutil
import subprocess

from files import read

TOKEN = re.compile(r"\s*(?:'((?:[^']|'')*)'|(\|\||&&|==|!=|[!(),])|([A-Za-z_][\w.-]*)|(\d+))")


class Expression:
    """Of the language between ${{ and }} what our files use: names, strings, functions without
    arguments, and the operators with GitHub's meaning (|| and && give one of their sides)."""

    def __init__(self, text, names, functions):
        self.tokens, self.names, self.functions = TOKEN.findall(text), names, functions
        assert TOKEN.sub("", text).strip() == "", f"what is {text!r}?"

    def value(self):
        value = self.either()
        assert not self.tokens, self.tokens
        return value

    def take(self, *operators):
        if self.tokens and self.tokens[0][1] in operators:
            return self.tokens.pop(0)[1]
        return None

    def either(self):
        value = self.both()
        while self.take("||"):
            other = self.both()
            value = value or other
        return value

    def both(self):
        value = self.equal()
        while self.take("&&"):
            other = self.equal()
            value = value and other
        return value

    def equal(self):
        value = self.one()
        operator = self.take("==", "!=")
        if operator:
            same = value == self.one()
            value = same if operator == "==" else not same
        return value

    def one(self):
        if self.take("!"):
            return not self.one()
        if self.take("("):
            value = self.either()
            assert self.take(")")
            return value
        string, operator, name, number = self.tokens.pop(0)
        assert not operator, operator
        if not name:
            return int(number) if number else string.replace("''", "'")
        if self.take("("):
            assert self.take(")"), "functions without arguments only"
            return self.functions[name]
        if name in ("true", "false"):
            return name == "true"
        value = self.names
        for part in name.split("."):
            value = value.get(part, "") if isinstance(value, dict) else ""
        return value


class Job:
    """One job in a workspace of its own."""

    def __init__(self, steps, workspace, cache, names, env, path):
        self.steps, self.workspace, self.cache = steps, workspace, cache
        self.env = {"PATH": path, "HOME": str(workspace), "RUNNER_TEMP": str(workspace.parent / "temp")}
        self.job_env, self.names = env, {**names, "steps": {}, "env": env}
        self.failed, self.log, self.summary, self.ran, self.artifacts = False, "", "", [], {}
        pathlib.Path(self.env["RUNNER_TEMP"]).mkdir(exist_ok=True)

    def fill(self, text):
        if not isinstance(text, str):
            return str(text)
        return re.sub(r"\$\{\{(.*?)\}\}", lambda found: str(self.evaluate(found[1])), text, flags=re.S)

    def evaluate(self, text):
        functions = {"always": True, "cancelled": False, "success": not self.failed, "failure": self.failed}
        value = Expression(text, self.names, functions).value()
        return {True: "true", False: "false"}[value] if isinstance(value, bool) else value

    def wanted(self, step):
        condition = step.get("if")
        if condition is None:
            return not self.failed
        if not re.search(r"\b(always|cancelled|success|failure)\(\)", condition) and self.failed:
            return False
        return self.evaluate(condition.strip().removeprefix("${{").removesuffix("}}")) not in ("", "false")

    def run(self):
        for step in self.steps:
            name = step.get("name") or step.get("uses")
            good = True
            if self.wanted(step):
                self.ran.append(name)
                good = self.script(step) if "run" in step else self.action(step)
            self.failed |= not good
            self.names["steps"].setdefault(step.get("id"), {"outputs": {}})["outcome"] = "success" if good else "failure"
        return self

    def script(self, step):
        files = {name: self.workspace.parent / name for name in ("GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STEP_SUMMARY")}
        for file in files.values():
            file.write_text("")
        own = {key: self.fill(value) for key, value in {**self.job_env, **step.get("env", {})}.items()}
        env = {**self.env, **own, **{key: str(file) for key, file in files.items()}}
        # As documented: `bash -e`, and with `shell: bash` pipes that fail too.
        shell = ["bash", "-e"] + (["-o", "pipefail"] if step.get("shell") == "bash" else [])
        done = subprocess.run([*shell, "-c", step["run"]], cwd=self.workspace, env=env, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=240)
        self.log += f"--- {step.get('name')}\n{done.stdout}"
        outputs = dict(line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text().splitlines())
        self.names["steps"][step.get("id")] = {"outputs": outputs}
        for folder in files["GITHUB_PATH"].read_text().splitlines():
            self.env["PATH"] = f"{folder}:{self.env['PATH']}"
        self.summary += files["GITHUB_STEP_SUMMARY"].read_text()
        return done.returncode == 0

    def action(self, step):
        name = step["uses"].split("@")[0]
        given = {key: self.fill(value) for key, value in step.get("with", {}).items()}
        if name == "actions/cache/restore":
            self.restore(given)
        elif name == "actions/cache/save":
            shutil.copytree(self.workspace / given["path"], self.cache / given["key"] / given["path"])
        elif name == "actions/upload-artifact":
            self.artifacts[given["name"]] = self.chosen(given["path"].split())
        else:
            assert name == "actions/checkout", f"what is {name}?"
        return True

    def restore(self, given):
        for wanted in [given["key"], *given["restore-keys"].split()]:
            found = sorted(entry for entry in self.cache.iterdir() if entry.name.startswith(wanted))
            if found:
                shutil.copytree(found[-1], self.workspace, dirs_exist_ok=True)
                return

    def chosen(self, patterns):
        """The files that patterns name, less those with a !."""
        chosen = set()
        for pattern in patterns:
            drop = pattern.startswith("!")
            for file in self.workspace.rglob("*"):
                path = str(file.relative_to(self.workspace))
                plain = pattern.lstrip("!").replace("**/", "*")
                if file.is_file() and (fnmatch.fnmatch(path, plain) or path.startswith(f"{plain}/")):
                    (chosen.discard if drop else chosen.add)(path)
        return chosen


def workflow(path, workspace, cache, path_of_programs, **names):
    """The only job of a workflow, ready to run."""
    [job] = read(path)["jobs"].values()
    job_names = {"inputs": {}, "vars": {}, "secrets": {}, **names}
    made = Job(job["steps"], workspace, cache, job_names, {}, path_of_programs)
    env = {key: made.fill(value) for key, value in job["env"].items()}
    made.job_env = made.names["env"] = env
    return made


def action(path, workspace, path_of_programs, given, **names):
    """The steps of a composite action, and what it gives back."""
    file = read(path)
    job = Job(file["runs"]["steps"], workspace, workspace.parent, {"inputs": {}, **names}, {}, path_of_programs)
    unknown = set(given) - set(file["inputs"])
    assert not unknown, unknown
    job.names["inputs"] = {
        key: given.get(key, job.fill(about.get("default", ""))) for key, about in file["inputs"].items()
    }
    job.run()
    return job, {key: job.fill(about["value"]) for key, about in file["outputs"].items()}


def gitlab(path, workspace, env):
    """The job of GitLab: its two shells, as its runner starts them. Returns exit code, text, job."""
    [job] = [value for value in read(path).values() if isinstance(value, dict) and "script" in value]
    env = {**{key: str(value) for key, value in job["variables"].items()}, **env, "HOME": str(workspace)}
    text, codes = "", []
    for parts in (job["before_script"] + job["script"], job["after_script"]):
        done = subprocess.run(["bash", "-eo", "pipefail", "-c", "\n".join(parts)], cwd=workspace, env=env, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=240)
        text += done.stdout
        codes.append(done.returncode)
    return codes, text, job


def programs(folder, *others):
    return ":".join([str(folder), *map(str, others), os.environ["PATH"]])
