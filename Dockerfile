# Two stages on one base: glibc, since google-re2 has no wheels for musl.
FROM python:3.13-slim-trixie AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY emulator emulator
COPY fixtures fixtures
# The environment has no pip of its own; the one of the base image installs into it.
RUN python3 -m venv --without-pip /opt/livetail \
 && python3 -m pip --python /opt/livetail/bin/python install --no-cache-dir --disable-pip-version-check '.[tls]' \
 && /opt/livetail/bin/python -m compileall -q /opt/livetail/lib

FROM python:3.13-slim-trixie
# Given by the build: docs/release.md has the command.
ARG VERSION=unknown
ARG REVISION=unknown
ARG SOURCE=unknown
LABEL org.opencontainers.image.title="Livetail" \
      org.opencontainers.image.description="A local emulator of the Amazon CloudWatch Logs Live Tail API." \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.source="$SOURCE"
# Scenario files that are mounted in this folder are played; an empty folder plays nothing.
# Nothing is installed in a container that runs, so the pip of the base image goes too.
RUN mkdir -p /etc/livetail/scenarios \
 && pip=$(python3 -c 'import pip; print(pip.__path__[0])') \
 && rm -rf "$pip" "$pip"-*.dist-info "$(command -v pip)" "$(command -v pip3)" /usr/local/lib/python3*/ensurepip
COPY --from=build /opt/livetail /opt/livetail
ENV PATH=/opt/livetail/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    LIVETAIL_HOST=0.0.0.0 \
    LIVETAIL_SCENARIO=/etc/livetail/scenarios
USER 10001:10001
EXPOSE 4586
STOPSIGNAL SIGTERM
# It asks the server where the flags and variables of the container's first process put it.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["livetail", "healthcheck"]
ENTRYPOINT ["livetail"]
CMD ["serve"]
