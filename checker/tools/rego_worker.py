"""The process that holds the Rego engine: requests on standard input, one line of answer each on standard output.

It is run as a script and imports next to nothing, so that it starts in a few milliseconds and can be killed at any
moment: the engine cannot be interrupted, and a recursive function takes the whole process down with it.
"""

from __future__ import annotations

import os

os.environ.pop("RUST_BACKTRACE", None)  # else every error text carries a stack trace, at a tenth of a second apiece
os.environ.pop("RUST_LIB_BACKTRACE", None)

import json
import re
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

# at the end: nothing here may stand before the standard library
sys.path.append(os.path.realpath(os.path.join(os.path.dirname(__file__), "..", "..")))

from checker.tools.rego_builtins import BUILTINS

DISTRIBUTION = "gordon_to_regorus"
_POSITION = re.compile(r"-->\s*(?P<path>.*?):(?P<line>\d+):(?P<column>\d+)\n.*?error: (?P<message>.*)", re.DOTALL)
_ENTRY = "gitopscheck.entry"
_CONTEXT = """package gitops
unit := value if { gitopscheck.has("unit"); value := gitopscheck.context("unit") }
environment := value if { gitopscheck.has("environment"); value := gitopscheck.context("environment") }
cluster := value if { gitopscheck.has("cluster"); value := gitopscheck.context("cluster") }
base := value if { gitopscheck.has("base"); value := gitopscheck.context("base") }
images := data.gitopscheck.images
objects := data.gitopscheck.objects[gitopscheck.context("scope")]
change := data.gitopscheck.change
"""
_FILE = """package conftest
file := value if { gitopscheck.has("file"); value := gitopscheck.context("file") }
"""
CONTEXT_MODULES = (("gitops", _CONTEXT), ("conftest", _FILE))
"""What policies see beside their input, by the functions `gitopscheck.has` and `gitopscheck.context`."""


def problem(error: BaseException) -> dict[str, Any]:
    """An engine error as file, line, column and message; the engine writes a position and a drawing of the line."""
    text = str(error).split("\n\nStack backtrace:")[0].strip()
    found = _POSITION.search(text)
    if found is None:
        return {"message": text or type(error).__name__}
    message = found["message"].strip().splitlines()[0]
    message = re.sub(r" \(path \[.*", "", message).removesuffix(":")
    return {"path": found["path"], "line": int(found["line"]), "column": int(found["column"]), "message": message}


