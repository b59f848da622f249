local lib = import 'lib.libsonnet';
{ kind: 'App', port: lib.port + 1 }
