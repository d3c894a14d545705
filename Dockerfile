# Two stages on one base: glibc, since google-re2 has no wheels for musl.
FROM python:3.13-slim-trixie AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY emulator emulator
COPY fixtures fixtures
RUN python3 -m venv /opt/livetail \
 && /opt/livetail/bin/pip install --no-cache-dir --disable-pip-version-check '.[tls]' \
 && /opt/livetail/bin/python -m compileall -q /opt/livetail/lib

FROM python:3.13-slim-trixie
LABEL org.opencontainers.image.title="Livetail" \
      org.opencontainers.image.description="A local emulator of the Amazon CloudWatch Logs Live Tail API." \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /opt/livetail /opt/livetail
ENV PATH=/opt/livetail/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    LIVETAIL_HOST=0.0.0.0 \
    LIVETAIL_SCENARIO=/etc/livetail/scenarios
# Scenario files that are mounted here are played; an empty folder plays nothing.
RUN mkdir -p /etc/livetail/scenarios
USER 10001:10001
EXPOSE 4586
STOPSIGNAL SIGTERM
# The command probes itself; it finds the port where the server does, in LIVETAIL_PORT.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["livetail", "healthcheck"]
ENTRYPOINT ["livetail"]
CMD ["serve"]