class Worker:
    """One engine with its modules. After a panic it is built anew, because its state is then unknown."""

    def __init__(self, regorus: Any) -> None:
        self.regorus = regorus
        self.context: dict[str, Any] | bytes = {}
        self.modules: list[tuple[str, str, str]] = []
        self.data: dict[str, Any] = {}
        self.firsts: list[int] = []
        self.broken: dict[tuple[str, ...], str] = {}
        self.groups: list[list[tuple[str, ...] | None]] = []
        self.own: list[tuple[str, str]] = []
        self.lenient: dict[str, str] = {}
        self.second: Any = None
        self.engine = self.fresh()

    def fresh(self) -> Any:
        engine = self.regorus.Engine()
        engine.set_policy_length_config(max_col=1 << 16, max_file_bytes=4 << 20, max_lines=200_000)
        engine.add_extension("gitopscheck.context", 1, self._context_value)
        engine.add_extension("gitopscheck.has", 1, lambda name: name in self._context())
        for name, arity, function in BUILTINS:
            engine.add_extension(name, arity, function)
        for name, text in (*CONTEXT_MODULES, *self.own):
            _add(engine, f"gitops-check:{name}", text, "v1")
        return engine

    def _context(self) -> dict[str, Any]:
        if isinstance(self.context, bytes):
            self.context = json.loads(self.context)
        return self.context  # type: ignore[return-value]

    def _context_value(self, name: str) -> Any:
        return self._context().get(name)

    def build(self) -> list[dict[str, Any]]:
        """An engine with every module that compiles; what does not is left out and told."""
        problems: list[dict[str, Any]] = []
        self.second = None
        while True:
            engine = self.fresh()
            kept: list[tuple[str, str, str]] = []
            for path, text, version in self.modules:
                try:
                    kept.append((path, text, _add(engine, path, text, version)))
                except Exception as error:  # noqa: BLE001 - the engine raises RuntimeError for anything wrong with a module
                    problems.append({"path": path, "line": 1, **problem(error), "module": path})
            engine.add_data_json(json.dumps(self.data))
            self.modules, self.engine = kept, engine
            try:
                engine.eval_query("1 == 1")
            except Exception as error:  # noqa: BLE001
                # Unsafe variables are found when the first query runs, for all modules at once.
                found = {"line": 1, **problem(error)}
                guilty = [path for path, _, _ in kept if path == found.get("path")]
                problems.append({**found, "module": guilty[0] if guilty else ""})
                if not guilty:
                    self.modules = []
                    return problems
                self.modules = [module for module in kept if module[0] not in guilty]
                continue
            return problems

    def load(self, request: dict[str, Any]) -> dict[str, Any]:
        self.modules = [tuple(module) for module in request["modules"]]
        self.data = request["data"]
        self.own = request["own"]
        self.lenient = request["lenient"]
        self.firsts, self.groups, self.broken = [], [], {}
        problems = self.build()
        versions = {path: version for path, _, version in self.modules}
        return {"problems": problems, "versions": versions, "builtins": self._builtins() if request["list"] else []}

    def _builtins(self) -> list[str]:
        (names,) = _first(self.engine.eval_query_as_json("opa.runtime().builtins"))
        return [*names, *(name for name, _, _ in BUILTINS)]

    def group(self, request: list[list[list[str] | None]]) -> dict[str, Any]:
        """Prepare sets of rules to be evaluated together: each becomes one rule of a module of ours, which costs no query parsing."""
        first = len(self.groups)
        self.firsts.append(first)
        self.groups += [[None if rule is None else tuple(rule) for rule in rules] for rules in request]
        self._enter(first, len(self.groups))
        return {"first": first}

    def _enter(self, first: int, stop: int) -> None:
        """The groups from first to stop as a module, without the rules on which the engine broke."""
        lines = [f"package {_ENTRY}"]
        for number in range(first, stop):
            for index, rule in enumerate(self.groups[number]):
                if rule is not None and rule not in self.broken:
                    lines.append(f'g{number}[k] := v if {{ k := "{index}"; v := {_reference(rule)} }}')
        _add(self.engine, f"gitops-check:entry{first}", "\n".join(lines), "v1")

    def _rebuild(self) -> None:
        self.build()
        for first, stop in zip(self.firsts, [*self.firsts[1:], len(self.groups)], strict=False):
            self._enter(first, stop)

    def evaluate(self, line: bytes) -> bytes:
        group, context, value = line.rstrip(b"\n").split(b"\t", 2)
        self.context = context
        number = int(group)
        try:
            self.engine.set_input_json(value.decode())
        except Exception as error:  # noqa: BLE001
            return _failed({"input": problem(error)})
        if not any(self.groups[number]):
            return b"={}\n"
        if self.broken and any(rule in self.broken for rule in self.groups[number] if rule is not None):
            return self._one_by_one(number, value.decode())
        try:
            answer: str = self.engine.eval_rule_as_json(f"data.{_ENTRY}.g{number}")
        except Exception:  # noqa: BLE001
            return self._one_by_one(number, value.decode())
        except BaseException as error:  # noqa: BLE001 - a Rust panic arrives as a BaseException
            _stop(error)
            self._rebuild()
            return self._one_by_one(number, value.decode())
        if answer == '"<undefined>"':
            return b"={}\n"
        return b"=" + answer.replace("\n", "").encode() + b"\n"

    def _one_by_one(self, number: int, value: str) -> bytes:
        values: dict[str, Any] = {}
        errors: dict[str, Any] = {}
        self.engine.set_input_json(value)
        for index, rule in enumerate(self.groups[number]):
            if rule is None:
                continue
            if rule in self.broken:
                errors[str(index)] = {"message": self.broken[rule]}
                continue
            try:
                result = self._value(rule, value)
                if result:
                    values[str(index)] = result[0]
            except Exception as error:  # noqa: BLE001
                errors[str(index)] = problem(error)
            except BaseException as error:  # noqa: BLE001 - a panic: asked never again, for what it leaves behind is not known
                _stop(error)
                self.broken[rule] = _broke(error)
                errors[str(index)] = {"message": self.broken[rule]}
                self._rebuild()
                self.engine.set_input_json(value)
        return _failed({"values": values, "errors": errors})

    def _value(self, rule: Any, value: str) -> list[Any]:
        """The rule's value in a list, an empty one for undefined. What fails is tried again with lenient built-ins, which are slower."""
        try:
            return _first(self.engine.eval_query_as_json(_reference(rule)))
        except Exception:
            if not self.lenient:
                raise
            second = self._second()
            second.set_input_json(value)
            return _first(second.eval_query_as_json(_reference(rule)))

    def _second(self) -> Any:
        """The same modules with built-ins that are undefined on wrong types, as OPA has them; made when first needed."""
        if self.second is None:
            engine = self.fresh()
            for path, text, version in self.modules:
                _add(engine, path, self.lenient.get(path, text), version)
            engine.add_data_json(json.dumps(self.data))
            self.second = engine
        return self.second

    def query(self, request: dict[str, Any]) -> dict[str, Any]:
        """One rule by its path, with what it printed: for policy tests."""
        self.context = request.get("context", {})
        value = json.dumps(request["input"])
        self.engine.set_input_json(value)
        self.engine.set_gather_prints(True)
        answer: dict[str, Any]
        try:
            result = self._value(request["rule"], value)
            answer = {"value": result[0]} if result else {}
        except Exception as error:  # noqa: BLE001
            answer = {"error": problem(error)}
        except BaseException as error:  # noqa: BLE001
            _stop(error)
            self._rebuild()
            return {"error": {"message": _broke(error)}}
        answer["prints"] = self.engine.take_prints()
        self.engine.set_gather_prints(False)
        return answer

    def coverage(self, request: dict[str, Any]) -> dict[str, Any]:
        if request.get("enable"):
            self.engine.set_enable_coverage(True)
            self.engine.clear_coverage_data()
            return {}
        found: dict[str, Any] = json.loads(self.engine.get_coverage_report_as_json())
        return found


