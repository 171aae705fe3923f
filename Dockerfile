# One image for every role of ours; compose chooses the role by the command.
FROM python:3.11.14-slim-bookworm AS build
WORKDIR /src
ENV PIP_DISABLE_PIP_VERSION_CHECK=1
# Dependencies first: this layer stays as long as they do, whatever changes in our own code.
COPY pyproject.toml deploy/constraints.txt deploy/requirements.py ./
RUN python requirements.py pyproject.toml console > requirements.txt \
    && pip wheel --no-cache-dir --wheel-dir /wheels -r requirements.txt -c constraints.txt
COPY README.md ./
COPY alerts alerts
COPY cli cli
COPY console console
COPY dashboards dashboards
COPY detectors detectors
COPY domain domain
COPY evaluation evaluation
COPY ingest ingest
COPY pipeline pipeline
COPY sensors_sim sensors_sim
COPY storage storage
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

FROM python:3.11.14-slim-bookworm
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN groupadd --gid 10001 geohazard \
    && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin geohazard \
    && install -d -o geohazard -g geohazard /data /state
RUN --mount=type=bind,from=build,source=/wheels,target=/wheels \
    pip install --no-cache-dir --no-index --find-links /wheels 'geohazard[console]'
COPY --chmod=0555 deploy/entrypoint.sh deploy/healthcheck.py /usr/local/bin/
USER 10001:10001
WORKDIR /state
ENTRYPOINT ["entrypoint.sh"]
CMD ["--help"]
