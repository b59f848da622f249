"""Kubernetes objects held against schemas: objects or files in, findings and counts out.

Adding a rule of the API server about one field: a row in `limits`, which the schema's own walk asks; about several: a function named in
`server.BY_KIND`, its id in `findings.SEVERITIES`.
Adding a Kubernetes version or a custom resource to the bundles: the generators in `_bundles`.
"""

from checker.validate.files import ValidatedFiles, validate_files
from checker.validate.objects import validate_objects
from checker.validate.options import ValidateOptions

__all__ = ["ValidateOptions", "ValidatedFiles", "validate_files", "validate_objects"]