def _add(engine: Any, path: str, text: str, version: str) -> str:
    """Add a module and say as which version it was read; with "auto" the newer grammar is tried first."""
    if version != "auto":
        engine.set_rego_v0(version == "v0")
        engine.add_policy(path, text)
        return version
    engine.set_rego_v0(False)
    try:
        engine.add_policy(path, text)
    except Exception as newer:  # noqa: BLE001
        engine.set_rego_v0(True)
        try:
            engine.add_policy(path, text)
        except Exception as older:  # noqa: BLE001
            # The grammar that got further is the one the author meant.
            place = problem(newer), problem(older)
            further = [(found.get("line", 0), found.get("column", 0)) for found in place]
            raise (newer if further[0] >= further[1] else older) from None
        return "v0"
    return "v1"


def _stop(error: BaseException) -> None:
    """What is no panic of the engine goes on up."""
    if isinstance(error, (KeyboardInterrupt, SystemExit)):
        raise error


def _broke(error: BaseException) -> str:
    return f"the engine broke on it ({problem(error)['message'][:160]})"


def _reference(rule: Any) -> str:
    return "data" + "".join(f"[{json.dumps(segment)}]" for segment in rule)


def _first(result: str) -> list[Any]:
    found = json.loads(result)
    return [found["result"][0]["expressions"][0]["value"]] if found else []


def _failed(answer: dict[str, Any]) -> bytes:
    return b"!" + json.dumps(answer).encode() + b"\n"


def _answer(worker: Worker, verb: bytes, rest: bytes) -> dict[str, Any]:
    handlers: dict[bytes, Callable[[Any], dict[str, Any]]] = {
        b"load": worker.load,
        b"group": worker.group,
        b"query": worker.query,
        b"coverage": worker.coverage,
    }
    return handlers[verb](json.loads(rest))


def serve(source: BinaryIO, sink: BinaryIO, worker: Worker) -> None:
    while line := source.readline():
        verb, _, rest = line.rstrip(b"\n").partition(b" ")
        if verb == b"eval":
            # The whole batch is read before the first answer, or both ends could wait for each other on full pipes.
            for item in [source.readline() for _ in range(int(rest))]:
                sink.write(worker.evaluate(item))
                sink.flush()
            continue
        try:
            answer = _answer(worker, verb, rest)
        except Exception as error:  # noqa: BLE001 - the other end says it and goes on without us
            answer = {"failed": problem(error)["message"]}
        sink.write(json.dumps(answer).encode() + b"\n")
        sink.flush()


def installed_version(package: str) -> str:
    """The distribution that owns the import name, which several others use too; empty when it is another one."""
    beside = os.listdir(os.path.dirname(os.path.dirname(package)))
    found = [name for name in beside if name.startswith(f"{DISTRIBUTION}-") and name.endswith(".dist-info")]
    return found[0].removeprefix(f"{DISTRIBUTION}-").removesuffix(".dist-info") if found else ""


def _limit_memory(megabytes: int) -> None:
    try:
        import resource
    except ImportError:  # Windows: only the wall clock guards there
        return
    limit = megabytes << 20
    try:
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ValueError, OSError):  # a lower limit is set already, or the system has none
        return


def main() -> None:
    sink = sys.stdout.buffer
    try:
        import regorus
    except ImportError as error:
        sink.write(json.dumps({"missing": str(error)}).encode() + b"\n")
        return
    hello = {"version": installed_version(regorus.__file__)}
    sink.write(json.dumps(hello).encode() + b"\n")
    sink.flush()
    _limit_memory(int(sys.argv[1]) if len(sys.argv) > 1 else 2048)
    serve(sys.stdin.buffer, sink, Worker(regorus))


if __name__ == "__main__":
    main()
