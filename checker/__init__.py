"""gitops-check: what would this merge deploy, is it valid, and is it allowed. Read `pipeline.py` first."""
