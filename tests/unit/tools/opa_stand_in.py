"""What `opa` does for us, done by the built-in engine: version, capabilities, check and eval of a bundle.

It reads the bundle's manifest as OPA reads it, so that a wrong one shows; what real OPA answers is compared by
`benchmarks/rego_engines.py`, which needs it.
"""

import json
import re
import sys
import time
from pathlib import Path

import regorus

INPUT = "" if sys.argv[1] in ("version", "capabilities", "check") else sys.stdin.read()
PLACE = re.compile(r"--> (?P<file>.*?):(?P<row>\d+):(?P<col>\d+)\n.*?error: (?P<message>[^\n]*)", re.DOTALL)


def load(bundle: Path) -> tuple["regorus.Engine", list[dict[str, object]]]:
    engine = regorus.Engine()
    manifest = json.loads((bundle / ".manifest").read_text())
    errors = []
    for path in sorted(bundle.glob("*.rego")):
        version = manifest["file_rego_versions"].get(f"/{path.name}", manifest["rego_version"])
        engine.set_rego_v0(version == 0)
        try:
            engine.add_policy(str(path), path.read_text())
        except RuntimeError as error:
            found = PLACE.search(str(error))
            place = {"file": found["file"], "row": int(found["row"]), "col": int(found["col"])}
            errors.append({"message": found["message"], "code": "rego_parse_error", "location": place})
    engine.add_data_json((bundle / "data.json").read_text())
    return engine, errors


def asked_to_hang(bundle: Path) -> bool:
    """Whether a group that some request asks for has the rule in it."""
    entry = (bundle / "entry.rego").read_text()
    wanted = {f"g{request['g']}" for request in json.loads(INPUT)["r"]}
    return any('["hangs"]' in line and line.split("[")[0] in wanted for line in entry.splitlines())


def main(words: list[str]) -> int:
    if words[0] == "version":
        sys.stdout.write("Version: 9.9.9" + "\n")
        return 0
    if words[0] == "capabilities":
        sys.stdout.write(json.dumps({"builtins": [], "features": []}) + "\n")
        return 0
    bundle = Path(words[words.index("--bundle") + 1])
    assert json.loads(Path(words[words.index("--capabilities") + 1]).read_text())["allow_net"] == []
    engine, errors = load(bundle)
    if words[0] == "check":
        if errors:
            sys.stderr.write(json.dumps({"errors": errors}) + "\n")
        return 1 if errors else 0
    if '["hangs"]' in words[-1] or ("results" in words[-1] and asked_to_hang(bundle)):
        time.sleep(60)
    engine.set_input_json(INPUT)
    engine.set_gather_prints(True)
    try:
        value = json.loads(engine.eval_query_as_json(words[-1]))
    except RuntimeError as error:
        sys.stdout.write(json.dumps({"errors": [{"message": PLACE.search(str(error))["message"], "code": "eval_conflict_error"}]}) + "\n")
        return 2
    for line in engine.take_prints():
        sys.stderr.write(line.split(": ", 1)[1] + "\n")
    result = value.get("result")
    sys.stdout.write(json.dumps({"result": [{"bindings": result[0]["bindings"]}]} if result else {}) + "\n")
    return 0


sys.exit(main(sys.argv[1:]))
