"""Go's text/template over JSON values, with the sprig functions that GitOps repositories use.

parse(text, functions) -> Template, and Template.render(data, missing_key=...) -> text. Numbers of the data are floats, as
Go reads JSON. One surprise: a function that exists in Go and is not done here exactly is refused by name at parsing.
https://pkg.go.dev/text/template, https://masterminds.github.io/sprig/
"""

from checker.tools.gotemplate.errors import TemplateFailed, TemplateUnsupported
from checker.tools.gotemplate.execute import Template, parse
from checker.tools.gotemplate.values import TextList, TextMap, go_value, printed, quoted

__all__ = ["Template", "TemplateFailed", "TemplateUnsupported", "TextList", "TextMap", "go_value", "parse", "printed", "quoted"]
