"""OpenTelemetry at the process's edge: what its variables ask for, and the way out to a collector.

unusable     OTEL_* variables without what cannot be used; values says what is wrong; propagators
environment  which signals go where
resource     whose telemetry it is
quiet        what the libraries on the way to a collector may log
losses       what did not arrive: counted, and told of once a minute
console      standard output, which may have no reader
http         the requests session of the OTLP exporters: what a collector answers has bounds
grpc_status  why an export over gRPC failed

tracing      the tracer that the variables ask for, and its end
configured   the sampler that the variables ask for
sampler      a session is sampled whole or not at all
delivery     spans on their way out: bounded, counted when lost, never in the way
exporters    the SDK's exporters, made to say what was lost; spans_over_http, spans_over_grpc

push         a registry on its way to a collector, every minute
ways         the ways out that the variables ask for; way, metrics_over_http, metrics_over_grpc
bridge       the registry as OTLP metrics
streams      names, units and instruments of its families in OpenTelemetry
preferences  how metrics are pushed
"""
