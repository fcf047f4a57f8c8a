# Where there is no Docker, deploy/try_image.py runs these steps.
FROM python:3.12-slim-bookworm AS build
RUN apt-get update && apt-get install --yes --no-install-recommends make
WORKDIR /app
COPY Makefile pyproject.toml README.md LICENSE ./
COPY bot bot
COPY index index
# PyTorch's index for CPUs, so that no CUDA comes along: three gigabytes.
ARG PIP_EXTRA_INDEX_URL=""
RUN --mount=type=cache,target=/root/.cache/pip make install
# Footnote may not write beside its code.
RUN .venv/bin/python -m compileall -q bot index

FROM python:3.12-slim-bookworm
# What repositories and scans are read with, and Tesseract's languages: tesseract-ocr-deu.
ARG PROGRAMS="git tesseract-ocr"
RUN apt-get update && apt-get install --yes --no-install-recommends $PROGRAMS && \
    rm -rf /var/lib/apt/lists/*
RUN useradd --uid 10001 --home-dir /data --no-create-home --shell /usr/sbin/nologin footnote && \
    install --directory --owner=footnote --group=footnote --mode=700 /data
COPY --from=build /app /app
COPY documents /documents
ENV PATH=/app/.venv/bin:$PATH \
    HOME=/data \
    FOOTNOTE_DATA=/data \
    FOOTNOTE_DOCUMENTS=/documents \
    FOOTNOTE_METRICS_PORT=9464
WORKDIR /data
USER footnote
VOLUME /data
# Not by urllib, which may ask a proxy.
HEALTHCHECK --interval=30s --timeout=5s --start-period=1m CMD ["python", "-c", "import http.client, os, sys; c = http.client.HTTPConnection('127.0.0.1', int(os.environ['FOOTNOTE_METRICS_PORT']), timeout=4); c.request('GET', '/healthz'); sys.exit(c.getresponse().status != 200)"]
ENTRYPOINT ["footnote"]
CMD ["run"]
