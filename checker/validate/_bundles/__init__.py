"""Schema bundles as data, a compressed file per Kubernetes version and one of custom resources; the generators lie beside them."""
