"""Texts of an ApplicationSet with parameters filled in, in one of two ways: Go templates, or `{{name}}` replacement.

The second leaves alone what it does not know, braces included (github.com/valyala/fasttemplate).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from checker.model.records import dataclass, field
from checker.render.argocd.appset.params import GeneratorFailed, NotExpanded
from checker.tools.gotemplate import Template, TemplateFailed, TemplateUnsupported, parse

_IS_TEMPLATE = re.compile(r".*\{\{.*\}\}.*")
_TAG = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Templating:
    """`go`: the set's `goTemplate`; `missing_key` from its goTemplateOptions."""

    go: bool
    missing_key: str = "default"
    _parsed: dict[str, Template] = field(default_factory=dict)

    def text(self, template: str, params: Mapping[str, Any]) -> str:
        """Raises GeneratorFailed where Argo CD fails, NotExpanded for functions that are not done here."""
        if "{{" not in template:
            return template
        return self._go(template, params) if self.go else _replaced(template, params)

    def later(self, template: str, params: Mapping[str, Any]) -> str:
        """As `text`, but a Go template that needs what `params` lack is left as it is, for who has it."""
        if not self.go or "{{" not in template:
            return self.text(template, params)
        try:
            return self._parse(template).render(params, missing_key="error")
        except TemplateFailed as error:
            if re.search("no entry for key|can't evaluate field", str(error)):
                return template
            raise GeneratorFailed(f"the template {_short(template)!r} fails: {error}") from error
        except TemplateUnsupported as error:
            raise NotExpanded(f"{error} (in {_short(template)!r})", remote=False) from error

    def tree(self, value: Any, params: Mapping[str, Any]) -> Any:
        """Every text in a JSON value, keys of maps included; keys that hold null vanish."""
        if isinstance(value, str):
            return self.text(value, params)
        if isinstance(value, Mapping):
            return {self.text(key, params): self.tree(item, params) for key, item in value.items() if item is not None}
        if isinstance(value, list):
            return [self.tree(item, params) for item in value]
        return value

    def _go(self, template: str, params: Mapping[str, Any]) -> str:
        try:
            return self._parse(template).render(params, missing_key=self.missing_key)
        except TemplateFailed as error:
            raise GeneratorFailed(f"the template {_short(template)!r} fails: {error}") from error
        except TemplateUnsupported as error:
            raise NotExpanded(f"{error} (in {_short(template)!r})", remote=False) from error

    def _parse(self, template: str) -> Template:
        if template not in self._parsed:
            self._parsed[template] = parse(template)
        return self._parsed[template]


def _short(template: str) -> str:
    return template if len(template) < 80 else f"{template[:77]}..."


def templating_of(spec: Mapping[str, Any]) -> Templating:
    missing_key = "default"
    for option in spec.get("goTemplateOptions") or ():
        name, _, value = str(option).partition("=")
        if name != "missingkey" or value not in ("default", "invalid", "zero", "error"):
            raise GeneratorFailed(f"{option!r} is no option of Go templates")
        missing_key = value
    return Templating(go=spec.get("goTemplate") is True, missing_key=missing_key)


def _replaced(template: str, params: Mapping[str, Any]) -> str:
    if not _IS_TEMPLATE.search(template):
        return template
    if "{{" in _TAG.sub("", template):
        raise GeneratorFailed(f"the template {template!r} has an opening {{{{ without }}}}")

    def one(found: re.Match[str]) -> str:
        value = params.get(found[1].strip())
        return value if found[1].strip() and isinstance(value, str) else found[0]

    return _TAG.sub(one, template)
