"""Every rule that is switched on, on every environment it is for, with bypasses applied last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checker.gate.bypass import BYPASS, bypassed
from checker.gate.globs import unit_matches
from checker.gate.model import Case, Concerns, GateOptions, Judgement, Rule, RuleSetting, unknown
from checker.gate.rules import RULES
from checker.model.change import ChangeFacts
from checker.model.diff import Comparison, EnvironmentDiff
from checker.model.objects import JSONValue, mapping, sequence, text
from checker.model.records import replace
from checker.model.report import Mode, RuleVerdict
from checker.model.units import BuiltUnit, DeployUnit


def judge(
    comparison: Comparison, base_units: Sequence[BuiltUnit], head_units: Sequence[BuiltUnit], facts: ChangeFacts, options: GateOptions
) -> tuple[RuleVerdict, ...]:
    """In the order of the table of rules, then of the environments; a rule that is off gives nothing."""
    verdicts = []
    for rule, setting in _applicable(comparison, options):
        diff = comparison.environment(setting.environment)
        whole = diff or EnvironmentDiff(environment=setting.environment, guarded=setting.environment in options.guarded, clusters=())
        for scope, mode, part, concerns in _parts(setting, whole):
            case = Case(
                setting=setting,
                diff=part,
                comparison=comparison,
                base_units=base_units,
                head_units=head_units,
                facts=facts,
                options=options,
                concerns=concerns,
            )
            verdicts.append(bypassed(_verdict(rule, case, mode, scope), facts, options))
    return tuple(verdicts)


def _applicable(comparison: Comparison, options: GateOptions) -> Iterator[tuple[Rule, RuleSetting]]:
    """Each rule with its settings by environment: what names an environment wins over what is for every guarded one."""
    guarded = [diff.environment for diff in comparison.environments if diff.environment in options.guarded]
    guarded += sorted(options.guarded.difference(guarded))
    for rule in RULES.values():
        if rule.id == BYPASS:
            continue
        mine = [setting for setting in options.rules if setting.rule == rule.id]
        if not mine:
            mine = [RuleSetting(rule=rule.id, environment="", mode=rule.default)]
        named = {setting.environment for setting in mine if setting.environment}
        for setting in mine:
            if setting.mode is Mode.OFF and "components" not in setting.parameters:
                continue
            listed = [text(name) for name in sequence(setting.parameters.get("environments"))] or guarded
            places = [setting.environment] if setting.environment else [name for name in listed if name not in named]
            yield from ((rule, replace(setting, environment=place, parameters=_long_form(rule, setting))) for place in places)


def _long_form(rule: Rule, setting: RuleSetting) -> dict[str, JSONValue]:
    """A bare value under the name of the parameter that it stands for."""
    parameters = dict(setting.parameters)
    if "value" in parameters and rule.shorthand:
        parameters[rule.shorthand] = parameters.pop("value")
    return parameters


def _parts(setting: RuleSetting, diff: EnvironmentDiff) -> Iterator[tuple[str, Mode, EnvironmentDiff, Concerns]]:
    """The environment as the rule sees it, in one part for each component with a mode of its own and one for the rest."""
    only, without = _globs(setting, "units"), _globs(setting, "except")
    modes = {glob: Mode(text(mode, Mode.WARN)) for glob, mode in mapping(setting.parameters.get("components")).items()}

    def part_of(unit: DeployUnit) -> str | None:
        """The first component that a unit belongs to, empty for the rest, None for a unit that the rule is not for."""
        if (only and not unit_matches(unit, only)) or unit_matches(unit, without):
            return None
        return next((glob for glob in modes if unit_matches(unit, (glob,))), "")

    def part(name: str) -> tuple[EnvironmentDiff, Concerns]:
        return _narrowed(diff, [unit for unit in _units(diff) if part_of(unit) == name]), lambda unit: part_of(unit) == name

    for glob, mode in modes.items():
        narrowed, concerns = part(glob)
        if mode is not Mode.OFF and _units(narrowed):
            yield glob, mode, narrowed, concerns
    if setting.mode is not Mode.OFF:
        yield ("", setting.mode, *part(""))


def _globs(setting: RuleSetting, name: str) -> tuple[str, ...]:
    value = setting.parameters.get(name)
    return (value,) if isinstance(value, str) else tuple(text(item) for item in sequence(value))


def _units(diff: EnvironmentDiff) -> list[DeployUnit]:
    return [*(unit.unit for unit in diff.units), *(gap.unit for gap in diff.not_rendered)]


def _narrowed(diff: EnvironmentDiff, units: Sequence[DeployUnit]) -> EnvironmentDiff:
    keys = {unit.key for unit in units}
    return replace(
        diff,
        units=tuple(unit for unit in diff.units if unit.unit.key in keys),
        not_rendered=tuple(gap for gap in diff.not_rendered if gap.unit.key in keys),
    )


def _verdict(rule: Rule, case: Case, mode: Mode, scope: str) -> RuleVerdict:
    errors = parameter_errors(rule, case.setting)
    judgement: Judgement = (
        unknown(f"{rule.id} cannot be judged: {errors[0]}", fix="correct it in the settings") if errors else rule.judge(case)
    )
    return RuleVerdict(
        rule=rule.id,
        environment=case.environment,
        mode=mode,
        verdict=judgement.verdict,
        message=f"{scope}: {judgement.message}" if scope else judgement.message,
        because=judgement.because,
        fix=judgement.fix,
        location=judgement.location,
    )


def parameter_errors(rule: Rule, setting: RuleSetting) -> tuple[str, ...]:
    """What is wrong with the parameters of a setting, in words; settings refuse them by this before anything runs."""
    from checker.tools.schema import schema_errors

    errors = schema_errors(rule.schema, _long_form(rule, setting))
    return tuple(f"{error.pointer.lstrip('/').replace('/', '.')}: {error.message}".lstrip(": ") for error in errors)
