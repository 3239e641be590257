# voicetap as a container: no shell is needed to run it, it is nobody's user, and it writes nothing.
#
#   docker build -t voicetap .
#   docker run --read-only --cap-drop ALL -e VOICETAP_UPSTREAM=https://api.openai.com -p 127.0.0.1:8080:8080 voicetap
#
# `docker stop` gives 10 s where calls may go on for VOICETAP_DRAIN_TIMEOUT, 25 s, and the end takes 5 s: docker stop -t 35.

ARG BASE=python:3.13.14-slim-trixie

FROM ${BASE} AS build

# Where packages come from is the builder's affair: its index, or a whole pip.conf with what is secret in it, of which
# nothing stays behind: docker build --secret id=pip.conf,src=pip.conf .
ARG PIP_INDEX_URL
# grpc is in: who runs the image cannot add it, and OTEL_EXPORTER_OTLP_PROTOCOL=grpc would need it. It is on the disk
# alone; what nobody asks for is not imported.
ARG EXTRAS=[grpc]

WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY proxy proxy
# Bytecode that is never compared with its source, since nothing of it changes and nothing could be written anew.
RUN --mount=type=secret,id=pip.conf,target=/etc/pip.conf \
    export PIP_NO_CACHE_DIR=1 PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt \
 && python -m venv /opt/voicetap \
 && /opt/voicetap/bin/python -m pip install --quiet --no-compile ".${EXTRAS}" \
 && /opt/voicetap/bin/python -m pip uninstall --quiet --yes setuptools pip \
 && /opt/voicetap/bin/python -m compileall -q -f --invalidation-mode unchecked-hash /opt/voicetap/lib

FROM ${BASE}

LABEL org.opencontainers.image.title="voicetap" \
      org.opencontainers.image.description="A transparent WebSocket proxy that shows what happens inside speech-to-speech calls" \
      org.opencontainers.image.licenses="Apache-2.0"

COPY --from=build /opt/voicetap /opt/voicetap

# A sidecar listens for its neighbour alone: VOICETAP_LISTEN=127.0.0.1:8080.
ENV PATH=/opt/voicetap/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    VOICETAP_LISTEN=0.0.0.0:8080 \
    VOICETAP_ADMIN=0.0.0.0:9464

EXPOSE 8080 9464
USER 65532:65532
WORKDIR /
STOPSIGNAL SIGTERM

# /livez, not /readyz: a process that drains is well.
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
    CMD ["/opt/voicetap/bin/python", "-c", "import http.client, os, sys; host, _, port = os.environ['VOICETAP_ADMIN'].rpartition(':'); admin = http.client.HTTPConnection(host.strip('[]'), int(port), timeout=4); admin.request('GET', '/livez'); sys.exit(admin.getresponse().status != 200)"]

# By the module, not the script: it handles a stop from its first moment on.
ENTRYPOINT ["/opt/voicetap/bin/python", "-P", "-m", "voicetap"]
CMD ["serve"]
